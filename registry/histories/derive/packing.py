"""Bound days kept small: one row for a worker, month, site and assignment, its days as bits of a number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_

from registry.core.days import JST
from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.states import Reason, Standing

_REASONS = tuple(Reason)
_STANDINGS = tuple(Standing)
_MINUTE = timedelta(minutes=1)
# A day's first and last minute, counted from its 00:00 in Japan: a night shift ends after minute 1440.
_BITS = 13
_NO_TIME = (1 << _BITS) - 1
BY_HAND = 1 << 2 * _BITS


@dataclass(frozen=True)
class MonthRow:
    """Days of one worker, month, site and assignment. `masks` has one number a standing, bit 0 is the first.

    `times` has one number a day; `reasons` alternates a reason's position in `Reason` and the mask of its days.
    """

    site_id: int | None
    assignment: Assignment
    masks: tuple[int, ...]
    times: tuple[int, ...]
    reasons: tuple[int, ...]

    @property
    def days(self) -> int:
        """All its days."""
        return reduce(or_, self.masks, 0)

    def times_by_day(self) -> Iterator[tuple[int, int]]:
        """The number of each day of the month with its times."""
        return zip(days_of_mask(self.days), self.times, strict=True)

    def days_by_reason(self) -> Iterator[tuple[int, int]]:
        """Each reason's position in `Reason` with the mask of its days."""
        return zip(self.reasons[::2], self.reasons[1::2], strict=True)

    @property
    def lacking(self) -> int:
        """The days that have any reason."""
        return reduce(or_, self.reasons[1::2], 0)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def _packed_times(one: BoundDay) -> int:
    start = _midnight(one.day)
    first, last = (_NO_TIME if at is None else (at - start) // _MINUTE for at in (one.first, one.last))
    return first << _BITS | last | (BY_HAND if one.by_hand else 0)


def pack(days: Iterable[BoundDay]) -> list[MonthRow]:
    """Rows of the days of one worker and month, in a fixed order."""
    grouped: dict[tuple[int | None, Assignment], list[BoundDay]] = {}
    for one in sorted(days, key=lambda day: day.day):
        grouped.setdefault((one.site_id, one.assignment), []).append(one)
    return sorted([_row(*key, found) for key, found in grouped.items()], key=_place)


def _place(row: MonthRow) -> tuple[int, int, int, int]:
    """By the first day and what began first on it; no two rows have a day of one site, or of one unregistered one."""
    return (row.days & -row.days, row.times[0], row.site_id or 0, row.assignment.claim_id or 0)


def repack(rows: Iterable[MonthRow], days: Iterable[date], bound: Iterable[BoundDay]) -> list[MonthRow]:
    """Rows of a month with some of its days bound anew: the same as `pack` makes of all its days."""
    anew = reduce(or_, [1 << day.day - 1 for day in days], 0)
    found = {(row.site_id, row.assignment): row for row in (_without(row, anew) for row in rows) if row.days}
    for row in pack(bound):
        key = row.site_id, row.assignment
        found[key] = _joined(found[key], row) if key in found else row
    return sorted(found.values(), key=_place)


def _without(row: MonthRow, days: int) -> MonthRow:
    """A row without the days of a mask."""
    if not row.days & days:
        return row
    times = [time for day, time in row.times_by_day() if not days >> day - 1 & 1]
    masks = [mask & ~days for mask in row.masks]
    reasons = [pair for n, mask in row.days_by_reason() if mask & ~days for pair in (n, mask & ~days)]
    return MonthRow(row.site_id, row.assignment, tuple(masks), tuple(times), tuple(reasons))


def _joined(row: MonthRow, other: MonthRow) -> MonthRow:
    """Two rows of one assignment with different days."""
    times = [time for _, time in sorted([*row.times_by_day(), *other.times_by_day()])]
    both: dict[int, int] = dict(row.days_by_reason())
    for n, mask in other.days_by_reason():
        both[n] = both.get(n, 0) | mask
    reasons = [number for pair in sorted(both.items()) for number in pair]
    return MonthRow(row.site_id, row.assignment, tuple(map(or_, row.masks, other.masks)), tuple(times), tuple(reasons))


def _row(site_id: int | None, assignment: Assignment, days: list[BoundDay]) -> MonthRow:
    masks, reasons = dict.fromkeys(_STANDINGS, 0), dict.fromkeys(_REASONS, 0)
    for one in days:
        bit = 1 << one.day.day - 1
        masks[one.standing] |= bit
        for reason in one.reasons:
            reasons[reason] |= bit
    flat = [number for n, reason in enumerate(_REASONS) if reasons[reason] for number in (n, reasons[reason])]
    return MonthRow(site_id, assignment, tuple(masks.values()), tuple(map(_packed_times, days)), tuple(flat))


def days_of_mask(mask: int) -> Iterator[int]:
    """Days of the month in a mask, the first day is bit 0."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length()
        mask ^= lowest


def _unpacked_time(start: datetime, minutes: int) -> datetime | None:
    return None if minutes == _NO_TIME else (start + minutes * _MINUTE).astimezone(UTC)


def unpack(row: MonthRow, month: date, only: int = -1) -> Iterator[BoundDay]:
    """The days of a row, or those of them that are in the mask `only`."""
    masks = dict(zip(_STANDINGS, row.masks, strict=True))
    every = row.days
    pairs = [(_REASONS[n], mask) for n, mask in row.days_by_reason()]
    for number in days_of_mask(every & only):
        bit, day = 1 << number - 1, month.replace(day=number)
        times = row.times[(every & bit - 1).bit_count()]  # one for each day; those before come first
        start = _midnight(day)
        yield BoundDay(
            row.site_id, day, row.assignment,
            next(standing for standing, mask in masks.items() if mask & bit),
            tuple(reason for reason, mask in pairs if mask & bit),
            _unpacked_time(start, times >> _BITS & _NO_TIME), _unpacked_time(start, times & _NO_TIME),
            by_hand=bool(times & BY_HAND),
        )  # fmt: skip
