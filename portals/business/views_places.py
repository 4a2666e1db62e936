"""Changing a structure: inviting, exchanging, ending, joining, undoing; site keys, on the side that hands them out."""

from datetime import date, timedelta
from typing import Any

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.templatetags.ds import jdate, last_day
from portals.business.forms import DayForm, InvitationForm, JoinKeyForm, KeyForm
from portals.business.lacking import invitation_for
from portals.business.site_access import SiteAccess, access_to, find_access
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.core.days import jst_day, month_before
from registry.core.errors import RegistryError
from registry.core.ids import BusinessId
from registry.core.short_codes import shown_code
from registry.histories.operations.binder import bind_at_once
from registry.histories.queries import list_lacking_on_site
from registry.histories.states import Reason
from registry.sites.queries import find_site
from registry.structures.operations.ends import end_place
from registry.structures.operations.keys import check_site_key, join_by_key, make_site_key, withdraw_site_key
from registry.structures.operations.tenures import (
    exchange_firm,
    invite_firm,
    join_named_firm,
    withdraw_tenure,
)
from registry.structures.queries import SiteKeyRow, TenureRow, find_site_key, get_tenure, list_roster
from registry.structures.states import LIVE


def _by(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {"by": viewer_of(request).actor(), "at": now, "on": jst_day(now)}


def _parent(request: HttpRequest, site_id: int, node_id: int) -> tuple[SiteAccess, str]:
    """A place that the viewer may fill from below, and its firm's name; 0 is the prime's own."""
    access = access_to(request, site_id)
    if not node_id:
        if not access.is_prime:
            raise Http404
        return access, ""
    holder = access.holder_of(node_id) if node_id in access.below else None
    if holder is None:
        raise Http404
    return access, holder.name


@page(Permission.SITE_MANAGE)
def invite(request: HttpRequest, site_id: int, node_id: int = 0) -> HttpResponse:
    """Invite a firm below another one, or below the prime."""
    access, above = _parent(request, site_id, node_id)
    lacks = {} if node_id else invitation_for(access, request.GET.get("firm", ""))
    form = InvitationForm(request.POST or None, site=access.site, **({"initial": lacks} if lacks else {}))
    if request.method == "POST" and form.is_valid():
        try:
            invite_firm(access.site_id, node_id or None, form.place(), **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.named" if form.place().business_id is None else "structure.invited"))
            return redirect("business:structure", site_id)
    context = {
        "form": form,
        "site": access.site,
        "above": above,
        "firm": names_of_businesses([lacks["business_id"]])[lacks["business_id"]] if lacks else "",
        "title": "structure.invite_below" if above else "structure.invite",
        "submit_key": "structure.send_invite",
    }
    return form_page(request, "business/invite.html", context)


@page(Permission.SITE_MANAGE)
def exchange(request: HttpRequest, site_id: int, node_id: int) -> HttpResponse:
    """Give a place to another firm from a day on; what hangs below stays."""
    access = access_to(request, site_id)
    holder = access.holder_of(node_id)
    if holder is None or not access.handles(holder):
        raise Http404
    form = InvitationForm(request.POST or None, site=access.site)
    if request.method == "POST" and form.is_valid():
        try:
            exchange_firm(node_id, form.place(), **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.exchanged"))
            return redirect("business:structure", site_id)
    context = {
        "form": form, "site": access.site, "above": holder.name, "title": "structure.exchange",
        "submit_key": "structure.send_exchange",
    }  # fmt: skip
    return form_page(request, "business/invite.html", context)


@page(Permission.SITE_MANAGE)
def end(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    """Close a firm's place from a day on, saying what follows."""
    access = access_to(request, site_id)
    row = _held(access, tenure_id)
    form = DayForm(request.POST or None, until_on=row.until_on)
    is_kept = "keep" in request.POST
    if request.method == "POST" and (is_kept or form.is_valid()):
        until_on = None if is_kept else form.cleaned_data["until_on"]
        try:
            end_place(tenure_id, until_on=until_on, **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            _bind_below(access, row, min(one for one in (row.until_on, until_on, access.on) if one))
            words = {"firm": row.name, "day": jdate(last_day(until_on)) if until_on else ""}
            success(request, _("structure.ended" if until_on else "structure.goes_on").format(**words))
            return redirect("business:structure", site_id)
    may_keep = row.until_on is not None and access.handles(row)
    context = {"form": form, "site": access.site, "row": row, "may_keep": may_keep}
    return form_page(request, "business/end_tenure.html", context)


def _bind_below(access: SiteAccess, row: TenureRow, since: date) -> None:
    """Bind the days that a place had from a day on, of its people and of those below: the next page shows who lacks a firm."""
    nodes = access.structure.below([row.node_id])
    tenures = {one.id for one in access.structure.tenures if one.node_id in nodes}
    lines = list_roster(access.site_id, on=since - timedelta(days=1))  # also those that have ended with it
    workers = {line.worker_id for line in lines if line.tenure_id in tenures}
    bind_at_once((worker, day) for worker in workers for day in {max(since, month_before(access.on)), access.on})


def _held(access: SiteAccess, tenure_id: int) -> TenureRow:
    """A place that the viewer handles, or its own; also one that has ended."""
    row = get_tenure(tenure_id, on=access.on)
    if row is None or row.site_id != access.site_id or row.state not in LIVE or row.node_id not in access.below:
        raise Http404
    return row


def _handled(access: SiteAccess, tenure_id: int) -> TenureRow:
    """A visible place that the viewer may change."""
    row = access.row_of(tenure_id)
    if not access.handles(row):
        raise Http404
    return row


@page(Permission.SITE_MANAGE)
def join(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    """Invite a firm that stood by name, now that it has an ID, into its own place."""
    access = access_to(request, site_id)
    row = _handled(access, tenure_id)
    if row.business_id is not None:
        raise Http404
    form = InvitationForm(request.POST or None, site=access.site)
    for name in ("business_name", "work", "from_on", "last_on"):
        del form.fields[name]
    form.fields["business_id"].required = True
    if request.method == "POST" and form.is_valid():
        try:
            join_named_firm(tenure_id, BusinessId(form.cleaned_data["business_id"]), **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.invited"))
            return redirect("business:structure", site_id)
    context = {
        "form": form, "site": access.site, "above": row.name, "title": "structure.join",
        "submit_key": "structure.send_invite",
    }  # fmt: skip
    return form_page(request, "business/invite.html", context)


@require_POST
def _withdraw(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    row = get_tenure(tenure_id, on=access_to(request, site_id).on)
    if row is None or row.site_id != site_id:
        raise Http404
    try:
        withdraw_tenure(tenure_id, **_by(request))
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("structure.withdrawn"))
    return redirect("business:structure", site_id) if find_access(request, site_id) else redirect("business:sites")


withdraw = page(Permission.SITE_MANAGE)(_withdraw)


@never_cache
@page(Permission.SITE_MANAGE)
def site_key(request: HttpRequest, site_id: int, node_id: int = 0) -> HttpResponse:
    """The key by which firms take a place below by themselves: make it, show it, take it back."""
    access, above = _parent(request, site_id, node_id)
    key = find_site_key(site_id, node_id or None, on=access.on)
    if request.method == "POST":
        if "withdraw" not in request.POST:
            make_site_key(access.site_id, node_id or None, **_by(request))
        elif key:
            withdraw_site_key(key.id, **_by(request))
            success(request, _("key.withdrawn"))
        return redirect(request.path)
    context = {"site": access.site, "above": above, "key": key, "shown": shown_code(key.code) if key else ""}
    return render(request, "business/site_key.html", context)


@page(Permission.BUSINESS_SITES)
def join_site(request: HttpRequest) -> HttpResponse:
    """Take a place by a site key: type it, see which site it is, confirm."""
    if not viewer_of(request).reach.is_whole:
        raise Http404
    form: KeyForm = KeyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "business/join_site.html", {"form": form})
    try:
        key = check_site_key(form.cleaned_data["key"], on=jst_day(timezone.now()))
    except RegistryError as error:
        add_refusal(form, error)
        return form_page(request, "business/join_site.html", {"form": form})
    return _confirm_key(request, key)


def _working_since(request: HttpRequest, site_id: int) -> date | None:
    """Since when people of the viewer's firm work on a site without a place of it, as far as their days can be completed."""
    since = month_before(jst_day(timezone.now()))
    rows = list_lacking_on_site(site_id, Reason.STRUCTURE_MISSING, since=since, business_id=business_of(request))
    return min((row.first_on for row in rows), default=None)


def _confirm_key(request: HttpRequest, key: SiteKeyRow) -> HttpResponse:
    """The second step: from when and for what work."""
    site = find_site(key.site_id)
    if site is None:
        raise Http404
    asked = "from_on" in request.POST
    form = JoinKeyForm(
        request.POST if asked else None, site=site, key=shown_code(key.code), begun=_working_since(request, site.id)
    )
    if asked and form.is_valid():
        typed = form.cleaned_data
        try:
            join_by_key(key.code, business_of(request), from_on=typed["from_on"], work=typed["work"], **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("key.joined").format(site=site.name))
            return redirect("business:roster", site.id)
    firms = names_of_businesses([site.business_id, key.made_by_id])
    context = {"form": form, "site": site, "prime": firms[site.business_id], "above": firms[key.made_by_id]}
    return form_page(request, "business/confirm_key.html", context)
