"""What a prime has refused on a site, by hand or touched, and the way to take it back."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.messages import error as say_error
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import refusal
from portals.business.day_keys import key_of, place_of
from portals.business.site_access import own_site
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.core.ids import SiteId, grouped
from registry.core.numbers import stored_number
from registry.histories.operations.claims import take_back_refusal
from registry.histories.operations.edits import take_back_decision
from registry.histories.queries import get_claim, list_refused_claims, list_refused_days

CLAIM, DAY = "claim", "day"


class Refused(NamedTuple):
    """One refusal: `field` and `key` name it in a form."""

    worker_id: int
    on: date
    field: str
    key: str
    reason: str


def refused_in_month(site_id: int, month: date) -> list[Refused]:
    """What the prime has refused of a month, by day."""
    entered = [
        Refused(one.worker_id, one.day, CLAIM, str(one.id), one.answer_reason)
        for one in list_refused_claims(site_id, month)
    ]
    touched = [
        Refused(worker_id, one.day, DAY, key_of(worker_id, one.day), one.reason)
        for worker_id, one in list_refused_days(site_id, month)
    ]
    return sorted(entered + touched, key=lambda one: (one.on, one.worker_id, one.field))


def shown_refused(found: Sequence[Refused], names: dict[int, str]) -> list[dict[str, Any]]:
    """Refusals in words."""
    kinds = {CLAIM: _("refused.entered"), DAY: _("refused.touched")}
    return [
        {**one._asdict(), "name": names.get(one.worker_id, grouped(one.worker_id)), "kind": kinds[one.field]}
        for one in found
    ]


@require_POST
def _take_back(request: HttpRequest, site_id: int) -> HttpResponse:
    """Take one refusal back. A second click says that it was."""
    own_site(request, site_id)
    on, done = _undo(request, SiteId(site_id))
    if done:
        success(request, _("refused.taken_back"))
    elif done is False:
        info(request, _("refused.taken_back_before"))
    return redirect("business:site_days_of_month", site_id, on.year, on.month)


def _undo(request: HttpRequest, site_id: SiteId) -> tuple[date, bool | None]:
    """The day, and whether its refusal was taken back; None where that is refused, which is said."""
    by, at = viewer_of(request).actor(), timezone.now()
    if CLAIM in request.POST:
        claim = get_claim(stored_number(request.POST[CLAIM]))
        if claim is None or claim.site_id != site_id:
            raise Http404
        try:
            return claim.day, take_back_refusal(claim.id, by=by, at=at)
        except RegistryError as error:
            say_error(request, refusal(error).message)
            return claim.day, None
    place = place_of(request.POST.get(DAY, ""))
    if place is None:
        raise Http404
    worker_id, on = place
    if place not in {(worker, one.day) for worker, one in list_refused_days(site_id, on)}:
        return on, False
    return on, take_back_decision(site_id, worker_id, on, by=by, at=at)


take_back = page(Permission.SITE_MANAGE)(_take_back)
