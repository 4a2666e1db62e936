"""Days as the employer sees them: the month of its people, claims to confirm, days entered for them, edits, CSV."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.approvals import shown_approvals
from portals.base.day_forms import counted_by_touch, refuse_counted
from portals.base.days import approval_in_words, by_place, looked_at, shown_day
from portals.base.edits import said_now, shown_edits
from portals.base.entries import take_back
from portals.base.exports import csv_answer
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.joining import join_page
from portals.base.months import chosen_month, months_beside
from portals.base.records import full_name
from portals.base.search import kept_search, pages_around, search_page, start_of
from portals.base.templatetags.ds import listed
from portals.business.claims import known_claim, shown_claims
from portals.business.forms import DayEditForm, PeopleClaimForm
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.audit.operations import Seen
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, WorkerId, grouped
from registry.disclosure.queries import LISTED, find_workers, see_workers_at_work
from registry.histories.operations.binder import bind_at_once
from registry.histories.operations.claim_checks import ClaimSiteClosedError, ClaimTooLateError
from registry.histories.operations.claims import confirm_claim, enter_claims
from registry.histories.operations.edits import edit_day, withdraw_edit
from registry.histories.queries import (
    ClaimRow,
    DayRow,
    PersonSum,
    approvals_of,
    approved_claims,
    count_days,
    entered_by_firm,
    get_claim,
    get_edit,
    last_decisions,
    list_claims_of_worker,
    list_claims_to_confirm,
    list_days_for_firm,
    list_refused_of_worker,
    list_unregistered,
    names_of_claimed_sites,
    sum_people_of_firm,
    trades_in_words,
    unregistered_among,
)
from registry.histories.rules import needs_approval
from registry.histories.states import ClaimState
from registry.papers.queries import day_lines, list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.queries import ALL_AT_MOST, SHOWN_AT_MOST, find_site, list_sites, names_of_sites
from registry.structures.queries import list_sites_below
from registry.workers.queries import linked_businesses
from registry.workers.states import ALL_OF_DAYS, DayItem

LINES = 50  # people on a page


def lines_of(sums: Iterable[PersonSum], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """One line a person: the three counters, and what is missing on how many days, whose turn it is.

    Two people may have one name: the ID stands with it.
    """
    return [
        {
            "worker_id": one.worker_id, "site_id": one.site_id, "counters": one.counters, "uncounted": one.uncounted,
            "name": names.get(one.worker_id, grouped(one.worker_id)),
            "id": grouped(one.worker_id) if one.worker_id in names else "", "lacking": one.lacking,
            "missing": [
                {"text": _(f"reason.{code}.cause"), "who": _(f"reason.{code}.who"), "count": count}
                for code, count in one.missing
            ],
        }
        for one in sums
    ]  # fmt: skip


def with_days(lines: list[dict[str, Any]], month: date, site_id: int | None = None) -> list[dict[str, Any]]:
    """The lines of people on sites, each with the way to that person's days on the site in a month."""
    return [
        {
            **line,
            "url": reverse("business:person_on_site", args=[site_id or line["site_id"], month.year, month.month, line["worker_id"]]),
        }
        for line in lines
    ]  # fmt: skip


def page_of(sums: list[PersonSum], start: int) -> list[PersonSum]:
    """A page of people: who lacks most comes first."""
    ordered = sorted(sums, key=lambda one: (-one.lacking, one.worker_id))
    return ordered[start : start + LINES]


def names_of(people: Mapping[int, Seen]) -> dict[int, str]:
    """Names, as far as the viewer may read them."""
    return {worker_id: full_name(seen) for worker_id, seen in people.items() if full_name(seen)}


@page(Permission.BUSINESS_WORKERS)
def days(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """Who of us worked where in a month, what is incomplete, and whose turn it is; claims to confirm."""
    chosen, now, own = chosen_month(year, month), timezone.now(), business_of(request)
    start, sums = start_of(request), sum_people_of_firm(own, chosen)
    shown, claims = page_of(sums, start), list_claims_to_confirm(own, on=jst_day(now))
    wanted = {one.worker_id for one in shown} | {claim.row.worker_id for claim in claims}
    seen = looked_at((shown, [DayItem.DAY]), ((claim.row for claim in claims), ALL_OF_DAYS - {DayItem.FIRM}))
    names = names_of(see_workers_at_work(viewer_of(request), wanted, at=now, days=seen))
    lines = lines_of(shown, names)
    sites = names_of_sites({site_id for one in shown for site_id in one.sites if site_id})
    for line, one in zip(lines, shown, strict=True):
        line["site"] = listed(sites.get(site_id or 0, _("own_day.without_id")) for site_id in one.sites)
        line["url"] = reverse("business:person_days", args=[line["worker_id"], chosen.year, chosen.month])
    context = {
        "month": chosen, "lines": lines, "with_site": True,
        "unregistered": _by_name(list_unregistered(business_id=own)),
        "claims": [
            {**shown, "is_done": claim.is_done}
            for claim, shown in zip(claims, shown_claims((one.row for one in claims), names), strict=True)
        ],
        "pages": pages_around(request, start, more=len(sums) > start + LINES, size=LINES),
        **months_beside("business:days_of_month", chosen),
    }  # fmt: skip
    return render(request, "business/days.html", context)


def _by_name(claims: list[ClaimRow]) -> list[dict[str, Any]]:
    """Days on sites without ID, a line for each name that was typed."""
    names: dict[str, list[ClaimRow]] = {}
    for claim in claims:
        names.setdefault(claim.first_name, []).append(claim)
    return [
        {"name": name, "claim_id": found[0].id, "days": len(found), "people": len({one.worker_id for one in found})}
        for name, found in names.items()
    ]


@page(Permission.BUSINESS_WORKERS)
def join(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Give the days of our people on an unregistered site the site ID, all of one name together (ruling 30)."""
    ours = list_unregistered(business_id=business_of(request))
    name = next((claim.first_name for claim in ours if claim.id == claim_id), None)
    if name is None:
        known_claim(request, claim_id)
        info(request, _("claim.joined_already"))
        return redirect("business:days")
    return join_page(request, [one for one in ours if one.first_name == name], back_url=reverse("business:days"))


@page(Permission.BUSINESS_WORKERS)
def export(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of the firm's people in a month as CSV."""
    chosen = chosen_month(year, month)
    days = list_days(viewer_of(request), Wish(PaperKind.FIRM_DAYS, chosen, chosen), at=timezone.now())
    return csv_answer(f"就業履歴_自社_{chosen:%Y%m}", days.lines)


@require_POST
def _confirm(request: HttpRequest, claim_id: int) -> HttpResponse:
    claim = known_claim(request, claim_id)
    if claim.state is not ClaimState.OPEN:
        info(request, _("claim.answered_already"))
    else:
        try:
            confirm_claim(claim_id, by=viewer_of(request).actor(), at=timezone.now())
        except (ClaimTooLateError, ClaimSiteClosedError) as error:
            info(request, refusal(error).message)
        else:
            success(request, _("claim.confirmed"))
    return redirect("business:days_of_month", claim.day.year, claim.day.month)


confirm = page(Permission.BUSINESS_WORKERS)(_confirm)


def _known_sites(request: HttpRequest) -> dict[int, str]:
    """Sites in whose structure the firm stands, and its own, as far as they are in reach."""
    own, reach = business_of(request), viewer_of(request).reach
    found = (*list_sites_below(own, reach, limit=ALL_AT_MOST), *list_sites(own, reach=reach, limit=ALL_AT_MOST))
    return {site.id: site.name for site in found}


@page(Permission.BUSINESS_WORKERS)
def new_claims(request: HttpRequest) -> HttpResponse:
    """Enter a day for one's own people: the reader was broken, the cards lay at home."""
    if "words" in request.POST:
        return search_page(request, reverse("business:new_claims"))
    start, words = start_of(request), kept_search(request) or ""
    found = find_workers(viewer_of(request), words, at=timezone.now(), start=start, only=LISTED)
    people = [(str(seen.subject_id), name) for seen in found.rows if (name := full_name(seen))]
    form = PeopleClaimForm(request.POST or None, people=people, sites=_known_sites(request), offered=SHOWN_AT_MOST)
    if request.method == "POST" and form.is_valid() and _enter(request, form, people):
        on = form.cleaned_data["day"]
        return redirect("business:days_of_month", on.year, on.month)
    context = {
        "form": form, "words": words, "nobody": not people,
        **pages_around(request, start, more=found.more),
    }  # fmt: skip
    return form_page(request, "business/new_claims.html", context)


def _enter(request: HttpRequest, form: PeopleClaimForm, people: list[tuple[str, str]]) -> bool:
    """Enter a day for the chosen people, and say for whom not; False where it is refused beside its field."""
    on, site_id, by = form.cleaned_data["day"], form.cleaned_data["site_id"], viewer_of(request).actor()
    chosen = [WorkerId(int(one)) for one in dict.fromkeys(form.cleaned_data["workers"])]
    counted = counted_by_touch(site_id, chosen, on, firm=business_of(request))
    if counted == set(chosen):
        links = [
            (reverse("business:person_days", args=[one, on.year, on.month]), name)
            for one, name in people if int(one) in counted
        ]  # fmt: skip
        refuse_counted(form, "day", *links)
        return False
    asked = [one for one in chosen if one not in counted]
    try:
        entered = enter_claims(asked, form.claim(), key=form.cleaned_data["form_key"], by=by, at=timezone.now())
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("claim.entered_for").format(count=len(entered), follows=form.what_follows()))
    if left_out := [name for one, name in people if int(one) in set(chosen) - set(entered)]:
        info(request, _("claim.left_out").format(names=listed(left_out)))
    bind_at_once((one, on) for one in entered)
    return True


class Person(NamedTuple):
    """One of the firm's people in a month: the days for the firm, and what it may know of those for others."""

    name: str
    rows: list[DayRow]
    elsewhere: list[dict[str, Any]]


def _person(request: HttpRequest, worker_id: int, chosen: date) -> Person:
    """Somebody linked today, or who worked for the firm in a month; 404 for all others."""
    own, now = business_of(request), timezone.now()
    rows = list_days_for_firm(worker_id, own, chosen)
    if not rows and own not in linked_businesses([worker_id], on=jst_day(now)).get(worker_id, ()):
        raise Http404
    people = see_workers_at_work(
        viewer_of(request), [worker_id], at=now, elsewhere_in=chosen, days=looked_at((rows, ALL_OF_DAYS))
    )
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    others: Any = people[worker_id].get("days_elsewhere") or []
    elsewhere = [
        {"day": one.day, "trade": trades.get(one.trade, one.trade), "position": positions.get(one.position, "")}
        for one in others
    ]
    return Person(names_of(people).get(worker_id, ""), rows, elsewhere)


def _own_entries(request: HttpRequest, worker_id: int, month: date) -> dict[tuple[int | None, date], int]:
    """What the firm itself has entered of a worker's month and can still take back, by site (or claim) and day."""
    entered = [one for one in list_claims_of_worker(worker_id, month) if one.state is ClaimState.OPEN]
    ours = entered_by_firm([one.id for one in entered], business_of(request))
    return {(one.site_id or one.id, one.day): one.id for one in entered if one.id in ours}


@require_POST
def _withdraw(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Take back what the firm has entered for one of its people."""
    claim = get_claim(claim_id)
    if claim is None or claim_id not in entered_by_firm([claim_id], business_of(request)):
        raise Http404
    take_back(request, claim)
    return redirect("business:person_days", claim.worker_id, claim.day.year, claim.day.month)


withdraw = page(Permission.BUSINESS_WORKERS)(_withdraw)


@page(Permission.BUSINESS_WORKERS)
def person_days(request: HttpRequest, worker_id: int, year: int, month: int) -> HttpResponse:
    """One of the firm's people: the days of a month one by one with what each lacks; days for others without their place."""
    chosen = chosen_month(year, month)
    person = _person(request, worker_id, chosen)
    sites = names_of_sites(row.bound.site_id for row in person.rows if row.bound.site_id)
    claimed = names_of_claimed_sites(
        [row.bound.assignment.claim_id for row in person.rows if row.bound.assignment.claim_id]
    )
    trades, positions, edits = code_names(Table.TRADES), code_names(Table.POSITIONS), shown_edits(worker_id, chosen)
    decisions, unregistered = last_decisions(worker_id, chosen), unregistered_among(person.rows)
    approvals, claims = approvals_of(person.rows), approved_claims(person.rows)
    approved = shown_approvals(claims.values())
    refused, open_ones = by_place(list_refused_of_worker(worker_id, chosen)), _own_entries(request, worker_id, chosen)
    shown = [
        {
            "day": shown_day(row, sites.get(row.bound.site_id or 0) or claimed.get(row.bound.assignment.claim_id or 0, ""), refused, decisions),
            "entry": open_ones.get((row.bound.site_id or row.bound.assignment.claim_id, row.bound.day)),
            "site_id": row.bound.site_id, "is_unregistered": row.bound.site_id in unregistered,
            "trade": trades_in_words(row.bound.assignment, trades),
            "approval": approval_in_words(approvals[place].how) if place in approvals else "", "approved": approved.get(claim.id) if claim else None,
            "position": positions.get(row.bound.assignment.position, ""), "work": row.bound.assignment.work,
            "edits": edits.get((row.bound.site_id or 0, row.bound.day)),
            "decision": decisions.get((row.bound.site_id or 0, row.bound.day)),
        }
        for row in person.rows
        for place in [(worker_id, row.bound.site_id or 0, row.bound.day)]
        for claim in [claims.get(place)]
    ]  # fmt: skip
    context = {
        "name": person.name or grouped(worker_id), "worker_id": worker_id, "month": chosen, "shown": shown,
        "counters": count_days(person.rows), "elsewhere": person.elsewhere,
        **months_beside("business:person_days", chosen, worker_id),
    }  # fmt: skip
    return render(request, "business/person_days.html", context)


@page(Permission.BUSINESS_WORKERS)
def person_export(request: HttpRequest, worker_id: int, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of one of the firm's people in a month as CSV, with the days for others, without their place."""
    chosen = chosen_month(year, month)
    person = _person(request, worker_id, chosen)
    known = {"worker_id": worker_id, "name": person.name, "firm": _("export.elsewhere")}
    lines = day_lines(person.rows, {worker_id: person.name})
    file_name = f"就業履歴_{person.name.replace(' ', '')}_{chosen:%Y%m}"
    return csv_answer(file_name, lines, [{**known, **one, "day": one["day"].isoformat()} for one in person.elsewhere])


@page(Permission.BUSINESS_WORKERS)
def edit(request: HttpRequest, worker_id: int, site_id: int, year: int, month: int, day: int) -> HttpResponse:  # noqa: PLR0917 -- the parts of the address
    """Say another trade, position or work of a day that was worked for the firm."""
    chosen = chosen_month(year, month)
    found = [
        row for row in list_days_for_firm(worker_id, business_of(request), chosen)
        if row.bound.site_id == site_id and row.bound.day.day == day
    ]  # fmt: skip
    site, now, by = find_site(site_id), timezone.now(), viewer_of(request).actor()
    if not found or site is None:
        raise Http404
    on, said = found[0].bound.day, found[0].bound.assignment
    seen = looked_at((found, [DayItem.DAY, DayItem.ROLE]))
    names = names_of(see_workers_at_work(viewer_of(request), [worker_id], at=now, days=seen))
    form = DayEditForm(request.POST or None, worker=worker_id, work=said.work)
    if request.method == "POST" and form.is_valid():
        try:
            holds = edit_day(WorkerId(worker_id), SiteId(site_id), on, **form.cleaned_data, by=by, at=now)
        except RegistryError as error:
            add_refusal(form, error)
        else:
            bind_at_once([(worker_id, on)])
            success(request, _("day.edited" if holds else "day.edit.asked"))
            return redirect("business:person_days", worker_id, year, month)
    context = {
        "form": form, "on": on, "name": names.get(worker_id, grouped(worker_id)), "worker_id": worker_id,
        "waits": needs_approval(on, site, by=by, on=jst_day(now)), "now": said_now(said, site.name),
    }  # fmt: skip
    return form_page(request, "business/edit_day.html", context)


@require_POST
def _withdraw_edit(request: HttpRequest, edit_id: int) -> HttpResponse:
    """Take back what waits for the prime."""
    row = get_edit(edit_id)
    if row is None:
        raise Http404
    if withdraw_edit(edit_id, by=viewer_of(request).actor(), at=timezone.now()):
        success(request, _("day.edit.taken_back"))
    else:
        info(request, _("day.edit.answered_already"))
    return redirect("business:person_days", row.worker_id, row.day.year, row.day.month)


take_back_edit = page(Permission.BUSINESS_WORKERS)(_withdraw_edit)
