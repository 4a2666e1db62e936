"""Writes of cards."""

from datetime import UTC, date, datetime, time

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
from registry.core.days import JST, jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import WorkerId
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.workers.models import Worker
from registry.workers.operations.registration import WorkerData, register_worker


class TokenTakenError(RegistryError):
    """What the chip gives belongs to another card already."""

    code = "TOKEN_TAKEN"


class ShippedOnError(RegistryError):
    """A card cannot have left before it was issued, nor tomorrow."""

    code = "SHIPPED_ON"


@transaction.atomic
def issue_card(
    worker_id: WorkerId, *, branch: int | None = None, has_document: bool = True,
    reason: str = "", by: Actor, at: datetime,
) -> CardRow:  # fmt: skip
    """Issue the next branch of a worker's card; the one before is replaced and works on for a while (ruling 19).

    Harmless when repeated with the `branch` that is wanted: once there is one, the newest comes back.
    """
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    worker = Worker.objects.select_for_update().filter(pk=worker_id).first()
    if worker is None:
        raise NotFoundError
    last = Card.objects.filter(worker=worker).order_by("-branch").first()
    if last and branch is not None and last.branch >= branch:
        return card_row(last)
    if last and last.state in {CardState.ACTIVE, CardState.STOPPED}:
        move(last, CARD_LIFE, CardMove.REPLACE, by=by, at=at)
    issued_on = jst_day(at)
    card = Card.objects.create(
        worker=worker, branch=last.branch + 1 if last else 1, issued_on=issued_on, colour=COLOURS[worker.level],
        valid_until=valid_until(issued_on, worker.birth_on, has_document=has_document),
    )  # fmt: skip
    note_act("cards_card", card.pk, "issue", by=by, at=at, reason=reason)
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
    _tell(NoticeKind.CARD_STOPPED, worker_id, at=at)
    return card_row(card)


def _tell(kind: NoticeKind, worker_id: WorkerId, *, at: datetime) -> None:
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    write_notice(kind, account_id=account_id, data={}, at=at)


def _own_card(worker_id: WorkerId, state: CardState, *, by: Actor, branch: int | None = None) -> Card:
    """The worker's card in a state, or that of a branch, locked; for the worker and the office."""
    own = by.kind is ActorKind.WORKER and by.subject_id == worker_id
    if not own and not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    of_branch = {} if branch is None else {"branch": branch}
    card = Card.objects.select_for_update().filter(worker_id=worker_id, state=state, **of_branch).first()
    if card is None:
        raise NotFoundError
    return card


@transaction.atomic
def stop_old_card(worker_id: WorkerId, branch: int, *, reason: str, by: Actor, at: datetime) -> CardRow:
    """Stop a replaced card that was lost while it still worked. The newer one is made: nothing lifts the stop (ruling 19).

    Tells the worker. Raises `NotFoundError` where the card of that branch is not a replaced one.
    """
    card = _own_card(worker_id, CardState.REPLACED, by=by, branch=branch)
    return _end(card, NoticeKind.CARD_STOPPED, reason=reason, by=by, at=at)


@transaction.atomic
def lift_stop(worker_id: WorkerId, *, by: Actor, at: datetime) -> CardRow:
    """Lift the stop of a card that was found again, until a new one is made (ruling 19). Tells the worker."""
    card = _own_card(worker_id, CardState.STOPPED, by=by)
    stopped_at = card.stopped_at or at
    move(card, CARD_LIFE, CardMove.LIFT, by=by, at=at)
    card.stopped_at = None
    card.save(update_fields=["stopped_at"])
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(stopped_at))
    _tell(NoticeKind.CARD_LIFTED, worker_id, at=at)
    return card_row(card)


@transaction.atomic
def end_card(worker_id: WorkerId, *, branch: int | None = None, reason: str, by: Actor, at: datetime) -> CardRow:
    """End a card for good, the newest one or a replaced one that still works, from now or from when it was stopped.

    Nothing leads back. Tells the worker.
    """
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    return _end(_locked(worker_id, branch), NoticeKind.CARD_ENDED, reason=reason, by=by, at=at)


def _end(card: Card, kind: NoticeKind, *, reason: str, by: Actor, at: datetime) -> CardRow:
    worker_id = WorkerId(card.worker_id)
    if card.stopped_at is None:
        card.stopped_at = at
        card.save(update_fields=["stopped_at"])
    move(card, CARD_LIFE, CardMove.END, by=by, at=at, reason=reason)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    _tell(kind, worker_id, at=at)
    return card_row(card)


@transaction.atomic
def register_token(worker_id: WorkerId, branch: int, token: str, *, by: Actor, at: datetime) -> CardRow:
    """Note what a card's chip gives: opaque, of whatever family the card is."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    card = _locked(worker_id, branch)
    card.token = token
    try:
        with transaction.atomic():
            card.save(update_fields=["token"])
    except IntegrityError:
        raise TokenTakenError(field="token") from None
    note_act("cards_card", card.pk, "register_token", by=by, at=at)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=card.issued_on)
    return card_row(card)


def _locked(worker_id: WorkerId, branch: int | None = None) -> Card:
    """A worker's newest card, or the one of a branch, locked."""
    cards = Card.objects.select_for_update().filter(worker_id=worker_id).order_by("-branch")
    card = (cards if branch is None else cards.filter(branch=branch)).first()
    if card is None:
        raise NotFoundError
    return card


def _moment_of(on: date, issued_on: date, *, at: datetime) -> datetime:
    """When a card left that left on a day: as early as can be, so that nobody waits longer than 30 days from it."""
    if not issued_on <= on <= jst_day(at):
        raise ShippedOnError(field="shipped_on")
    return datetime.combine(on, time(), JST).astimezone(UTC)


@transaction.atomic
def ship_card(worker_id: WorkerId, *, on: date | None = None, by: Actor, at: datetime) -> CardRow:
    """Note that the newest card has left the house: now, or `on` a day since its issue. Harmless when repeated.

    Tells the worker of a further card until when the one before works. Raises `ShippedOnError`.
    """
    if not by.has(Permission.OFFICE_PRINT):
        raise NotAllowedError
    card = _locked(worker_id)
    if card.shipped_at is None:
        card.shipped_at = at if on is None else _moment_of(on, card.issued_on, at=at)
        card.save(update_fields=["shipped_at"])
        note_act("cards_card", card.pk, "ship", by=by, at=at)
        note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(card.shipped_at))
        if card.branch > 1:
            _tell(NoticeKind.CARD_SHIPPED, worker_id, at=at)
    return card_row(card)
