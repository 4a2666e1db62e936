"""Who looked at the worker's data (ruling 40)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.months import chosen_month, months_beside
from portals.base.search import pages_around, start_of
from registry.accounts.states import Permission
from registry.audit.queries import SHOWN_AT_MOST
from registry.disclosure.queries import list_looks_at_me


@page(Permission.WORKER_OWN)
def looks(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    """The looks of a month: who, when, how often, which items, by what right; those of a day that are alike together."""
    chosen, start = chosen_month(year, month), start_of(request)
    found = list_looks_at_me(viewer_of(request), chosen, start=start)
    shown = [
        {
            "first_at": row.first_at, "last_at": row.last_at,
            "number": row.number, "who": row.firm or _("look.operator"), "business_id": row.business_id, "right": _(f"look.right.{row.right}"),
            "items": [_(f"worker.{name}") for name in row.items],
        }
        for row in found.rows
    ]  # fmt: skip
    context = {
        "month": chosen, "shown": shown, "months": months_beside("worker:looks_of_month", chosen),
        **pages_around(request, start, more=found.more, size=SHOWN_AT_MOST),
    }  # fmt: skip
    return render(request, "worker/looks.html", context)
