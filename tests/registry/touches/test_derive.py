"""Packed moments: cutting out what is near changes no day."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from registry.touches.derive import (
    absolute,
    find_day,
    in_month,
    months_near,
    ms_of,
    near,
    number_of,
    numbers_by_day,
    packed,
    unpacked,
    unpacked_month,
    with_branch,
)

BOUNDARIES = ((date.min, time(4, 0)), (date(2026, 11, 10), time(6, 30)))
START = datetime(2026, 11, 1, tzinfo=UTC)


def some_touches(rng: random.Random, count: int) -> list[int]:
    """Sorted touches, close together and far apart, with and without direction."""
    at, found = START, set()
    for _ in range(count):
        at += timedelta(minutes=rng.choice([1, 30, 400, 700, 950, 960, 961, 2000]))
        found.add(number_of(ms_of(at), rng.choice(["", "in", "out"]), rng.randrange(32), rng.randrange(100)))
    return sorted(found)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_near_tells_the_same_day_as_everything(seed: int) -> None:
    rng = random.Random(seed)
    numbers = some_touches(rng, 40)
    whole = numbers_by_day(numbers, BOUNDARIES)
    for first, last in [(number, number) for number in numbers] + [tuple(sorted(rng.sample(numbers, 2)))]:
        close = numbers_by_day(near(numbers, first, last), BOUNDARIES)
        for number in (first, last):
            day = find_day(whole, number)
            assert day is not None
            assert find_day(close, number) == day
            assert close[day] == whole[day]


@pytest.mark.parametrize("seed", range(20))
def test_a_number_goes_into_its_month_and_back(seed: int) -> None:
    for number in some_touches(random.Random(seed), 60):
        month, there = in_month(number)
        assert month.day == 1
        assert 0 <= there < 2**32
        assert absolute(there, month) == number
        assert unpacked(with_branch(number, 7)) == unpacked(number)._replace(branch=7)


@pytest.mark.parametrize("seed", range(20))
def test_a_month_is_packed_and_unpacked(seed: int) -> None:
    numbers = sorted({in_month(number)[1] for number in some_touches(random.Random(seed), 40)})
    plain, odd = packed(numbers)
    assert list(unpacked_month(plain, odd)) == numbers
    assert len(plain) == 3 * (len(numbers) - len(odd))
    assert all(unpacked(number).flags or unpacked(number).branch > 63 for number in odd)


def test_most_touches_are_three_bytes() -> None:
    number = in_month(number_of(ms_of(START), "out", branch=63))[1]
    assert packed([number]) == (((9 * 60) << 8 | 2 << 6 | 63).to_bytes(3, "big"), [])


def test_the_months_that_can_share_a_day() -> None:
    assert months_near(date(2026, 11, 15)) == {date(2026, 11, 1)}
    assert months_near(date(2026, 11, 1)) == {date(2026, 10, 1), date(2026, 11, 1)}
    assert months_near(date(2026, 11, 30)) == {date(2026, 11, 1), date(2026, 12, 1)}
