"""320: the worker's days: the calendar of a month, what a day rests on, days entered by hand."""

from datetime import date
from typing import Any

from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.approvals import shown_approvals
from portals.base.calendars import DayMark, DayState
from portals.base.day_forms import counted_by_touch, refuse_counted
from portals.base.days import (
    NO_DECISIONS,
    NO_REFUSALS,
    Decisions,
    Refusals,
    ShownDay,
    by_place,
    refusal_of,
    shown_day,
    times_said,
)
from portals.base.edits import TONES, said_now, shown_edits
from portals.base.entries import take_back
from portals.base.exports import csv_answer
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.joining import join_page
from portals.base.months import chosen_day, chosen_month, months_beside
from portals.base.records import full_name
from portals.base.touches import shown_touches
from portals.base.withdrawn import shown_withdrawn
from portals.worker.claim_steps import steps_of
from portals.worker.forms import EditForm, NoteForm, OwnClaimForm
from portals.worker.own_sites import own_sites
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, WorkerId
from registry.disclosure.queries import see_workers
from registry.histories.derive.binding import BoundDay
from registry.histories.operations.binder import bind_at_once
from registry.histories.operations.claim_checks import ReplyTooLateError
from registry.histories.operations.claims import answer_refusal, enter_claim
from registry.histories.operations.edits import edit_day, withdraw_edit
from registry.histories.queries import (
    ClaimRow,
    DayRow,
    approvals_of,
    count_days,
    count_histories,
    get_claim,
    get_edit,
    last_decisions,
    list_claims_of_worker,
    list_days_of_worker,
    list_refused_of_worker,
    list_unregistered,
    months_of_worker,
    touches_of_day,
    trades_in_words,
    unregistered_among,
)
from registry.histories.rules import due_on_of, may_decide, needs_approval
from registry.histories.states import Approval, ClaimState, Side, Standing
from registry.papers.queries import list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.queries import find_site, load_sites, names_of_sites

MARKS = {
    Standing.FORMAL: DayState.COUNTED, Standing.WAITING: DayState.WAITING, Standing.CLAIMED: DayState.CLAIMED,
    Standing.UNAPPROVED: DayState.UNAPPROVED, Standing.NONE: DayState.MISSING,
}  # fmt: skip
BEST_LAST = (Standing.NONE, Standing.UNAPPROVED, Standing.CLAIMED, Standing.WAITING, Standing.FORMAL)


def site_names(rows: list[DayRow], claims: list[ClaimRow]) -> dict[object, str]:
    """Names of sites, and of unregistered ones by their claims."""
    names: dict[object, str] = dict(names_of_sites(row.bound.site_id for row in rows if row.bound.site_id).items())
    return names | {("claim", claim.id): claim.site_name for claim in claims}


def shown_days(
    rows: list[DayRow], claims: list[ClaimRow], refused: Refusals = NO_REFUSALS, decisions: Decisions = NO_DECISIONS
) -> list[ShownDay]:
    """Days with the names of their sites, and what primes said of them."""
    names = site_names(rows, claims)
    return [
        shown_day(row, names.get(row.bound.site_id or ("claim", row.bound.assignment.claim_id), ""), refused, decisions)
        for row in rows
    ]


def marks_of(rows: list[DayRow], refused: Refusals = NO_REFUSALS) -> list[DayMark]:
    """The calendar's marks: each day as it stands best."""
    best: dict[date, tuple[int, DayState]] = {}
    for row in rows:
        one = row.bound
        state = DayState.REFUSED if refusal_of(one, refused) else MARKS[one.standing]
        rank = BEST_LAST.index(one.standing)
        if one.day not in best or rank > best[one.day][0]:
            best[one.day] = rank, state
    return [
        DayMark(day, state, reverse("worker:day", args=[day.year, day.month, day.day]))
        for day, (_rank, state) in best.items()
    ]


# The counters of ruling 28 in their order, and the days that wait.
COUNTED = (Standing.FORMAL, Standing.CLAIMED, Standing.UNAPPROVED, Standing.WAITING)


def counter_tiles(rows: list[DayRow], month: date) -> list[dict[str, Any]]:
    """就業日数 and 就業履歴数 of a month, each counter with the way to the days behind it; waiting days only where there are any."""
    days, histories = count_days(rows), count_histories(rows)
    where = reverse("worker:days_of_month", args=[month.year, month.month])
    return [
        {
            "standing": one, "label": _(f"day.counter.{one}"), "days": getattr(days, one), "histories": getattr(histories, one),
            "how": _(f"day.numbers.{one}"),
            "url": f"{where}?show={one}#days",
        }
        for one in COUNTED
        if one is not Standing.WAITING or getattr(days, one) or getattr(histories, one)
    ]  # fmt: skip


def chosen_counter(asked: str) -> Standing | None:
    """Which counter's days are asked for."""
    return next((one for one in COUNTED if one == asked), None)


@page(Permission.WORKER_OWN)
def days(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """The calendar of a month with its counters, the days one by one, and the years at a glance."""
    worker_id, chosen = worker_of(request), chosen_month(year, month)
    rows, claims = list_days_of_worker(worker_id, chosen), list_claims_of_worker(worker_id, chosen)
    behind, refused = chosen_counter(request.GET.get("show", "")), by_place(list_refused_of_worker(worker_id, chosen))
    listed = rows if behind is None else [row for row in rows if row.bound.standing is behind]
    context = {
        "whose": full_name(see_workers(viewer_of(request), [worker_id], at=timezone.now())[worker_id]), "worker_id": worker_id,
        "month": chosen, "marks": marks_of(rows, refused), "tiles": counter_tiles(rows, chosen), "behind": behind,
        "behind_label": _(f"day.counter.{behind}") if behind else "",
        "shown": shown_days(list(reversed(listed)), claims, refused), "years": _years(worker_id),
        **months_beside("worker:days_of_month", chosen),
    }  # fmt: skip
    return render(request, "worker/days.html", context)


def _years(worker_id: int) -> list[dict[str, Any]]:
    """Formal days of each year, newest first, with the months that have any."""
    years: dict[int, dict[str, Any]] = {}
    for month, formal, claimed, unapproved, waiting in months_of_worker(worker_id):
        year = years.setdefault(month.year, {"year": month.year, "formal": 0, "beside": 0, "months": []})
        year["formal"] += formal
        year["beside"] += claimed + unapproved + waiting
        year["months"].append((month, formal))
    return sorted(years.values(), key=lambda one: -int(one["year"]))


@page(Permission.WORKER_OWN)
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """What a day rests on: touches, site, firm, trade, reasons; what was entered by hand; and what can be done."""
    chosen, worker_id = chosen_day(year, month, day), worker_of(request)
    rows = [row for row in list_days_of_worker(worker_id, chosen.replace(day=1)) if row.bound.day == chosen]
    claims = [claim for claim in list_claims_of_worker(worker_id, chosen.replace(day=1)) if claim.day == chosen]
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    firms = names_of_businesses(row.bound.assignment.business_id or 0 for row in rows)
    edits = shown_edits(worker_id, chosen.replace(day=1), chosen)
    decisions = last_decisions(worker_id, chosen.replace(day=1))
    unregistered, refused = unregistered_among(rows), by_place(list_refused_of_worker(worker_id, chosen))
    notes = _notes_of_posters(rows, claims)
    by_site = shown_touches(worker_id, touches_of_day(worker_id, chosen))
    shown = [
        {
            "is_unregistered": one.row.site_id in unregistered, "day": one, "firm": firms.get(one.row.assignment.business_id or 0, ""), "touches": by_site.get(one.row.site_id or 0, ()), "site_id": one.row.site_id,
            "trade": trades_in_words(one.row.assignment, trades),
            "position": positions.get(one.row.assignment.position, ""), "work": one.row.assignment.work,
            "edits": edits.get((one.row.site_id or 0, chosen)),
            "decision": decisions.get((one.row.site_id or 0, chosen)), "notes": notes.get(one.row.site_id or 0, ()),
        }
        for one in shown_days(rows, claims, refused, decisions)
    ]  # fmt: skip
    approved = shown_approvals(claims)
    bound = {row.bound.site_id: row.bound for row in rows}
    context = {
        "chosen": chosen,
        "shown": shown,
        "claims": [
            {**_shown_claim(claim, bound.get(claim.site_id)), "approved": approved.get(claim.id)} for claim in claims
        ],
        "withdrawn": shown_withdrawn(worker_id, chosen.replace(day=1), day=chosen),
    }
    return render(request, "worker/day.html", context)


def _shown_claim(claim: ClaimRow, bound: BoundDay | None) -> dict[str, Any]:
    today = jst_day(timezone.now())
    is_open = claim.state is ClaimState.OPEN
    is_overdue = is_open and (claim.due_on < today or claim.is_self_declared or claim.site_id is None)
    standing = "overdue" if is_overdue else "entered_anew" if claim.is_entered_anew else ""
    return {
        "row": claim, "times": times_said(claim), "tone": "neutral" if standing else TONES.get(claim.state, "waiting"),
        "label": _(f"claim.standing.{standing}") if standing else _(f"claim.{claim.state}"),
        "is_open": is_open, "is_refused": claim.state is ClaimState.REFUSED and not claim.is_entered_anew,
        "may_answer": claim.may_be_answered(today), "by_employer": claim.entered_by is Side.EMPLOYER, "notes": _notes(claim, today),
        "may_join": is_open and claim.site_id is None, "steps": steps_of(claim, bound, on=today),
    }  # fmt: skip


def _notes(claim: ClaimRow, today: date) -> list[str]:
    """What has to be known of a claim: how long it waits yet, and in which way it was approved (rulings 28, 30)."""
    if claim.site_id is None:
        return [_("claim.unregistered")]
    joined = [_("claim.joined_from").format(name=claim.first_name)] if claim.joined_at else []
    if claim.is_entered_anew:
        why = _("claim.refused_because").format(reason=claim.answer_reason)
        return [*joined, _("claim.entered_anew"), why]
    if claim.is_self_declared:
        return [*joined, _("claim.self_declared")]
    if claim.state is ClaimState.OPEN:
        return [*joined, _waiting_for(claim.due_on, today, may_be_answered=claim.may_be_answered(today))]
    return [*joined, *(_(_APPROVED[one]) for one in claim.approval)]


_APPROVED = {Approval.LATE: "claim.late_approval", Approval.SELF: "claim.self_approved"}


def _notes_of_posters(rows: list[DayRow], claims: list[ClaimRow]) -> dict[int, list[str]]:
    """The same of days by a printed poster's code, which are as entries (ruling 28), by site; an approved entry has its own."""
    entered, today = {one.site_id for one in claims if one.state is ClaimState.APPROVED}, jst_day(timezone.now())
    approvals = approvals_of([row for row in rows if row.bound.site_id not in entered])
    waiting = {one.site_id: (one, due_on) for row in rows if (one := row.bound).site_id and (due_on := due_on_of(one))}
    approved = {site_id: [_(_APPROVED[how]) for how in one.how] for (_worker, site_id, _day), one in approvals.items()}
    return approved | {
        site_id: [
            _waiting_for(waiting[site_id][1], today, may_be_answered=may_decide(waiting[site_id][0], site, on=today))
        ]
        for site_id, site in load_sites(waiting).items()
    }


def _waiting_for(due_on: date, today: date, *, may_be_answered: bool) -> str:
    """How long an open claim waits yet, or that nobody can answer it any more (ruling 28)."""
    if not may_be_answered:
        return _("claim.closed_open")
    left = (due_on - today).days
    return _("claim.left_open").format(days=left) if left >= 0 else _("claim.overdue_open")


@page(Permission.WORKER_OWN)
def new_claim(
    request: HttpRequest, site_id: int | None = None, year: int | None = None, month: int = 1, day: int = 1
) -> HttpResponse:  # fmt: skip
    """320-10: enter a day by hand; of a site and a day that are known already where they were read."""
    worker_id = worker_of(request)
    form = OwnClaimForm(request.POST or None, worker=worker_id, sites=own_sites(worker_id))
    form.initial["site_id"] = site_id
    if year is not None:
        form.initial["day"] = chosen_day(year, month, day)
    if request.method == "POST" and form.is_valid() and _enter(request, form):
        on = form.cleaned_data["day"]
        return redirect("worker:days_of_month", on.year, on.month)
    return form_page(request, "worker/new_claim.html", {"form": form})


def _enter(request: HttpRequest, form: OwnClaimForm) -> bool:
    """Enter what was typed, and say what follows; False where that is refused beside its field."""
    worker_id, on, site_id = worker_of(request), form.cleaned_data["day"], form.cleaned_data["site_id"]
    if counted_by_touch(site_id, [worker_id], on):
        where = reverse("worker:edit_day", args=[site_id, on.year, on.month, on.day])
        refuse_counted(form, "day", (where, _("day.edit")))
        return False
    by, key = viewer_of(request).actor(), form.cleaned_data["form_key"]
    try:
        enter_claim(WorkerId(worker_id), form.claim(), key=key, by=by, at=timezone.now())
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("claim.entered").format(follows=form.what_follows()))
    bind_at_once([(worker_id, on)])
    return True


def _own_claim(request: HttpRequest, claim_id: int) -> ClaimRow:
    claim = get_claim(claim_id)
    if claim is None or claim.worker_id != worker_of(request):
        raise Http404
    return claim


def _to_day(claim_day: date) -> HttpResponse:
    return redirect("worker:day", claim_day.year, claim_day.month, claim_day.day)


@page(Permission.WORKER_OWN)
def join(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Give a day of an unregistered site, and all others of the same name, the site ID (ruling 30)."""
    claim = _own_claim(request, claim_id)
    same = [one for one in list_unregistered(worker_id=claim.worker_id) if one.first_name == claim.first_name]
    if claim.site_id is not None or not same:
        info(request, _("claim.joined_already"))
        return _to_day(claim.day)
    return join_page(
        request, same, back_url=reverse("worker:day", args=[claim.day.year, claim.day.month, claim.day.day])
    )


@require_POST
def _withdraw(request: HttpRequest, claim_id: int) -> HttpResponse:
    claim = _own_claim(request, claim_id)
    take_back(request, claim)
    return _to_day(claim.day)


withdraw = page(Permission.WORKER_OWN)(_withdraw)


@page(Permission.WORKER_OWN)
def answer(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Answer a refusal: the prime looks at it once more."""
    claim = _own_claim(request, claim_id)
    if claim.is_entered_anew and request.method != "POST":
        info(request, _("claim.entered_anew"))
        return _to_day(claim.day)
    if request.method != "POST" and not claim.may_be_answered(jst_day(timezone.now())):
        info(request, refusal(ReplyTooLateError()).message)
        return _to_day(claim.day)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_refusal(claim_id, note=form.cleaned_data["note"], by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            bind_at_once([(claim.worker_id, claim.day)])
            success(request, _("claim.answered"))
            return _to_day(claim.day)
    return form_page(request, "worker/answer.html", {"form": form, "claim": claim})


@page(Permission.WORKER_OWN)
def edit(request: HttpRequest, site_id: int, year: int, month: int, day: int) -> HttpResponse:
    """Say another trade or work of a day; after the end of the next month the prime is asked."""
    chosen, worker_id, now = chosen_day(year, month, day), worker_of(request), timezone.now()
    rows, site = list_days_of_worker(worker_id, chosen.replace(day=1)), find_site(site_id)
    found = [row.bound for row in rows if row.bound.day == chosen and row.bound.site_id == site_id]
    if site is None or not found:
        raise Http404
    form = EditForm(request.POST or None, worker=worker_id, work=found[0].assignment.work)
    by = viewer_of(request).actor()
    if request.method == "POST" and form.is_valid():
        try:
            holds = edit_day(WorkerId(worker_id), SiteId(site_id), chosen, **form.cleaned_data, by=by, at=now)
        except RegistryError as error:
            add_refusal(form, error)
        else:
            bind_at_once([(worker_id, chosen)])
            success(request, _("day.edited" if holds else "day.edit.asked"))
            return _to_day(chosen)
    waits = needs_approval(chosen, site, by=by, on=jst_day(now))
    context = {"form": form, "chosen": chosen, "waits": waits, "now": said_now(found[0].assignment, site.name)}
    return form_page(request, "worker/edit_day.html", context)


@require_POST
def _withdraw_edit(request: HttpRequest, edit_id: int) -> HttpResponse:
    row = get_edit(edit_id)
    if row is None or row.worker_id != worker_of(request):
        raise Http404
    if withdraw_edit(edit_id, by=viewer_of(request).actor(), at=timezone.now()):
        success(request, _("day.edit.taken_back"))
    else:
        info(request, _("day.edit.answered_already"))
    return _to_day(row.day)


take_back_edit = page(Permission.WORKER_OWN)(_withdraw_edit)


@page(Permission.WORKER_OWN)
def export(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """就業履歴一覧 of a month as CSV."""
    chosen = chosen_day(year, month)
    days = list_days(viewer_of(request), Wish(PaperKind.WORKER_DAYS, chosen, chosen), at=timezone.now())
    return csv_answer(f"就業履歴_{chosen:%Y%m}", days.lines)
