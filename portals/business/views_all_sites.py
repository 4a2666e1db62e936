"""All sites of a prime in a month: which lag behind, who worked where, what is incomplete; filters stand in the address."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.exports import csv_answer
from portals.base.months import chosen_month, months_beside
from portals.base.search import pages_around, start_of
from portals.business.forms import DaysFilterForm
from portals.business.views_days import lines_of, names_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.disclosure.queries import see_workers_at_work
from registry.histories.queries import DayRow, list_month_of_sites
from registry.histories.states import Standing
from registry.papers.queries import day_lines
from registry.sites.queries import list_sites

PAGE = 50
MOST_SITES = 2000


def _filtered(request: HttpRequest, chosen: date) -> tuple[DaysFilterForm, dict[int, str], list[DayRow]]:
    """The filters as they stand in the address, the names of the sites, and the days that fit. What fits no filter is as if empty."""
    sites = {one.id: one.name for one in list_sites(business_of(request), limit=MOST_SITES)}
    rows = list_month_of_sites(sites, chosen)
    firms = names_of_businesses({firm for row in rows for firm in row.bound.assignment.path})
    form = DaysFilterForm(request.GET, sites=sites, firms=dict(sorted(firms.items(), key=lambda pair: pair[1])))
    form.is_valid()
    asked = form.cleaned_data
    return form, sites, [row for row in rows if _fits(row, asked)]


def _fits(row: DayRow, asked: dict[str, Any]) -> bool:
    """Whether a day is among those asked for. A firm stands for its own days and those of the firms below it."""
    return (
        (not asked.get("site") or row.bound.site_id == asked["site"])
        and (not asked.get("firm") or asked["firm"] in row.bound.assignment.path)
        and (not asked.get("state") or row.bound.standing == asked["state"])
        and (not asked.get("incomplete") or bool(row.bound.reasons))
    )


def _site_lines(rows: Iterable[DayRow], names: dict[int, str], chosen: date) -> list[dict[str, Any]]:
    """One line a site: people, days by how they stand, and how many lack something; those that lag come first."""
    by_site: dict[int, list[DayRow]] = defaultdict(list)
    for row in rows:
        by_site[row.bound.site_id or 0].append(row)
    lines = [
        {
            "name": names[site_id], "people": len({row.worker_id for row in found}), "days": len(found),
            "url": reverse("business:site_days_of_month", args=[site_id, chosen.year, chosen.month]),
            "incomplete": sum(bool(row.bound.reasons) for row in found),
            **{standing.value: sum(row.bound.standing is standing for row in found) for standing in Standing},
        }
        for site_id, found in by_site.items()
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line["incomplete"], line["name"]))


@page(Permission.SITE_MANAGE)
def month(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """All sites of the firm in a month."""
    chosen, start = chosen_month(year, month), start_of(request)
    form, sites, rows = _filtered(request, chosen)
    by_place: dict[tuple[int, int], list[DayRow]] = defaultdict(list)
    for row in rows:
        by_place[row.bound.site_id or 0, row.worker_id].append(row)
    places = sorted(by_place, key=lambda place: (sites[place[0]], place))
    shown = places[start : start + PAGE]
    people = see_workers_at_work(viewer_of(request), {worker_id for _, worker_id in shown}, at=timezone.now())
    names = names_of(people)
    context = {
        "form": form, "month": chosen, "sites": _site_lines(rows, sites, chosen), "has_sites": bool(sites),
        "lines": [{**lines_of(by_place[place], names)[0], "site": sites[place[0]]} for place in shown],
        "pages": pages_around(request, start, more=len(places) > start + PAGE, size=PAGE),
        "query": request.GET.urlencode(), **months_beside("business:all_sites_of_month", chosen),
    }  # fmt: skip
    return render(request, "business/all_sites.html", context)


@page(Permission.SITE_MANAGE)
def export(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of all sites in a month as CSV, with the filters of the page."""
    chosen = chosen_month(year, month)
    _form, _sites, rows = _filtered(request, chosen)
    people = see_workers_at_work(viewer_of(request), {row.worker_id for row in rows}, at=timezone.now())
    return csv_answer(f"就業履歴_全現場_{chosen:%Y%m}", day_lines(rows, names_of(people)))
