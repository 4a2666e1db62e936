"""Rosters: who works for which firm on a site, with trade, position and work."""

from typing import Any

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal
from portals.base.records import full_kana, full_name
from portals.business.forms import DayForm, RosterForm
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId, grouped
from registry.disclosure.queries import find_workers, see_workers_on_site
from registry.structures.operations.rosters import RosterData, add_to_roster, end_roster_entry
from registry.structures.queries import RosterRow, list_roster, load_structure
from registry.workers.queries import load_trades


def _visible(access: SiteAccess) -> list[RosterRow]:
    """The prime sees all rosters, others their own and those below them."""
    rows = list_roster(access.site.id, on=jst_day(timezone.now()))
    if access.is_prime:
        return rows
    structure = load_structure(access.site.id)
    nodes = structure.below(row.node_id for row in access.tenures)
    mine = {one.id for one in structure.tenures if one.node_id in nodes}
    return [row for row in rows if row.tenure_id in mine]


@page(Permission.SITE_MANAGE)
def roster(request: HttpRequest, site_id: int) -> HttpResponse:
    """All rosters of a site that the viewer may see, firm by firm."""
    access, now = access_to(request, site_id), timezone.now()
    rows = _visible(access)
    people = see_workers_on_site(viewer_of(request), site_id, {row.worker_id for row in rows}, at=now)
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    firms = names_of_businesses({row.business_id for row in rows})
    groups: dict[int, dict[str, Any]] = {}
    for row in rows:
        seen = people.get(row.worker_id)
        group = groups.setdefault(row.business_id, {"firm": firms[row.business_id], "rows": []})
        group["rows"].append({
            "row": row, "name": full_name(seen) if seen else grouped(row.worker_id), "kana": full_kana(seen) if seen else "",
            "trade": trades.get(row.trade, row.trade), "position": positions.get(row.position, row.position),
            "is_own": row.business_id == business_of(request),
        })  # fmt: skip
    return render(request, "business/roster.html", {"site": access.site, "groups": list(groups.values())})


@page(Permission.SITE_MANAGE)
def add(request: HttpRequest, site_id: int) -> HttpResponse:
    """Put own people on the roster: choose many, say once what they do."""
    access, now = access_to(request, site_id), timezone.now()
    # The oldest place that is still open; a firm with several chooses among them on the structure's page.
    tenure_id = access.tenures[0].id if access.tenures else None
    people = find_workers(viewer_of(request), "", at=now).rows
    listed = {row.worker_id for row in list_roster(site_id, on=jst_day(now)) if row.tenure_id == tenure_id}
    choices = [(str(seen.subject_id), full_name(seen)) for seen in people if seen.subject_id not in listed]
    form = RosterForm(request.POST or None, people=choices, site=access.site)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = [WorkerId(int(one)) for one in data["workers"]]
        try:
            count = add_to_roster(
                access.site_id, tenure_id, _with_trades(chosen, data), from_on=data["from_on"],
                by=viewer_of(request).actor(), at=now,
            )  # fmt: skip
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("roster.added").format(count=count))
            return redirect("business:roster", site_id)
    context = {"form": form, "site": access.site, "nobody": not choices}
    return render(request, "business/add_to_roster.html", context, status=422 if form.errors else 200)


def _with_trades(workers: list[WorkerId], data: dict[str, Any]) -> list[tuple[WorkerId, RosterData]]:
    """What the form says of everybody; without a trade each one's own first trade."""
    own = {worker: rows[0].trade for worker, rows in load_trades(workers).items() if rows}
    return [
        (worker, RosterData(trade=data["trade"] or own.get(worker, ""), position=data["position"], work=data["work"]))
        for worker in workers
    ]


@page(Permission.SITE_MANAGE)
def end_entry(request: HttpRequest, site_id: int, entry_id: int) -> HttpResponse:
    """Take somebody off the roster from a day on; the days before stay."""
    access = access_to(request, site_id)
    rows = [row for row in _visible(access) if row.id == entry_id and row.business_id == business_of(request)]
    if not rows:
        raise Http404
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_roster_entry(
                entry_id, until_on=form.cleaned_data["until_on"], by=viewer_of(request).actor(), at=timezone.now()
            )
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("roster.ended"))
            return redirect("business:roster", site_id)
    seen = see_workers_on_site(viewer_of(request), site_id, [rows[0].worker_id], at=timezone.now())
    context = {"form": form, "site": access.site, "name": full_name(seen[rows[0].worker_id])}
    return render(request, "business/end_entry.html", context, status=422 if form.errors else 200)
