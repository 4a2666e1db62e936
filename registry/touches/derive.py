"""What touches mean, without tables: packed moments, the day of a touch (ruling 27), secrets, gaps."""

import hashlib
import hmac
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


@lru_cache(maxsize=1000)
def _month_start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=JST).astimezone(UTC)


def unpacked(number: int, month: date) -> Moment:
    """The moment of a packed number of a month."""
    rest = number >> _BRANCH_BITS
    turned = rest >> _FLAG_BITS
    return Moment(
        _month_start(month) + (turned >> _TURN_BITS) * _MINUTE, turned & 3, rest & 31, number & 127
    )  # fmt: skip


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


def day_by_boundary(at: datetime, boundary: time) -> date:
    """The day of a moment where a day begins at `boundary` in Japan."""
    local = at.astimezone(JST)
    return (local - timedelta(hours=boundary.hour, minutes=boundary.minute)).date()


def boundary_on(boundaries: Sequence[tuple[date, time]], at: datetime) -> time:
    """The boundary that holds at a moment; `boundaries` are dated rows, the oldest first and never empty."""
    day = at.astimezone(JST).date()
    return next((begins_at for from_on, begins_at in reversed(boundaries) if from_on <= day), boundaries[0][1])


def work_days(moments: Iterable[Moment], boundaries: Sequence[tuple[date, time]]) -> list[WorkDay]:
    """The days of one worker on one site, whatever order the touches came in (ruling 27).

    An `out`, or a touch without direction, less than 16 hours after the first unmatched touch belongs to that
    touch's day, so a night shift is one day. Only other touches use the boundary.
    """
    days: dict[date, list[Moment]] = {}
    first: Moment | None = None
    day = date.min
    for moment in sorted(moments):
        follows = first is not None and moment.at - first.at < LONGEST_SHIFT
        if moment.turn == _IN or not follows:
            first, day = moment, day_by_boundary(moment.at, boundary_on(boundaries, moment.at))
        days.setdefault(day, []).append(moment)
        if moment.turn == _OUT:
            first = None
    return [WorkDay(day, tuple(found)) for day, found in sorted(days.items())]


def months_around(month: date) -> list[date]:
    """A month with its neighbours: a night shift crosses their borders."""
    before = (month - timedelta(days=1)).replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    return [before, month, after]


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
