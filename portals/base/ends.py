"""Links that have ended, as both sides see them: who ended them, and objections to the day (ruling 14)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.forms import add_refusal, refusal
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.structures.operations.rosters import settle_end
from registry.workers.operations.ends import dispute_end
from registry.workers.queries import EndedLinkRow
from registry.workers.states import EndDisputeState, LinkSide

SHOWN = timedelta(days=365)
_TONES = {
    EndDisputeState.OPEN: "waiting", EndDisputeState.AGREED: "good", EndDisputeState.KEPT: "bad", EndDisputeState.WITHDRAWN: "neutral",
}  # fmt: skip


def shown_ends(
    rows: Iterable[EndedLinkRow], side: LinkSide, portal: str, name_of: Callable[[EndedLinkRow], str]
) -> list[dict[str, Any]]:
    """Each ended link with what this side can do about its day."""
    return [_shown(row, side, portal, name_of(row)) for row in rows]


def _shown(row: EndedLinkRow, side: LinkSide, portal: str, name: str) -> dict[str, Any]:
    one = row.dispute
    who = "you" if row.ended_by == side else row.ended_by or "office"
    is_open = one is not None and one.state is EndDisputeState.OPEN
    return {
        "row": row, "name": name, "dispute": one, "tone": _TONES[one.state] if one else "",
        "label": _(f"end.{one.state}") if one else "",
        "is_mine": one is not None and one.asked_by is side,
        "ended_by": _(f"end.by.{who}"),
        "dispute_url": "" if is_open or row.ended_by == side else reverse(f"{portal}:dispute_end", args=[row.id]),
        "answer_url": reverse(f"{portal}:answer_end", args=[one.id]) if is_open and one else "",
    }  # fmt: skip


def object_to(request: HttpRequest, form: forms.Form, affiliation_id: int) -> bool:
    """Take an objection that was typed; what is refused stands beside its field."""
    typed, by = form.cleaned_data, viewer_of(request).actor()
    try:
        dispute_end(affiliation_id, typed["until_on"], reason=typed["reason"], by=by, at=timezone.now())
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("end.asked"))
    return True


def answer(request: HttpRequest, dispute_id: int) -> None:
    """Agree to an objection, keep the day, or take the own objection back."""
    agree = "agree" in request.POST
    try:
        settle_end(dispute_id, agree=agree, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("end.was_agreed" if agree else "end.was_closed"))


def since() -> Any:
    """From which day on ended links are shown."""
    return jst_day(timezone.now()) - SHOWN
