"""The worker's pages: today and these days, own data, days of a month."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.days import ShownDay, shown_day
from portals.base.messages import shown_notices
from portals.base.photos import photo_answer
from portals.base.records import full_kana, full_name, worker_blocks
from registry.accounts.states import Permission
from registry.cards.queries import newest_card
from registry.core.days import jst_day
from registry.disclosure.queries import see_worker
from registry.histories.queries import list_days_of_worker
from registry.notices.queries import list_notices
from registry.sites.queries import names_of_sites

SHOWN_AT_HOME = 3
OLDEST_YEAR, NEWEST_YEAR = 2018, 2100


def worker_of(request: HttpRequest) -> int:
    """The worker who is logged in."""
    worker_id = viewer_of(request).worker_id
    if worker_id is None:
        raise Http404
    return worker_id


def _days(worker_id: int, month: date) -> list[ShownDay]:
    rows = list_days_of_worker(worker_id, month)
    names = names_of_sites(row.bound.site_id for row in rows)
    return [shown_day(row, names.get(row.bound.site_id, str(row.bound.site_id))) for row in reversed(rows)]


@page(Permission.WORKER_OWN)
def home(request: HttpRequest) -> HttpResponse:
    """Who I am, my card, the latest days, messages."""
    worker_id, now = worker_of(request), timezone.now()
    seen, today = see_worker(viewer_of(request), worker_id, at=now), jst_day(now)
    shown = _days(worker_id, today.replace(day=1))
    account_id = viewer_of(request).account_id or 0
    context = {
        "seen": seen, "full_name": full_name(seen), "full_kana": full_kana(seen), "card": newest_card(worker_id),
        "shown": shown[:SHOWN_AT_HOME], "today_touched": any(day.row.day == today for day in shown), "today": today,
        "notices": shown_notices(list_notices(account_id)),
    }  # fmt: skip
    return render(request, "worker/home.html", context)


@page(Permission.WORKER_OWN)
def own(request: HttpRequest) -> HttpResponse:
    """310: all that is registered, in nine blocks."""
    seen = see_worker(viewer_of(request), worker_of(request), at=timezone.now())
    context = {"full_name": full_name(seen), "full_kana": full_kana(seen), "blocks": worker_blocks(seen), "seen": seen}
    return render(request, "worker/own.html", context)


@page(Permission.WORKER_OWN)
def photo(request: HttpRequest) -> HttpResponseBase:
    """The own face."""
    return photo_answer(request, worker_of(request))


def chosen_month(year: int | None, month: int | None) -> date:
    """The first of the month that an address names; that of today where it names none."""
    today = jst_day(timezone.now())
    try:
        chosen = date(year or today.year, month or today.month, 1)
    except ValueError:
        raise Http404 from None
    if not OLDEST_YEAR <= chosen.year < NEWEST_YEAR:
        raise Http404
    return chosen


def months_beside(chosen: date, url_name: str) -> dict[str, str]:
    """Addresses of the months before and after; there is none after that of today."""
    before, after = date.fromordinal(chosen.toordinal() - 1), date.fromordinal(chosen.toordinal() + 31)
    this_month = jst_day(timezone.now()).replace(day=1)
    return {
        "older_url": reverse(url_name, args=[before.year, before.month]),
        "newer_url": reverse(url_name, args=[after.year, after.month]) if chosen < this_month else "",
    }


@page(Permission.WORKER_OWN)
def days(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """320: the days of a month, each with what it lacks."""
    chosen = chosen_month(year, month)
    context = {
        "month": chosen, "shown": _days(worker_of(request), chosen), **months_beside(chosen, "worker:days_of_month"),
    }  # fmt: skip
    return render(request, "worker/days.html", context)
