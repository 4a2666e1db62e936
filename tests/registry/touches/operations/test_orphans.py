"""Touches of an impossible clock get their day from the site's manager, or are put aside."""

from datetime import date, timedelta

import pytest

from registry.cards.operations import issue_card
from registry.cards.queries import CardRow
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.histories.states import Reason, Standing
from registry.touches.operations.orphans import TouchDayError, give_day, put_aside
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import list_unplaced
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_touch, a_worker, owner_of
from tests.factories.days import days_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


@pytest.fixture
def both(gate: Gate, card: CardRow) -> list[tuple[int, int]]:
    """In and out by a PC whose battery was empty."""
    gate.send(
        a_touch(1, card, "2000-01-01T00:10:00+09:00", direction="in"),
        a_touch(2, card, "2000-01-01T09:20:00+09:00", direction="out"),
    )
    return [(row.device_id, row.seq) for row in list_unplaced(gate.site_id)]


def test_both_wait_with_whose_they_are(gate: Gate, card: CardRow, both: list[tuple[int, int]]) -> None:
    assert [row.worker_id for row in list_unplaced(gate.site_id)] == [card.worker_id] * 2
    assert days_of(card.worker_id) == []


def test_a_given_day_counts_and_says_that_the_clock_was_off(
    gate: Gate, card: CardRow, prime: BusinessId, both: list[tuple[int, int]]
) -> None:
    assert give_day(SiteId(gate.site_id), both, DAY, by=owner_of(prime), at=NOW) == 2
    adopt_orphans()
    found = {one.day: one for one in days_of(card.worker_id)}
    assert set(found) == {DAY}
    assert (found[DAY].standing, Reason.CLOCK_OFF in found[DAY].reasons) == (Standing.FORMAL, True)
    assert list_unplaced(gate.site_id) == []
    assert give_day(SiteId(gate.site_id), both, DAY - timedelta(days=1), by=owner_of(prime), at=NOW) == 0


def test_a_card_that_becomes_known_later_finds_its_given_day(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    gate.send({**a_touch(1, card, "2000-01-01T08:00:00+09:00"), "card": f"{card.worker_id}-02"})
    (waiting,) = list_unplaced(gate.site_id)
    assert waiting.worker_id is None
    give_day(SiteId(gate.site_id), [(waiting.device_id, 1)], DAY, by=owner_of(prime), at=NOW)
    adopt_orphans()
    assert days_of(card.worker_id) == []
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    adopt_orphans()
    assert [one.day for one in days_of(card.worker_id)] == [DAY]


@pytest.mark.parametrize("day", [NOW.date() + timedelta(days=1), NOW.date() - timedelta(days=401)])
def test_a_day_ahead_or_long_ago_is_refused(
    gate: Gate, prime: BusinessId, both: list[tuple[int, int]], day: date
) -> None:
    with pytest.raises(TouchDayError):
        give_day(SiteId(gate.site_id), both, day, by=owner_of(prime), at=NOW)
    assert len(list_unplaced(gate.site_id)) == 2


def test_put_aside_they_wait_no_more_and_no_card_brings_them_back(
    gate: Gate, card: CardRow, prime: BusinessId, both: list[tuple[int, int]]
) -> None:
    assert put_aside(SiteId(gate.site_id), both[:1], by=owner_of(prime), at=NOW) == 1
    adopt_orphans()
    assert ([row.seq for row in list_unplaced(gate.site_id)], days_of(card.worker_id)) == ([2], [])


def test_only_the_prime_says_so(gate: Gate, both: list[tuple[int, int]]) -> None:
    other = owner_of(a_firm("別の会社"))
    for attempt in (
        lambda: give_day(SiteId(gate.site_id), both, DAY, by=other, at=NOW),
        lambda: put_aside(SiteId(gate.site_id), both, by=other, at=NOW),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    assert len(list_unplaced(gate.site_id)) == 2
