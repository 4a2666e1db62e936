"""Reading cards."""

from datetime import date, timedelta

import pytest

from registry.cards.operations import issue_card, stop_card
from registry.cards.queries import CardRow, load_cards, newest_card, newest_cards
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
    assert CardRow(WorkerId(1), 1, state, LAST, "white").is_valid(on) is valid


@pytest.mark.parametrize(("branch", "number"), [(1, "12345678901821-01"), (12, "12345678901821-12")])
def test_the_number_has_the_branch_in_two_digits(branch: int, number: str) -> None:
    assert CardRow(WorkerId(12345678901821), branch, CardState.ACTIVE, LAST, "white").number == number


@pytest.mark.django_db
def test_the_newest_card_of_each() -> None:
    one, other = a_worker(None), a_worker(None)
    second = issue_card(one.worker_id, by=OFFICE, at=NOW)
    assert newest_card(one.worker_id) == second
    assert newest_cards([one.worker_id, other.worker_id]) == {one.worker_id: second, other.worker_id: other}
    assert newest_card(12345678901821) is None
    assert newest_cards([]) == {}


@pytest.mark.django_db
def test_all_cards_of_workers_by_branch() -> None:
    worker_id = a_worker(None).worker_id
    stop_card(worker_id, reason="lost", by=OFFICE, at=NOW)
    issue_card(worker_id, by=OFFICE, at=NOW)
    found = load_cards([worker_id])[worker_id]
    assert list(found) == [1, 2]
    assert (found[1].stopped_at, found[2].stopped_at) == (NOW, None)
