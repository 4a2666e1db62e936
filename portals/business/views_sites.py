"""The prime's sites: open one, see who is there, its period."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.search import pages_around, start_of
from portals.business.firm_forms import CorrectSiteForm, FileForm, SiteForm
from portals.business.forms import DayBeginForm, PeriodForm
from portals.business.site_access import access_to, own_site
from portals.business.site_counts import counts_of_site
from portals.business.views_firm import business_of
from portals.business.views_organisation import choices_of_units
from portals.business.views_site_day import people_of_day
from portals.business.views_site_users import choices_of_users, names_of_users
from registry.accounts.states import Permission
from registry.businesses.queries import find_unit, list_units
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId
from registry.sites.operations.sites import (
    SiteData,
    SiteNames,
    add_period,
    change_day_boundary,
    close_site,
    correct_site,
    file_site,
    open_site,
    reopen_site,
)
from registry.sites.queries import SHOWN_AT_MOST, list_site_users, list_sites, list_terminals, load_boundaries
from registry.sites.rules import may_open_unregistered
from registry.sites.states import ROLES_OF_MANAGERS
from registry.structures.queries import list_sites_below
from registry.touches.queries import list_devices


@page(Permission.SITE_VIEW)
def sites(request: HttpRequest) -> HttpResponse:
    """The firm's sites."""
    own, reach, start = business_of(request), viewer_of(request).reach, start_of(request)
    found, below = list_sites(own, reach=reach, start=start), list_sites_below(own, reach, start=start)
    context = {
        "sites": found[:SHOWN_AT_MOST], "below": below[:SHOWN_AT_MOST],
        **pages_around(request, start, more=max(len(found), len(below)) > SHOWN_AT_MOST, size=SHOWN_AT_MOST),
        "may_open_unregistered": may_open_unregistered(viewer_of(request).actor()),
        "may_open": viewer_of(request).has(Permission.BUSINESS_SITES),
    }  # fmt: skip
    return render(request, "business/sites.html", context)


@page(Permission.BUSINESS_SITES)
def new_site(request: HttpRequest) -> HttpResponse:
    """Open a site with its first terminal."""
    form = SiteForm(
        request.POST or None, units=choices_of_units(request), users=choices_of_users(request),
        opener=viewer_of(request).account_id or 0,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        key = typed.pop("form_key")
        try:
            site_id = open_site(
                business_of(request), SiteData(**typed), key=key, by=viewer_of(request).actor(), at=timezone.now()
            )
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.opened"))
            return redirect("business:site", site_id)
    return form_page(request, "business/new_site.html", {"form": form})


def _site_context(request: HttpRequest, site_id: int) -> dict[str, Any]:
    access = access_to(request, site_id)
    if not access.is_prime:
        raise Http404
    today, users = access.working_day, list_site_users(site_id, business_of(request))
    return {
        "counts": counts_of_site(access),
        **people_of_day(request, access, today), "day_before": today - timedelta(days=1),
        "terminals": list_terminals(site_id), "devices": list_devices(site_id),
        "unit": find_unit(access.site.business_id, access.site.unit_id) if access.site.unit_id else None,
        "may_file": viewer_of(request).has(Permission.BUSINESS_SITES) and bool(list_units(access.site.business_id)),
        "may_give": viewer_of(request).has(Permission.BUSINESS_SITES), "manages": access.manages,
        "managers": names_of_users([user for user in users if user.account.role in ROLES_OF_MANAGERS]),
        "viewers": names_of_users([user for user in users if user.account.role not in ROLES_OF_MANAGERS]),
    }  # fmt: skip


@page(Permission.SITE_VIEW)
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One site: who is here today, its terminals and devices."""
    return render(request, "business/site.html", _site_context(request, site_id))


@page(Permission.SITE_MANAGE)
def correct(request: HttpRequest, site_id: int) -> HttpResponse:
    """Correct a name or an address that was mistyped."""
    found = own_site(request, site_id)
    form = CorrectSiteForm(request.POST or None, initial=asdict(found))
    if request.method == "POST" and form.is_valid():
        correct_site(SiteId(site_id), SiteNames(**form.cleaned_data), by=viewer_of(request).actor(), at=timezone.now())
        success(request, _("site.corrected"))
        return redirect("business:site", site_id)
    return form_page(request, "business/correct_site.html", {"form": form, "site": found})


@page(Permission.BUSINESS_SITES)
def file(request: HttpRequest, site_id: int) -> HttpResponse:
    """Under which unit of the firm a site is filed: who of the firm's people sees it."""
    found = own_site(request, site_id)
    if not list_units(found.business_id):
        context = {"site": found, "may_add": viewer_of(request).has(Permission.BUSINESS_USERS)}
        return render(request, "business/no_units.html", context)
    form = FileForm(request.POST or None, units=choices_of_units(request), initial={"unit_id": found.unit_id or ""})
    if request.method == "POST" and form.is_valid():
        try:
            file_site(
                SiteId(site_id), form.cleaned_data["unit_id"], by=viewer_of(request).actor(), at=timezone.now()
            )  # fmt: skip
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.filed"))
            return redirect("business:site", site_id)
    context = {"form": form, "site": found}
    return form_page(request, "business/file_site.html", context)


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
    return form_page(request, "business/extend.html", context)


@page(Permission.SITE_MANAGE)
def day_begin(request: HttpRequest, site_id: int) -> HttpResponse:
    """When days begin on the site, and from which day on at another hour."""
    found, now = own_site(request, site_id), timezone.now()
    rows = load_boundaries([site_id])[site_id]
    form = DayBeginForm(
        request.POST or None, initial={"from_on": jst_day(now), "day_begins_at": f"{rows[-1][1]:%H:%M}"}
    )
    if request.method == "POST" and form.is_valid():
        typed, by = form.cleaned_data, viewer_of(request).actor()
        try:
            change_day_boundary(SiteId(site_id), typed["day_begins_at"], from_on=typed["from_on"], by=by, at=now)
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.day_begins_changed"))
            return redirect("business:site", site_id)
    context = {"form": form, "site": found, "rows": rows}
    return form_page(request, "business/day_begin.html", context)


@page(Permission.SITE_MANAGE)
def close(request: HttpRequest, site_id: int) -> HttpResponse:
    """Close a site from tomorrow, or open it again; says what follows. A second click says the same, not the opposite."""
    found, now = own_site(request, site_id), timezone.now()
    if request.method == "POST":
        by, reopen = viewer_of(request).actor(), "reopen" in request.POST
        try:
            if reopen:
                reopen_site(SiteId(site_id), by=by, at=now)
            elif found.closed_on is None:
                close_site(SiteId(site_id), from_on=jst_day(now) + timedelta(days=1), by=by, at=now)
        except RegistryError as error:
            say_error(request, refusal(error).message)
        else:
            success(request, _("site.reopened" if reopen else "site.closed"))
        return redirect("business:site", site_id)
    return render(request, "business/close_site.html", {"site": found})
