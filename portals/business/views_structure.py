"""The structure of a site as it is read: the tree, what it waits for, one firm's place; invitations and their answers."""

from collections import Counter
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import looked_at
from portals.base.forms import add_refusal, form_page, refusal
from portals.business.forms import ReasonForm
from portals.business.lacking import lacking_people, shown_lacking
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.core.days import jst_day, month_before
from registry.core.errors import RegistryError
from registry.disclosure.queries import see_workers_on_site
from registry.histories.states import Reason
from registry.sites.queries import names_of_sites
from registry.structures.operations.tenures import accept_invitation, decline_invitation
from registry.structures.queries import TenureRow, get_tenure, list_ended_places, list_invitations
from registry.structures.states import TenureState
from registry.workers.states import DayItem

VACANT = "vacant"
TONES: dict[str, str] = {
    TenureState.ACCEPTED: "good", TenureState.INVITED: "waiting", TenureState.NAMED: "neutral", TenureState.DECLINED: "bad",
    VACANT: "bad",
}  # fmt: skip
# What is mended first stands first.
_TO_DO = (TenureState.DECLINED, VACANT, TenureState.INVITED, TenureState.NAMED)


def _tier(tier: int) -> str:
    """一次, 二次, … as the trade writes it."""
    numerals = "一二三四五六七八九"
    return _("structure.tier").format(
        tier=numerals[tier - 1] if tier <= len(numerals) and get_language() == "ja" else tier
    )


def _since(at: datetime) -> str:
    days = (timezone.now() - at).days
    return _("structure.since_days").format(days=days) if days else _("structure.since_today")


def _state(row: TenureRow) -> str:
    return VACANT if row.is_vacant else str(row.state)


def shown_place(row: TenureRow, access: SiteAccess) -> dict[str, Any]:
    """One firm of the tree."""
    state = _state(row)
    return {
        "row": row, "state": state, "tone": TONES[state],
        "label": _(f"tenure.{state}"), "tier": _tier(row.tier), "since": _since(row.answered_at or row.invited_at),
        "is_own": access.is_own(row), "handles": access.handles(row),
        "may_change": access.handles(row) or (access.manages and access.is_own(row)),
        "url": reverse("business:tenure", args=[row.site_id, row.id]), "children": [],
    }  # fmt: skip


def _tree(access: SiteAccess) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The visible places as a tree, and the same one after the other."""
    flat = [shown_place(row, access) for row in access.rows]
    nodes = {one["row"].node_id: one for one in reversed(flat)}  # under who holds it: overdue invitations stand behind
    roots: list[dict[str, Any]] = []
    for one in flat:
        above = nodes.get(one["row"].parent_id)
        (above["children"] if above else roots).append(one)
    return roots, flat


def _to_do(flat: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is missing and whose turn it is, the worst first, then the longest waiting."""
    open_ones = [one for one in flat if one["state"] in _TO_DO and one["may_change"]]
    return sorted(open_ones, key=lambda one: (_TO_DO.index(one["state"]), one["row"].invited_at))


def holes_of(access: SiteAccess) -> list[dict[str, Any]]:
    """The places of a site that wait for somebody, as its page lists them."""
    return _to_do(_tree(access)[1])


@page(Permission.SITE_VIEW)
def structure(request: HttpRequest, site_id: int) -> HttpResponse:
    """The tree of a site's firms, with what is missing and who is waited for."""
    access = access_to(request, site_id)
    roots, flat = _tree(access)
    counts = Counter(one["state"] for one in flat)
    empty = [
        one for one in flat if one["state"] == TenureState.ACCEPTED and not one["row"].people and not one["children"]
    ]
    lacking, more_lacking = lacking_people(access, Reason.STRUCTURE_MISSING) if access.is_prime else ([], False)
    people = see_workers_on_site(
        viewer_of(request), site_id, {row.worker_id for row in lacking}, at=timezone.now(), days=looked_at((lacking, [DayItem.DAY]))
    ) if lacking else {}  # fmt: skip
    ended = list_ended_places(site_id, since=month_before(access.on), on=access.on)
    prime = names_of_businesses([access.site.business_id])[access.site.business_id]
    invited = [one for one in access.structure.tenures if one.state is TenureState.INVITED]
    context = {
        "site": access.site, "is_prime": access.is_prime, "is_over": not access.is_prime and not access.current,
        "may_invite": access.answers, "own_places": access.current if access.manages else [], "may_give": viewer_of(request).has(Permission.BUSINESS_SITES),
        "prime": prime, "tree": roots, "to_do": _to_do(flat), "empty": empty, "firms": access.firms,
        "ended": [row for row in ended if access.handles(row)],
        "people": len({row.worker_id for row in access.roster}),
        "own_people": len({row.worker_id for row in access.roster if row.business_id == business_of(request)}),
        "lacking": shown_lacking(lacking, people, {}, site_id=site_id, invited=invited), "more_lacking": more_lacking,
        "counts": [(TONES[state], _("structure.number_of").format(state=_(f"tenure.{state}"), count=counts[state]))
                   for state in (TenureState.ACCEPTED, *_TO_DO) if counts[state]],
    }  # fmt: skip
    return render(request, "business/structure.html", context)


@page(Permission.SITE_VIEW)
def tenure(request: HttpRequest, site_id: int, tenure_id: int) -> HttpResponse:
    """One firm's place: since when, as what, who waits for whom, and what can be done."""
    access = access_to(request, site_id)
    row = access.row_of(tenure_id)
    one = shown_place(row, access)
    holder = access.holder_of(row.parent_id) if row.parent_id else None
    above = holder.name if holder else ""
    names = names_of_businesses([row.invited_by_id, access.site.business_id])
    in_use = row.people or any(other.parent_id == row.node_id for other in access.rows)
    context = {
        "site": access.site, "one": one, "above": above or names[access.site.business_id],
        "invited_by": names[row.invited_by_id], "may_undo": row.state is TenureState.ACCEPTED and not in_use,
    }  # fmt: skip
    return render(request, "business/tenure.html", context)


@page(Permission.SITE_MANAGE)
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations that wait for the firm's answer."""
    rows = list_invitations(business_of(request), on=jst_day(timezone.now()))
    sites, firms = names_of_sites(row.site_id for row in rows), names_of_businesses(row.invited_by_id for row in rows)
    shown = [
        {"row": row, "site": sites[row.site_id], "firm": firms[row.invited_by_id], "days": _since(row.invited_at)}
        for row in rows
    ]  # fmt: skip
    may_answer = viewer_of(request).has(Permission.BUSINESS_SITES) and viewer_of(request).reach.is_whole
    return render(request, "business/invitations.html", {"invitations": shown, "may_answer": may_answer})


def _own_invitation(request: HttpRequest, tenure_id: int) -> TenureRow:
    row = get_tenure(tenure_id, on=jst_day(timezone.now()))
    if row is None or row.business_id != business_of(request):
        raise Http404
    return row


def _answered_before(request: HttpRequest, row: TenureRow, answer: TenureState) -> HttpResponse | None:
    """Where a page that was left open leads once the invitation has another answer than this one, or was taken back."""
    if row.state in {TenureState.INVITED, answer}:
        return None
    firm = names_of_businesses([row.invited_by_id])[row.invited_by_id]
    say_error(
        request, _(f"structure.before.{row.state}").format(firm=firm, site=names_of_sites([row.site_id])[row.site_id])
    )
    return redirect("business:invitations")


@require_POST
def _accept(request: HttpRequest, tenure_id: int) -> HttpResponse:
    row = _own_invitation(request, tenure_id)
    if instead := _answered_before(request, row, TenureState.ACCEPTED):
        return instead
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
    if instead := _answered_before(request, row, TenureState.DECLINED):
        return instead
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
    return form_page(request, "business/decline.html", context)
