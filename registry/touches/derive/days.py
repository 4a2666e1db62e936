"""Packed touches, and the days they belong to (ruling 27)."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import IntFlag
from functools import lru_cache
from typing import NamedTuple

import msgspec

from registry.core.days import JST
from registry.sites.states import DAY_BOUNDARY
from registry.touches.derive.clocks import EPOCH
from registry.touches.states import Direction

LONGEST_SHIFT = timedelta(hours=16)  # ruling 27

# A touch as a number: minute (of the month: 16 bits), turn (2), branch of the card (6), and a last byte: flags (5), and
# the 64 of a branch above 63. Sorting sorts by time. Of nearly all touches the last byte is nought: three bytes suffice.
_LAST_BITS, _BRANCH_BITS, _TURN_BITS = 8, 6, 2
_TURN_SHIFT = _LAST_BITS + _BRANCH_BITS
_LOW_BITS = _TURN_SHIFT + _TURN_BITS
_LAST, _PLAIN_BYTES = (1 << _LAST_BITS) - 1, 3
_MINUTE = timedelta(minutes=1)
_MINUTE_MS = 60_000
_DAY_MINUTES = 24 * 60
_JST_MINUTES = 9 * 60  # Japan knows no summer time
_EPOCH_DAY = EPOCH.toordinal()
# Of touches in one minute an `in` comes before, an `out` after the others.
_TURNS = (Direction.IN, Direction.NONE, Direction.OUT)
_TURN_OF = {str(direction): turn for turn, direction in enumerate(_TURNS)}
_TURN_MASK, _IN, _OUT = 3, 0, 2
_FLAGS, _BRANCHES = 31, (1 << _BRANCH_BITS) - 1
NO_CARD = 0  # in the place of a branch: a phone was touched, no card


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


def number_of(ms: int, direction: str, flags: int = 0, branch: int = 0) -> int:
    """A touch as an absolute number, from its milliseconds since 1970."""
    return ms // _MINUTE_MS << _LOW_BITS | _TURN_OF[direction] << _TURN_SHIFT | _of_branch(branch) | flags << 1


def _of_branch(branch: int) -> int:
    return (branch & _BRANCHES) << _LAST_BITS | branch >> _BRANCH_BITS


def with_branch(number: int, branch: int) -> int:
    """A touch with the branch of the card that it was made with, or `NO_CARD`."""
    return number & ~_of_branch(2 * _BRANCHES + 1) | _of_branch(branch)


def day_of(number: int) -> date:
    """The day of an absolute number in Japan, by the calendar."""
    return date.fromordinal(_calendar_day(number))


def in_month(number: int) -> tuple[date, int]:
    """The month of an absolute number in Japan, which is the row of presence it stands in, and the number there."""
    month, shift = _month_of_day(_calendar_day(number))
    return month, number - shift


def _calendar_day(number: int) -> int:
    return _EPOCH_DAY + ((number >> _LOW_BITS) + _JST_MINUTES) // _DAY_MINUTES


@lru_cache(maxsize=2000)
def _month_of_day(day: int) -> tuple[date, int]:
    month = date.fromordinal(day).replace(day=1)
    return month, absolute(0, month)


@lru_cache(maxsize=1000)
def _first_minute(month: date) -> int:
    """Minutes since 1970 at the beginning of a month in Japan."""
    return (datetime(month.year, month.month, 1, tzinfo=JST) - EPOCH) // _MINUTE


def absolute(number: int, month: date) -> int:
    """A packed number of a month as one that counts its minutes from 1970, so that months can be laid together."""
    return number + (_first_minute(month) << _LOW_BITS)


def unpacked(number: int) -> Moment:
    """The moment of an absolute number."""
    return Moment(minute_of(number), number >> _TURN_SHIFT & _TURN_MASK, flags_of(number), branch_of(number))


def minute_of(number: int) -> datetime:
    """The minute of an absolute number."""
    return EPOCH + (number >> _LOW_BITS) * _MINUTE


def flags_of(number: int) -> int:
    """What goes with a touch, as `Flag`."""
    return number >> 1 & _FLAGS


def branch_of(number: int) -> int:
    """The branch of the card of a touch; `NO_CARD` where a worker's phone stood in its place."""
    return number >> _LAST_BITS & _BRANCHES | (number & 1) << _BRANCH_BITS


def packed(numbers: Iterable[int]) -> tuple[bytes, list[int]]:
    """Sorted touches of one month as its row of presence keeps them: three bytes each, and those that need a fourth."""
    plain, odd = bytearray(), []
    for number in numbers:
        if number & _LAST:
            odd.append(number)
        else:
            plain += (number >> _LAST_BITS).to_bytes(_PLAIN_BYTES, "big")
    return bytes(plain), odd


def unpacked_month(plain: bytes, odd: Sequence[int] | None) -> Sequence[int]:
    """The touches of a row of presence as sorted numbers of its month: `packed` backwards."""
    wide = bytearray(len(plain) // _PLAIN_BYTES * 4)
    for place in range(_PLAIN_BYTES):  # three copies by the machine, not one step a touch
        wide[place::4] = plain[place::_PLAIN_BYTES]
    numbers = array("I", wide)
    if sys.byteorder == "little":
        numbers.byteswap()
    return sorted([*numbers, *odd]) if odd else numbers


def unpacked_months(plains: Sequence[str], odds: Iterable[Sequence[int] | None]) -> Iterator[Sequence[int]]:
    """The touches of many rows of presence, whose bytes come as hexadecimal digits; all in one step of the machine."""
    numbers, end = unpacked_month(bytes.fromhex("".join(plains)), None), 0
    for plain, odd in zip(plains, odds, strict=True):
        begin, end = end, end + len(plain) // (2 * _PLAIN_BYTES)
        yield sorted([*numbers[begin:end], *odd]) if odd else numbers[begin:end]


_SHIFT_MINUTES = LONGEST_SHIFT // _MINUTE


def _begins(numbers: Sequence[int], place: int) -> bool:
    """Whether the day of a touch is its own, whatever came before (ruling 27)."""
    here = numbers[place] >> _TURN_SHIFT
    if here & _TURN_MASK == _IN:  # most of them
        return True
    before = numbers[place - 1] >> _TURN_SHIFT
    return before & _TURN_MASK == _OUT or (here >> _TURN_BITS) - (before >> _TURN_BITS) >= _SHIFT_MINUTES


def _begin_of(numbers: Sequence[int], place: int) -> int:
    """The last place not after one from which days can be told without what stands before it."""
    while place and not _begins(numbers, place):
        place -= 1
    return place


class WorkDay(msgspec.Struct, frozen=True, gc=False):
    """One worker's day on one site: its touches in order of time, as absolute numbers."""

    day: date
    numbers: Sequence[int]

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The touches, unpacked."""
        return tuple([unpacked(number) for number in self.numbers])

    @property
    def first(self) -> datetime:
        """The first touch."""
        return minute_of(self.numbers[0])

    @property
    def last(self) -> datetime | None:
        """The last touch; None where there is only one."""
        return minute_of(self.numbers[-1]) if len(self.numbers) > 1 else None


Boundaries = Sequence[tuple[date, time]]
NO_BOUNDARY: Boundaries = ((date.min, DAY_BOUNDARY),)  # of a site that says nothing else


def moved_to(number: int, day: date, boundaries: Boundaries) -> int:
    """An absolute number with the same time on another day, as the boundary cuts days."""
    _, of_day = divmod((number >> _LOW_BITS) + _JST_MINUTES, _DAY_MINUTES)
    minute = (day.toordinal() - _EPOCH_DAY) * _DAY_MINUTES + of_day - _JST_MINUTES
    later = (day.toordinal() - _day_number(minute, boundaries)) * _DAY_MINUTES  # before the boundary: the night after
    return minute + later << _LOW_BITS | number & ((1 << _LOW_BITS) - 1)


def _day_number(minute: int, boundaries: Boundaries) -> int:
    """The number of the day of a minute since 1970."""
    days, of_day = divmod(minute + _JST_MINUTES, _DAY_MINUTES)
    day = _EPOCH_DAY + days
    return day - (of_day < _begins_at(day, boundaries))


def _begins_at(day: int, boundaries: Boundaries) -> int:
    """Minutes after midnight at which a day begins, by its ordinal; `boundaries` are dated rows, the oldest first."""
    begins_at = boundaries[0][1]
    for from_on, later in boundaries[1:]:
        if from_on.toordinal() <= day:
            begins_at = later
    return begins_at.hour * 60 + begins_at.minute


def day_by_boundary(number: int, boundaries: Boundaries) -> date:
    """The day of an absolute number by the boundary that holds then; `boundaries` are never empty."""
    return date.fromordinal(_day_number(number >> _LOW_BITS, boundaries))


def working_day(at: datetime, boundaries: Boundaries = NO_BOUNDARY) -> date:
    """The day that a first touch would begin at a moment: at night still that of the evening (ruling 27)."""
    return date.fromordinal(_day_number((at - EPOCH) // _MINUTE, boundaries))


def numbers_by_day(numbers: Iterable[int], boundaries: Boundaries) -> dict[int, list[int]]:
    """The touches of one worker on one site by the ordinal of their day, from sorted absolute numbers (ruling 27).

    An `out`, or a touch without direction, less than 16 hours after the first unmatched touch belongs to that
    touch's day, so a night shift is one day. Only other touches use the boundary.
    """
    days: dict[int, list[int]] = {}
    first, day = None, 0
    for number in numbers:
        turned = number >> _TURN_SHIFT
        minute, turn = turned >> _TURN_BITS, turned & _TURN_MASK
        if first is None or turn == _IN or minute - first >= _SHIFT_MINUTES:
            first, day = minute, _day_number(minute, boundaries)
        if day in days:
            days[day].append(number)
        else:
            days[day] = [number]
        if turn == _OUT:
            first = None
    return days


# Its calendar day and those before it that a touch can belong to.
DAYS_OF_A_TOUCH = 3
_AROUND = (DAYS_OF_A_TOUCH - 1) * _DAY_MINUTES << _LOW_BITS


def possible_days(number: int) -> Iterable[int]:
    """The ordinals of the days that a touch can belong to, the likeliest first.

    A shift begins up to 16 hours before, and where a site's days begin late, that is still the day before.
    """
    day = _calendar_day(number)
    return range(day, day - DAYS_OF_A_TOUCH, -1)


def is_among(number: int, numbers: Iterable[int]) -> bool:
    """Whether a touch is one of these. Flags and branch may differ: they are those of its first receipt."""
    return number >> _TURN_SHIFT in [other >> _TURN_SHIFT for other in numbers]


def span_of_day(day: int, boundaries: Boundaries) -> tuple[int, int]:
    """The minutes since 1970, half-open, in which a first touch begins a day, by its ordinal."""
    begin, end = ((day + step - _EPOCH_DAY) * _DAY_MINUTES - _JST_MINUTES for step in (0, 1))
    return begin + _begins_at(day, boundaries), end + _begins_at(day + 1, boundaries)


def numbers_of_day(numbers: Sequence[int], span: tuple[int, int], shift: int = 0) -> list[int]:
    """The touches of a day, by its span, among all of one worker on one site, as absolute numbers.

    The same as `numbers_by_day` has, without a look at the other days. `shift` makes the sorted numbers absolute.
    """
    begin, end = span[0] - (shift >> _LOW_BITS), span[1] - (shift >> _LOW_BITS)
    place = bisect_left(numbers, begin << _LOW_BITS)
    if place == len(numbers):
        return []
    found: list[int] = []
    first, is_here = None, False
    for number in numbers[_begin_of(numbers, place) :]:
        turned = number >> _TURN_SHIFT
        minute, turn = turned >> _TURN_BITS, turned & _TURN_MASK
        if first is None or turn == _IN or minute - first >= _SHIFT_MINUTES:
            if minute >= end:
                break
            first, is_here = minute, minute >= begin
        if is_here:
            found.append(number + shift)
        if turn == _OUT:
            first = None
    return found


def is_apart_from(numbers: Sequence[int], day: int, shift: int = 0) -> bool:
    """Whether later touches keep their days whatever is touched on a calendar day, by its ordinal.

    So they do nearly always: nothing came after it, or an `in`, or nothing for 16 hours. `shift` makes the sorted numbers
    absolute.
    """
    tomorrow = _midnight(day + 1) - shift
    place = bisect_left(numbers, tomorrow)
    if place == len(numbers) or numbers[place] >> _TURN_SHIFT & _TURN_MASK == _IN:
        return True
    return numbers[place] - tomorrow >= _SHIFT_MINUTES << _LOW_BITS


def has_its_day(numbers: Sequence[int], day: int, span: tuple[int, int], shift: int = 0) -> bool:
    """Whether what is touched on a calendar day, by its ordinal, belongs to that day and takes nothing from those before.

    So it does nearly always: it comes after the beginning of the day, by its span, and what came before is over. `shift` as
    above.
    """
    place = bisect_left(numbers, _midnight(day) - shift)
    if place == len(numbers):
        return True
    first = numbers[place] + shift >> _TURN_SHIFT
    if first >> _TURN_BITS < span[0]:
        return False
    before = numbers[place - 1] + shift >> _TURN_SHIFT if place else _OUT
    return before & _TURN_MASK == _OUT or (first >> _TURN_BITS) - (before >> _TURN_BITS) >= _SHIFT_MINUTES


def _midnight(day: int) -> int:
    """The absolute number of 00:00 in Japan of a day by its ordinal."""
    return (day - _EPOCH_DAY) * _DAY_MINUTES - _JST_MINUTES << _LOW_BITS


def is_open(numbers: Sequence[int], shift: int = 0) -> bool:
    """Whether the first of these touches may belong to a day of the month before its own. `shift` as above."""
    first = numbers[0]
    return first >> _TURN_SHIFT & _TURN_MASK != _IN and in_month(first + shift)[1] >> _LOW_BITS < _SHIFT_MINUTES


def hangs_on_first(numbers: Sequence[int], number: int, shift: int = 0) -> bool:
    """Whether the days around a touch on the site of these could change with that of the first one. `shift` as above."""
    place = bisect_left(numbers, number - shift - _AROUND)
    return place < len(numbers) and numbers[place] < number - shift + _AROUND and not _begin_of(numbers, place)


def work_days(numbers: Iterable[int], boundaries: Boundaries) -> list[WorkDay]:
    """The days of one worker on one site, whatever order the touches came in."""
    return [WorkDay(date.fromordinal(day), found) for day, found in sorted(numbers_by_day(numbers, boundaries).items())]


@lru_cache(maxsize=1000)
def months_near(day: date) -> frozenset[date]:
    """The months whose touches can share a day with a touch of a calendar day."""
    return frozenset({(day + step * timedelta(days=2)).replace(day=1) for step in (-1, 1)})


def months_of_days_with(numbers: Iterable[int]) -> frozenset[date]:
    """The months whose touches can share a day with one of these."""
    days = {_calendar_day(number) for number in numbers}
    return frozenset[date]().union(*[months_near(date.fromordinal(day)) for day in days])
