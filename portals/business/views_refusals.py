"""What a prime has refused on a site, by hand or touched, and the way to take back what it answered."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.contrib.messages import error as say_error
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import looked_at
from portals.base.forms import refusal
from portals.base.months import chosen_month
from portals.base.search import pages_around, start_of
from portals.business.day_keys import key_of, place_of
from portals.business.site_access import own_site
from portals.business.views_days import LINES, names_of
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, grouped
from registry.core.numbers import stored_number
from registry.disclosure.queries import see_workers_on_site
from registry.histories.operations.binder import bind_at_once
from registry.histories.operations.claims import take_back_refusal
from registry.histories.operations.edits import take_back_decision
from registry.histories.queries import RefusedRow, get_claim, list_refused_of_month
from registry.workers.states import DayItem

CLAIM, DAY = "claim", "day"


def shown_refused(rows: Sequence[RefusedRow], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Refusals in words; `field` and `key` name each in a form."""
    return [
        {
            "name": names.get(row.worker_id, grouped(row.worker_id)), "on": row.day, "reason": row.reason,
            "kind": _("refused.entered" if row.claim_id else "refused.touched"),
            "field": CLAIM if row.claim_id else DAY, "key": row.claim_id or key_of(row.worker_id, row.day),
            "is_entered_anew": row.is_entered_anew,
        }
        for row in rows
    ]  # fmt: skip


@page(Permission.SITE_MANAGE)
def refused(request: HttpRequest, site_id: int, year: int, month: int) -> HttpResponse:
    """All that the prime has refused of a month, fifty at a time."""
    site, chosen, start = own_site(request, site_id), chosen_month(year, month), start_of(request)
    found = list_refused_of_month(site_id, chosen, start=start, size=LINES + 1)
    if start and not found:
        return redirect("business:refused", site_id, year, month)  # the last one of the page was taken back
    rows = found[:LINES]
    ids, seen = {row.worker_id for row in rows}, looked_at((rows, [DayItem.DAY]))
    people = see_workers_on_site(viewer_of(request), site_id, ids, at=timezone.now(), days=seen)
    context = {
        "site": site, "month": chosen, "refused": shown_refused(rows, names_of(people)), "start": start,
        "pages": pages_around(request, start, more=len(found) > LINES, size=LINES),
    }  # fmt: skip
    return render(request, "business/refused.html", context)


@require_POST
def _take_back(request: HttpRequest, site_id: int) -> HttpResponse:
    """Take one answer back. A second click says that it was. Who does so on a page of the list comes back to it."""
    own_site(request, site_id)
    on, done = _undo(request, SiteId(site_id))
    if done:
        success(request, _("refused.taken_back"))
    elif done is False:
        info(request, _("refused.taken_back_before"))
    if "start" in request.GET:
        where = reverse("business:refused", args=[site_id, on.year, on.month])
        return redirect(f"{where}?start={start_of(request)}")
    return redirect("business:site_days_of_month", site_id, on.year, on.month)


def _undo(request: HttpRequest, site_id: SiteId) -> tuple[date, bool | None]:
    """The day, and whether what was said of it was taken back; None where that is refused, which is said."""
    by, at = viewer_of(request).actor(), timezone.now()
    if CLAIM in request.POST:
        claim = get_claim(stored_number(request.POST[CLAIM]))
        if claim is None or claim.site_id != site_id:
            raise Http404
        worker_id, on, act = claim.worker_id, claim.day, partial(take_back_refusal, claim.id)
    else:
        place = place_of(request.POST.get(DAY, ""))
        if place is None:
            raise Http404
        worker_id, on = place
        act = partial(take_back_decision, site_id, worker_id, on)
    try:
        done = act(by=by, at=at)
    except RegistryError as error:
        say_error(request, refusal(error).message)
        return on, None
    bind_at_once([(worker_id, on)])
    return on, done


take_back = page(Permission.SITE_MANAGE)(_take_back)
