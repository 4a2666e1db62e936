"""Links between workers and firms: asked by one side, accepted by the other, ended by either (ruling 14)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.businesses.queries import list_users, names_of_businesses
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import jst_day, month_before
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, WorkerId, grouped
from registry.notices.operations import write_notice, write_notices
from registry.notices.states import NoticeKind
from registry.workers.derive import full_name
from registry.workers.models import ONE_PRINCIPAL, Affiliation, EndDispute, LinkRequest, Worker
from registry.workers.queries import beginnings_of, linked_businesses, name_of_firm
from registry.workers.states import LINK_REQUEST_LIFE, LinkRequestMove, LinkRequestState, LinkSide


class EmployerUnknownError(RegistryError):
    """No firm has this business ID."""

    code = "EMPLOYER_UNKNOWN"


class LinkOverlapsError(RegistryError):
    """Worker and firm are linked on some of these days already."""

    code = "LINK_OVERLAPS"


class LinkedAlreadyError(LinkOverlapsError):
    """A link is asked for, or accepted, that holds already."""

    code = "LINKED_ALREADY"


class PrincipalTwiceError(RegistryError):
    """The worker has a principal employer on some of these days already."""

    code = "PRINCIPAL_TWICE"


class LinkStartError(RegistryError):
    """A link would start before the first of last month, or in the future (ruling 14)."""

    code = "LINK_START"


class LinkRequestLateError(RegistryError):
    """The day from which a link was asked for lies before the first of last month by now (ruling 14)."""

    code = "LINK_REQUEST_LATE"


class LinkEndError(RegistryError):
    """A link would end before it has a day."""

    code = "LINK_END"


class LinkEndedError(RegistryError):
    """The other side has ended the link on another day: that day can be disputed, not set."""

    code = "LINK_ENDED"


def write_link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool, position: str,
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Write the row, for an operation that has decided that it may."""
    try:
        with transaction.atomic():
            Affiliation.objects.create(
                worker_id=worker_id, business_id=business_id, from_on=from_on, principal=principal, position=position
            )
    except IntegrityError as error:
        broken = PrincipalTwiceError if ONE_PRINCIPAL in str(error) else LinkOverlapsError
        raise broken(field="employer_id") from None
    note_act("workers_worker", worker_id, "link", by=by, at=at)
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=business_id, from_on=from_on)
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    firm = names_of_businesses([business_id])[business_id]
    write_notice(NoticeKind.LINKED, account_id=account_id, data={"firm": firm, "day": from_on.isoformat()}, at=at)


def _may_unlink(by: Actor, row: Affiliation) -> bool:
    """Either side may, and the office: the worker, or one who looks after the firm's people."""
    own = by.kind is ActorKind.WORKER and by.subject_id == row.worker_id
    of_firm = by.kind is ActorKind.BUSINESS and row.business_id is not None and by.subject_id == row.business_id
    return own or (of_firm and by.has(Permission.BUSINESS_WORKERS)) or by.has(Permission.OFFICE_REGISTER)


def locked_links(worker_id: int) -> list[Affiliation]:
    """All links of a worker, each row in its order of days, locked."""
    return list(Affiliation.objects.select_for_update().filter(worker=worker_id).order_by("from_on", "pk"))


def rows_of_link(row: Affiliation, rows: Iterable[Affiliation]) -> list[Affiliation]:
    """The rows of the link that one row is of, in the order of their days."""
    firm = (row.business_id, row.business_name)
    own = [one for one in rows if (one.business_id, one.business_name) == firm]
    begun = beginnings_of(own)
    return [one for one in own if begun[one.pk] == begun[row.pk]]


def _row(affiliation_id: int) -> tuple[Affiliation, list[Affiliation]]:
    """A row of a link, and all links of its worker, locked."""
    worker_id = Affiliation.objects.filter(pk=affiliation_id).values_list("worker_id", flat=True).first()
    rows = locked_links(worker_id or 0)
    row = next((one for one in rows if one.pk == affiliation_id), None)
    if row is None:
        raise NotFoundError
    return row, rows


@transaction.atomic
def end_link(
    affiliation_id: int, *, until_on: date, by: Actor, at: datetime
) -> tuple[date | None, date] | None:  # fmt: skip
    """End a link; `until_on` is the first day without it. One side suffices (ruling 14). Harmless when repeated.

    Who has ended it may correct the day; the other side disputes it. Returns the end before and after where it changed.
    Raises `LinkEndError`, `LinkEndedError`, or `PrincipalTwiceError` and `LinkOverlapsError` where it would last longer.
    """
    row, rows = _row(affiliation_id)
    if not _may_unlink(by, row):
        raise NotAllowedError
    row = rows_of_link(row, rows)[-1]
    check_end(row, until_on)
    before, side = row.until_on, _side_of(by)
    if before == until_on:
        return None
    if before is not None and side and row.ended_by != side:
        raise LinkEndedError(field="until_on", day=before)
    set_end(row, until_on, by=by, at=at, ended_by=side)
    for other in (LinkSide.WORKER, LinkSide.BUSINESS):
        if other != side:
            told = NoticeKind.UNLINKED if row.business_id else NoticeKind.UNLINKED_BY_NAME
            tell_side(told, row, other, day=until_on, at=at)
    return before, until_on


@transaction.atomic
def unlink(
    worker_id: WorkerId, business_id: BusinessId, *, until_on: date, by: Actor, at: datetime
) -> tuple[date | None, date] | None:  # fmt: skip
    """End the last link of a worker and a firm, as `end_link` does."""
    rows = Affiliation.objects.filter(worker=worker_id, business=business_id).order_by("-from_on")
    last = rows.values_list("pk", flat=True).first()
    if last is None:
        raise NotFoundError
    return end_link(last, until_on=until_on, by=by, at=at)


def _side_of(by: Actor) -> str:
    return {ActorKind.WORKER: LinkSide.WORKER, ActorKind.BUSINESS: LinkSide.BUSINESS}.get(by.kind, "")


def check_end(row: Affiliation, until_on: date) -> None:
    """Refuse a day on which a link would end before it has one. Raises `LinkEndError`."""
    first = rows_of_link(row, Affiliation.objects.filter(worker=row.worker_id))[0].from_on
    if until_on <= first:
        raise LinkEndError(field="until_on", day=first)


def set_end(last: Affiliation, until_on: date, *, by: Actor, at: datetime, ended_by: str) -> None:
    """Write the day from which a link no longer holds to its last row, for an operation that has decided that it may."""
    before, row = last.until_on, _row_that_ends(last, until_on)
    row.until_on, row.goes_on, row.ended_by, row.ended_at = until_on, False, ended_by, at
    try:
        with transaction.atomic():
            row.save(update_fields=["until_on", "goes_on", "ended_by", "ended_at"])
    except IntegrityError as error:
        broken = PrincipalTwiceError if ONE_PRINCIPAL in str(error) else LinkOverlapsError
        raise broken(field="until_on") from None
    note_act("workers_worker", row.worker_id, "unlink", by=by, at=at, reason=f"{before or ''} {until_on}".strip())
    note_change(
        ChangeKind.AFFILIATION, worker_id=row.worker_id, business_id=row.business_id,
        from_on=min(until_on, before or until_on),
    )  # fmt: skip


def _row_that_ends(last: Affiliation, until_on: date) -> Affiliation:
    """The row of a link that an end cuts; rows after that day go, and what was objected to stands with the one that stays."""
    rows = rows_of_link(last, locked_links(last.worker_id))
    row = [one for one in rows if one.from_on < until_on][-1]
    gone = [one.pk for one in rows if one.from_on >= until_on]
    EndDispute.objects.filter(affiliation__in=gone).update(affiliation=row)
    Affiliation.objects.filter(pk__in=gone).delete()
    return row


def check_start(from_on: date, *, at: datetime) -> None:
    """Refuse a day before the first of last month, or in the future. Raises `LinkStartError`."""
    today = jst_day(at)
    if not month_before(today) <= from_on <= today:
        raise LinkStartError(field="from_on")


def side_of_link(by: Actor, worker_id: int, business_id: int) -> LinkSide:
    """On which side of a link somebody acts. Raises `NotAllowedError` for all others."""
    if by.kind is ActorKind.WORKER and by.subject_id == worker_id:
        return LinkSide.WORKER
    if by.kind is ActorKind.BUSINESS and by.subject_id == business_id and by.has(Permission.BUSINESS_WORKERS):
        return LinkSide.BUSINESS
    raise NotAllowedError


def _check_not_linked(worker_id: int, business_id: int, from_on: date) -> None:
    """Refuse a link that nobody could accept: one holds on some of its days."""
    rows = Affiliation.objects.filter(worker_id=worker_id, business_id=business_id)
    lasting = rows.filter(until_on=None).first()
    if lasting:
        raise LinkedAlreadyError(field="business_id", day=rows_of_link(lasting, rows)[0].from_on)
    if rows.filter(until_on__gt=from_on).exists():
        raise LinkOverlapsError(field="from_on")


@transaction.atomic
def ask_for_link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool, position: str = "",
    by: Actor, at: datetime,
) -> int:  # fmt: skip
    """One side asks for a link; it holds once the other accepts. Harmless when repeated. Returns the request.

    When the other side has asked already, this is its answer: the link holds at once, as the other side asked for it.
    Raises `LinkedAlreadyError`, or `LinkOverlapsError` where one holds on the first days only.
    """
    side = side_of_link(by, worker_id, business_id)
    check_start(from_on, at=at)
    worker = Worker.objects.select_for_update().filter(pk=worker_id).first()
    if worker is None:
        raise NotFoundError
    if not names_of_businesses([business_id]):
        raise EmployerUnknownError(field="business_id")
    _check_not_linked(worker_id, business_id, from_on)
    open_one = LinkRequest.objects.filter(
        worker=worker_id, business=business_id, state=LinkRequestState.ASKED
    ).first()  # fmt: skip
    if open_one:
        if open_one.asked_by != side:
            accept_link(open_one.pk, by=by, at=at)
        return open_one.pk
    request = LinkRequest.objects.create(
        worker_id=worker_id, business_id=business_id, asked_by=side, from_on=from_on, principal=principal,
        position=position, asked_at=at,
    )  # fmt: skip
    note_act("workers_link_request", request.pk, "ask", by=by, at=at)
    tell_side(NoticeKind.LINK_ASKED, request, side.other, day=from_on, at=at)
    return request.pk


def tell_side(kind: NoticeKind, link: LinkRequest | Affiliation, to: LinkSide, *, day: date, at: datetime) -> None:
    """Tell one side what the other did: the worker, or those of the firm who look after its people.

    A firm to which the worker is not linked today learns the worker ID, never the name (ruling 37).
    """
    worker = Worker.objects.get(pk=link.worker_id)
    if to is LinkSide.WORKER:
        name, told = _name_of_firm(link), [worker.account_id]
    else:
        firm_id = BusinessId(link.business_id or 0)
        knows = firm_id in linked_businesses([worker.pk], on=jst_day(at)).get(worker.pk, ())
        name = full_name(worker.family_name, worker.middle_name, worker.given_name) if knows else grouped(worker.pk)
        told = [user.account.id for user in list_users(firm_id) if Permission.BUSINESS_WORKERS in user.account.rights]
    write_notices(kind, account_ids=told, data={"name": name, "day": day.isoformat()}, at=at)


def _name_of_firm(link: LinkRequest | Affiliation) -> str:
    return link.business.name if isinstance(link, LinkRequest) else name_of_firm(link)


def _request(request_id: int) -> LinkRequest:
    request = LinkRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    return request


@transaction.atomic
def accept_link(request_id: int, *, by: Actor, at: datetime) -> None:
    """The other side accepts: the link holds from the day asked for. Harmless when repeated.

    Raises `LinkedAlreadyError` where the two have been linked since it was asked, `LinkRequestLateError` where its day
    lies too far back by now, or `PrincipalTwiceError`.
    """
    request = _request(request_id)
    if side_of_link(by, request.worker_id, request.business_id) == request.asked_by:
        raise NotAllowedError
    if request.state == LinkRequestState.ACCEPTED:
        return
    _check_not_linked(request.worker_id, request.business_id, request.from_on)
    earliest = month_before(jst_day(at))
    if request.from_on < earliest:
        raise LinkRequestLateError(day=request.from_on, earliest=earliest)
    move(request, LINK_REQUEST_LIFE, LinkRequestMove.ACCEPT, by=by, at=at)
    write_link(
        WorkerId(request.worker_id), BusinessId(request.business_id), from_on=request.from_on,
        principal=request.principal, position=request.position, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def decline_link(request_id: int, *, by: Actor, at: datetime) -> None:
    """The other side declines, or the asking side takes its question back. Harmless when repeated."""
    request = _request(request_id)
    side = side_of_link(by, request.worker_id, request.business_id)
    own = side == request.asked_by
    answer = LinkRequestMove.WITHDRAW if own else LinkRequestMove.DECLINE
    if request.state == LINK_REQUEST_LIFE.target(answer, LinkRequestState.ASKED):
        return
    move(request, LINK_REQUEST_LIFE, answer, by=by, at=at)
    if not own:
        tell_side(NoticeKind.LINK_DECLINED, request, side.other, day=request.from_on, at=at)
