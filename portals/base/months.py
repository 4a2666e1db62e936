"""Months and days in addresses: which one is meant, and the ones beside it."""

from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from registry.core.days import jst_day, month_after, month_before
from registry.histories.derive.deadlines import FIRST_DAY

OLDEST_YEAR, NEWEST_YEAR = FIRST_DAY.year, 2100


def chosen_day(year: int, month: int, day: int = 1) -> date:
    """A day of an address; what is no day, or far away, does not exist."""
    try:
        chosen = date(year, month, day)
    except (ValueError, OverflowError):
        raise Http404 from None
    if not OLDEST_YEAR <= chosen.year < NEWEST_YEAR:
        raise Http404
    return chosen


def chosen_month(year: int | None, month: int | None) -> date:
    """The first of the month that an address names; that of today where it names none."""
    today = jst_day(timezone.now())
    return today.replace(day=1) if year is None or month is None else chosen_day(year, month)


def months_beside(url_name: str, chosen: date, *before: Any) -> dict[str, str]:
    """Addresses of the months before and after a month; none after that of today. `before`: what the address begins with."""
    earlier, later = month_before(chosen), month_after(chosen)
    return {
        "older_url": reverse(url_name, args=[*before, earlier.year, earlier.month]),
        "newer_url": reverse(url_name, args=[*before, later.year, later.month])
        if later <= jst_day(timezone.now()) else "",
    }  # fmt: skip
