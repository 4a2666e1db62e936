from datetime import UTC, date, datetime

import pytest

from registry.core.days import (
    end_of_next_month,
    era_year,
    is_business_day,
    jst_day,
    month_after,
    month_before,
    next_business_day,
)


def test_jst_day_turns_at_fifteen_utc() -> None:
    assert jst_day(datetime(2026, 11, 20, 14, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert jst_day(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_is_business_day(day: date, *, open_: bool) -> None:
    assert is_business_day(day) is open_


def test_next_business_day_skips_the_turn_of_the_year() -> None:
    assert next_business_day(date(2026, 12, 28)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("day", "era"),
    [
        (date(2019, 4, 30), ("平成", "H", 31)),
        (date(2019, 5, 1), ("令和", "R", 1)),
        (date(1989, 1, 7), ("昭和", "S", 64)),
    ],
)
def test_era_year_at_the_borders(day: date, era: tuple[str, str, int]) -> None:
    assert era_year(day) == era


@pytest.mark.parametrize(
    ("before", "day", "after"),
    [
        (date(2026, 10, 1), date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2025, 12, 1), date(2026, 1, 31), date(2026, 2, 1)),
        (date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_months_beside_that_of_a_day(before: date, day: date, after: date) -> None:
    assert (month_before(day), month_after(day)) == (before, after)


@pytest.mark.parametrize(
    ("day", "last"),
    [(date(2026, 1, 10), date(2026, 2, 28)), (date(2026, 12, 31), date(2027, 1, 31)), (date(2026, 1, 31), date(2026, 2, 28))],
)  # fmt: skip
def test_end_of_next_month(day: date, last: date) -> None:
    assert end_of_next_month(day) == last
