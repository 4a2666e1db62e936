"""Touches of a device whose clock showed an impossible moment: the site's manager says on which day they were made."""

from typing import Any

from django.contrib.messages import info, success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.records import full_name
from portals.business.forms import GivenDayForm
from portals.business.site_access import own_site
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, grouped
from registry.disclosure.queries import see_workers_on_site
from registry.touches.operations.orphans import Place, give_day, put_aside
from registry.touches.queries import UNPLACED_AT_MOST, Unplaced, list_unplaced
from registry.workers.states import DayItem


def _key(row: Unplaced) -> str:
    return f"{row.device_id}:{row.seq}"


def _shown(request: HttpRequest, site_id: int, rows: list[Unplaced], chosen: set[str]) -> list[dict[str, Any]]:
    ids = {row.worker_id for row in rows if row.worker_id}
    days = dict.fromkeys(ids, (DayItem.DAY, DayItem.TIMES))
    people = see_workers_on_site(viewer_of(request), site_id, ids, at=timezone.now(), days=days)
    return [
        {
            "row": row, "key": _key(row), "chosen": _key(row) in chosen,
            "name": full_name(people[row.worker_id]) if row.worker_id in people
            else grouped(row.worker_id) if row.worker_id else row.credential or _("unplaced.nobody"),
        }
        for row in rows
    ]  # fmt: skip


@page(Permission.SITE_MANAGE)
def unplaced(request: HttpRequest, site_id: int) -> HttpResponse:
    """Which day the chosen touches have, or that they are none of this site. A second click does no harm."""
    site, rows = own_site(request, site_id), list_unplaced(site_id)
    form = GivenDayForm(request.POST if request.method == "POST" else None)
    asked = set(request.POST.getlist("touch"))
    if request.method == "POST":
        chosen = [(row.device_id, row.seq) for row in rows if _key(row) in asked]
        if asked and not chosen:
            info(request, _("unplaced.done_before"))
            return redirect("business:unplaced", site_id)
        if not asked:
            form.add_error(None, _("bulk.none_chosen"))
        elif _settled(request, site_id, chosen, form):
            return redirect("business:devices", site_id)
    context = {
        "site": site, "form": form, "touches": _shown(request, site_id, rows[:UNPLACED_AT_MOST], asked),
        "more": len(rows) > UNPLACED_AT_MOST, "most": UNPLACED_AT_MOST,
    }  # fmt: skip
    return form_page(request, "business/unplaced.html", context)


def _settled(request: HttpRequest, site_id: int, chosen: list[Place], form: GivenDayForm) -> bool:
    """Whether the chosen touches have their day now, or lie aside."""
    by, at = viewer_of(request).actor(), timezone.now()
    if "aside" in request.POST:
        success(request, _("unplaced.aside").format(count=put_aside(SiteId(site_id), chosen, by=by, at=at)))
        return True
    if not form.is_valid():
        return False
    try:
        count = give_day(SiteId(site_id), chosen, form.cleaned_data["day"], by=by, at=at)
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("unplaced.given").format(count=count))
    return True
