"""A month as the grid of a wall calendar: weeks from Sunday, each day with what is known of it."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import jpholiday


class DayState(StrEnum):
    """What a day is in somebody's record."""

    COUNTED = "counted"
    WAITING = "waiting"
    CLAIMED = "claimed"
    UNAPPROVED = "unapproved"
    MISSING = "missing"
    REFUSED = "refused"


@dataclass(frozen=True)
class DayMark:
    """A day's state and the address of the page that says what it rests on."""

    on: date
    state: DayState
    url: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """The key of the short word that stands in the cell."""
        return f"base.day.{self.state}"

    @property
    def long_key(self) -> str:
        """The key of the word that is read aloud and stands in the legend."""
        return f"base.day.{self.state}.long"


@dataclass(frozen=True)
class DayCell:
    """One cell; without a mark nothing is known of the day."""

    on: date
    inside: bool
    is_rest: bool
    mark: DayMark | None


def month_weeks(month: date, marks: Iterable[DayMark]) -> list[list[DayCell]]:
    """The weeks of a month, filled up to whole weeks with days outside it."""
    by_day = {mark.on: mark for mark in marks}
    weeks = calendar.Calendar(firstweekday=calendar.SUNDAY).monthdatescalendar(month.year, month.month)
    return [[_cell(day, month, by_day.get(day)) for day in week] for week in weeks]


def _cell(day: date, month: date, mark: DayMark | None) -> DayCell:
    is_rest = day.weekday() == calendar.SUNDAY or jpholiday.is_holiday(day)
    return DayCell(on=day, inside=day.month == month.month, is_rest=is_rest, mark=mark)
