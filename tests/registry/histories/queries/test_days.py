"""Bound days as they are listed and counted; what stands in whose list is shown by test_visible.py."""

from datetime import date

import pytest

from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.queries import (
    DayRow,
    count_days,
    count_histories,
    list_days_at,
    list_days_of_worker,
    list_month_of_sites,
    months_bound,
    months_of_worker,
    touches_of_day,
    workers_at_work_for,
    workers_bound_below,
)
from registry.histories.states import Reason, Standing
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.visitors import worker_as_actor

NOVEMBER, DAY = date(2026, 11, 1), NOW.date()


def a_row(day: int, standing: Standing, *reasons: Reason) -> DayRow:
    """One day of one worker."""
    return DayRow(1, BoundDay(1, date(2026, 11, day), Assignment(), standing, reasons, None, None))


def test_a_calendar_day_is_counted_once_where_it_stands_best() -> None:
    found = count_days([
        a_row(1, Standing.FORMAL), a_row(1, Standing.FORMAL), a_row(1, Standing.CLAIMED), a_row(1, Standing.WAITING),
        a_row(2, Standing.CLAIMED), a_row(2, Standing.UNAPPROVED),
        a_row(3, Standing.UNAPPROVED), a_row(4, Standing.WAITING), a_row(5, Standing.NONE),
    ])  # fmt: skip
    assert (found.formal, found.claimed, found.unapproved, found.waiting) == (1, 1, 1, 1)
    assert count_days([]).formal == count_histories([]).formal == 0


@pytest.mark.django_db
def test_years_at_a_glance_count_calendar_days() -> None:
    prime = a_firm()
    gate, further, card = a_gate(prime), a_gate(prime), a_worker(prime)
    gate.send(
        a_touch(1, card, "2026-10-05T08:00:00+09:00"), a_touch(2, card, "2026-11-05T08:00:00+09:00"),
        a_touch(3, card, "2026-11-06T08:00:00+09:00"),
    )  # fmt: skip
    further.send(a_touch(1, card, "2026-11-05T12:00:00+09:00"))
    for day in (5, 7):  # beside the touches of the 5th, and alone
        entry = ClaimData(day=NOVEMBER.replace(day=day), site_name="近所の家")
        enter_claim(card.worker_id, entry, by=worker_as_actor(card.worker_id), at=NOW)
    bind_all()
    bind_months([(card.worker_id, NOVEMBER)])
    assert months_of_worker(card.worker_id) == [(date(2026, 10, 1), 1, 0, 0, 0), (NOVEMBER, 2, 0, 1, 0)]
    november = count_days(list_days_of_worker(card.worker_id, NOVEMBER))
    assert (november.formal, november.claimed, november.unapproved, november.waiting) == (2, 0, 1, 0)
    assert months_bound([(card.worker_id, NOVEMBER, NOVEMBER)], of_sites=False) == {(card.worker_id, NOVEMBER)}
    spans = [(gate.site_id, date(2026, 1, 1), date(2026, 12, 1))]
    assert {month for _, month in months_bound(spans, of_sites=True)} == {date(2026, 10, 1), NOVEMBER}
    assert len(list_month_of_sites([gate.site_id, further.site_id], NOVEMBER)) == 3
    assert list_month_of_sites([], NOVEMBER) == []


@pytest.mark.django_db
def test_the_touches_that_a_day_rests_on() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(
        a_touch(1, card), a_touch(2, card, "2026-11-20T17:03:00+09:00"), a_touch(3, card, "2026-11-19T08:00:00+09:00")
    )
    assert [len(found) for found in touches_of_day(card.worker_id, DAY).values()] == [2]
    assert touches_of_day(card.worker_id, date(2026, 11, 1)) == {}


@pytest.mark.django_db
def test_some_days_of_some_people_on_a_site() -> None:
    prime = a_firm()
    gate, card, other = a_gate(prime), a_worker(prime), a_worker(prime, "別")
    gate.send(a_touch(1, card), a_touch(2, card, "2026-11-19T08:00:00+09:00"), a_touch(3, other))
    bind_months([(card.worker_id, NOVEMBER), (other.worker_id, NOVEMBER)])
    found = list_days_at(gate.site_id, {(card.worker_id, DAY), (other.worker_id, date(2026, 11, 1))})
    assert [(row.worker_id, row.bound.day) for row in found] == [(card.worker_id, DAY)]
    assert list_days_at(gate.site_id, set()) == []


@pytest.mark.django_db
def test_whose_work_a_day_is() -> None:
    prime, first, second, stranger = a_firm("元請"), a_firm("一次"), a_firm("二次"), a_firm("別")
    gate = a_gate(prime)
    above = a_tenure(gate.site_id, prime, first)
    a_tenure(gate.site_id, prime, second, below=above.node_id)
    card, unlinked = a_worker(second), a_worker(None, "無所属")
    gate.send(a_touch(1, card), a_touch(2, unlinked))
    bind_months([(card.worker_id, NOVEMBER), (unlinked.worker_id, NOVEMBER)])
    both = [card.worker_id, unlinked.worker_id]
    assert workers_at_work_for(both, prime) == set(both)
    for firm in (first, second):
        assert workers_at_work_for(both, firm) == {card.worker_id}
        assert workers_bound_below(gate.site_id, firm) == {card.worker_id}
    assert workers_at_work_for(both, stranger) == set()
    assert workers_at_work_for([], prime) == set()
