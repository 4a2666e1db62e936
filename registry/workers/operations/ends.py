"""The end of a link afterwards: who announced it takes it back, the other side objects to its day (ruling 14)."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from registry.audit.operations import move, note_act
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.notices.operations import settle_notices
from registry.notices.states import NoticeKind
from registry.workers.models import Affiliation, EndDispute
from registry.workers.operations.links import (
    LinkEndedError,
    check_end,
    locked_link,
    locked_links,
    may_unlink,
    overlap_of,
    rows_of_link,
    set_end,
    side_of,
    side_of_link,
    tell_side,
)
from registry.workers.states import END_DISPUTE_LIFE, EndDisputeMove, EndDisputeState, LinkSide


class NotEndedError(RegistryError):
    """There is no end that this side could object to: the link is open, or it ended it by itself."""

    code = "LINK_NOT_ENDED"


class DisputedError(RegistryError):
    """An objection to this end is open already."""

    code = "END_DISPUTED"


class LinkOverError(RegistryError):
    """The last day of a link lies behind: its end cannot be taken back any more."""

    code = "LINK_OVER"


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
def withdraw_end(affiliation_id: int, *, by: Actor, at: datetime) -> date | None:
    """Who announced the end of a link takes it back while the link still holds. Harmless when repeated.

    Returns the end that no longer stands, None where none stood. Raises `LinkEndedError` where the other side ended it,
    `LinkOverError` once it is over, `DisputedError` while an objection is open, or `PrincipalTwiceError` and
    `LinkOverlapsError` where later links have the days after it.
    """
    row, own = locked_link(affiliation_id)
    if not may_unlink(by, row):
        raise NotAllowedError
    last, side = own[-1], side_of(by)
    before = last.until_on
    if before is None:
        return None
    _check_withdrawable(last, before, side, on=jst_day(at))
    last.until_on, last.ended_by, last.ended_at = None, "", None
    try:
        with transaction.atomic():
            last.save(update_fields=["until_on", "ended_by", "ended_at"])
    except IntegrityError as error:
        raise overlap_of(error)(field="until_on") from None
    note_act("workers_worker", last.worker_id, "withdraw_end", by=by, at=at, reason=str(before))
    note_change(ChangeKind.AFFILIATION, worker_id=last.worker_id, business_id=last.business_id, from_on=before)
    for other in LinkSide:
        if other != side:
            tell_side(NoticeKind.END_WITHDRAWN, last, other, day=before, at=at)
    return before


def _check_withdrawable(row: Affiliation, until_on: date, side: str, *, on: date) -> None:
    if side and row.ended_by != side:
        raise LinkEndedError(field="until_on", last=until_on - timedelta(days=1))
    if until_on <= on:
        raise LinkOverError(field="until_on", last=until_on - timedelta(days=1))
    if EndDispute.objects.filter(affiliation=row, state=EndDisputeState.OPEN).exists():
        raise DisputedError(field="until_on")


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
