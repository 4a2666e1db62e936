"""All sites of a prime in a month: which lag behind, who worked where, what is incomplete; filters stand in the address."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.days import looked_at
from portals.base.exports import csv_answer
from portals.base.months import chosen_month, months_beside
from portals.base.search import pages_around, start_of
from portals.business.forms import DaysFilterForm
from portals.business.views_days import LINES, lines_of, names_of, with_days
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.disclosure.queries import see_workers_at_work
from registry.histories.queries import (
    Only,
    SiteSum,
    list_month_of_sites,
    sum_people_of_sites,
    sum_sites,
)
from registry.histories.states import Standing
from registry.papers.queries import day_lines
from registry.sites.queries import ALL_AT_MOST, list_sites
from registry.structures.queries import firms_of_structures, list_sites_below
from registry.workers.states import ALL_OF_DAYS, DayItem


def _filters(request: HttpRequest) -> tuple[DaysFilterForm, dict[int, str], Only]:
    """The filters as they stand in the address, and the sites that fit, by name. What fits no filter is as if empty."""
    sites = {
        one.id: one.name for one in list_sites(business_of(request), reach=viewer_of(request).reach, limit=ALL_AT_MOST)
    }
    firms = names_of_businesses(firms_of_structures(sites))
    form = DaysFilterForm(request.GET, sites=sites, firms=dict(sorted(firms.items(), key=lambda pair: pair[1])))
    form.is_valid()
    asked = form.cleaned_data
    standing = Standing(asked["state"]) if asked.get("state") else None
    only = Only(asked.get("firm"), standing, lacking=bool(asked.get("incomplete")))
    fitting = {one: name for one, name in sites.items() if asked.get("site") in {None, one}}
    return form, dict(sorted(fitting.items(), key=lambda pair: (pair[1], pair[0]))), only


def _site_lines(sites: dict[int, str], sums: Iterable[SiteSum], chosen: date) -> list[dict[str, Any]]:
    """One line a site: people, days by how they stand, and how many lack something; those that lag come first."""
    lines = [
        {
            "name": sites[one.site_id], "people": one.people, "incomplete": one.lacking,
            "url": reverse("business:site_days_of_month", args=[one.site_id, chosen.year, chosen.month]),
            **{standing.value: count for standing, count in one.days.items()},
        }
        for one in sums
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line["incomplete"], line["name"]))


def _works_below(request: HttpRequest) -> bool:
    """Whether the firm works on sites of others: their days do not stand here."""
    return bool(list_sites_below(business_of(request), viewer_of(request).reach, limit=1))


@page(Permission.SITE_VIEW)
def month(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """All sites of the firm in a month."""
    chosen, start = chosen_month(year, month), start_of(request)
    form, sites, only = _filters(request)
    sums = {one.site_id: one for one in sum_sites(sites, chosen, only)}
    by_name = [sums[site_id] for site_id in sites if site_id in sums]
    shown, more = sum_people_of_sites(by_name, chosen, only, start=start, size=LINES)
    people = see_workers_at_work(
        viewer_of(request), {one.worker_id for one in shown}, at=timezone.now(), days=looked_at((shown, [DayItem.DAY]))
    )
    context = {
        "form": form, "month": chosen, "manages": viewer_of(request).has(Permission.SITE_MANAGE), "sites": _site_lines(sites, by_name, chosen),
        "lines": [{**line, "site": sites[line["site_id"]]} for line in with_days(lines_of(shown, names_of(people)), chosen)],
        "pages": pages_around(request, start, more=more, size=LINES), "works_below": not by_name and _works_below(request),
        "query": request.GET.urlencode(), **months_beside("business:all_sites_of_month", chosen),
    }  # fmt: skip
    return render(request, "business/all_sites.html", context)


@page(Permission.SITE_VIEW)
def export(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of all sites in a month as CSV, with the filters of the page."""
    chosen = chosen_month(year, month)
    _form, sites, only = _filters(request)
    rows = [row for row in list_month_of_sites(sites, chosen) if only.holds(row)]
    people = see_workers_at_work(
        viewer_of(request), {row.worker_id for row in rows}, at=timezone.now(), days=looked_at((rows, ALL_OF_DAYS))
    )
    return csv_answer(f"就業履歴_全現場_{chosen:%Y%m}", day_lines(rows, names_of(people)))
