"""What touches mean, without tables: packed moments, the day of a touch (ruling 27), secrets, gaps."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from registry.core.days import JST
from registry.touches.states import Direction

LONGEST_SHIFT = timedelta(hours=16)  # ruling 27
CLOCK_OFF_SECONDS = 600
AHEAD_AT_MOST = timedelta(hours=24)
BEHIND_AT_MOST = timedelta(days=400)
MOST_GAPS = 100

# A packed moment: milliseconds since 1970, then 14 bits of what goes with the touch. Sorting it sorts by time.
_BITS = 14
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIRECTIONS = (Direction.NONE, Direction.IN, Direction.OUT)
_TYPED, _CLOCK_OFF, _REVOKED, _FOREIGN = 4, 8, 16, 32
_BRANCH_SHIFT = 7


@dataclass(frozen=True, order=True)
class Moment:
    """One touch as presence keeps it."""

    at: datetime
    direction: Direction = Direction.NONE
    typed: bool = False
    clock_off: bool = False
    revoked: bool = False
    foreign: bool = False
    branch: int = 0

    @property
    def key(self) -> tuple[datetime, Direction]:
        """What a touch is found again by; flags are those of its first receipt."""
        return self.at.replace(microsecond=self.at.microsecond // 1000 * 1000), self.direction

    def packed(self) -> int:
        """The moment as one number."""
        flags = _DIRECTIONS.index(self.direction)
        for on, bit in (
            (self.typed, _TYPED), (self.clock_off, _CLOCK_OFF), (self.revoked, _REVOKED), (self.foreign, _FOREIGN),
        ):  # fmt: skip
            flags |= bit if on else 0
        return ((self.at - _EPOCH) // timedelta(milliseconds=1) << _BITS) | (self.branch << _BRANCH_SHIFT) | flags


def unpacked(number: int) -> Moment:
    """The moment of a packed number."""
    at = _EPOCH + timedelta(milliseconds=number >> _BITS)
    return Moment(
        at, _DIRECTIONS[number & 3], bool(number & _TYPED), bool(number & _CLOCK_OFF), bool(number & _REVOKED),
        bool(number & _FOREIGN), number >> _BRANCH_SHIFT & 127,
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
        if moment.direction is Direction.IN or not follows:
            first, day = moment, day_by_boundary(moment.at, boundary_on(boundaries, moment.at))
        days.setdefault(day, []).append(moment)
        if moment.direction is Direction.OUT:
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
