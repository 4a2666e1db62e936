"""What the office changes of a registered worker: the trades from a day on, and the end of a link (rulings 14, 25)."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import form_page, refusal
from portals.base.links import end_page, link_of
from portals.base.records import full_kana, full_name
from portals.office.forms import TradesForm, place_of_trade
from registry.accounts.states import Permission
from registry.audit.operations import Seen
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import WorkerId
from registry.disclosure.queries import LISTED, see_worker
from registry.workers.derive import TradeFact
from registry.workers.operations.registration import TradesError, change_trades
from registry.workers.queries import list_links, load_trades


@page(Permission.OFFICE_REGISTER)
def trades(request: HttpRequest, worker_id: int) -> HttpResponse:
    """A worker's trades with their days, and other ones from a day on."""
    now, rows = timezone.now(), load_trades([worker_id])[worker_id]
    seen, today = see_worker(viewer_of(request), worker_id, at=now, only=LISTED | {"trades"}), jst_day(now)
    present = [row.trade for row in rows if row.from_on <= today and (row.until_on is None or row.until_on > today)]
    form = TradesForm(request.POST or None, present=present)
    if request.method == "POST" and form.is_valid() and _changed(request, form, worker_id):
        return redirect("office:worker", worker_id)
    context = {
        "form": form, "worker_id": worker_id, "full_name": full_name(seen), "full_kana": full_kana(seen), "rows": _shown(rows),
    }  # fmt: skip
    return form_page(request, "office/trades.html", context)


def _changed(request: HttpRequest, form: TradesForm, worker_id: int) -> bool:
    by, from_on = viewer_of(request).actor(), form.cleaned_data["from_on"]
    try:
        change_trades(WorkerId(worker_id), form.chosen(), from_on=from_on, by=by, at=timezone.now())
    except TradesError as error:
        form.add_error(place_of_trade(form.cleaned_data), refusal(error))
        return False
    success(request, _("office.trades.done"))
    return True


def _shown(rows: list[TradeFact]) -> list[tuple[str, TradeFact]]:
    """Each trade by its name, those that hold before those that have ended, the newest first."""
    names = code_names(Table.TRADES)
    ordered = sorted(rows, key=lambda row: (-row.from_on.toordinal(), row.place))
    return [(f"{row.trade} {names.get(row.trade, '')}".strip(), row) for row in ordered]


def _seen_with_links(request: HttpRequest, worker_id: int) -> Seen:
    return see_worker(viewer_of(request), worker_id, at=timezone.now(), only=LISTED | {"affiliations"})


@page(Permission.OFFICE_REGISTER)
def links(request: HttpRequest, worker_id: int) -> HttpResponse:
    """The links of a worker that hold today, each with the way to its end."""
    seen, now = _seen_with_links(request, worker_id), timezone.now()
    context = {
        "worker_id": worker_id, "full_name": full_name(seen), "full_kana": full_kana(seen),
        "links": list_links(worker_id, on=jst_day(now)),
    }  # fmt: skip
    return render(request, "office/links.html", context)


@page(Permission.OFFICE_REGISTER)
def end_link(request: HttpRequest, worker_id: int, affiliation_id: int) -> HttpResponse:
    """End one of them from a day on, saying what follows; a day that was wrong is corrected here, too."""
    seen, one = _seen_with_links(request, worker_id), link_of(worker_id, affiliation_id)
    name = f"{full_name(seen)} ― {one.business_name}"
    lead = _("office.end_link_lead") if one.business_id else _("office.end_link_lead_by_name")
    return end_page(request, one, name, lead, reverse("office:worker_links", args=[worker_id]))
