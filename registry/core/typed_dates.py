"""Dates and months as people type them or copy them from a page: 2026/11/20, R8.11.20, 2026年11月20日（金）, Fri 20 Nov 2026."""

import re
import unicodedata
from datetime import date, timedelta

from registry.core.days import era_year
from registry.core.errors import RegistryError

# A slip of the finger, not a day of anybody's life or work; and the day before and after can still be worked out.
FIRST_YEAR, LAST_YEAR = 1850, 2200
_ERA_START = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925, "大正": 1911, "T": 1911}
_ERA = re.compile(r"^(令和|平成|昭和|大正|[RHST])(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?$")
_YEAR = re.compile(r"^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?$")
_PLAIN = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SHORT = re.compile(r"^(\d{1,2})[月/.-](\d{1,2})日?$")
_WEEKDAY = re.compile(r"\([月火水木金土日](?:曜日?)?\)$")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_ENGLISH = re.compile(
    rf"^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[,.]?)?(\d{{1,2}})({'|'.join(_MONTHS)})[A-Z]*[,.]?(\d{{4}})$"
)


class DateShapeError(RegistryError):
    """What was typed cannot be read as a date."""

    code = "DATE_SHAPE"


class DateUnknownError(DateShapeError):
    """The month has no such day: 2026/02/31."""

    code = "DATE_UNKNOWN"


class MonthShapeError(RegistryError):
    """What was typed cannot be read as a month."""

    code = "MONTH_SHAPE"


class DateEraError(RegistryError):
    """The year does not exist in that era: 平成40年."""

    code = "DATE_ERA"


class DateYearError(RegistryError):
    """A year that nobody means: 0206, 9999."""

    code = "DATE_YEAR"


class DateAheadError(RegistryError):
    """A day without a year that is still to come this year, and that of last year is long ago."""

    code = "DATE_AHEAD"


# Without a year a day means the last such day only if that was not long ago.
_RECENT = timedelta(days=92)


def parse_date(text: str) -> date:
    """Read a date typed in any usual way; the day of the week behind it is not looked at.

    Raises `DateShapeError`, `DateUnknownError`, `DateEraError` or `DateYearError`.
    """
    typed = _without_weekday(text)
    era = _ERA.match(typed)
    if era:
        name, year, month, day = era.groups()
        found = _date(_ERA_START[name] + (1 if year == "元" else int(year)), month, day, text)
        if name not in era_year(found)[:2]:
            raise DateEraError(typed=text)
        return found
    plain = _YEAR.match(typed) or _PLAIN.match(typed)
    if plain:
        year, month, day = plain.groups()
        return _date(int(year), month, day, text)
    english = _ENGLISH.match(typed)
    if english:
        day, month, year = english.groups()
        return _date(int(year), str(_MONTHS.index(month) + 1), day, text)
    raise DateShapeError(typed=text)


def parse_recent_date(text: str, *, today: date) -> date:
    """Read a day that lies behind us: 11/20 and 11月20日 too, as the last such day. Raises as `parse_date`, or `DateAheadError`."""
    short = _SHORT.match(_without_weekday(text))
    if not short:
        return parse_date(text)
    month, day = short.groups()
    is_ahead = (int(month), int(day)) > (today.month, today.day)
    found = _date(today.year - is_ahead, month, day, text)
    if today - found > _RECENT and is_ahead:
        raise DateAheadError(typed=text)
    return found


def _without_weekday(text: str) -> str:
    return _WEEKDAY.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper())


def parse_month(text: str) -> date:
    """Read a month typed in any usual way: 2026/11, 令和8年11月, R8.11. Raises `MonthShapeError`."""
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    try:
        return parse_date(typed + ("1" if typed.endswith("月") else "01" if typed.isdigit() else "/1"))
    except (DateShapeError, DateEraError, DateYearError):
        raise MonthShapeError(typed=text) from None


def _date(year: int, month: str, day: str, typed: str) -> date:
    try:
        found = date(year, int(month), int(day))
    except ValueError:
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= int(month) <= len(_MONTHS):
            raise DateUnknownError(typed=typed, year=year, month=int(month), day=int(day)) from None
        raise DateShapeError(typed=typed) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateYearError(typed=typed)
    return found
