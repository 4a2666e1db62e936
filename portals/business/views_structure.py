"""The structure of a site: the tree, inviting, answering, exchanging and ending; what waits for the firm's answer."""

from typing import Any

from django import forms
from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, refusal
from portals.business.forms import DayForm, InvitationForm, ReasonForm
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import BusinessId
from registry.sites.queries import names_of_sites
from registry.structures.operations.tenures import (
    accept_invitation,
    decline_invitation,
    end_tenure,
    exchange_firm,
    invite_firm,
    join_named_firm,
    withdraw_invitation,
)
from registry.structures.queries import TenureRow, get_tenure, list_invitations, list_structure, load_structure
from registry.structures.states import TenureState

TONES = {
    TenureState.ACCEPTED: "good", TenureState.INVITED: "waiting", TenureState.NAMED: "neutral", TenureState.DECLINED: "bad",
}  # fmt: skip


def _tier(tier: int) -> str:
    """一次, 二次, … as the trade writes it."""
    numerals = "一二三四五六七八九"
    return _("structure.tier").format(
        tier=numerals[tier - 1] if tier <= len(numerals) and get_language() == "ja" else tier
    )


def _since(row: TenureRow) -> str:
    days = (timezone.now() - row.invited_at).days
    return _("structure.since_days").format(days=days) if days else _("structure.since_today")


def _shown(row: TenureRow, access: SiteAccess, own: BusinessId) -> dict[str, Any]:
    """One line of the tree with what the viewer can do there."""
    below_own = access.is_prime or row.business_id != own
    return {
        "row": row, "tone": TONES[row.state], "label": _(f"tenure.{row.state}"), "tier": _tier(row.tier), "is_own": row.business_id == own,
        "may_invite": row.state is not TenureState.DECLINED, "may_change": below_own, "days": _since(row),
    }  # fmt: skip


def _rows_for(access: SiteAccess) -> list[TenureRow]:
    """The whole tree for the prime; for others their way up and what hangs below them."""
    rows = list_structure(access.site.id, on=jst_day(timezone.now()))
    if access.is_prime:
        return rows
    structure = load_structure(access.site.id)
    seen = structure.below(row.node_id for row in access.tenures)
    for row in access.tenures:
        node_id = row.parent_id
        while node_id is not None:
            seen.add(node_id)
            node_id = structure.parents[node_id]
    return [row for row in rows if row.node_id in seen]


@page(Permission.SITE_MANAGE)
def structure(request: HttpRequest, site_id: int) -> HttpResponse:
    """The tree of a site's firms, with what is missing and who is waited for."""
    access, own = access_to(request, site_id), business_of(request)
    rows = [_shown(row, access, own) for row in _rows_for(access)]
    mine = {one.node_id for one in access.tenures}
    own_below = load_structure(site_id).below(mine) if not access.is_prime else set()
    for one in rows:
        inside = access.is_prime or one["row"].node_id in own_below
        one["may_invite"] &= inside
        one["may_change"] &= inside
    prime = names_of_businesses([access.site.business_id])[access.site.business_id]
    context = {"site": access.site, "is_prime": access.is_prime, "prime": prime, "rows": rows}
    return render(request, "business/structure.html", context)


def _by(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {"by": viewer_of(request).actor(), "at": now, "on": jst_day(now)}


@page(Permission.SITE_MANAGE)
def invite(request: HttpRequest, site_id: int, node_id: int = 0) -> HttpResponse:
    """Invite a firm below another one, or below the prime."""
    access = access_to(request, site_id)
    above = next((row.name for row in _rows_for(access) if row.node_id == node_id), "")
    if (node_id and not above) or (not node_id and not access.is_prime):
        raise Http404
    form = InvitationForm(request.POST or None, site=access.site)
    if request.method == "POST" and form.is_valid():
        try:
            invite_firm(access.site_id, node_id or None, form.place(), **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.named" if form.place().business_id is None else "structure.invited"))
            return redirect("business:structure", site_id)
    context = {"form": form, "site": access.site, "above": above, "title": "structure.invite"}
    return render(request, "business/invite.html", context, status=422 if form.errors else 200)


@page(Permission.SITE_MANAGE)
def exchange(request: HttpRequest, site_id: int, node_id: int) -> HttpResponse:
    """Give a place to another firm from a day on; what hangs below stays."""
    access = access_to(request, site_id)
    rows = [row for row in _rows_for(access) if row.node_id == node_id]
    if not rows:
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
    context = {"form": form, "site": access.site, "above": rows[0].name, "title": "structure.exchange"}
    return render(request, "business/invite.html", context, status=422 if form.errors else 200)


def _tenure_on(request: HttpRequest, site_id: int, tenure_id: int) -> tuple[SiteAccess, TenureRow]:
    access = access_to(request, site_id)
    row = get_tenure(tenure_id, on=jst_day(timezone.now()))
    if row is None or row.site_id != site_id:
        raise Http404
    return access, row


@page(Permission.SITE_MANAGE)
def end(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    """Close a firm's place from a day on, saying what follows."""
    access, row = _tenure_on(request, site_id, tenure_id)
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_tenure(tenure_id, until_on=form.cleaned_data["until_on"], **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.ended"))
            return redirect("business:structure", site_id)
    context = {"form": form, "site": access.site, "row": row}
    return render(request, "business/end_tenure.html", context, status=422 if form.errors else 200)


@page(Permission.SITE_MANAGE)
def join(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    """Invite a firm that stood by name, now that it has an ID, into its own place."""
    access, row = _tenure_on(request, site_id, tenure_id)
    if row.business_id is not None:
        raise Http404
    form = InvitationForm(request.POST or None, site=access.site)
    for name in ("business_name", "work", "from_on", "last_on"):
        del form.fields[name]
    if request.method == "POST" and form.is_valid():
        try:
            join_named_firm(tenure_id, BusinessId(form.cleaned_data["business_id"] or 0), **_by(request))
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.invited"))
            return redirect("business:structure", site_id)
    context = {"form": form, "site": access.site, "above": row.name, "title": "structure.join"}
    return render(request, "business/invite.html", context, status=422 if form.errors else 200)


@require_POST
def _withdraw(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    _tenure_on(request, site_id, tenure_id)
    try:
        withdraw_invitation(tenure_id, **_by(request))
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("structure.withdrawn"))
    return redirect("business:structure", site_id)


withdraw = page(Permission.SITE_MANAGE)(_withdraw)


@page(Permission.SITE_MANAGE)
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations that wait for the firm's answer."""
    rows = list_invitations(business_of(request), on=jst_day(timezone.now()))
    sites, firms = names_of_sites(row.site_id for row in rows), names_of_businesses(row.invited_by_id for row in rows)
    shown = [
        {"row": row, "site": sites[row.site_id], "firm": firms[row.invited_by_id], "days": _since(row)}
        for row in rows
    ]  # fmt: skip
    may_answer = viewer_of(request).has(Permission.BUSINESS_SITES)
    return render(request, "business/invitations.html", {"invitations": shown, "may_answer": may_answer})


def _own_invitation(request: HttpRequest, tenure_id: int) -> TenureRow:
    row = get_tenure(tenure_id, on=jst_day(timezone.now()))
    if row is None or row.business_id != business_of(request):
        raise Http404
    return row


@require_POST
def _accept(request: HttpRequest, tenure_id: int) -> HttpResponse:
    row = _own_invitation(request, tenure_id)
    try:
        accept_invitation(tenure_id, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
        return redirect("business:invitations")
    success(request, _("structure.accepted"))
    return redirect("business:roster", row.site_id)


accept = page(Permission.BUSINESS_SITES)(_accept)


@page(Permission.BUSINESS_SITES)
def decline(request: HttpRequest, tenure_id: int) -> HttpResponse:
    """Refuse an invitation with a reason."""
    row = _own_invitation(request, tenure_id)
    form: forms.Form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            decline_invitation(tenure_id, reason=reason, by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("structure.declined"))
            return redirect("business:invitations")
    context = {"form": form, "site_name": names_of_sites([row.site_id])[row.site_id]}
    return render(request, "business/decline.html", context, status=422 if form.errors else 200)
