"""Links between workers and firms: asked by one side, accepted by the other, ended by either (ruling 14)."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from operator import attrgetter

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
from registry.notices.operations import settle_notices, write_notices
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


class LinkedAlreadyError(RegistryError):
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
        raise overlap_of(error)(field="employer_id") from None
    note_act("workers_worker", worker_id, "link", by=by, at=at)
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=business_id, from_on=from_on)


def overlap_of(error: IntegrityError) -> type[PrincipalTwiceError | LinkOverlapsError]:
    """What a row of a link broke by its days: one principal employer a day, or one link to a firm."""
    return PrincipalTwiceError if ONE_PRINCIPAL in str(error) else LinkOverlapsError


def may_unlink(by: Actor, row: Affiliation) -> bool:
    """Either side may, and the office: the worker, or one who looks after the firm's people."""
    own = by.kind is ActorKind.WORKER and by.subject_id == row.worker_id
    of_firm = by.kind is ActorKind.BUSINESS and row.business_id is not None and by.subject_id == row.business_id
    return own or (of_firm and by.has(Permission.BUSINESS_WORKERS)) or by.has(Permission.OFFICE_REGISTER)


def locked_links(worker_id: int) -> list[Affiliation]:
    """All links of a worker, each row in its order of days, locked."""
    rows = Affiliation.objects.filter(worker=worker_id).order_by("from_on", "pk")
    list(rows.select_for_update())  # who is waited for may split a row: only what is read afterwards has the new one
    return list(rows)


def hold_links(worker_ids: Iterable[int]) -> None:
    """Keep workers' links as they are until the transaction ends: what rests on them is written before a change or after it."""
    rows = Affiliation.objects.filter(worker__in=set(worker_ids)).order_by("worker", "from_on", "pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def rows_of_link(row: Affiliation, rows: Iterable[Affiliation]) -> list[Affiliation]:
    """The rows of the link that one row is of, in the order of their days."""
    firm = (row.business_id, row.business_name)
    own = [one for one in rows if (one.business_id, one.business_name) == firm]
    begun = beginnings_of(own)
    return sorted((one for one in own if begun[one.pk] == begun[row.pk]), key=attrgetter("from_on"))


def locked_link(affiliation_id: int) -> tuple[Affiliation, list[Affiliation]]:
    """A row, and all rows of the link that it is of; all links of the worker are locked. Raises `NotFoundError`."""
    worker_id = Affiliation.objects.filter(pk=affiliation_id).values_list("worker_id", flat=True).first()
    rows = locked_links(worker_id or 0)
    row = next((one for one in rows if one.pk == affiliation_id), None)
    if row is None:
        raise NotFoundError
    return row, rows_of_link(row, rows)


@transaction.atomic
def end_link(
    affiliation_id: int, *, until_on: date, by: Actor, at: datetime
) -> tuple[date | None, date] | None:  # fmt: skip
    """End a link; `until_on` is the first day without it. One side suffices (ruling 14). Harmless when repeated.

    Who has ended it may correct the day; the other side disputes it. Returns the end before and after where it changed.
    Raises `LinkEndError`, `LinkEndedError`, or `PrincipalTwiceError` and `LinkOverlapsError` where it would last longer.
    """
    row, own = locked_link(affiliation_id)
    if not may_unlink(by, row):
        raise NotAllowedError
    check_end(own, until_on)
    last, side = own[-1], side_of(by)
    before = last.until_on
    if before == until_on:
        return None
    if before is not None and side and last.ended_by != side:
        raise LinkEndedError(field="until_on", last=before - timedelta(days=1))
    set_end(own, until_on, by=by, at=at, ended_by=side)
    for other in (LinkSide.WORKER, LinkSide.BUSINESS):
        if other != side:
            told = NoticeKind.UNLINKED if row.business_id else NoticeKind.UNLINKED_BY_NAME
            tell_side(told, row, other, day=until_on, at=at)
    return before, until_on


def side_of(by: Actor) -> str:
    """On which side of any link somebody stands; "" for the office."""
    return {ActorKind.WORKER: LinkSide.WORKER, ActorKind.BUSINESS: LinkSide.BUSINESS}.get(by.kind, "")


def check_end(own: Sequence[Affiliation], until_on: date) -> None:
    """Refuse a day on which a link, all its rows, would end before it has one. Raises `LinkEndError`."""
    if until_on <= own[0].from_on:
        raise LinkEndError(field="until_on", day=own[0].from_on)


def set_end(own: Sequence[Affiliation], until_on: date, *, by: Actor, at: datetime, ended_by: str) -> None:
    """Write the day from which a link, all its rows, no longer holds, for an operation that has decided that it may."""
    before, row = own[-1].until_on, _row_that_ends(own, until_on, by=by, at=at)
    row.until_on, row.goes_on, row.ended_by, row.ended_at = until_on, False, ended_by, at
    try:
        with transaction.atomic():
            row.save(update_fields=["until_on", "goes_on", "ended_by", "ended_at"])
    except IntegrityError as error:
        raise overlap_of(error)(field="until_on") from None
    note_act("workers_worker", row.worker_id, "unlink", by=by, at=at, reason=f"{before or ''} {until_on}".strip())
    note_change(
        ChangeKind.AFFILIATION, worker_id=row.worker_id, business_id=row.business_id,
        from_on=min(until_on, before or until_on),
    )  # fmt: skip


def _row_that_ends(own: Sequence[Affiliation], until_on: date, *, by: Actor, at: datetime) -> Affiliation:
    """The row of a link that an end cuts. What was objected to stands with it.

    Rows after that day go: they would hold on no day that the link has, and the log keeps what they said.
    """
    row = [one for one in own if one.from_on < until_on][-1]
    gone = [one for one in own if one.from_on >= until_on]
    note_rows("drop_rows", gone, by=by, at=at)
    EndDispute.objects.filter(affiliation__in=gone).update(affiliation=row)
    Affiliation.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return row


def lasts(row: Affiliation, day: date) -> bool:
    """Whether a row still holds on a day or after it."""
    return row.until_on is None or row.until_on > day


def turn_row(row: Affiliation, from_on: date, *, principal: bool) -> None:
    """Close a row, and let its link go on in a new one; a row that begins later is principal, or not, as a whole."""
    if row.from_on >= from_on:
        row.principal = principal
        row.save(update_fields=["principal"])
        return
    after = Affiliation(
        worker_id=row.worker_id, business_id=row.business_id, business_name=row.business_name, position=row.position,
        from_on=from_on, until_on=row.until_on, principal=principal, goes_on=row.goes_on,
        ended_by=row.ended_by, ended_at=row.ended_at,
    )  # fmt: skip
    row.until_on, row.goes_on, row.ended_by, row.ended_at = from_on, True, "", None
    row.save(update_fields=["until_on", "goes_on", "ended_by", "ended_at"])
    after.save()
    EndDispute.objects.filter(affiliation=row).update(affiliation=after)


def note_rows(act: str, rows: Sequence[Affiliation], *, by: Actor, at: datetime) -> None:
    """Keep in the log what rows of a worker's links say before an act takes them away, or has them say something else."""
    if rows:
        stored = Affiliation.objects.filter(pk__in=[row.pk for row in rows]).order_by("from_on", "pk").values()
        said = json.dumps(list(stored), default=str, ensure_ascii=False)
        note_act("workers_worker", rows[0].worker_id, act, by=by, at=at, reason=said)


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
    # No key: who writes a link of the worker meanwhile, and waits for his request, does not wait for him.
    worker = Worker.objects.select_for_update(no_key=True).filter(pk=worker_id).first()
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
    tell_side(NoticeKind.LINK_ASKED, request, side.other, day=from_on, at=at, about=_about(request))
    return request.pk


def tell_side(
    kind: NoticeKind, link: LinkRequest | Affiliation, to: LinkSide, *, day: date, at: datetime, about: str = ""
) -> None:  # fmt: skip
    """Tell one side what the other did: the worker, or those of the firm who look after its people.

    A firm to which the worker is not linked today learns the worker ID, never the name (ruling 37). `about` names what
    the message asks for, so that it can say later what became of it.
    """
    worker = Worker.objects.get(pk=link.worker_id)
    if to is LinkSide.WORKER:
        name, told = _name_of_firm(link), [worker.account_id]
    else:
        firm_id = BusinessId(link.business_id or 0)
        knows = firm_id in linked_businesses([worker.pk], on=jst_day(at)).get(worker.pk, ())
        name = full_name(worker.family_name, worker.middle_name, worker.given_name) if knows else grouped(worker.pk)
        told = [user.account.id for user in list_users(firm_id) if Permission.BUSINESS_WORKERS in user.account.rights]
    write_notices(kind, account_ids=told, data={"name": name, "day": day.isoformat()}, at=at, about=about)


def _name_of_firm(link: LinkRequest | Affiliation) -> str:
    return link.business.name if isinstance(link, LinkRequest) else name_of_firm(link)


def _about(request: LinkRequest) -> str:
    """How messages name the request that they speak of."""
    return f"link {request.pk}"


def _settle(request: LinkRequest, now: NoticeKind, *, at: datetime) -> None:
    """Let the messages that asked for an answer say what became of the request."""
    settle_notices([_about(request)], asked=[NoticeKind.LINK_ASKED], now=now, at=at)


def _request(request_id: int) -> LinkRequest:
    request = LinkRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    return request


@transaction.atomic
def accept_link(request_id: int, *, by: Actor, at: datetime) -> None:
    """The other side accepts: the link holds from the day asked for. Harmless when repeated.

    Asked for as the principal one it is a further one as long as another firm is the principal employer: only the worker
    moves that (ruling 14). Both sides are told so, unless that firm's link ends: then it is the principal one from there. Raises `LinkedAlreadyError` where the two have been
    linked since it was asked, `LinkOverlapsError` where that link has ended but has some of the days, or
    `LinkRequestLateError` where its day lies too far back by now.
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
    as_asked = _write_asked(request, by=by, at=at)
    kind = NoticeKind.LINK_ACCEPTED if as_asked else NoticeKind.LINK_ACCEPTED_FURTHER
    _settle(request, kind, at=at)
    for side in LinkSide:
        tell_side(kind, request, side, day=request.from_on, at=at, about=_about(request))


def _write_asked(request: LinkRequest, *, by: Actor, at: datetime) -> bool:
    """Write the link of a request; False where it is a further one although the principal one was asked for.

    Where the principal link of another firm has an end, this one is the principal one from then on.
    """
    write = partial(
        write_link, WorkerId(request.worker_id), BusinessId(request.business_id), from_on=request.from_on,
        position=request.position, by=by, at=at,
    )  # fmt: skip
    try:
        write(principal=request.principal)
    except PrincipalTwiceError:
        write(principal=False)
        return _turn_when_free(request)
    return True


def _turn_when_free(request: LinkRequest) -> bool:
    """Let the link of a request be the principal one once that of another firm has ended; False where it lasts."""
    rows = locked_links(request.worker_id)
    others = [row.until_on for row in rows if row.principal and lasts(row, request.from_on)]
    own = next(row for row in rows if row.business_id == request.business_id and lasts(row, request.from_on))
    if None in others:
        return False
    with suppress(IntegrityError), transaction.atomic():  # another one became the principal one meanwhile
        turn_row(own, max(end for end in others if end), principal=True)
        return True
    return False


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
    _settle(request, NoticeKind.LINK_ASKED_WITHDRAWN if own else NoticeKind.LINK_ASKED_DECLINED, at=at)
    if not own:
        tell_side(NoticeKind.LINK_DECLINED, request, side.other, day=request.from_on, at=at)
