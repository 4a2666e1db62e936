"""One person's days of a month on one site: for the prime, and for the firms above as far as their path goes."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.approvals import ShownApproval, shown_approvals
from portals.base.days import NO_DECISIONS, NO_REFUSALS, Decisions, approval_in_words, by_place, looked_at, shown_day
from portals.base.edits import TONES, shown_edits
from portals.base.months import chosen_month
from portals.base.touches import touches_on_site
from portals.base.withdrawn import shown_withdrawn
from portals.business.day_keys import key_of
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_days import names_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.ids import grouped
from registry.disclosure.queries import see_workers_on_site
from registry.histories.queries import (
    ClaimRow,
    DayRow,
    DecisionRow,
    approvals_of,
    count_days,
    last_decisions,
    list_claims_of_worker,
    list_days_on_site,
    list_refused_of_worker,
    touches_of_month,
    trades_in_words,
)
from registry.histories.rules import may_take_back
from registry.workers.states import ALL_OF_DAYS, DayItem

Said = dict[date, dict[str, Any]]
NOTHING_SAID: dict[str, Any] = {"entries": (), "decision": None, "edits": None}


@page(Permission.SITE_VIEW)
def person_on_site(request: HttpRequest, site_id: int, year: int, month: int, worker_id: int) -> HttpResponse:
    """Which days somebody was on the site in a month, and what each rests on; 404 where the viewer sees none of them."""
    access, chosen = access_to(request, site_id), chosen_month(year, month)
    rows = _visible(access, business_of(request), list_days_on_site(worker_id, site_id, chosen))
    withdrawn = shown_withdrawn(worker_id, chosen, site_id=site_id) if access.is_prime else []
    if not (rows or withdrawn):
        raise Http404
    seen = looked_at((rows, ALL_OF_DAYS), ((one["row"] for one in withdrawn), [DayItem.DAY]))
    names = names_of(see_workers_on_site(viewer_of(request), site_id, [worker_id], at=timezone.now(), days=seen))
    context = {
        "name": names.get(worker_id, grouped(worker_id)), "site": access.site, "month": chosen,
        "is_prime": access.is_prime, "counters": count_days(rows), "shown": _shown(access, worker_id, chosen, rows),
        "withdrawn": withdrawn,
    }  # fmt: skip
    return render(request, "business/person_on_site.html", context)


def _visible(access: SiteAccess, own: int, rows: list[DayRow]) -> list[DayRow]:
    """The prime sees all days, a firm above others those of its path (ruling 38)."""
    return [row for row in rows if access.is_prime or own in row.bound.assignment.path]


def _shown(access: SiteAccess, worker_id: int, month: date, rows: list[DayRow]) -> list[dict[str, Any]]:
    """The days in words with the touches that they rest on; what was entered, decided and corrected is for the prime alone."""
    refused = by_place(list_refused_of_worker(worker_id, month)) if access.is_prime else NO_REFUSALS
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    firms = names_of_businesses({row.bound.assignment.business_id or 0 for row in rows})
    found = touches_of_month(worker_id, access.site_id, month)
    touches = touches_on_site(worker_id, access.site_id, found, with_source=access.is_prime)
    decisions = last_decisions(worker_id, month) if access.is_prime else NO_DECISIONS
    claims = [claim for claim in list_claims_of_worker(worker_id, month) if claim.site_id == access.site_id]
    approvals = {day: approval_in_words(one.how) for (_, _, day), one in approvals_of(rows).items()}
    said = _said(access.site_id, worker_id, month, claims, decisions) if access.is_prime else {}
    return [
        {
            "day": shown_day(row, "", refused, decisions), "touches": touches.get(bound.day, []),
            "firm": firms.get(bound.assignment.business_id or 0, ""),
            "trade": trades_in_words(bound.assignment, trades),
            "position": positions.get(bound.assignment.position, ""), "work": bound.assignment.work,
            "approval": approvals.get(bound.day, ""),
            "take_back": _to_take_back(access, row, decisions.get((access.site_id, bound.day))),
            "url": reverse("business:site_day", args=[access.site_id, bound.day.year, bound.day.month, bound.day.day]),
            **said.get(bound.day, NOTHING_SAID),
        }
        for row in rows
        for bound in [row.bound]
    ]  # fmt: skip


def _to_take_back(access: SiteAccess, row: DayRow, decision: DecisionRow | None) -> str:
    """What names a day in the form by which its prime takes back that it counts; nothing where the viewer may not."""
    counts = access.answers and decision is not None and decision.counts
    may = counts and may_take_back(row.bound, access.site, on=access.on)
    return key_of(row.worker_id, row.bound.day) if may else ""


def _said(site_id: int, worker_id: int, month: date, claims: list[ClaimRow], decisions: Decisions) -> Said:
    """For the prime, by day: what was entered by hand, what it decided itself, later words on the day."""
    entries: dict[date, list[dict[str, Any]]] = {}
    approved = shown_approvals(claims)
    for claim in claims:
        entries.setdefault(claim.day, []).append(_entry(claim, approved.get(claim.id)))
    edits = shown_edits(worker_id, month)
    days = {day for site, day in [*decisions, *edits] if site == site_id} | entries.keys()
    return {
        day: {
            "entries": entries.get(day, []), "decision": decisions.get((site_id, day)), "edits": edits.get((site_id, day)),
        }
        for day in days
    }  # fmt: skip


def _entry(claim: ClaimRow, approved: ShownApproval | None) -> dict[str, Any]:
    """An entry and how it stands."""
    if claim.is_entered_anew:
        shown = {"tone": "neutral", "label": _("claim.standing.entered_anew")}
    else:
        shown = {"tone": TONES.get(claim.state, "waiting"), "label": _(f"claim.{claim.state}")}
    return {**shown, "row": claim, "entered_by": _(f"day.side.{claim.entered_by}"), "approved": approved}
