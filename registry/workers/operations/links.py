"""Links between workers and firms: asked by one side, accepted by the other, ended by either (ruling 14)."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.businesses.queries import list_users, names_of_businesses
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, WorkerId
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.workers.models import ONE_PRINCIPAL, Affiliation, LinkRequest, Worker
from registry.workers.states import LINK_REQUEST_LIFE, LinkRequestMove, LinkRequestState, LinkSide


class EmployerUnknownError(RegistryError):
    """No firm has this business ID."""

    code = "EMPLOYER_UNKNOWN"


class LinkOverlapsError(RegistryError):
    """Worker and firm are linked on some of these days already."""

    code = "LINK_OVERLAPS"


class PrincipalTwiceError(RegistryError):
    """The worker has a principal employer on some of these days already."""

    code = "PRINCIPAL_TWICE"


class LinkStartError(RegistryError):
    """A link would start before the first of last month, or in the future (ruling 14)."""

    code = "LINK_START"


@transaction.atomic
def link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool, position: str = "",
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Link a worker and a firm. The start may lie back to the start of last month (ruling 14)."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    _check_start(from_on, at=at)
    if not Worker.objects.filter(pk=worker_id).exists():
        raise NotFoundError
    if not names_of_businesses([business_id]):
        raise EmployerUnknownError(field="employer_id")
    write_link(worker_id, business_id, from_on=from_on, principal=principal, position=position, by=by, at=at)


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


def _may_unlink(by: Actor, worker_id: int, business_id: int) -> bool:
    """Either side may, and the office: the worker, or one who looks after the firm's people."""
    own = by.kind is ActorKind.WORKER and by.subject_id == worker_id
    firm = by.kind is ActorKind.BUSINESS and by.subject_id == business_id and by.has(Permission.BUSINESS_WORKERS)
    return own or firm or by.has(Permission.OFFICE_REGISTER)


@transaction.atomic
def unlink(worker_id: WorkerId, business_id: BusinessId, *, until_on: date, by: Actor, at: datetime) -> None:
    """End a link; `until_on` is the first day without it. One side suffices (ruling 14)."""
    if not _may_unlink(by, worker_id, business_id):
        raise NotAllowedError
    row = Affiliation.objects.select_for_update().filter(
        worker_id=worker_id, business_id=business_id, until_on=None, from_on__lt=until_on
    ).first()  # fmt: skip
    if row is None:
        raise NotFoundError
    row.until_on = until_on
    row.save(update_fields=["until_on"])
    note_act("workers_worker", worker_id, "unlink", by=by, at=at)
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=business_id, from_on=until_on)
    side = LinkSide.WORKER if by.subject_id == worker_id else LinkSide.BUSINESS
    _tell_other(NoticeKind.UNLINKED, row, side, day=until_on, at=at)


def _check_start(from_on: date, *, at: datetime) -> None:
    today = jst_day(at)
    earliest = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if not earliest <= from_on <= today:
        raise LinkStartError(field="from_on")


def _side(by: Actor, worker_id: int, business_id: int) -> LinkSide:
    """On which side of a link somebody acts. Raises `NotAllowedError` for all others."""
    if by.kind is ActorKind.WORKER and by.subject_id == worker_id:
        return LinkSide.WORKER
    if by.kind is ActorKind.BUSINESS and by.subject_id == business_id and by.has(Permission.BUSINESS_WORKERS):
        return LinkSide.BUSINESS
    raise NotAllowedError


@transaction.atomic
def ask_for_link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool, position: str = "",
    by: Actor, at: datetime,
) -> int:  # fmt: skip
    """One side asks for a link; it holds once the other accepts. Harmless when repeated. Returns the request.

    When the other side has asked already, this is its answer: the link holds at once.
    """
    side = _side(by, worker_id, business_id)
    _check_start(from_on, at=at)
    worker = Worker.objects.select_for_update().filter(pk=worker_id).first()
    if worker is None:
        raise NotFoundError
    if not names_of_businesses([business_id]):
        raise EmployerUnknownError(field="business_id")
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
    _tell_other(NoticeKind.LINK_ASKED, request, side, day=from_on, at=at)
    return request.pk


def _tell_other(kind: NoticeKind, link: LinkRequest | Affiliation, side: LinkSide, *, day: date, at: datetime) -> None:
    """Tell the other side: the worker, or those of the firm who look after its people."""
    worker = Worker.objects.get(pk=link.worker_id)
    if side is LinkSide.BUSINESS:
        name, told = names_of_businesses([link.business_id or 0])[link.business_id or 0], [worker.account_id]
    else:
        name = f"{worker.family_name} {worker.given_name}"
        users = list_users(BusinessId(link.business_id or 0))
        told = [user.account.id for user in users if Permission.BUSINESS_WORKERS in user.account.rights]
    for account_id in told:
        write_notice(kind, account_id=account_id, data={"name": name, "day": day.isoformat()}, at=at)


def _request(request_id: int) -> LinkRequest:
    request = LinkRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    return request


@transaction.atomic
def accept_link(request_id: int, *, by: Actor, at: datetime) -> None:
    """The other side accepts: the link holds from the day asked for. Harmless when repeated."""
    request = _request(request_id)
    if _side(by, request.worker_id, request.business_id) == request.asked_by:
        raise NotAllowedError
    if request.state == LinkRequestState.ACCEPTED:
        return
    move(request, LINK_REQUEST_LIFE, LinkRequestMove.ACCEPT, by=by, at=at)
    write_link(
        WorkerId(request.worker_id), BusinessId(request.business_id), from_on=request.from_on,
        principal=request.principal, position=request.position, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def decline_link(request_id: int, *, by: Actor, at: datetime) -> None:
    """The other side declines, or the asking side takes its question back. Harmless when repeated."""
    request = _request(request_id)
    side = _side(by, request.worker_id, request.business_id)
    own = side == request.asked_by
    answer = LinkRequestMove.WITHDRAW if own else LinkRequestMove.DECLINE
    if request.state == LINK_REQUEST_LIFE.target(answer, LinkRequestState.ASKED):
        return
    move(request, LINK_REQUEST_LIFE, answer, by=by, at=at)
    if not own:
        _tell_other(NoticeKind.LINK_DECLINED, request, side, day=request.from_on, at=at)
