"""Days as the prime and the firms on the path see them: a site's month and day, what waits, answers in bulk, CSV."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.messages import error as say_error
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import TONES, OfWorker, looked_at
from portals.base.edits import Words
from portals.base.exports import csv_answer
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.months import chosen_month, months_beside
from portals.base.search import pages_around, start_of
from portals.base.templatetags.ds import listed
from portals.business.claims import shown_claims
from portals.business.day_keys import key_of, place_of
from portals.business.forms import DayRefusalForm, EditRefusalForm, RefusalForm
from portals.business.site_access import SiteAccess, access_to, own_site
from portals.business.views_days import LINES, lines_of, names_of, page_of, with_days
from portals.business.views_firm import business_of
from portals.business.views_refusals import shown_refused
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, WorkerId, grouped
from registry.core.numbers import stored_number
from registry.disclosure.queries import see_workers_on_site
from registry.histories.derive.deadlines import last_answer_on
from registry.histories.operations.binder import bind_at_once
from registry.histories.operations.claim_checks import ClaimSiteClosedError, ClaimTooLateError
from registry.histories.operations.claims import approve_claims, refuse_claim
from registry.histories.operations.edits import (
    DayDecidedError,
    approve_edits,
    decide_days,
    refuse_edit,
    refuse_position,
)
from registry.histories.queries import (
    ClaimRow,
    DayRow,
    EditRow,
    Only,
    RefusedRow,
    get_claim,
    get_edit,
    list_chosen_claims,
    list_days_at,
    list_doubtful_at,
    list_doubtful_of_site,
    list_open_claims,
    list_open_edits,
    list_positions_said,
    list_refused_of_month,
    list_waiting_of_site,
    sum_days_of_site,
    sum_people_of_site,
)
from registry.histories.rules import DOUBTS, may_decide, may_refuse_position
from registry.histories.states import ClaimState, Reason
from registry.papers.queries import list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.queries import SiteRow, list_joined_sites
from registry.workers.states import ALL_OF_DAYS, DayItem


@page(Permission.SITE_VIEW)
def site_days(request: HttpRequest, site_id: int, year: int | None = None, month: int | None = None) -> HttpResponse:
    """A site's month: who worked, what is incomplete; for the prime what waits for its word."""
    access, chosen, now = access_to(request, site_id), chosen_month(year, month), timezone.now()
    start, only = start_of(request), Only() if access.is_prime else Only(business_of(request))
    sums = sum_people_of_site(site_id, chosen, only)
    shown, found = page_of(sums, start), _for_prime(access, chosen)
    first = found.first()
    seen = looked_at(
        (shown, [DayItem.DAY]), (first.refused, [DayItem.DAY]), (first.self_declared, [DayItem.DAY]),
        (first.claims + first.closed, ALL_OF_DAYS - {DayItem.FIRM}), (first.edits + first.positions, [DayItem.DAY, DayItem.ROLE]),
        (first.waiting + first.lapsed + first.doubts, [DayItem.DAY, DayItem.TIMES]),
    )  # fmt: skip
    names = names_of(see_workers_on_site(viewer_of(request), site_id, seen, at=now, days=seen))
    context = {
        "site": access.site, "is_prime": access.is_prime, "manages": access.manages, "month": chosen, "lines": with_days(lines_of(shown, names), chosen, site_id),
        "by_day": [{"row": one, "url": _url_of(site_id, one.day)} for one in sum_days_of_site(site_id, chosen, only)],
        "joined": list_joined_sites(site_id)[:LINES] if first.claims or first.waiting else [],
        **_shown_for_prime(access.site, first, names), "self_declared_count": len(found.self_declared),
        **{f"more_{kind}": max(0, len(rows) - LINES) for kind, rows in found._asdict().items()},
        "pages": pages_around(request, start, more=len(sums) > start + LINES, size=LINES),
        **months_beside("business:site_days_of_month", chosen, site_id),
    }  # fmt: skip
    return render(request, "business/site_days.html", context)


class _ForPrime(NamedTuple):
    """What waits on a site for the prime's word, and what it has refused; nothing of it is the affair of others."""

    claims: list[ClaimRow]
    closed: list[ClaimRow]  # entries without an answer; the site was closed too long ago (ruling 28)
    self_declared: list[ClaimRow]
    edits: list[EditRow]
    positions: list[EditRow]
    waiting: list[DayRow]
    lapsed: list[DayRow]  # days without a word; it is too late for one
    doubts: list[DayRow]
    refused: list[RefusedRow]

    def first(self) -> "_ForPrime":
        """What a page shows of it: positions are few, so all of them."""
        return _ForPrime._make(rows[:LINES] for rows in self)._replace(positions=self.positions)


def _for_prime(access: SiteAccess, month: date) -> _ForPrime:
    """All of it, days in a month."""
    if not access.answers:
        return _ForPrime._make([] for _kind in _ForPrime._fields)
    site, on = access.site, access.on
    claims, waiting = list_open_claims([site.id]), list_waiting_of_site(site.id, month)
    in_time = [claim for claim in claims if not claim.is_self_declared]
    return _ForPrime(
        claims=[claim for claim in in_time if claim.may_be_answered(on)],
        closed=[claim for claim in in_time if not claim.may_be_answered(on)],
        self_declared=[claim for claim in claims if claim.is_self_declared],
        edits=list_open_edits(site.id),
        positions=_positions_said(site, month, on=on),
        waiting=[row for row in waiting if may_decide(row.bound, site, on=on)],
        lapsed=[row for row in waiting if not may_decide(row.bound, site, on=on)],
        doubts=list_doubtful_of_site(site.id, month, on=on),
        refused=list_refused_of_month(site.id, month, size=LINES + 1),
    )


def _shown_for_prime(site: SiteRow, found: _ForPrime, names: dict[int, str]) -> dict[str, Any]:
    """The same in words."""
    lapsed = _shown_waiting(found.lapsed, names, tuple(Reason))
    claims = [_with_doubts(site, one) for one in shown_claims(found.claims, names, for_prime=True)]
    return {
        "claims": claims,
        "chosen_claims": sum(one["is_chosen"] for one in claims),
        "closed": shown_claims(found.closed, names, for_prime=True),
        "self_declared": shown_claims(found.self_declared, names),
        "edits": _shown_edits(site.id, found.edits, names),
        "positions": _shown_edits(site.id, found.positions, names),
        "waiting": _shown_waiting(found.waiting, names, tuple(Reason)),
        "lapsed": [{**one, "last_on": last_answer_on(one["row"].day, site.closed_on)} for one in lapsed],
        "doubts": _shown_waiting(found.doubts, names, DOUBTS),
        "refused": shown_refused(found.refused, names),
    }


def _with_doubts(site: SiteRow, one: dict[str, Any]) -> dict[str, Any]:
    """An entry with what speaks against its day; such a one, or one that was refused before, is not chosen to begin with."""
    claim: ClaimRow = one["row"]
    is_outside = not site.is_open_on(claim.day)
    return one | {
        "is_outside": is_outside,
        "is_chosen": not (is_outside or claim.refused_before or claim.answer_reason),
    }


def _shown_waiting(rows: list[DayRow], names: dict[int, str], reasons: Collection[Reason]) -> list[dict[str, Any]]:
    """Days for the prime's word, with those of their reasons for which it is asked."""
    return [
        {
            "key": key_of(row.worker_id, row.bound.day), "row": row.bound, "tone": TONES[row.bound.standing],
            "name": names.get(row.worker_id, grouped(row.worker_id)),
            "causes": [_(f"reason.{code}.cause") for code in row.bound.reasons if code in reasons],
        }
        for row in rows
    ]  # fmt: skip


def _shown_edits(site_id: int, edits: list[EditRow], names: dict[int, str]) -> list[dict[str, Any]]:
    """Late edits that wait, each beside what the day says now."""
    rows = list_days_at(site_id, {(edit.worker_id, edit.day) for edit in edits})
    now = {(row.worker_id, row.bound.day): row.bound.assignment for row in rows}
    words = Words()
    return [
        {
            "row": edit, "name": names.get(edit.worker_id, grouped(edit.worker_id)), "wanted": words.of(edit),
            "now": words.of(now[place]) if (place := (edit.worker_id, edit.day)) in now else "",
            "who": _(f"day.side.{edit.side}"),
        }
        for edit in edits
    ]  # fmt: skip


def _positions_said(site: SiteRow, month: date, *, on: date) -> list[EditRow]:
    """立場 that employers said of days of a month and the prime may refuse (ruling 29)."""
    said = list_positions_said(site.id, month)
    rows = list_days_at(site.id, {(edit.worker_id, edit.day) for edit in said})
    firms = {(row.worker_id, row.bound.day): row.bound.assignment.business_id for row in rows}
    return [
        edit for edit in said if may_refuse_position(edit.day, site, firm=firms.get((edit.worker_id, edit.day)), on=on)
    ]


def _url_of(site_id: int, day: date) -> str:
    return reverse("business:site_day", args=[site_id, day.year, day.month, day.day])


@page(Permission.SITE_VIEW)
def site_export(request: HttpRequest, site_id: int, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of a site in a month as CSV."""
    chosen = chosen_month(year, month)
    days = list_days(viewer_of(request), Wish(PaperKind.SITE_DAYS, chosen, chosen, site_id), at=timezone.now())
    return csv_answer(f"就業履歴_{days.subject}_{chosen:%Y%m}", days.lines)


@require_POST
def _approve(request: HttpRequest, site_id: int) -> HttpResponse:
    """Approve the chosen claims, several at once."""
    own_site(request, site_id)
    chosen = {stored_number(one) for one in request.POST.getlist("claim")}
    mine = {claim.id for claim in list_open_claims([site_id])}
    count = approve_claims(chosen & mine, by=viewer_of(request).actor(), at=timezone.now())
    claims = list_chosen_claims(site_id, chosen)
    bind_at_once((one.worker_id, one.day) for one in claims if one.state is ClaimState.APPROVED)
    left = _left_out([one for one in claims if one.id not in mine or one.state is not ClaimState.APPROVED])
    if count:
        success(request, _("claim.approved_count").format(count=count))
    if left:
        info(request, left)
    elif not count:
        info(request, _("bulk.none_chosen"))
    return redirect(_back(request, site_id))


def _left_out(claims: list[ClaimRow]) -> str:
    """How many of the chosen claims were not approved, and why; the list on the screen may be old."""
    whys = {ClaimState.WITHDRAWN: "withdrawn", ClaimState.OPEN: "late"}
    counts = Counter(whys.get(claim.state, "answered") for claim in claims)
    said = listed(_(f"claim.left_out.{why}").format(count=count) for why, count in sorted(counts.items()))
    return _("claim.left_out_count").format(count=len(claims), why=said) if claims else ""


approve = page(Permission.SITE_MANAGE)(_approve)


@page(Permission.SITE_MANAGE)
def refuse(request: HttpRequest, site_id: int, claim_id: int) -> HttpResponse:
    """Refuse a claim with a reason."""
    site, claim = own_site(request, site_id), get_claim(claim_id)
    if claim is None or claim.site_id != site_id:
        raise Http404
    if not claim.may_be_answered(jst_day(timezone.now())):
        too_late = ClaimTooLateError() if claim.is_self_declared else ClaimSiteClosedError()
        info(request, refusal(too_late).message)
        return redirect(_back(request, site_id))
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            refuse_claim(claim_id, reason=reason, by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            bind_at_once([(claim.worker_id, claim.day)])
            success(request, _("claim.was_refused"))
            return redirect(_back(request, site_id))
    names = _names_on_site(request, site_id, [claim], ALL_OF_DAYS - {DayItem.FIRM})
    context = {
        "form": form,
        "site": site,
        "one": shown_claims([claim], names, for_prime=True)[0],
        "back_url": _back(request, site_id),
    }
    return form_page(request, "business/refuse_claim.html", context)


@require_POST
def _approve_edits(request: HttpRequest, site_id: int) -> HttpResponse:
    """Approve the chosen late edits, several at once."""
    own_site(request, site_id)
    chosen = set(request.POST.getlist("edit"))
    mine = [edit for edit in list_open_edits(site_id) if str(edit.id) in chosen]
    count = approve_edits([edit.id for edit in mine], by=viewer_of(request).actor(), at=timezone.now())
    bind_at_once((edit.worker_id, edit.day) for edit in mine)
    if count:
        success(request, _("claim.approved_count").format(count=count))
    else:
        info(request, _("day.edit.answered_already" if chosen else "bulk.none_chosen"))
    return redirect(_back(request, site_id))


approve_late_edits = page(Permission.SITE_MANAGE)(_approve_edits)


@page(Permission.SITE_MANAGE)
def refuse_said(request: HttpRequest, site_id: int, edit_id: int) -> HttpResponse:
    """Refuse a late edit, or the position that an employer said in time, with a reason."""
    site, edit = own_site(request, site_id), get_edit(edit_id)
    if edit is None or edit.site_id != site_id or not (edit.late or edit.position):
        raise Http404
    form = EditRefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, refuse = form.cleaned_data["reason"], refuse_edit if edit.late else refuse_position
        if refuse(edit_id, reason=reason, by=viewer_of(request).actor(), at=timezone.now()):
            bind_at_once([(edit.worker_id, edit.day)])
            success(request, _("claim.was_refused"))
        else:
            info(request, _("day.edit.answered_already"))
        return redirect(_back(request, site_id))
    names = _names_on_site(request, site_id, [edit], [DayItem.DAY, DayItem.ROLE])
    context = {
        "form": form, "site": site, "edit": edit, "one": _shown_edits(site_id, [edit], names)[0],
        "back_url": _back(request, site_id),
    }  # fmt: skip
    return form_page(request, "business/refuse_edit.html", context)


def _rows_asked(site: SiteRow, asked: set[str]) -> tuple[list[DayRow], int]:
    """Those of the days asked for that wait for the prime's word, or that it may doubt; and for how many it is too late."""
    on = jst_day(timezone.now())
    rows = [row for row in list_waiting_of_site(site.id) if key_of(row.worker_id, row.bound.day) in asked]
    places = {
        place for key in asked - {key_of(row.worker_id, row.bound.day) for row in rows} if (place := place_of(key))
    }
    in_time = [row for row in rows if may_decide(row.bound, site, on=on)]
    return in_time + list_doubtful_at(site.id, places, on=on), len(rows) - len(in_time)


def _decide(request: HttpRequest, site_id: int) -> HttpResponse:
    """Say of the chosen days whether they count; that they do not needs a reason, asked for on a page of its own.

    Who threw away the draft of a reason, or had to log in meanwhile, comes without a choice and chooses anew.
    """
    site, asked = own_site(request, site_id), set(request.POST.getlist("day"))
    back = _back(request, site_id)
    if request.method != "POST":
        return redirect(back)
    (rows, late), counts = _rows_asked(site, asked), "counts" in request.POST
    if late:
        info(request, _("day.decided_too_late").format(count=late))
    form = DayRefusalForm(request.POST if "reason" in request.POST else None)
    if rows and (counts or form.is_valid()):
        _say_of(request, site, rows, counts=counts, reason="" if counts else form.cleaned_data["reason"])
    elif rows:
        return _ask_reason(request, site, rows, form, back)
    elif not late:
        info(request, _("day.decided_before" if asked else "bulk.none_chosen"))
    return redirect(back)


def _say_of(request: HttpRequest, site: SiteRow, rows: Sequence[DayRow], *, counts: bool, reason: str) -> None:
    """Say of days whether they count, and tell what became of it."""
    days = [(WorkerId(row.worker_id), row.bound.day) for row in rows]
    by, at = viewer_of(request).actor(), timezone.now()
    try:
        count = decide_days(SiteId(site.id), days, counts=counts, reason=reason, by=by, at=at)
    except DayDecidedError as error:
        say_error(request, refusal(error).message)
        return
    bind_at_once(days)
    if count:
        success(request, _("day.decided_counts" if counts else "day.decided_counts_not").format(count=count))
    else:
        info(request, _("day.decided_before"))


_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")


def _back(request: HttpRequest, site_id: int) -> str:
    """The address of the page from which something was answered: the list of a month, or the devices."""
    came_from = request.GET.get("back", "")
    if came_from == "devices":
        return reverse("business:devices", args=[site_id])
    if month := _MONTH.fullmatch(came_from):
        return reverse("business:site_days_of_month", args=[site_id, *map(int, month.groups())])
    return reverse("business:site_days", args=[site_id])


def _names_on_site(
    request: HttpRequest, site_id: int, rows: Sequence[OfWorker], items: Collection[DayItem]
) -> dict[int, str]:  # fmt: skip
    """The names of those of whose days some items are shown."""
    ids = {row.worker_id for row in rows}
    days = looked_at((rows, items))
    return names_of(see_workers_on_site(viewer_of(request), site_id, ids, at=timezone.now(), days=days))


def _ask_reason(
    request: HttpRequest, site: SiteRow, rows: list[DayRow], form: DayRefusalForm, back_url: str
) -> HttpResponse:  # fmt: skip
    """Why the chosen days do not count; who they are stands above."""
    names = _names_on_site(request, site.id, rows, [DayItem.DAY])
    days = [
        {"key": key_of(row.worker_id, row.bound.day), "on": row.bound.day, "name": names.get(row.worker_id, grouped(row.worker_id))} for row in rows
    ]  # fmt: skip
    context = {"form": form, "site": site, "back_url": back_url, "days": days}
    return form_page(request, "business/refuse_days.html", context, about=[str(day["key"]) for day in days])


decide = page(Permission.SITE_MANAGE)(_decide)
