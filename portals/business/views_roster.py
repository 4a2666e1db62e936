"""Rosters: who works for which firm on a site, with trade, position and work."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import looked_at
from portals.base.forms import add_refusal, form_page
from portals.base.records import full_kana, full_name
from portals.base.search import kept_search, pages_around, search_page, start_of
from portals.base.templatetags.ds import jdate, last_day, listed
from portals.business.forms import DayForm, LineForm, RosterForm
from portals.business.lacking import first_day, lacking_people, shown_lacking
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_days import names_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import month_before
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId, grouped
from registry.disclosure.queries import LISTED, find_workers, see_workers_on_site
from registry.histories.operations.binder import bind_at_once
from registry.histories.queries import LackingPerson
from registry.histories.states import Reason
from registry.structures.operations.ends import end_roster_entry
from registry.structures.operations.rosters import (
    RosterData,
    add_to_roster,
    change_roster_entry,
    withdraw_roster_entry,
)
from registry.structures.queries import RosterRow, TenureRow, find_roster_line, list_ended_lines, list_roster
from registry.workers.queries import load_trades
from registry.workers.states import DayItem


def _places(access: SiteAccess) -> list[TenureRow | None]:
    """Under which of its places the viewer's firm can put people on the roster; the prime needs none.

    Also under one that ended since last month: who worked there then may still be missing on it.
    """
    since = month_before(access.on)
    return (
        [None] if access.is_prime else [row for row in access.tenures if row.until_on is None or row.until_on > since]
    )


@page(Permission.SITE_VIEW)
def roster(request: HttpRequest, site_id: int) -> HttpResponse:
    """All rosters of a site that the viewer may see, firm by firm."""
    access, now, own = access_to(request, site_id), timezone.now(), business_of(request)
    rows, (lacking, more_lacking) = access.roster, _lacking(request, access)
    ended = _ended(access, own) if access.manages else []
    people = see_workers_on_site(
        viewer_of(request), site_id, {row.worker_id for row in (*rows, *ended)} | {row.worker_id for row in lacking}, at=now, roster=[*rows, *ended],
        days=looked_at((lacking, [DayItem.DAY])),
    )  # fmt: skip
    names = names_of(people)
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    firms = names_of_businesses({row.business_id for row in rows})
    groups: dict[int, dict[str, Any]] = {}
    for row in rows:
        seen = people[row.worker_id]
        lines: Any = seen.get("roster") or ()
        if row not in lines:
            continue
        group = groups.setdefault(
            row.business_id, {"id": row.business_id, "firm": firms[row.business_id], "rows": [], "people": set()}
        )
        group["people"].add(row.worker_id)  # who has two lines is one person
        group["rows"].append({
            "row": row, "name": full_name(seen) or grouped(row.worker_id), "kana": full_kana(seen),
            "trade": trades.get(row.trade, row.trade), "position": positions.get(row.position, row.position),
            "may_change": access.manages and row.business_id == own, "is_ahead": row.from_on > access.on,
        })  # fmt: skip
    lines = _lines_of_firm(access, own)
    shown = shown_lacking(
        lacking, people, lines, site_id=site_id, not_before=_first_day_of(access), no_line=partial(_no_line, access)
    )
    context = {
        "site": access.site, "is_prime": access.is_prime, "groups": sorted(groups.values(), key=lambda group: group["id"] != own),
        "lacking": shown, "more_lacking": more_lacking,
        "ended": [(row, names.get(row.worker_id) or grouped(row.worker_id)) for row in ended],
        "may_put": access.manages and any(row.worker_id not in lines for row in lacking),
        "may_add": access.manages and bool(_places(access)), "people": len({row.worker_id for row in rows}),
    }  # fmt: skip
    return render(request, "business/roster.html", context)


def _no_line(access: SiteAccess, day: date) -> str:
    """Why the firm can have nobody on the roster on a day; "" where it can."""
    if access.is_prime:
        return _("lacking.before_period") if day < access.site.from_on else ""
    return "" if any(row.from_on <= day and row.lasts(day) for row in access.tenures) else _("lacking.before_place")


def _ended(access: SiteAccess, business_id: int) -> list[RosterRow]:
    """The last lines of those of a firm who have left the roster since last month."""
    listed = {row.worker_id for row in access.roster if row.business_id == business_id}
    rows = list_ended_lines(access.site.id, business_id, since=month_before(access.on), on=access.on)
    last = {row.worker_id: row for row in sorted(rows, key=lambda row: row.from_on)}
    return [row for row in last.values() if row.worker_id not in listed]


def _lacking(request: HttpRequest, access: SiteAccess) -> tuple[list[LackingPerson], bool]:
    """The firm's people who work on the site without a line on the roster, and whether there are more."""
    return lacking_people(access, Reason.ROSTER_MISSING, business_id=business_of(request))


def _lines_of_firm(access: SiteAccess, business_id: int) -> dict[int, RosterRow]:
    """The first line of each of a firm's people on the roster."""
    lines = sorted((row for row in access.roster if row.business_id == business_id), key=lambda row: row.from_on)
    return {row.worker_id: row for row in reversed(lines)}


def _first_day_of(access: SiteAccess) -> date:
    """The first day on which the firm can have people on the roster: that of its places, or of the prime's site."""
    return min((place.from_on for place in _places(access) if place), default=access.site.from_on)


@page(Permission.SITE_MANAGE)
def add_lacking(request: HttpRequest, site_id: int) -> HttpResponse:
    """Put those on the roster who work without a line: all are ticked, from the first of their days."""
    access = access_to(request, site_id)
    places, listed_already = _places(access), _lines_of_firm(access, business_of(request))
    if not places:
        raise Http404
    lacking = [row for row in _lacking(request, access)[0] if row.worker_id not in listed_already]
    choices = _choices_of(request, access, lacking)
    first = first_day(lacking, not_before=_first_day_of(access))
    initial = {"from_on": first, "workers": [number for number, _name in choices], "tenure": _place_on(places, first)}
    form = RosterForm(request.POST or None, people=choices, site=access.site, places=places, initial=initial)
    if request.method == "POST" and form.is_valid() and _put(request, access, form, dict(choices)):
        return redirect("business:roster", site_id)
    context = {"form": form, "site": access.site, "nobody": not choices, "all_listed": not lacking}
    return form_page(request, "business/add_lacking.html", context)


def _choices_of(request: HttpRequest, access: SiteAccess, lacking: list[LackingPerson]) -> list[tuple[str, str]]:
    """All of them, also who has left the firm since: the days are still the firm's to complete."""
    people = see_workers_on_site(
        viewer_of(request), access.site.id, {row.worker_id for row in lacking}, at=timezone.now(),
        days=looked_at((lacking, [DayItem.DAY])),
    ) if lacking else {}  # fmt: skip
    names = names_of(people)
    return [(str(row.worker_id), names.get(row.worker_id) or grouped(row.worker_id)) for row in lacking]


def _place_on(places: list[TenureRow | None], day: date) -> int | None:
    """The place that the firm holds on a day."""
    held = (one.id for one in places if one and one.from_on <= day and (one.until_on is None or one.until_on > day))
    return next(held, None)


def _put(request: HttpRequest, access: SiteAccess, form: RosterForm, names: dict[str, str]) -> bool:
    """Put the chosen people on the roster; False where it is refused beside its field."""
    data = form.cleaned_data
    chosen = [WorkerId(int(one)) for one in data["workers"]]
    try:
        count = add_to_roster(
            access.site_id, form.place(), _with_trades(chosen, data), from_on=data["from_on"],
            by=viewer_of(request).actor(), at=timezone.now(),
        )  # fmt: skip
    except RegistryError as error:
        add_refusal(form, _named(error, names))
        return False
    _bind_shown(access, chosen, data["from_on"])
    success(request, _("roster.added").format(count=count))
    return True


def _bind_shown(access: SiteAccess, workers: Iterable[int], from_on: date) -> None:
    """Bind the days of this month and the last one, which the pages of a site show as lacking, from a line's first day on."""
    shown = {max(from_on, month_before(access.on)), access.on}
    bind_at_once((worker, day) for worker in workers for day in shown)


@page(Permission.SITE_MANAGE)
def add(request: HttpRequest, site_id: int) -> HttpResponse:
    """Put own people on the roster: choose many, say once what they do."""
    access, now = access_to(request, site_id), timezone.now()
    places = _places(access)
    if not places:
        raise Http404
    if "words" in request.POST:
        return search_page(request, reverse("business:add_to_roster", args=[site_id]))
    start, words = start_of(request), kept_search(request) or ""
    found = find_workers(viewer_of(request), words, at=now, start=start, only=LISTED)
    under = _listed_under(access)
    listed = set.intersection(*(under[place.id if place else None] for place in places))
    choices = [(str(seen.subject_id), full_name(seen)) for seen in found.rows if seen.subject_id not in listed]
    choices = [(number, name) for number, name in choices if name]
    form = RosterForm(
        request.POST or None, people=choices, site=access.site, places=places,
        is_first=not any(under[place.id if place else None] for place in places),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _put(request, access, form, dict(choices)):
        return redirect("business:roster", site_id)
    context = {
        "form": form, "site": access.site, "nobody": not choices, "all_listed": bool(found.rows), "words": words,
        **pages_around(request, start, more=found.more),
    }  # fmt: skip
    return form_page(request, "business/add_to_roster.html", context)


def _listed_under(access: SiteAccess) -> dict[int | None, set[int]]:
    """Who stands on which roster already, by the firm's place; the prime's own people have none."""
    under: dict[int | None, set[int]] = defaultdict(set)
    for row in list_roster(access.site.id, on=access.on):
        under[row.tenure_id].add(row.worker_id)
    return under


def _named(error: RegistryError, names: dict[str, str]) -> RegistryError:
    """The same refusal with names in place of numbers: who reads it has just chosen these people."""
    for key in ("worker", "workers"):
        if key in error.data:
            numbers = str(error.data[key]).split(", ")
            error.data[key] = listed(names.get(number, number) for number in numbers)
    return error


def _with_trades(workers: list[WorkerId], data: dict[str, Any]) -> list[tuple[WorkerId, RosterData]]:
    """What the form says of everybody; without a trade each one's own first trade."""
    own = {worker: rows[0].trade for worker, rows in load_trades(workers).items() if rows}
    return [
        (
            worker,
            RosterData(
                trade=data["trade"] or own.get(worker, ""),
                position=data["position"],
                work=data["work"],
                hazardous=data["hazardous"],
            ),
        )
        for worker in workers
    ]


def _own_line(request: HttpRequest, site_id: int, entry_id: int) -> tuple[SiteAccess, RosterRow, str]:
    """One line of the own roster, and whose it is; a second click finds it closed or replaced."""
    access, row = access_to(request, site_id), find_roster_line(site_id, entry_id)
    if row is None or row.business_id != business_of(request):
        raise Http404
    seen = see_workers_on_site(viewer_of(request), site_id, [row.worker_id], at=timezone.now(), roster=[row])
    return access, row, full_name(seen[row.worker_id]) or grouped(row.worker_id)


def _asked_day(request: HttpRequest) -> date | None:
    """The day from which on a page led here to have the line hold."""
    try:
        return date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return None


@page(Permission.SITE_MANAGE)
def change_entry(request: HttpRequest, site_id: int, entry_id: int) -> HttpResponse:
    """Change what the roster says of somebody, from a day on; the days before stay as they were."""
    access, row, name = _own_line(request, site_id, entry_id)
    form = LineForm(request.POST or None, row=row, on=_asked_day(request) or max(access.on, row.from_on))
    if request.method == "POST" and form.is_valid():
        try:
            change_roster_entry(
                entry_id, form.data_of_line(), from_on=form.cleaned_data["from_on"], by=viewer_of(request).actor(),
                at=timezone.now(),
            )  # fmt: skip
        except RegistryError as error:
            add_refusal(form, _named(error, {str(row.worker_id): name}))
        else:
            _bind_shown(access, [row.worker_id], form.cleaned_data["from_on"])
            success(request, _("roster.changed"))
            return redirect("business:roster", site_id)
    context = {"form": form, "site": access.site, "name": name, "row": row}
    return form_page(request, "business/change_entry.html", context)


@page(Permission.SITE_MANAGE)
def end_entry(request: HttpRequest, site_id: int, entry_id: int) -> HttpResponse:
    """Take somebody off the roster from a day on; the days before stay. An end that was said can be moved or taken back."""
    access, row, name = _own_line(request, site_id, entry_id)
    form = DayForm(request.POST or None, until_on=row.until_on)
    is_kept = "keep" in request.POST
    if request.method == "POST" and (is_kept or form.is_valid()):
        asked = None if is_kept else form.cleaned_data["until_on"]
        try:
            end = end_roster_entry(entry_id, until_on=asked, by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, _named(error, {str(row.worker_id): name}))
        else:
            _bind_shown(access, [row.worker_id], min(one for one in (row.until_on, end, access.on) if one))
            success(request, _end_in_words(name, asked, end))
            return redirect("business:roster", site_id)
    context = {"form": form, "site": access.site, "name": name, "row": row}
    return form_page(request, "business/end_entry.html", context)


def _end_in_words(name: str, asked: date | None, end: date | None) -> str:
    """Until when somebody is on the roster now, and why not until the day that was asked for."""
    if end is None:
        return _("roster.goes_on").format(name=name)
    key = "roster.ends" if end == asked else "roster.ends_earlier"
    return _(key).format(name=name, day=jdate(last_day(end)))


@require_POST
def _withdraw(request: HttpRequest, site_id: int, entry_id: int) -> HttpResponse:
    """Take a line back that was a mistake. A second click finds it gone, and says the same."""
    access_to(request, site_id)
    withdraw_roster_entry(entry_id, by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("roster.withdrawn"))
    return redirect("business:roster", site_id)


withdraw_entry = page(Permission.SITE_MANAGE)(_withdraw)
