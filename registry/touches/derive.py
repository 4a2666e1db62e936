"""What touches mean, without tables: packed moments, the day of a touch (ruling 27), secrets, gaps."""

import hashlib
import hmac
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntFlag
from functools import lru_cache
from typing import NamedTuple

from registry.core.days import JST
from registry.touches.states import Direction

LONGEST_SHIFT = timedelta(hours=16)  # ruling 27
CLOCK_OFF_SECONDS = 600
AHEAD_AT_MOST = timedelta(hours=24)
BEHIND_AT_MOST = timedelta(days=400)
MOST_GAPS = 100

# A packed moment fits a signed int4: minute of the month (16 bits), turn (2), flags (5), branch (7). Sorting sorts by time.
_BRANCH_BITS, _FLAG_BITS, _TURN_BITS = 7, 5, 2
_MINUTE = timedelta(minutes=1)
# Of touches in one minute an `in` comes before, an `out` after the others.
_TURNS = (Direction.IN, Direction.NONE, Direction.OUT)
_IN, _OUT = 0, 2


class Flag(IntFlag):
    """What goes with a touch."""

    TYPED = 1
    CLOCK_OFF = 2
    REVOKED = 4
    FOREIGN = 8
    POSTER = 16


class Moment(NamedTuple):
    """One touch as presence keeps it: to the minute, which is all that the meaning of a day needs."""

    at: datetime
    turn: int = 1
    flags: int = 0
    branch: int = 0

    @property
    def direction(self) -> Direction:
        """What the touch says of itself."""
        return _TURNS[self.turn]

    @property
    def key(self) -> tuple[datetime, int]:
        """What a touch is found again by; flags are those of its first receipt."""
        return self.at, self.turn

    def packed(self) -> int:
        """The moment as one number of its month in Japan."""
        local = self.at.astimezone(JST)
        minute = ((local.day - 1) * 24 + local.hour) * 60 + local.minute
        return ((minute << _TURN_BITS | self.turn) << _FLAG_BITS | self.flags) << _BRANCH_BITS | self.branch


def moment_of(at: datetime, direction: str, flags: int = 0, branch: int = 0) -> Moment:
    """A touch as presence keeps it."""
    return Moment(at.replace(second=0, microsecond=0), _TURNS.index(Direction(direction)), flags, branch)


_LOW_BITS = _TURN_BITS + _FLAG_BITS + _BRANCH_BITS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1000)
def _first_minute(month: date) -> int:
    """Minutes since 1970 at the beginning of a month in Japan."""
    return (datetime(month.year, month.month, 1, tzinfo=JST) - _EPOCH) // _MINUTE


def absolute(number: int, month: date) -> int:
    """A packed number of a month as one that counts its minutes from 1970, so that months can be laid together."""
    return number + (_first_minute(month) << _LOW_BITS)


def unpacked(number: int) -> Moment:
    """The moment of an absolute number."""
    rest = number >> _BRANCH_BITS
    turned = rest >> _FLAG_BITS
    return Moment(_EPOCH + (turned >> _TURN_BITS) * _MINUTE, turned & 3, rest & 31, number & 127)


_SHIFT_MINUTES = LONGEST_SHIFT // _MINUTE


def near(numbers: Sequence[int], at: datetime) -> Sequence[int]:
    """Of sorted absolute numbers those that can share a day with a moment: up to a pause as long as the longest shift."""
    minute = (at - _EPOCH) // _MINUTE
    begin = end = bisect_left(numbers, minute << _LOW_BITS)
    reach = minute
    while begin and reach - (numbers[begin - 1] >> _LOW_BITS) < _SHIFT_MINUTES:
        begin -= 1
        reach = numbers[begin] >> _LOW_BITS
    reach = minute
    while end < len(numbers) and (numbers[end] >> _LOW_BITS) - reach < _SHIFT_MINUTES:
        reach = numbers[end] >> _LOW_BITS
        end += 1
    return numbers[begin:end]


@dataclass(frozen=True)
class WorkDay:
    """One worker's day on one site: its touches in order of time."""

    day: date
    moments: tuple[Moment, ...]

    @property
    def first(self) -> datetime:
        """The first touch."""
        return self.moments[0].at

    @property
    def last(self) -> datetime | None:
        """The last touch; None where there is only one."""
        return self.moments[-1].at if len(self.moments) > 1 else None


Boundaries = Sequence[tuple[date, time]]
_EPOCH_DAY = _EPOCH.toordinal()
_DAY_MINUTES = 24 * 60
_JST_MINUTES = 9 * 60  # Japan knows no summer time


def _day_number(minute: int, boundaries: Boundaries) -> int:
    """The number of the day of a minute since 1970; `boundaries` are dated rows, the oldest first."""
    days, of_day = divmod(minute + _JST_MINUTES, _DAY_MINUTES)
    day = _EPOCH_DAY + days
    begins_at = boundaries[0][1]
    for from_on, later in boundaries[1:]:
        if from_on.toordinal() <= day:
            begins_at = later
    return day - (of_day < begins_at.hour * 60 + begins_at.minute)


def day_by_boundary(at: datetime, boundaries: Boundaries) -> date:
    """The day of a moment by the boundary that holds then; `boundaries` are dated rows, the oldest first, never empty."""
    return date.fromordinal(_day_number((at - _EPOCH) // _MINUTE, boundaries))


def work_days(numbers: Iterable[int], boundaries: Boundaries) -> list[WorkDay]:
    """The days of one worker on one site from sorted absolute numbers, whatever order the touches came in (ruling 27).

    An `out`, or a touch without direction, less than 16 hours after the first unmatched touch belongs to that
    touch's day, so a night shift is one day. Only other touches use the boundary.
    """
    days: dict[int, list[Moment]] = {}
    first, day = None, 0
    for number in numbers:
        minute, turn = number >> _LOW_BITS, number >> _FLAG_BITS + _BRANCH_BITS & 3
        if first is None or turn == _IN or minute - first >= _SHIFT_MINUTES:
            first, day = minute, _day_number(minute, boundaries)
        days.setdefault(day, []).append(unpacked(number))
        if turn == _OUT:
            first = None
    return [WorkDay(date.fromordinal(day), tuple(found)) for day, found in sorted(days.items())]


def months_around(month: date) -> list[date]:
    """A month with its neighbours: a night shift crosses their borders."""
    before = (month - timedelta(days=1)).replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    return [before, month, after]


def months_near(at: datetime) -> set[date]:
    """The months whose touches can share a day with a moment."""
    return {(at + step).astimezone(JST).date().replace(day=1) for step in (-2 * LONGEST_SHIFT, 2 * LONGEST_SHIFT)}


def counted_moment(touched_at: datetime, offset_s: float | None) -> tuple[datetime, bool]:
    """When a touch counts, and whether the device's clock was off by more than ten minutes.

    `offset_s` is the device's clock minus the server's, as last seen before the touch.
    """
    if offset_s is None or abs(offset_s) <= CLOCK_OFF_SECONDS:
        return touched_at, False
    if abs(offset_s) > BEHIND_AT_MOST.total_seconds():  # no clock is that far off: the figure is, not the touch
        return touched_at, True
    return touched_at - timedelta(seconds=offset_s), True


def is_implausible(touched_at: datetime, received_at: datetime) -> bool:
    """Whether a clock is more than a day ahead or 400 days behind."""
    return touched_at - received_at > AHEAD_AT_MOST or received_at - touched_at > BEHIND_AT_MOST


def device_secret(key: str, device_id: int, version: int) -> bytes:
    """A device's secret, derived from our own key: none is stored."""
    return hmac.new(key.encode(), f"{device_id}:{version}".encode(), hashlib.sha256).digest()


def signature_of(secret: bytes, body: bytes) -> str:
    """The signature of a request's body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def gaps(highest: int, known: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Numbers from 1 to `highest` outside the known half-open ranges, as closed ranges, at most 100."""
    found, at = [], 1
    for lower, upper in sorted(known):
        if lower > at:
            found.append([at, lower - 1])
        at = max(at, upper)
    if at <= highest:
        found.append([at, highest])
    return found[:MOST_GAPS]
