"""Where a firm's own people are on a day: the site, the first and last touch, what is incomplete. Fifty people at a time."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.days import looked_at, shown_day
from portals.base.months import chosen_day
from portals.base.search import pages_around, start_of
from portals.business.views_days import LINES, names_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.ids import grouped
from registry.disclosure.queries import see_workers_at_work
from registry.histories.queries import DayRow, list_day_of_firm, names_of_claimed_sites
from registry.sites.queries import names_of_sites
from registry.touches.derive.days import working_day
from registry.workers.states import DayItem


def places_of(rows: list[DayRow]) -> dict[tuple[int | None, int | None], str]:
    """The names of the sites of days; of those without site ID the name that was typed."""
    sites = names_of_sites(row.bound.site_id for row in rows if row.bound.site_id)
    typed = names_of_claimed_sites([one for row in rows if (one := row.bound.assignment.claim_id)])
    return {(site_id, None): name for site_id, name in sites.items()} | {
        (None, claim_id): name for claim_id, name in typed.items()
    }


def _lines(request: HttpRequest, rows: list[DayRow]) -> list[dict[str, Any]]:
    """The days of a page with the names of their people: nobody else is looked at."""
    people, seen = {row.worker_id for row in rows}, looked_at((rows, [DayItem.DAY, DayItem.TIMES]))
    names = names_of(see_workers_at_work(viewer_of(request), people, at=timezone.now(), days=seen))
    places = places_of(rows)
    return [
        {
            "name": names.get(row.worker_id, grouped(row.worker_id)), "day": shown_day(row, ""),
            "site": places.get((row.bound.site_id, row.bound.assignment.claim_id), grouped(row.bound.site_id or 0)),
            "url": reverse("business:person_days", args=[row.worker_id, row.bound.day.year, row.bound.day.month]),
        }
        for row in rows
    ]  # fmt: skip


@page(Permission.BUSINESS_WORKERS)
def own_day(
    request: HttpRequest, year: int | None = None, month: int | None = None, day: int | None = None
) -> HttpResponse:
    """Who of us is where today, or was on a day: for our own firm alone (ruling 38)."""
    today, start = working_day(timezone.now()), start_of(request)
    chosen = today if year is None or month is None or day is None else chosen_day(year, month, day)
    rows = list_day_of_firm(business_of(request), chosen)
    incomplete = [row for row in rows if row.bound.reasons]
    lacking = request.GET.get("show") == "lacking"
    listed = incomplete if lacking else rows
    groups = (("all", _("own_day.all"), rows, False), ("lacking", _("own_day.lacking"), incomplete, True))
    context = {
        "day": chosen, "is_today": chosen == today, "lines": _lines(request, listed[start : start + LINES]),
        "sites": len({row.bound.site_id or row.bound.assignment.claim_id for row in rows}),
        "tiles": [
            {"group": group, "label": label, "number": len({row.worker_id for row in found}), "is_on": on is lacking}
            for group, label, found, on in groups
        ],
        "day_before": _url(chosen - timedelta(days=1)),
        "day_after": _url(chosen + timedelta(days=1)) if chosen < today else "",
        **pages_around(request, start, more=len(listed) > start + LINES, size=LINES),
    }  # fmt: skip
    return render(request, "business/own_day.html", context)


def _url(day: date) -> str:
    return reverse("business:own_day", args=[day.year, day.month, day.day])
