from datetime import date

import pytest

from registry.core.typed_dates import (
    DateAheadError,
    DateEraError,
    DateShapeError,
    DateUnknownError,
    DateYearError,
    MonthShapeError,
    parse_date,
    parse_month,
    parse_recent_date,
)


@pytest.mark.parametrize(
    "typed",
    ["2026/11/20", "2026-11-20", "20261120", "2026年11月20日", "2026年11月20日（金）", "令和8年11月20日(金)", "2026/11/20 (金)",
     "Fri 20 Nov 2026", "20 November 2026", "令和8年11月20日", "R8.11.20", "ｒ８．１１．２０", " 2026 / 11 / 20 "],
)  # fmt: skip
def test_parse_date_takes_any_usual_way(typed: str) -> None:
    assert parse_date(typed) == date(2026, 11, 20)


def test_parse_date_knows_the_first_year() -> None:
    assert parse_date("令和元年5月1日") == date(2019, 5, 1)


@pytest.mark.parametrize("typed", ["平成40年1月1日", "令和1年4月30日"])
def test_parse_date_tells_a_year_that_the_era_does_not_have(typed: str) -> None:
    with pytest.raises(DateEraError):
        parse_date(typed)


@pytest.mark.parametrize("typed", ["9999/12/31", "0206/11/20", "0001-01-01", "2201年1月1日"])
def test_parse_date_tells_a_year_that_nobody_means(typed: str) -> None:
    with pytest.raises(DateYearError):
        parse_date(typed)


@pytest.mark.parametrize(
    ("typed", "month", "day"), [("2026/02/31", 2, 31), ("令和8年4月31日", 4, 31), ("31 Nov 2026", 11, 31)]
)
def test_parse_date_tells_a_day_that_the_month_does_not_have(typed: str, month: int, day: int) -> None:
    with pytest.raises(DateUnknownError) as refused:
        parse_date(typed)
    assert refused.value.data == {"typed": typed, "year": 2026, "month": month, "day": day}


@pytest.mark.parametrize("typed", ["", "きのう", "金 20 Nov 2026", "2026/11/20(休)", "2026/13/1", "2026/2/29", "11/20"])
def test_parse_date_tells_what_is_no_date(typed: str) -> None:
    with pytest.raises(DateShapeError):
        parse_date(typed)


@pytest.mark.parametrize(
    "typed", ["2026/11", "2026-11", "202611", "2026年11月", "令和8年11月", "R8.11", "ｒ８．１１", " 2026 / 11 "]
)
def test_parse_month_takes_any_usual_way(typed: str) -> None:
    assert parse_month(typed) == date(2026, 11, 1)


@pytest.mark.parametrize("typed", ["", "11月", "2026/13", "2026/11/20", "平成40年1月", "20261120"])
def test_parse_month_tells_what_is_no_month(typed: str) -> None:
    with pytest.raises(MonthShapeError):
        parse_month(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1/20", date(2026, 1, 20)), ("１月２０日（火）", date(2026, 1, 20)), ("10-20", date(2025, 10, 20)),
        ("12.31", date(2025, 12, 31)), ("1/1", date(2026, 1, 1)), ("2025/11/20", date(2025, 11, 20)),
    ],
)  # fmt: skip
def test_a_day_that_lies_behind_us_needs_no_year(typed: str, expected: date) -> None:
    assert parse_recent_date(typed, today=date(2026, 1, 20)) == expected


@pytest.mark.parametrize("typed", ["1/21", "10/19"])
def test_a_day_of_long_ago_is_not_guessed_from_one_that_is_still_to_come(typed: str) -> None:
    with pytest.raises(DateAheadError):
        parse_recent_date(typed, today=date(2026, 1, 20))


@pytest.mark.parametrize("typed", ["2/30", "13/1"])
def test_a_day_without_a_year_is_one_of_the_calendar(typed: str) -> None:
    with pytest.raises(DateShapeError):
        parse_recent_date(typed, today=date(2026, 11, 20))
