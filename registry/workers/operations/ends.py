"""Objections to the day on which the other side ended a link: the day may be disputed, not the fact (ruling 14)."""

from datetime import date, datetime

from django.db import transaction

from registry.audit.operations import move, note_act
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.notices.operations import settle_notices
from registry.notices.states import NoticeKind
from registry.workers.models import Affiliation, EndDispute
from registry.workers.operations.links import (
    check_end,
    locked_link,
    locked_links,
    rows_of_link,
    set_end,
    side_of_link,
    tell_side,
)
from registry.workers.states import END_DISPUTE_LIFE, EndDisputeMove, EndDisputeState


class NotEndedError(RegistryError):
    """There is no end that this side could object to: the link is open, or it ended it by itself."""

    code = "LINK_NOT_ENDED"


class DisputedError(RegistryError):
    """An objection to this end is open already."""

    code = "END_DISPUTED"


# What the messages that asked for an answer say after each.
_DISPUTED_NOW = {
    EndDisputeMove.AGREE: NoticeKind.END_DISPUTED_AGREED,
    EndDisputeMove.KEEP: NoticeKind.END_DISPUTED_KEPT,
    EndDisputeMove.WITHDRAW: NoticeKind.END_DISPUTED_WITHDRAWN,
}


def _about(dispute: EndDispute) -> str:
    """How messages name the objection that they speak of."""
    return f"end {dispute.pk}"


@transaction.atomic
def dispute_end(affiliation_id: int, until_on: date, *, reason: str, by: Actor, at: datetime) -> int:
    """Say that a link ended on another day; `until_on` is the first day without it. The other side answers.

    Harmless when repeated. Returns the objection.
    """
    row, own = locked_link(affiliation_id)
    if row.business_id is None or row.goes_on:
        raise NotFoundError
    side = side_of_link(by, row.worker_id, row.business_id)
    if row.until_on is None or row.ended_by == side or row.until_on == until_on:
        raise NotEndedError(field="until_on")
    check_end(own, until_on)
    open_one = EndDispute.objects.filter(affiliation=row, state=EndDisputeState.OPEN).first()
    if open_one:
        if (open_one.asked_by, open_one.until_on) != (side, until_on):
            raise DisputedError(field="until_on")
        return open_one.pk
    dispute = EndDispute.objects.create(
        affiliation=row, asked_by=side, until_on=until_on, reason=reason, asked_at=at
    )  # fmt: skip
    note_act("workers_end_dispute", dispute.pk, "ask", by=by, at=at, reason=reason)
    tell_side(NoticeKind.END_DISPUTED, row, side.other, day=until_on, at=at, about=_about(dispute))
    return dispute.pk


@transaction.atomic
def answer_end_dispute(dispute_id: int, *, agree: bool, by: Actor, at: datetime) -> tuple[date, date] | None:
    """The other side agrees, and the day is changed, or keeps its day; who objected takes it back by not agreeing.

    Returns the end before and after where it changed. Harmless when repeated.
    """
    dispute, row, own = _locked_dispute(dispute_id)
    side, asked_by = side_of_link(by, row.worker_id, row.business_id or 0), dispute.asked_by
    if side == asked_by and agree:
        raise NotAllowedError
    answer = EndDisputeMove.AGREE if agree else EndDisputeMove.WITHDRAW if side == asked_by else EndDisputeMove.KEEP
    if dispute.state == END_DISPUTE_LIFE.target(answer, EndDisputeState.OPEN):
        return None
    move(dispute, END_DISPUTE_LIFE, answer, by=by, at=at)
    settle_notices([_about(dispute)], asked=[NoticeKind.END_DISPUTED], now=_DISPUTED_NOW[answer], at=at)
    before, after = row.until_on, dispute.until_on
    if agree:
        set_end(own, after, by=by, at=at, ended_by=row.ended_by)
    if side != asked_by:
        told = NoticeKind.END_AGREED if agree else NoticeKind.END_KEPT
        tell_side(told, row, side.other, day=after if agree else before or after, at=at)
    return (before, after) if agree and before else None


def _locked_dispute(dispute_id: int) -> tuple[EndDispute, Affiliation, list[Affiliation]]:
    """An objection, the row that it is to, and all rows of that link; locked after all links of the worker.

    Whoever turns rows over takes the objections to them along: only under their lock does it stay with its row.
    """
    worker_id = EndDispute.objects.filter(pk=dispute_id).values_list("affiliation__worker", flat=True).first()
    rows = locked_links(worker_id or 0)
    dispute = EndDispute.objects.select_for_update().filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFoundError
    row = next(one for one in rows if one.pk == dispute.affiliation_id)
    return dispute, row, rows_of_link(row, rows)
