"""Days and moments: stored in UTC, thought of in Japan (ruling 42). Business days and eras of Japan."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import jpholiday

JST = ZoneInfo("Asia/Tokyo")
SATURDAY = 5
# Ruling 18: the office is closed from 29 December to 3 January.
_YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 10, 23), "明治", "M"),
)


def jst_day(at: datetime) -> date:
    """The day in Japan of a moment."""
    return at.astimezone(JST).date()


def is_business_day(day: date) -> bool:
    """Whether the office works: no weekend, no national holiday, not 12/29 to 1/3 (ruling 18)."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in _YEAR_END and not jpholiday.is_holiday(day)


def next_business_day(day: date) -> date:
    """The first business day after a day."""
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def era_year(day: date) -> tuple[str, str, int]:
    """Era name, its letter and the year in it: 2026-11-20 is (令和, R, 8). Raises ValueError before 1868-10-23."""
    for start, name, letter in _ERAS:
        if day >= start:
            return name, letter, day.year - start.year + 1
    message = f"no era known for {day}"
    raise ValueError(message)


def month_before(day: date) -> date:
    """The first day of the month before that of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after that of a day."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_around(month: date) -> list[date]:
    """A month with its neighbours: a night shift crosses their borders."""
    return [month_before(month), month, month_after(month)]


def end_of_next_month(day: date) -> date:
    """The last day of the month after a day: the limit for entries and edits (rulings 28, 29)."""
    return month_after(month_after(day)) - timedelta(days=1)
