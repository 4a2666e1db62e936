"""Packed moments: a day is found without a look at the others."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from registry.core.days import JST
from registry.touches.derive.clocks import ms_of
from registry.touches.derive.days import (
    absolute,
    hangs_on_first,
    has_its_day,
    in_month,
    is_among,
    is_apart_from,
    is_open,
    months_near,
    number_of,
    numbers_by_day,
    numbers_of_day,
    packed,
    possible_days,
    span_of_day,
    unpacked,
    unpacked_month,
    unpacked_months,
    with_branch,
    working_day,
)

BOUNDARIES = ((date.min, time(4, 0)), (date(2026, 11, 10), time(6, 30)))
START = datetime(2026, 11, 1, tzinfo=UTC)


def some_touches(rng: random.Random, count: int, start: datetime = START) -> list[int]:
    """Sorted touches, close together and far apart, with and without direction."""
    at, found = start, set()
    for _ in range(count):
        at += timedelta(minutes=rng.choice([1, 30, 400, 700, 950, 960, 961, 2000]))
        found.add(number_of(ms_of(at), rng.choice(["", "in", "out"]), rng.randrange(32), rng.randrange(100)))
    return sorted(found)


@pytest.mark.parametrize("seed", range(200))
def test_a_touch_and_its_day_are_found_without_the_other_days(seed: int) -> None:
    """With numbers as they are, and with those of a month that a shift makes absolute."""
    numbers = some_touches(random.Random(seed), 40)
    days = numbers_by_day(numbers, BOUNDARIES)
    month = date(2026, 11, 1)
    shift = absolute(0, month)
    for seen, more in ((numbers, 0), ([number - shift for number in numbers], shift)):
        for day, own in days.items():
            assert numbers_of_day(seen, span_of_day(day, BOUNDARIES), more) == own
            assert all(is_among(number, own) and day in possible_days(number) for number in own)
        assert numbers_of_day(seen, span_of_day(min(days) - 1, BOUNDARIES), more) == []
        assert numbers_of_day(seen, span_of_day(max(days) + 1, BOUNDARIES), more) == []


@pytest.mark.parametrize("seed", range(200))
def test_a_touch_changes_no_day_but_those_it_can_have_where_later_ones_are_apart(seed: int) -> None:
    rng = random.Random(seed)
    before = some_touches(rng, 20)
    days, told = numbers_by_day(before, BOUNDARIES), 0
    for day in range(min(days) - 1, max(days) + 2):
        at = datetime.combine(date.fromordinal(day), time(), JST) + timedelta(minutes=rng.randrange(24 * 60))
        new = number_of(ms_of(at), rng.choice(["", "in", "out"]))
        after = sorted({*before, new})
        if is_apart_from(after, day):
            more = numbers_by_day(after, BOUNDARIES)
            changed = {one for one in days.keys() | more.keys() if days.get(one) != more.get(one)}
            assert changed <= set(possible_days(new))
            told += 1
    assert told


def test_a_touch_changes_its_own_day_alone_where_the_day_has_begun_and_nothing_reaches_into_it() -> None:
    told = 0
    for seed in range(200):
        rng = random.Random(seed)
        before = some_touches(rng, 20)
        days = numbers_by_day(before, BOUNDARIES)
        for day in range(min(days) - 1, max(days) + 2):
            at = datetime.combine(date.fromordinal(day), time(), JST) + timedelta(minutes=rng.randrange(24 * 60))
            after = sorted({*before, number_of(ms_of(at), rng.choice(["", "in", "out"]))})
            if is_apart_from(after, day) and has_its_day(after, day, span_of_day(day, BOUNDARIES)):
                more = numbers_by_day(after, BOUNDARIES)
                assert {one for one in days.keys() | more.keys() if days.get(one) != more.get(one)} <= {day}, seed
                told += 1
    assert told


def test_a_night_reaches_into_the_next_day_until_somebody_goes() -> None:
    evening = datetime(2026, 11, 2, 20, tzinfo=JST)
    hours = [(0, "in"), (9, "out"), (12, "in"), (20, "out")]
    night, gone, *day = [number_of(ms_of(evening + hour * timedelta(hours=1)), turn) for hour, turn in hours]
    third = date(2026, 11, 3).toordinal()
    span, shift = span_of_day(third, BOUNDARIES), absolute(0, date(2026, 11, 1))
    assert not has_its_day([night, gone, *day], third, span)
    assert not has_its_day([night, *day], third, span)
    assert has_its_day([gone - (10 << 16) * 60, *day], third, span)
    assert has_its_day([number - shift for number in day], third, span, shift)
    assert has_its_day([night], third, span)


def test_a_touch_that_hangs_on_no_earlier_month_has_its_day_without_it() -> None:
    """However the touches before lie; and of those that are said to hang on them some do."""
    changed = 0
    for seed in range(200):
        numbers = some_touches(random.Random(seed), 40, START - timedelta(days=8))
        own = [number for number in numbers if in_month(number)[0] >= date(2026, 11, 1)]
        for number in own:
            whole, alone = (
                next(day for day, touched in numbers_by_day(seen, BOUNDARIES).items() if number in touched)
                for seen in (numbers, own)
            )
            if is_open(own) and hangs_on_first(own, number):
                changed += whole != alone
            else:
                assert whole == alone, seed
    assert changed


def test_days_that_run_into_each_other_are_not_apart() -> None:
    numbers = [number_of(ms_of(START + n * timedelta(hours=15)), "") for n in range(8)]
    assert not is_apart_from(numbers, date(2026, 11, 2).toordinal())
    assert is_apart_from(numbers, date(2026, 11, 20).toordinal())
    assert is_apart_from([], date(2026, 11, 2).toordinal())


def test_what_begins_only_because_of_a_touch_is_not_apart_from_it() -> None:
    """An `out` of the day before frees the touch after midnight, which began nothing as long as it was unknown."""
    evening = datetime(2026, 11, 2, 20, tzinfo=JST)
    numbers = [
        number_of(ms_of(evening + hours * timedelta(hours=1)), turn)
        for hours, turn in ((0, "in"), (3, "out"), (9, ""), (24, ""), (39, ""))
    ]
    with_it, without = (
        {number: day for day, own in numbers_by_day(some, BOUNDARIES).items() for number in own}
        for some in (numbers, [numbers[0], *numbers[2:]])
    )
    assert with_it[numbers[-1]] == without[numbers[-1]] + 1
    assert not is_apart_from(numbers, evening.toordinal())


@pytest.mark.parametrize("begins_at", [time(0), time(12), time(23, 59)])
def test_a_touch_belongs_to_a_day_that_is_possible_wherever_days_begin(begins_at: time) -> None:
    for seed in range(50):
        for day, own in numbers_by_day(some_touches(random.Random(seed), 40), ((date.min, begins_at),)).items():
            assert all(day in possible_days(number) for number in own)


def test_a_touch_is_known_by_its_minute_and_direction() -> None:
    numbers = [number_of(ms_of(START), "in")]
    assert is_among(number_of(ms_of(START), "in", flags=31, branch=9), numbers)
    assert not is_among(number_of(ms_of(START), "out"), numbers)
    assert not is_among(number_of(ms_of(START) + 60_000, "in"), numbers)
    assert not is_among(numbers[0], [])


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


def test_months_are_unpacked_together_as_one_by_one() -> None:
    rows = [packed(sorted({in_month(one)[1] for one in some_touches(random.Random(n), n)})) for n in range(30)]
    together = unpacked_months([plain.hex() for plain, _ in rows], [odd or None for _, odd in rows])
    assert [list(one) for one in together] == [list(unpacked_month(*row)) for row in rows]
    assert any(odd for _, odd in rows)
    assert any(not plain for plain, _ in rows)


def test_most_touches_are_three_bytes() -> None:
    number = in_month(number_of(ms_of(START), "out", branch=63))[1]
    assert packed([number]) == (((9 * 60) << 8 | 2 << 6 | 63).to_bytes(3, "big"), [])


def test_at_night_it_is_still_the_day_before() -> None:
    night, morning = (datetime(2026, 11, 21, hour, tzinfo=JST) for hour in (3, 4))
    assert (working_day(night), working_day(morning)) == (date(2026, 11, 20), date(2026, 11, 21))
    assert working_day(morning, BOUNDARIES) == date(2026, 11, 20)  # 6:30 by now


def test_the_months_that_can_share_a_day() -> None:
    assert months_near(date(2026, 11, 15)) == {date(2026, 11, 1)}
    assert months_near(date(2026, 11, 1)) == {date(2026, 10, 1), date(2026, 11, 1)}
    assert months_near(date(2026, 11, 30)) == {date(2026, 11, 1), date(2026, 12, 1)}
