"""Links between worker and firm, as both sides handle them: answers, ends, and objections to the day of an end (ruling 14)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.messages import error as say_error
from django.contrib.messages import success, warning
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.common_forms import DayForm, DisputeForm
from portals.base.forms import add_refusal, form_page, refusal
from portals.base.templatetags.ds import jdate, last_day
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, WorkerId
from registry.structures.operations.ends import end_affiliation, keep_affiliation, settle_end
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.links import accept_link, ask_for_link, decline_link, side_of
from registry.workers.queries import (
    EndedLinkRow,
    LinkRequestRow,
    LinkRow,
    get_link_request,
    is_end_disputed,
    is_principal_since,
    list_links,
    parties_of_link,
)
from registry.workers.states import EndDisputeState, LinkRequestState, LinkSide

SHOWN = timedelta(days=365)
# Of a link that was asked for: whether it waits for an answer, and is as it was typed just now.
_SAID = {
    (True, True): "link.asked", (True, False): "link.asked_before",
    (False, True): "link.holds", (False, False): "link.holds_as_asked",
}  # fmt: skip
_TONES = {
    EndDisputeState.OPEN: "waiting", EndDisputeState.AGREED: "good", EndDisputeState.KEPT: "bad", EndDisputeState.WITHDRAWN: "neutral",
}  # fmt: skip


Named = Callable[[EndedLinkRow], str]


def shown_ends(rows: Iterable[EndedLinkRow], side: LinkSide, portal: str, name_of: Named) -> dict[str, Any]:
    """Links with an end, those that still hold apart, each with what this side can do about its day."""
    today, parts = jst_day(timezone.now()), {"ends_ahead": list[Any](), "ends": list[Any]()}
    for row in rows:
        parts["ends_ahead" if row.until_on > today else "ends"].append(_shown(row, side, portal, name_of(row)))
    return parts


def _shown(row: EndedLinkRow, side: LinkSide, portal: str, name: str) -> dict[str, Any]:
    one = row.dispute
    who = "you" if row.ended_by == side else row.ended_by or "office"
    is_open = one is not None and one.state is EndDisputeState.OPEN
    return {
        "row": row, "name": name, "dispute": one, "tone": _TONES[one.state] if one else "",
        "label": _(f"end.{one.state}") if one else "",
        "is_mine": one is not None and one.asked_by is side,
        "ended_by": _(f"end.by.{who}"),
        "change_url": reverse(f"{portal}:change_end", args=[row.id]) if row.ended_by == side else "",
        "dispute_url": "" if is_open or row.ended_by == side else reverse(f"{portal}:dispute_end", args=[row.id]),
        "answer_url": reverse(f"{portal}:answer_end", args=[one.id]) if is_open and one else "",
    }  # fmt: skip


def answer_request(request: HttpRequest, request_id: int, known: Iterable[LinkRequestRow]) -> None:
    """Accept or decline a link that the other side asks for."""
    if request_id not in {row.id for row in known}:
        raise Http404
    accepts = "accept" in request.POST
    step = accept_link if accepts else decline_link
    try:
        step(request_id, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("link.accepted" if accepts else "link.declined"))
        _say_where_further(request, get_link_request(request_id))


def _holds_as_principal(one: LinkRequestRow) -> bool:
    """Whether the link that was asked for is the principal one, or will be."""
    return is_principal_since(one.worker_id, one.business_id, on=jst_day(timezone.now()))


def _say_where_further(request: HttpRequest, one: LinkRequestRow) -> None:
    """Say that a link is a further one although the principal one was asked for."""
    if one.state is LinkRequestState.ACCEPTED and one.principal and not _holds_as_principal(one):
        warning(request, _("link.stays_further"))


def ask_by(request: HttpRequest, form: forms.Form, worker_id: int, business_id: int) -> bool:
    """Ask for the link that was typed. Where the other side has asked before, say what holds now: it is as they asked."""
    typed = form.cleaned_data
    try:
        asked = ask_for_link(
            WorkerId(worker_id), BusinessId(business_id), from_on=typed["from_on"], principal=typed["principal"],
            by=viewer_of(request).actor(), at=timezone.now(),
        )  # fmt: skip
    except RegistryError as error:
        add_refusal(form, error)
        return False
    one = get_link_request(asked)
    waits = one.state is LinkRequestState.ASKED
    same = (one.from_on, one.principal) == (typed["from_on"], typed["principal"])
    as_principal = one.principal if waits else _holds_as_principal(one)
    kind = _("link.principal_short" if as_principal else "link.further_short")
    success(request, _(_SAID[waits, same]).format(day=jdate(one.from_on), typed=jdate(typed["from_on"]), kind=kind))
    _say_where_further(request, one)
    return True


def link_of(worker_id: int, affiliation_id: int) -> LinkRow:
    """One of a worker's links that hold today; 404 where it is none of them."""
    found = list_links(worker_id, on=jst_day(timezone.now()))
    one = next((row for row in found if row.id == affiliation_id), None)
    if one is None:
        raise Http404
    return one


def own_end(rows: Iterable[EndedLinkRow], side: LinkSide, affiliation_id: int) -> EndedLinkRow:
    """One of the links that this side has ended; 404 where it is none of them."""
    one = next((row for row in rows if row.id == affiliation_id and row.ended_by == side), None)
    if one is None:
        raise Http404
    return one


def end_page(request: HttpRequest, link: LinkRow | EndedLinkRow, name: str, lead: str, back: str) -> HttpResponse:
    """End a link by its own number, saying what follows; of one with an end change the day, or let it go on.

    A firm that stands by name has nobody who could be told.
    """
    if "keep" in request.POST:
        _keep(request, link)
        return redirect(back)
    form = DayForm(request.POST or None, until_on=link.until_on)
    if request.method == "POST" and form.is_valid() and _end(request, form, link):
        return redirect(back)
    may_keep = _may_keep(request, link)
    context = {
        "form": form, "name": name, "lead": lead, "back_url": back, "link": link, "may_keep": may_keep,
        "title": "end.change" if link.until_on else "link.end",
    }  # fmt: skip
    return form_page(request, "base/end_link.html", context)


def _may_keep(request: HttpRequest, link: LinkRow | EndedLinkRow) -> bool:
    """Whether the viewer can take back an end: the own one, of a link that still holds, to which nobody objects."""
    own = side_of(viewer_of(request).actor()) in {"", link.ended_by}
    is_ahead = link.until_on is not None and link.until_on > jst_day(timezone.now())
    return own and is_ahead and not is_end_disputed(link.id)


def _keep(request: HttpRequest, link: LinkRow | EndedLinkRow) -> None:
    """Take back the end of a link; what is refused stands above the page that follows."""
    try:
        keep_affiliation(link.id, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("link.kept"))


def _end(request: HttpRequest, form: forms.Form, link: LinkRow | EndedLinkRow) -> bool:
    """End a link from the day that was typed; what is refused stands beside its field."""
    by, until_on = viewer_of(request).actor(), form.cleaned_data["until_on"]
    try:
        end_affiliation(link.id, until_on=until_on, by=by, at=timezone.now())
    except RegistryError as error:
        add_refusal(form, error)
        return False
    key = "link.ended" if link.business_id else "link.ended_by_name"
    success(request, _(key).format(day=jdate(last_day(until_on))))
    return True


def dispute_page(
    request: HttpRequest,
    affiliation_id: int,
    ended: Iterable[EndedLinkRow],
    portal: str,
    name_of: Named,
    *,
    own_id: int,
) -> HttpResponse:
    """Object to the day on which the other side ended a link. An end of `own_id` that was taken back meanwhile is said so."""
    row, back = next((one for one in ended if one.id == affiliation_id), None), f"{portal}:links"
    if row is None:
        if own_id not in (parties_of_link(affiliation_id) or ()):
            raise Http404
        warning(request, _("end.no_longer"))
        return redirect(back)
    form = DisputeForm(request.POST or None, initial={"until_on": row.until_on})
    if request.method == "POST" and form.is_valid() and _object_to(request, form, affiliation_id):
        return redirect(back)
    context = {"form": form, "row": row, "name": name_of(row), "back_url": reverse(back)}
    return form_page(request, "base/dispute_end.html", context)


def _object_to(request: HttpRequest, form: forms.Form, affiliation_id: int) -> bool:
    """Take an objection that was typed; what is refused stands beside its field."""
    typed, by = form.cleaned_data, viewer_of(request).actor()
    try:
        dispute_end(affiliation_id, typed["until_on"], reason=typed["reason"], by=by, at=timezone.now())
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("end.asked"))
    return True


def answer_end(request: HttpRequest, dispute_id: int) -> None:
    """Agree to an objection, keep the day, or take the own objection back."""
    agree = "agree" in request.POST
    try:
        settle_end(dispute_id, agree=agree, by=viewer_of(request).actor(), at=timezone.now())
    except (NotAllowedError, NotFoundError):  # of others, or of nobody: the page answers both alike
        raise
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("end.was_agreed" if agree else "end.was_closed"))


def since() -> Any:
    """From which day on ended links are shown."""
    return jst_day(timezone.now()) - SHOWN
