"""Reading cards."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from registry.cards.operations import end_card, issue_card, register_token, ship_card, stop_card
from registry.cards.queries import CardRow, credentials_of, list_cards, list_old_cards, newest_card, newest_cards
from registry.cards.states import CardState
from registry.core.days import JST
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
    assert CardRow(WorkerId(1), 1, state, LAST, "white", None, LAST, None).is_valid(on) is valid


@pytest.mark.parametrize(("branch", "number"), [(1, "12345678901821-01"), (12, "12345678901821-12")])
def test_the_number_has_the_branch_in_two_digits(branch: int, number: str) -> None:
    assert CardRow(WorkerId(12345678901821), branch, CardState.ACTIVE, LAST, "white", None, LAST, None).number == number


@pytest.mark.django_db
def test_the_newest_card_of_each() -> None:
    one, other = a_worker(None), a_worker(None)
    second = issue_card(one.worker_id, by=OFFICE, at=NOW)
    assert newest_card(one.worker_id) == second
    assert newest_cards([one.worker_id, other.worker_id]) == {one.worker_id: second, other.worker_id: other}
    assert newest_card(12345678901821) is None
    assert newest_cards([]) == {}


@pytest.mark.django_db
def test_all_cards_of_a_worker_newest_first() -> None:
    first = a_worker(None)
    a_worker(None)
    second = issue_card(first.worker_id, by=OFFICE, at=NOW)
    assert [(card.branch, card.state) for card in list_cards(first.worker_id)] == [
        (2, CardState.ACTIVE), (1, CardState.REPLACED),
    ]  # fmt: skip
    assert list_cards(first.worker_id)[0] == second
    assert list_cards(12345678901821) == []


@pytest.mark.django_db
def test_an_old_card_is_listed_while_it_may_work() -> None:
    by: dict[str, Any] = {"by": OFFICE, "at": NOW}
    first, lost = a_worker(None), a_worker(None)
    assert list_old_cards(first.worker_id, at=NOW) == []
    stop_card(lost.worker_id, reason="lost", **by)
    for card in (first, lost):
        issue_card(card.worker_id, **by)
    assert [(old.card.branch, old.until) for old in list_old_cards(first.worker_id, at=NOW)] == [(1, None)]
    assert list_old_cards(lost.worker_id, at=NOW) == []
    ship_card(first.worker_id, **by)
    issue_card(first.worker_id, by=OFFICE, at=NOW + timedelta(days=1))
    until = NOW + timedelta(days=30)
    found = list_old_cards(first.worker_id, at=until - timedelta(seconds=1))
    assert [(old.card.branch, old.until) for old in found] == [(2, None), (1, until)]
    assert [old.card.branch for old in list_old_cards(first.worker_id, at=until)] == [2]
    after = datetime.combine(first.valid_until + timedelta(days=1), time(), JST)
    assert list_old_cards(first.worker_id, at=after) == []


@pytest.mark.django_db
def test_readers_know_a_replaced_card_beside_the_new_one_and_none_that_is_stopped_or_ended() -> None:
    by: dict[str, Any] = {"by": OFFICE, "at": NOW}
    replaced, lost, ended = (a_worker(None) for _ in range(3))
    register_token(replaced.worker_id, 1, "04AA", **by)
    stop_card(lost.worker_id, reason="lost", **by)
    end_card(ended.worker_id, reason="gone", **by)
    new = [issue_card(card.worker_id, **by).number for card in (replaced, lost)]
    found = credentials_of([card.worker_id for card in (replaced, lost, ended)], on=NOW.date())
    assert found == {replaced.worker_id: [replaced.number, "04AA", new[0]], lost.worker_id: [new[1]]}
    assert credentials_of([replaced.worker_id], on=replaced.valid_until + timedelta(days=1)) == {}
