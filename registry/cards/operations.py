"""Writes of cards."""

from datetime import datetime

from django.db import IntegrityError, transaction

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.cards.derive import valid_until
from registry.cards.models import Card
from registry.cards.queries import CardRow, card_row, newest_card
from registry.cards.states import CARD_LIFE, COLOURS, CardMove, CardState
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import WorkerId
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.workers.models import Worker
from registry.workers.operations.registration import WorkerData, register_worker


class TokenTakenError(RegistryError):
    """What the chip gives belongs to another card already."""

    code = "TOKEN_TAKEN"


@transaction.atomic
def issue_card(
    worker_id: WorkerId, *, has_document: bool = True, token: str | None = None, by: Actor, at: datetime
) -> CardRow:
    """Issue the next branch of a worker's card; the one before is replaced."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    worker = Worker.objects.select_for_update().filter(pk=worker_id).first()
    if worker is None:
        raise NotFoundError
    last = Card.objects.filter(worker=worker).order_by("-branch").first()
    if last and last.state in {CardState.ACTIVE, CardState.STOPPED}:
        move(last, CARD_LIFE, CardMove.REPLACE, by=by, at=at)
    issued_on = jst_day(at)
    card = Card.objects.create(
        worker=worker, branch=last.branch + 1 if last else 1, issued_on=issued_on, colour=COLOURS[worker.level],
        valid_until=valid_until(issued_on, worker.birth_on, has_document=has_document), token=token,
    )  # fmt: skip
    note_act("cards_card", card.pk, "issue", by=by, at=at)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=issued_on)
    return card_row(card)


@transaction.atomic
def register_worker_with_card(data: WorkerData, *, key: str = "", by: Actor, at: datetime) -> CardRow:
    """Register a worker and issue the first card, in one transaction. Harmless when repeated with the same form key."""
    worker_id = register_worker(data, key=key, by=by, at=at)
    return newest_card(worker_id) or issue_card(worker_id, by=by, at=at)


@transaction.atomic
def stop_card(worker_id: WorkerId, *, reason: str, by: Actor, at: datetime) -> CardRow:
    """Stop a worker's card at once (ruling 19); its history stays. Tells the worker."""
    card = _own_card(worker_id, CardState.ACTIVE, by=by)
    card.stopped_at = at
    card.save(update_fields=["stopped_at"])
    move(card, CARD_LIFE, CardMove.STOP, by=by, at=at, reason=reason)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    write_notice(NoticeKind.CARD_STOPPED, account_id=account_id, data={}, at=at)
    return card_row(card)


def _own_card(worker_id: WorkerId, state: CardState, *, by: Actor) -> Card:
    """The worker's card in a state, locked; for the worker and the office."""
    own = by.kind is ActorKind.WORKER and by.subject_id == worker_id
    if not own and not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    card = Card.objects.select_for_update().filter(worker_id=worker_id, state=state).first()
    if card is None:
        raise NotFoundError
    return card


@transaction.atomic
def lift_stop(worker_id: WorkerId, *, by: Actor, at: datetime) -> CardRow:
    """Lift the stop of a card that was found again, until a new one is made (ruling 19)."""
    card = _own_card(worker_id, CardState.STOPPED, by=by)
    stopped_at = card.stopped_at or at
    move(card, CARD_LIFE, CardMove.LIFT, by=by, at=at)
    card.stopped_at = None
    card.save(update_fields=["stopped_at"])
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(stopped_at))
    return card_row(card)


@transaction.atomic
def end_card(worker_id: WorkerId, *, reason: str, by: Actor, at: datetime) -> CardRow:
    """End a card for good; nothing leads back."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    card = Card.objects.select_for_update().filter(worker_id=worker_id).order_by("-branch").first()
    if card is None:
        raise NotFoundError
    move(card, CARD_LIFE, CardMove.END, by=by, at=at, reason=reason)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    return card_row(card)


@transaction.atomic
def register_token(worker_id: WorkerId, branch: int, token: str, *, by: Actor, at: datetime) -> CardRow:
    """Note what a card's chip gives: opaque, of whatever family the card is."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    card = Card.objects.select_for_update().filter(worker_id=worker_id, branch=branch).first()
    if card is None:
        raise NotFoundError
    card.token = token
    try:
        with transaction.atomic():
            card.save(update_fields=["token"])
    except IntegrityError:
        raise TokenTakenError(field="token") from None
    note_act("cards_card", card.pk, "register_token", by=by, at=at)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=card.issued_on)
    return card_row(card)


@transaction.atomic
def ship_card(worker_id: WorkerId, *, by: Actor, at: datetime) -> CardRow:
    """Note that the newest card has left the house. Harmless when repeated."""
    if not by.has(Permission.OFFICE_PRINT):
        raise NotAllowedError
    card = Card.objects.select_for_update().filter(worker_id=worker_id).order_by("-branch").first()
    if card is None:
        raise NotFoundError
    if card.shipped_at is None:
        card.shipped_at = at
        card.save(update_fields=["shipped_at"])
        note_act("cards_card", card.pk, "ship", by=by, at=at)
        note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    return card_row(card)
