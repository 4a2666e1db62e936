"""Reading cards."""

from datetime import date, timedelta

import pytest

from registry.cards.operations import issue_card
from registry.cards.queries import CardRow, newest_card, newest_cards
from registry.cards.states import CardState
from registry.core.ids import WorkerId
from tests.factories.cast import NOW, OFFICE, a_worker

LAST = date(2035, 5, 5)


@pytest.mark.parametrize(
    ("state", "on", "valid"),
    [
        (CardState.ACTIVE, LAST, True),
        (CardState.ACTIVE, LAST + timedelta(days=1), False),
        (CardState.STOPPED, LAST, False),
        (CardState.REPLACED, LAST, False),
        (CardState.DEAD, LAST, False),
    ],
)
def test_a_card_is_valid_through_its_last_day(state: CardState, on: date, valid: bool) -> None:
    assert CardRow(WorkerId(1), 1, state, LAST, "white", None).is_valid(on) is valid


@pytest.mark.parametrize(("branch", "number"), [(1, "12345678901821-01"), (12, "12345678901821-12")])
def test_the_number_has_the_branch_in_two_digits(branch: int, number: str) -> None:
    assert CardRow(WorkerId(12345678901821), branch, CardState.ACTIVE, LAST, "white", None).number == number


@pytest.mark.django_db
def test_the_newest_card_of_each() -> None:
    one, other = a_worker(None), a_worker(None)
    second = issue_card(one.worker_id, by=OFFICE, at=NOW)
    assert newest_card(one.worker_id) == second
    assert newest_cards([one.worker_id, other.worker_id]) == {one.worker_id: second, other.worker_id: other}
    assert newest_card(12345678901821) is None
    assert newest_cards([]) == {}
