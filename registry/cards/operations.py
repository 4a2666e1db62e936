"""Writes of cards."""

from datetime import datetime

from django.db import transaction

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.cards.derive import valid_until
from registry.cards.models import Card
from registry.cards.queries import CardRow, card_row
from registry.cards.states import CARD_LIFE, COLOURS, CardMove, CardState
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import WorkerId
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.workers.models import Worker
from registry.workers.operations import WorkerData, register_worker


@transaction.atomic
def issue_card(
    worker_id: WorkerId, *, has_document: bool = True, token: str | None = None, by: Actor, at: datetime
) -> CardRow:
    """Issue the next branch of a worker's card; the one before is replaced."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    worker = Worker.objects.select_for_update().get(pk=worker_id)
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
def register_worker_with_card(data: WorkerData, *, by: Actor, at: datetime) -> CardRow:
    """Register a worker and issue the first card, in one transaction."""
    return issue_card(register_worker(data, by=by, at=at), by=by, at=at)


@transaction.atomic
def stop_card(worker_id: WorkerId, *, reason: str, by: Actor, at: datetime) -> CardRow:
    """Stop a worker's card at once (ruling 19); its history stays. Tells the worker."""
    if by.subject_id != worker_id and not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    card = Card.objects.select_for_update().filter(worker_id=worker_id, state=CardState.ACTIVE).first()
    if card is None:
        raise NotFoundError
    move(card, CARD_LIFE, CardMove.STOP, by=by, at=at, reason=reason)
    card.stopped_at = at
    card.save(update_fields=["stopped_at"])
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    write_notice(NoticeKind.CARD_STOPPED, account_id=account_id, data={}, at=at)
    return card_row(card)
