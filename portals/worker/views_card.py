"""The worker's card: what it is good for, stopping a lost one, lifting the stop (ruling 19)."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.qr import qr_picture
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.cards.derive import PHONE_CODE_LIFE, write_phone_code
from registry.cards.operations import lift_stop, stop_card, stop_old_card
from registry.cards.queries import CardRow, list_old_cards, newest_card
from registry.cards.states import LOST, CardState
from registry.core.days import jst_day
from registry.core.errors import NotFoundError
from registry.core.ids import WorkerId

_TONES = {CardState.ACTIVE: "good", CardState.STOPPED: "waiting", CardState.REPLACED: "bad", CardState.DEAD: "bad"}


def _own_card(request: HttpRequest, state: CardState) -> CardRow | None:
    """The newest card, if it stands so; 404 for who has none at all."""
    found = newest_card(worker_of(request))
    if found is None:
        raise Http404
    return found if found.state is state else None


@page(Permission.WORKER_OWN)
def card(request: HttpRequest) -> HttpResponse:
    """The newest card: number, validity, whether it works today."""
    found = newest_card(worker_of(request))
    context: dict[str, object] = {"card": found}
    if found:
        now = timezone.now()
        today = jst_day(now)
        lapsed = found.state is CardState.ACTIVE and not found.is_valid(today)
        context |= {
            "old_cards": list_old_cards(found.worker_id, at=now),
            "tone": "bad" if lapsed else _TONES[found.state],
            "state": _("card.lapsed") if lapsed else _(f"card.state.{found.state}"),
            "is_to_come": found.state is CardState.ACTIVE and found.branch > 1 and found.shipped_at is None,
            "colour": _(f"card.colour.{found.colour}"),
        }
        if found.state is not CardState.DEAD:  # the phone serves while the card is lost or has lapsed
            context |= {"qr": _qr(found, now), "shown_at": now, "until": now + PHONE_CODE_LIFE}
    return render(request, "worker/card.html", context)


def _qr(found: CardRow, now: datetime) -> SafeString:
    """The picture of the code that a phone shows in place of the card."""
    return qr_picture(write_phone_code(settings.CARD_KEYS, found.number, now), _("card.qr"))


def _change(
    request: HttpRequest, name: str, found: CardRow | None, change: Callable[[WorkerId], object]
) -> HttpResponse:
    """Say what follows, then do it, to the card that was shown.

    Who comes late or clicks twice finds no such card, or another one in its place, and is told how his cards stand.
    """
    if found is None or (request.method == "POST" and request.POST.get("card") != found.number):
        info(request, _(f"card.{name}.not_now"))
        return redirect("worker:card")
    if request.method != "POST":
        return render(request, f"worker/{name}_card.html", {"card": found})
    try:
        change(found.worker_id)
    except NotFoundError:  # the other of two clicks was faster
        info(request, _(f"card.{name}.not_now"))
    else:
        success(request, _(f"card.{name}.done"))
    return redirect("worker:card")


@page(Permission.WORKER_OWN)
def stop(request: HttpRequest) -> HttpResponse:
    """Stop a lost card at once."""
    by, at, found = viewer_of(request).actor(), timezone.now(), _own_card(request, CardState.ACTIVE)
    return _change(request, "stop", found, lambda worker_id: stop_card(worker_id, reason=LOST, by=by, at=at))


@page(Permission.WORKER_OWN)
def stop_old(request: HttpRequest, branch: int) -> HttpResponse:
    """Stop a lost card that was replaced and still works; the newest one stays as it is."""
    by, at = viewer_of(request).actor(), timezone.now()
    old_cards = list_old_cards(worker_of(request), at=at)
    found = next((old.card for old in old_cards if old.card.branch == branch), None)
    return _change(
        request, "stop_old", found, lambda worker_id: stop_old_card(worker_id, branch, reason=LOST, by=by, at=at)
    )


@page(Permission.WORKER_OWN)
def lift(request: HttpRequest) -> HttpResponse:
    """Lift the stop of a card that was found again."""
    by, at, found = viewer_of(request).actor(), timezone.now(), _own_card(request, CardState.STOPPED)
    return _change(request, "lift", found, lambda worker_id: lift_stop(worker_id, by=by, at=at))
