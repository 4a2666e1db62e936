"""The prime's sites: open one, see who is there, its period."""

from datetime import timedelta
from typing import Any

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.days import shown_day
from portals.base.forms import add_refusal, refusal
from portals.base.records import full_name
from portals.business.forms import PeriodForm, SiteForm
from portals.business.site_access import own_site
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, grouped
from registry.disclosure.queries import see_workers_on_site
from registry.histories.queries import list_days_of_site
from registry.sites.operations import SiteData, add_period, close_site, open_site, reopen_site
from registry.sites.queries import SiteRow, list_sites, list_terminals
from registry.structures.queries import list_sites_below, workers_expected
from registry.touches.queries import list_devices


@page(Permission.SITE_MANAGE)
def sites(request: HttpRequest) -> HttpResponse:
    """The firm's sites."""
    own = business_of(request)
    context = {
        "sites": list_sites(own), "below": list_sites_below(own),
        "may_open": viewer_of(request).has(Permission.BUSINESS_SITES),
    }  # fmt: skip
    return render(request, "business/sites.html", context)


@page(Permission.BUSINESS_SITES)
def new_site(request: HttpRequest) -> HttpResponse:
    """Open a site with its first terminal."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site_id = open_site(
                business_of(request), SiteData(**form.cleaned_data), by=viewer_of(request).actor(), at=timezone.now()
            )
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.opened"))
            return redirect("business:site", site_id)
    return render(request, "business/new_site.html", {"form": form}, status=422 if form.errors else 200)


def _site_context(request: HttpRequest, found: SiteRow) -> dict[str, Any]:
    now = timezone.now()
    rows, listed = list_days_of_site(found.id, jst_day(now)), workers_expected(found.id, on=jst_day(now))
    here = {row.worker_id for row in rows}
    people = see_workers_on_site(viewer_of(request), found.id, here | listed, at=now)
    names = {one: full_name(people[one]) if one in people else grouped(one) for one in here | listed}
    return {
        "site": found, "present": [shown_day(row, names[row.worker_id]) for row in rows],
        "expected": sorted(names[one] for one in listed - here), "unlisted": sorted(names[one] for one in here - listed),
        "terminals": list_terminals(found.id), "devices": list_devices(found.id), "today": jst_day(now),
    }  # fmt: skip


@page(Permission.SITE_MANAGE)
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One site: who is here today, its terminals and devices."""
    return render(request, "business/site.html", _site_context(request, own_site(request, site_id)))


@page(Permission.SITE_MANAGE)
def extend(request: HttpRequest, site_id: int) -> HttpResponse:
    """Add days on which touches count; days that waited for it count at once."""
    found = own_site(request, site_id)
    form = PeriodForm(request.POST or None, initial={"from_on": found.until_on})
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, viewer_of(request).actor()
        try:
            add_period(SiteId(site_id), data["from_on"], data["last_on"], by=by, at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.extended"))
            return redirect("business:site", site_id)
    context = {"form": form, "site": found}
    return render(request, "business/extend.html", context, status=422 if form.errors else 200)


@page(Permission.SITE_MANAGE)
def close(request: HttpRequest, site_id: int) -> HttpResponse:
    """Close a site from tomorrow, or open it again; says what follows."""
    found, now = own_site(request, site_id), timezone.now()
    if request.method == "POST":
        by = viewer_of(request).actor()
        try:
            if found.closed_on is None:
                close_site(SiteId(site_id), from_on=jst_day(now) + timedelta(days=1), by=by, at=now)
            else:
                reopen_site(SiteId(site_id), by=by, at=now)
        except RegistryError as error:
            say_error(request, refusal(error).message)
        else:
            success(request, _("site.closed" if found.closed_on is None else "site.reopened"))
        return redirect("business:site", site_id)
    return render(request, "business/close_site.html", {"site": found})
