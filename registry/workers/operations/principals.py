"""Which of a worker's employers is the principal one (主たる所属): the worker says so, and no link ends by it (ruling 14)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from registry.audit.operations import note_act
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import WorkerId
from registry.notices.states import NoticeKind
from registry.workers.models import Affiliation
from registry.workers.operations.links import (
    check_start,
    lasts,
    locked_links,
    note_rows,
    rows_of_link,
    tell_side,
    turn_row,
)
from registry.workers.states import LinkSide


class PrincipalDayError(RegistryError):
    """A link does not hold on the day from which it would be the principal one, or holds no more today."""

    code = "PRINCIPAL_DAY"


@transaction.atomic
def make_principal(
    worker_id: WorkerId, affiliation_id: int, *, from_on: date, by: Actor, at: datetime
) -> None:  # fmt: skip
    """Let a link be the principal one from a day on; the one before goes on as a further link. Harmless when repeated.

    The day may lie back to the start of last month. Rows that begin on it or later are turned over as a whole; the log
    keeps what they said. Raises `LinkStartError` or `PrincipalDayError`.
    """
    if by.kind is not ActorKind.WORKER or by.subject_id != worker_id:
        raise NotAllowedError
    rows = locked_links(worker_id)
    chosen = next((row for row in rows if row.pk == affiliation_id), None)
    if chosen is None:
        raise NotFoundError
    check_start(from_on, at=at)
    own = rows_of_link(chosen, rows)
    if from_on < own[0].from_on or not lasts(own[-1], jst_day(at)):
        raise PrincipalDayError(field="from_on", day=own[0].from_on)
    gained = [row for row in own if not row.principal and lasts(row, from_on)]
    if not gained:
        return
    lost = [row for row in rows if row not in own and row.principal and lasts(row, from_on)]
    note_rows("flip_rows", [row for row in (*lost, *gained) if row.from_on >= from_on], by=by, at=at)
    for row in lost:
        turn_row(row, from_on, principal=False)
    for row in gained:
        turn_row(row, from_on, principal=True)
    note_act(
        "workers_worker",
        worker_id,
        "make_principal",
        by=by,
        at=at,
        reason=f"{chosen.business_id or chosen.business_name} {from_on}",
    )
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=chosen.business_id, from_on=from_on)
    _tell(NoticeKind.PRINCIPAL_GAINED, [chosen], from_on, at=at)
    _tell(NoticeKind.PRINCIPAL_LOST, lost, from_on, at=at)


def _tell(kind: NoticeKind, rows: Iterable[Affiliation], day: date, *, at: datetime) -> None:
    """Tell the firms that are registered, each once."""
    for row in {row.business_id: row for row in rows if row.business_id is not None}.values():
        tell_side(kind, row, LinkSide.BUSINESS, day=day, at=at)
