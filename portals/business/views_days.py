"""Days as firms see them: the employer's month, the prime's site month with what waits, answers in bulk, CSV."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import TONES
from portals.base.exports import csv_answer
from portals.base.forms import add_refusal, refusal
from portals.base.months import chosen_month, months_beside
from portals.base.records import full_name
from portals.business.forms import ReasonForm
from portals.business.site_access import access_to, own_site
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.days import end_of_next_month, jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, WorkerId, grouped
from registry.disclosure.queries import see_workers, see_workers_on_site
from registry.histories.operations.claims import approve_claims, confirm_claim, decide_days, refuse_claim
from registry.histories.queries import (
    ClaimRow,
    DayRow,
    count_days,
    get_claim,
    list_claims_of_workers,
    list_month_of_firm,
    list_month_of_site,
    list_open_claims,
)
from registry.histories.states import Standing
from registry.sites.queries import names_of_sites


def _lines(rows: list[DayRow], names: dict[int, str]) -> list[dict[str, Any]]:
    """One line a person: the three counters, and what is missing on how many days, whose turn it is."""
    by_worker: dict[int, list[DayRow]] = defaultdict(list)
    for row in rows:
        by_worker[row.worker_id].append(row)
    lines = []
    for worker_id, found in by_worker.items():
        missing = Counter(reason for row in found for reason in row.bound.reasons)
        lines.append({
            "worker_id": worker_id, "name": names.get(worker_id, grouped(worker_id)), "counters": count_days(found),
            "missing": [
                {"text": _(f"reason.{code}.cause"), "who": _(f"reason.{code}.who"), "count": count}
                for code, count in missing.most_common()
            ],
        })  # fmt: skip
    return sorted(lines, key=lambda line: str(line["name"]))


@page(Permission.BUSINESS_WORKERS)
def days(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """Who of us worked where in a month, what is incomplete, and whose turn it is; claims to confirm."""
    chosen, now = chosen_month(year, month), timezone.now()
    rows = list_month_of_firm(business_of(request), chosen)
    people = see_workers(viewer_of(request), {row.worker_id for row in rows}, at=now)
    names = {worker_id: full_name(seen) for worker_id, seen in people.items() if full_name(seen)}
    claims = list_claims_of_workers({row.worker_id for row in rows})
    context = {
        "month": chosen, "lines": _lines(rows, names), "claims": [_shown_claim(claim, names) for claim in claims],
        **months_beside("business:days_of_month", chosen),
    }  # fmt: skip
    return render(request, "business/days.html", context)


def _shown_claim(claim: ClaimRow, names: dict[int, str]) -> dict[str, Any]:
    left = (end_of_next_month(claim.day) - jst_day(timezone.now())).days
    days_left = _("claim.days_left").format(days=left) if left >= 0 else _("claim.overdue")
    return {"row": claim, "name": names.get(claim.worker_id, grouped(claim.worker_id)), "left": days_left}


@page(Permission.BUSINESS_WORKERS)
def export(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of the firm's people in a month as CSV."""
    chosen = chosen_month(year, month)
    rows = list_month_of_firm(business_of(request), chosen)
    people = see_workers(viewer_of(request), {row.worker_id for row in rows}, at=timezone.now())
    names = {worker_id: full_name(seen) for worker_id, seen in people.items()}
    sites: dict[object, str] = dict(names_of_sites(row.bound.site_id for row in rows if row.bound.site_id).items())
    return csv_answer(f"就業履歴_自社_{chosen:%Y%m}", rows, sites, names)


@require_POST
def _confirm(request: HttpRequest, claim_id: int) -> HttpResponse:
    claim = get_claim(claim_id)
    if claim is None:
        raise Http404
    confirm_claim(claim_id, by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("claim.confirmed"))
    return redirect("business:days_of_month", claim.day.year, claim.day.month)


confirm = page(Permission.BUSINESS_WORKERS)(_confirm)


def _site_rows(request: HttpRequest, site_id: int, chosen: date) -> list[DayRow]:
    """The prime sees all days of its site; a firm above others its path."""
    access, own = access_to(request, site_id), business_of(request)
    rows = list_month_of_site(site_id, chosen)
    return rows if access.is_prime else [row for row in rows if own in row.bound.assignment.path]


@page(Permission.SITE_MANAGE)
def site_days(request: HttpRequest, site_id: int, year: int | None = None, month: int | None = None) -> HttpResponse:
    """A site's month: who worked, what is incomplete; for the prime what waits for its word."""
    access, chosen, now = access_to(request, site_id), chosen_month(year, month), timezone.now()
    rows = _site_rows(request, site_id, chosen)
    claims = list_open_claims([site_id]) if access.is_prime else []
    ids = {row.worker_id for row in rows} | {claim.worker_id for claim in claims}
    people = see_workers_on_site(viewer_of(request), site_id, ids, at=now)
    names = {worker_id: full_name(seen) for worker_id, seen in people.items() if full_name(seen)}
    waiting = [row for row in rows if row.bound.standing is Standing.WAITING] if access.is_prime else []
    context = {
        "site": access.site, "is_prime": access.is_prime, "month": chosen, "lines": _lines(rows, names),
        "claims": [_shown_claim(claim, names) for claim in claims],
        "waiting": [
            {
                "key": f"{row.worker_id}:{row.bound.day.isoformat()}", "row": row.bound, "tone": TONES[row.bound.standing],
                "name": names.get(row.worker_id, grouped(row.worker_id)),
                "causes": [_(f"reason.{code}.cause") for code in row.bound.reasons],
            }
            for row in waiting
        ],
        **months_beside("business:site_days_of_month", chosen, site_id),
    }  # fmt: skip
    return render(request, "business/site_days.html", context)


@page(Permission.SITE_MANAGE)
def site_export(request: HttpRequest, site_id: int, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of a site in a month as CSV."""
    access, chosen = access_to(request, site_id), chosen_month(year, month)
    rows = _site_rows(request, site_id, chosen)
    people = see_workers_on_site(viewer_of(request), site_id, {row.worker_id for row in rows}, at=timezone.now())
    names = {worker_id: full_name(seen) for worker_id, seen in people.items()}
    return csv_answer(f"就業履歴_{access.site.name}_{chosen:%Y%m}", rows, {site_id: access.site.name}, names)


@require_POST
def _approve(request: HttpRequest, site_id: int) -> HttpResponse:
    """Approve the chosen claims, several at once."""
    own_site(request, site_id)
    chosen = {int(one) for one in request.POST.getlist("claim") if one.isascii() and one.isdigit()}
    mine = {claim.id for claim in list_open_claims([site_id])}
    count = approve_claims(chosen & mine, by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("claim.approved_count").format(count=count))
    return redirect("business:site_days", site_id)


approve = page(Permission.SITE_MANAGE)(_approve)


@page(Permission.SITE_MANAGE)
def refuse(request: HttpRequest, site_id: int, claim_id: int) -> HttpResponse:
    """Refuse a claim with a reason."""
    site, claim = own_site(request, site_id), get_claim(claim_id)
    if claim is None or claim.site_id != site_id:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            refuse_claim(claim_id, reason=reason, by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("claim.was_refused"))
            return redirect("business:site_days", site_id)
    context = {"form": form, "site": site, "claim": claim}
    return render(request, "business/refuse_claim.html", context, status=422 if form.errors else 200)


@require_POST
def _decide(request: HttpRequest, site_id: int) -> HttpResponse:
    """Say of the chosen days whether they count."""
    own_site(request, site_id)
    chosen = []
    for one in request.POST.getlist("day"):
        number, _colon, day = one.partition(":")
        try:
            chosen.append((WorkerId(int(number)), date.fromisoformat(day)))
        except ValueError:
            continue
    counts = "counts" in request.POST
    try:
        decide_days(SiteId(site_id), chosen, counts=counts, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("day.decided").format(count=len(chosen)))
    return redirect("business:devices" if "from_devices" in request.POST else "business:site_days", site_id)


decide = page(Permission.SITE_MANAGE)(_decide)
