"""A month in one row: what goes in comes out again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.derive.packing import days_of_mask, pack, repack, unpack
from registry.histories.states import Reason, Standing

MONTH = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 10, 31, 15, tzinfo=UTC)  # 00:00 of the month's first day in Japan
PLACES = [Assignment(7, 70, (7, 8), "06-01"), Assignment(7, 70, (7, 8), "01-01", "X001", "配筋"), Assignment()]


def a_day(number: int, *, first: int | None = 478, last: int | None = 1020, **more: Any) -> BoundDay:
    """The n-th day with its minutes after 00:00 in Japan."""
    start = MIDNIGHT + timedelta(days=number - 1)
    times = [None if minute is None else start + timedelta(minutes=minute) for minute in (first, last)]
    values = {
        "site_id": 1, "assignment": PLACES[0], "standing": Standing.FORMAL, "reasons": (), "by_hand": False, **more,
    }  # fmt: skip
    return BoundDay(day=MONTH.replace(day=number), first=times[0], last=times[1], **values)


def again(days: list[BoundDay]) -> list[BoundDay]:
    """Packed and unpacked."""
    return [day for row in pack(days) for day in unpack(row, MONTH)]


minutes = st.none() | st.integers(0, 2 * 1440)


@st.composite
def months(draw: st.DrawFn) -> list[BoundDay]:
    """Any days of a month on two sites."""
    found = []
    for site in (1, None):
        for number in sorted(draw(st.sets(st.integers(1, 30), max_size=12))):
            reasons = draw(st.sets(st.sampled_from(list(Reason)), max_size=4))
            found.append(a_day(
                number, first=draw(minutes), last=draw(minutes), site_id=site, by_hand=draw(st.booleans()),
                assignment=draw(st.sampled_from(PLACES)), standing=draw(st.sampled_from(list(Standing))),
                reasons=tuple(reason for reason in Reason if reason in reasons),
            ))  # fmt: skip
    return found


@given(months())
def test_what_goes_in_comes_out(days: list[BoundDay]) -> None:
    assert sorted(again(days), key=repr) == sorted(days, key=repr)


@given(months())
def test_rows_do_not_depend_on_the_order_of_sites(days: list[BoundDay]) -> None:
    by_site = [[one for one in days if one.site_id == site] for site in (1, None)]
    assert pack([*by_site[0], *by_site[1]]) == pack([*by_site[1], *by_site[0]])


@given(months(), months(), st.sets(st.integers(1, 30)))
def test_some_days_bound_anew_leave_the_rows_that_all_days_make(
    before: list[BoundDay], after: list[BoundDay], anew: set[int]
) -> None:
    bound = [one for one in after if one.day.day in anew]
    kept = [one for one in before if one.day.day not in anew]
    days = [MONTH.replace(day=number) for number in anew]
    assert repack(pack(before), days, bound) == pack([*kept, *bound])


def test_days_of_one_assignment_share_a_row() -> None:
    days = [a_day(1), a_day(2, reasons=(Reason.CLOCK_OFF,)), a_day(30, standing=Standing.WAITING)]
    (row,) = pack(days)
    assert row.masks == (0b11, 1 << 29, 0, 0, 0)
    assert row.reasons == (list(Reason).index(Reason.CLOCK_OFF), 0b10)
    assert row.lacking == 0b10
    assert len(row.times) == 3


def test_a_night_shift_ends_after_midnight() -> None:
    night = a_day(3, first=1230, last=1440 + 330)
    assert again([night]) == [night]


def test_times_fit_a_signed_int4() -> None:
    (row,) = pack([a_day(31 - 1, first=None, last=None, by_hand=True)])
    assert max(row.times) < 1 << 31


def test_no_days_are_no_rows() -> None:
    assert pack([]) == []


def test_the_days_of_a_mask() -> None:
    assert list(days_of_mask(0)) == []
    assert list(days_of_mask(1 | 1 << 14 | 1 << 30)) == [1, 15, 31]
