"""Days entered by hand as a firm reads them, and which of them it knows."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.days import times_said
from portals.business.views_firm import business_of
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import grouped
from registry.histories.queries import ClaimRow, get_claim
from registry.structures.queries import has_part_in
from registry.workers.queries import linked_businesses


def known_claim(request: HttpRequest, claim_id: int) -> ClaimRow:
    """An entry of somebody linked to the firm on its day, or of a site where the firm has a part; 404 for all others."""
    claim, own = get_claim(claim_id), business_of(request)
    if claim is None:
        raise Http404
    is_linked = own in linked_businesses([claim.worker_id], on=claim.day).get(claim.worker_id, ())
    if not is_linked and not (claim.site_id and has_part_in(claim.site_id, own)):
        raise Http404
    return claim


def shown_claims(claims: Iterable[ClaimRow], names: dict[int, str], *, for_prime: bool = False) -> list[dict[str, Any]]:
    """Claims in words; the prime reads what it and the worker said of them before."""
    trades = code_names(Table.TRADES)
    return [{**_shown_claim(claim, names), **_said(claim, trades, for_prime=for_prime)} for claim in claims]


def _said(claim: ClaimRow, trades: Mapping[str, str], *, for_prime: bool) -> dict[str, Any]:
    """What was entered, and what was said of it since, each with its label."""
    day = [
        (_("export.trade"), trades.get(claim.trade, claim.trade)), (_("export.work"), claim.work),
        (_("claim.times"), times_said(claim)),
    ]  # fmt: skip
    since = [
        (_("claim.refused_before"), claim.refused_before), (_("claim.refused_for"), claim.answer_reason),
        (_("claim.reply"), claim.reply),
    ]  # fmt: skip
    rows = [*day, (_("claim.why_by_hand"), claim.note), *(since if for_prime else ())]
    return {"said": [(label, text) for label, text in rows if text], "only_day": not any(text for _label, text in day)}


def _shown_claim(claim: ClaimRow, names: dict[int, str]) -> dict[str, Any]:
    """A claim with the name of its worker, and the days that are left to answer it in time."""
    left = (claim.due_on - jst_day(timezone.now())).days
    days_left = _("claim.days_left").format(days=left) if left >= 0 else _("claim.overdue")
    first = _("claim.joined_from").format(name=claim.first_name) if claim.joined_at else ""
    return {
        "row": claim,
        "name": names.get(claim.worker_id, grouped(claim.worker_id)),
        "left": days_left,
        "joined": first,
    }
