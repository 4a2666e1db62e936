"""A worker's cards: a new one and its shipment, the stop of a lost one, the end (rulings 16, 19)."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.records import full_kana, full_name
from portals.office.forms import EndCardForm, NewCardForm, ShippedForm
from registry.accounts.states import Permission
from registry.cards.operations import end_card, issue_card, lift_stop, ship_card, stop_card
from registry.cards.queries import CardRow, list_cards, newest_card
from registry.cards.states import CARD_LIFE, LOST, CardMove, CardState
from registry.core.days import jst_day
from registry.core.errors import MoveRefusedError, NotFoundError, RegistryError
from registry.core.ids import WorkerId
from registry.disclosure.queries import LISTED, see_worker

TONES = {CardState.ACTIVE: "good", CardState.STOPPED: "waiting", CardState.REPLACED: "neutral", CardState.DEAD: "bad"}
ISSUE, SHIP = "issue", "ship"  # beside the moves, what can be done with a card


def _acts(card: CardRow) -> list[str]:
    """What can be done with a card as it stands, the next card included."""
    to_ship = [SHIP] if card.state is CardState.ACTIVE and card.shipped_at is None else []
    moves = [move for move in CARD_LIFE.moves_from(card.state) if move is not CardMove.REPLACE]
    return [*to_ship, ISSUE, *moves]


@page(Permission.OFFICE_REGISTER)
def cards(request: HttpRequest, worker_id: int) -> HttpResponse:
    """All cards of a worker, newest first, and what can be done with the newest one."""
    seen = see_worker(viewer_of(request), worker_id, at=timezone.now(), only=LISTED | {"card_valid"})
    found = list_cards(worker_id)
    context = {
        "worker_id": worker_id, "full_name": full_name(seen), "full_kana": full_kana(seen),
        "cards": [(card, TONES[card.state], _(f"card.state.{card.state}"), CardMove.END in _acts(card)) for card in found],
        "acts": [
            (f"office:{act}_card", _(f"card.office.{act}")) for card in found[:1] for act in _acts(card) if act != CardMove.END
        ],
    }  # fmt: skip
    return render(request, "office/cards.html", context)


def _act(
    request: HttpRequest, card: CardRow | None, act: str, form: forms.Form, do: Callable[[Mapping[str, Any]], object]
) -> HttpResponse:
    """Say what follows, then do it. Who comes late or clicks twice is told that the card stands otherwise."""
    if card is None:
        raise Http404
    back = redirect("office:cards", card.worker_id)
    if act not in _acts(card):
        info(request, _("card.office.not_now"))
        return back
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
        except (MoveRefusedError, NotFoundError):  # the other of two clicks was faster
            info(request, _("card.office.not_now"))
            return back
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _(f"card.office.{act}.done"))
            return back
    context = {
        "form": form, "card": card, "title": _(f"card.office.{act}"), "follows": _(f"card.office.{act}.follows").split("\n"),
        "tone": "danger" if act in {CardMove.STOP, CardMove.END} else "",
    }  # fmt: skip
    return form_page(request, "office/card_act.html", context, about=[card.number])


def _empty_form(request: HttpRequest) -> forms.Form:
    """A form with nothing to type: sent or not."""
    return forms.Form(request.POST if request.method == "POST" else None)


@page(Permission.OFFICE_REGISTER)
def issue(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Issue the next card. The branch in the form makes a second click harmless."""
    newest, by, at = newest_card(worker_id), viewer_of(request).actor(), timezone.now()
    form = NewCardForm(request.POST or None, initial={"branch": newest.branch + 1 if newest else 1})
    return _act(
        request, newest, ISSUE, form,
        lambda said: issue_card(
            WorkerId(worker_id), branch=said["branch"], has_document=not said["without_document"],
            reason=said["reason"], by=by, at=at,
        ),
    )  # fmt: skip


@page(Permission.OFFICE_PRINT)
def ship(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Note on which day the newest card left the house: from it the 30 days of the one before run."""
    by, at = viewer_of(request).actor(), timezone.now()
    form = ShippedForm(request.POST or None, initial={"shipped_on": jst_day(at)})
    return _act(
        request, newest_card(worker_id), SHIP, form,
        lambda said: ship_card(WorkerId(worker_id), on=said["shipped_on"], by=by, at=at),
    )  # fmt: skip


@page(Permission.OFFICE_REGISTER)
def stop(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Stop a card that somebody reports lost."""
    by, at = viewer_of(request).actor(), timezone.now()
    return _act(
        request, newest_card(worker_id), CardMove.STOP, _empty_form(request),
        lambda _said: stop_card(WorkerId(worker_id), reason=LOST, by=by, at=at),
    )  # fmt: skip


@page(Permission.OFFICE_REGISTER)
def lift(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Lift the stop of a card that was found again."""
    by, at = viewer_of(request).actor(), timezone.now()
    return _act(
        request, newest_card(worker_id), CardMove.LIFT, _empty_form(request),
        lambda _said: lift_stop(WorkerId(worker_id), by=by, at=at),
    )  # fmt: skip


@page(Permission.OFFICE_REGISTER)
def end(request: HttpRequest, worker_id: int, branch: int) -> HttpResponse:
    """End a card for good, also one that is being replaced; the log keeps why."""
    by, at = viewer_of(request).actor(), timezone.now()
    card = next((one for one in list_cards(worker_id) if one.branch == branch), None)
    return _act(
        request, card, CardMove.END, EndCardForm(request.POST or None),
        lambda said: end_card(WorkerId(worker_id), branch=branch, reason=said["reason"], by=by, at=at),
    )  # fmt: skip
