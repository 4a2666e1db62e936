"""Firms in a structure: invite, name, answer, end, exchange, join. Both sides take part, and each step is dated."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from registry.audit.operations import move, note_act
from registry.businesses.queries import names_of_businesses
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, SiteId
from registry.notices.states import NoticeKind
from registry.sites.models import Site
from registry.structures.derive import Structure
from registry.structures.models import Node, RosterEntry, Tenure
from registry.structures.operations.place_news import settle_invitation, tell_end, tell_firm
from registry.structures.queries import load_structure
from registry.structures.rules import may_answer, may_invite, may_leave
from registry.structures.states import LIVE, TENURE_LIFE, TenureMove, TenureState


class FirmUnknownError(RegistryError):
    """No firm has this ID."""

    code = "FIRM_UNKNOWN"


class FirmNameError(RegistryError):
    """Neither an ID nor a name was given for a firm, or both."""

    code = "FIRM_NAME"


class FirmAboveItselfError(RegistryError):
    """A firm would stand below itself."""

    code = "FIRM_ABOVE_ITSELF"


class FirmPlacedTwiceError(RegistryError):
    """The firm has a place below the same position for the same work on some of these days."""

    code = "FIRM_PLACED_TWICE"


class TenureDaysError(RegistryError):
    """The last day lies before the first."""

    code = "TENURE_DAYS"


class NodeTakenError(RegistryError):
    """Another firm holds the position on some of these days."""

    code = "NODE_TAKEN"


class PlaceLongerError(RegistryError):
    """A firm would let its own place last longer: those above say so."""

    code = "PLACE_LONGER"


class TenureInUseError(RegistryError):
    """People are on the firm's roster, or firms stand below it: the place can be ended, not undone."""

    code = "TENURE_IN_USE"


@dataclass(frozen=True, kw_only=True)
class FirmPlace:
    """A firm's place: by ID or, without one, by name; `until_on` is the first day after it."""

    business_id: BusinessId | None = None
    business_name: str = ""
    work: str = ""
    from_on: date
    until_on: date | None = None


@transaction.atomic
def invite_firm(site_id: SiteId, parent_id: int | None, place: FirmPlace, *, by: Actor, at: datetime, on: date) -> int:
    """Invite a firm below a position, or below the prime. One without an ID stands by name at once.

    Returns the tenure. Harmless when repeated: an equal open row is returned as it is.
    """
    structure = locked_structure(site_id)
    if parent_id is not None and parent_id not in structure.parents:
        raise NotFoundError
    if not may_invite(by, structure, parent_id, on=on):
        raise NotAllowedError
    equal = _same_firm(place, structure, parent_id).filter(from_on=place.from_on, until_on=place.until_on).first()
    if equal:
        return equal.pk
    check_place(place, structure, parent_id)
    node = Node.objects.create(site_id=site_id, parent_id=parent_id, tier=structure.tier(parent_id) + 1)
    return _seat(node, place, structure, by=by, at=at)


def _same_firm(place: FirmPlace, structure: Structure, parent_id: int | None) -> QuerySet[Tenure]:
    """The rows of a firm below the same position for the same work."""
    return Tenure.objects.filter(
        node__site=structure.site_id, node__parent=parent_id, business=place.business_id,
        business_name=place.business_name, work=place.work, state__in=LIVE,
    ).order_by("pk")  # fmt: skip


def locked_structure(site_id: SiteId) -> Structure:
    """The structure of a site, its site locked: two writers never see each other's half."""
    if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
        raise NotFoundError
    return load_structure(site_id)


def check_place(
    place: FirmPlace, structure: Structure, parent_id: int | None, *, below: Collection[int] = ()
) -> None:  # fmt: skip
    """Refuse a place that cannot be: no firm or two, days that end before they begin, a firm below itself or there already.

    `below`: a position that is there already, whatever hangs below it.
    """
    if (place.business_id is None) == (place.business_name == ""):
        raise FirmNameError(field="business_id")
    if place.business_id is not None and not names_of_businesses([place.business_id]):
        raise FirmUnknownError(field="business_id")
    if place.until_on is not None and place.until_on <= place.from_on:
        raise TenureDaysError(field="last_on")
    others = structure.above(parent_id) | structure.below(below) - set(below)
    if place.business_id in {structure.prime_id, *structure.firms_on(others, place.from_on, place.until_on)}:
        raise FirmAboveItselfError(field="business_id")
    days = (place.from_on, place.until_on or date.max)
    for from_on, until_on in (
        _same_firm(place, structure, parent_id).exclude(node__in=below).values_list("from_on", "until_on")
    ):
        if from_on < days[1] and days[0] < (until_on or date.max):
            raise FirmPlacedTwiceError(field="from_on")


def _seat(node: Node, place: FirmPlace, structure: Structure, *, by: Actor, at: datetime) -> int:
    asking = BusinessId(by.subject_id or structure.prime_id)
    try:
        with transaction.atomic():
            tenure = Tenure.objects.create(
                node=node, business_id=place.business_id, business_name=place.business_name, work=place.work,
                from_on=place.from_on, until_on=place.until_on, invited_by_id=asking, invited_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise NodeTakenError(field="from_on") from None
    if place.business_id is None:
        move(tenure, TENURE_LIFE, TenureMove.NAME, by=by, at=at)
    else:
        note_act("structures_tenure", tenure.pk, "invite", by=by, at=at)
        tell_firm(NoticeKind.INVITED, place.business_id, tenure, firm_id=asking, at=at)
    note_tenure(tenure)
    return tenure.pk


def note_tenure(tenure: Tenure) -> None:
    """Mark the days of a tenure as changed."""
    note_change(
        ChangeKind.STRUCTURE, site_id=tenure.node.site_id, from_on=tenure.from_on, until_on=tenure.until_on
    )  # fmt: skip


def locked_tenures() -> QuerySet[Tenure]:
    """Tenures, locked when they are read, in the one order (see the noun's docstring)."""
    return Tenure.objects.select_for_update(of=("self",), no_key=True).select_related("node").order_by("pk")


def _tenure(tenure_id: int) -> Tenure:
    tenure = locked_tenures().filter(pk=tenure_id).first()
    if tenure is None:
        raise NotFoundError
    return tenure


def _with_structure(tenure_id: int) -> tuple[Tenure, Structure]:
    """A tenure and the structure that it stands in, both locked."""
    site_id = Tenure.objects.filter(pk=tenure_id).values_list("node__site_id", flat=True).first()
    if site_id is None:
        raise NotFoundError
    structure = locked_structure(SiteId(site_id))
    return _tenure(tenure_id), structure


@transaction.atomic
def accept_invitation(tenure_id: int, *, by: Actor, at: datetime) -> None:
    """Take the place. Days since `from_on` become complete by themselves. Harmless when repeated."""
    _answer(tenure_id, TenureMove.ACCEPT, reason="", by=by, at=at)


@transaction.atomic
def decline_invitation(tenure_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """Refuse the place with a reason; the position stays, and another firm can be asked. Harmless when repeated."""
    _answer(tenure_id, TenureMove.DECLINE, reason=reason, by=by, at=at)


# What those who invited are told of each answer, and what the invitation says from then on.
_ANSWERED = {
    TenureMove.ACCEPT: (NoticeKind.INVITATION_ACCEPTED, NoticeKind.INVITED_ACCEPTED),
    TenureMove.DECLINE: (NoticeKind.INVITATION_DECLINED, NoticeKind.INVITED_DECLINED),
}


def _answer(tenure_id: int, answer: TenureMove, *, reason: str, by: Actor, at: datetime) -> None:
    tenure = _tenure(tenure_id)
    if not may_answer(by, tenure.business_id):
        raise NotAllowedError
    if tenure.state == TENURE_LIFE.target(answer, TenureState.INVITED):
        return
    tenure.answered_at, tenure.answer_reason = at, reason
    tenure.save(update_fields=["answered_at", "answer_reason"])
    move(tenure, TENURE_LIFE, answer, by=by, at=at, reason=reason)
    note_tenure(tenure)
    told, invited = _ANSWERED[answer]
    settle_invitation(tenure, invited, at=at)
    tell_firm(told, tenure.invited_by_id, tenure, firm_id=tenure.business_id or 0, at=at, reason=reason)


@transaction.atomic
def withdraw_tenure(tenure_id: int, *, by: Actor, at: datetime, on: date) -> None:
    """Take an invitation, a name, or an acceptance back before anybody works there. Harmless when repeated.

    Those above may, and the firm itself once it has accepted.
    """
    tenure, structure = _with_structure(tenure_id)
    own = tenure.answered_at is not None and may_answer(by, tenure.business_id)
    if not own and not may_invite(by, structure, tenure.node.parent_id, on=on):
        raise NotAllowedError
    if tenure.state == TenureState.WITHDRAWN:
        return
    was_accepted = tenure.state == TenureState.ACCEPTED
    if was_accepted and (
        RosterEntry.objects.filter(tenure=tenure, withdrawn_at=None).exists()
        or Node.objects.filter(parent=tenure.node).exists()
    ):
        raise TenureInUseError
    _withdraw(tenure, by=by, at=at)
    # Its own people are not told to go on any more.
    now = NoticeKind.INVITED_DECLINED if own else NoticeKind.PLACE_WITHDRAWN
    settle_invitation(tenure, now, asked=NoticeKind.INVITED_ACCEPTED, at=at)
    if tenure.business_id is not None:
        other = tenure.invited_by_id if own else tenure.business_id
        firm = tenure.business_id if own else tenure.invited_by_id
        tell_firm(NoticeKind.PLACE_WITHDRAWN, other, tenure, firm_id=firm, at=at)


def _withdraw(tenure: Tenure, *, by: Actor, at: datetime) -> None:
    move(tenure, TENURE_LIFE, TenureMove.WITHDRAW, by=by, at=at)
    settle_invitation(tenure, NoticeKind.PLACE_WITHDRAWN, at=at)
    note_tenure(tenure)


@transaction.atomic
def end_tenure(tenure_id: int, *, until_on: date | None, by: Actor, at: datetime, on: date) -> date | None:
    """Say when a firm's place ends, earlier or later than was said before; None takes that back. Returns what held before.

    `until_on` is the first day without it. Lines of its roster end with it; those that go on with a later end are for
    `end_place`. The others are told. Only those above let a place last longer. Harmless when repeated.
    """
    tenure, structure = _with_structure(tenure_id)
    if tenure.state not in LIVE:
        raise NotFoundError
    is_above = may_invite(by, structure, tenure.node.parent_id, on=on)
    if not is_above and not may_leave(by, structure, tenure.business_id):
        raise NotAllowedError
    if until_on is not None and until_on <= tenure.from_on:
        raise TenureDaysError(field="until_on")
    before = tenure.until_on
    if _is_later(until_on, before):
        if not is_above:
            raise PlaceLongerError(field="until_on")
        _prolong(tenure, structure, until_on, by=by, at=at)
    elif until_on is not None:
        _close(tenure, until_on, by=by, at=at)
    return before


def _is_later(until_on: date | None, before: date | None) -> bool:
    """Whether an end lies behind the one before; None is none at all."""
    return before is not None and (until_on is None or until_on > before)


def _prolong(tenure: Tenure, structure: Structure, until_on: date | None, *, by: Actor, at: datetime) -> None:
    """Let a place last longer, where nobody else holds it on these days."""
    before = tenure.until_on or tenure.from_on
    more = FirmPlace(
        business_id=BusinessId(tenure.business_id) if tenure.business_id else None, business_name=tenure.business_name,
        work=tenure.work, from_on=before, until_on=until_on,
    )  # fmt: skip
    check_place(more, structure, tenure.node.parent_id, below=[tenure.node_id])
    tenure.until_on = until_on
    try:
        with transaction.atomic():
            tenure.save(update_fields=["until_on"])
    except IntegrityError:
        raise NodeTakenError(field="until_on") from None
    note_act("structures_tenure", tenure.pk, "prolong", by=by, at=at)
    note_change(ChangeKind.STRUCTURE, site_id=tenure.node.site_id, from_on=before, until_on=until_on)
    tell_end(tenure, by=by, at=at)


def _close(tenure: Tenure, until_on: date, *, by: Actor, at: datetime) -> None:
    if tenure.until_on is not None and tenure.until_on <= until_on:
        return
    tenure.until_on = until_on
    tenure.save(update_fields=["until_on"])
    # An entry that begins later stays as it is: it holds on no day that its firm's place does not have.
    for entry in RosterEntry.objects.select_for_update().filter(tenure=tenure, withdrawn_at=None).order_by("pk"):
        if entry.from_on < until_on and (entry.until_on is None or entry.until_on > until_on):
            entry.until_on = until_on
            entry.save(update_fields=["until_on"])
    note_act("structures_tenure", tenure.pk, "end", by=by, at=at)
    note_change(ChangeKind.STRUCTURE, site_id=tenure.node.site_id, from_on=until_on)
    tell_end(tenure, by=by, at=at)


@transaction.atomic
def exchange_firm(node_id: int, place: FirmPlace, *, by: Actor, at: datetime, on: date) -> int:
    """Give a position to another firm from a day on; what hangs below stays (ruling 31). Returns the new tenure.

    An invitation or a name that begins on one of the new firm's days is withdrawn as a whole.
    """
    node = Node.objects.filter(pk=node_id).first()
    if node is None:
        raise NotFoundError
    structure = locked_structure(SiteId(node.site_id))
    if not may_invite(by, structure, node.parent_id, on=on):
        raise NotAllowedError
    check_place(place, structure, node.parent_id, below=[node.pk])
    for tenure in locked_tenures().filter(node=node, state__in=LIVE):
        if (tenure.business_id, tenure.business_name, tenure.from_on) == (
            place.business_id, place.business_name, place.from_on
        ):  # fmt: skip
            return tenure.pk
        if tenure.from_on < place.from_on:
            _close(tenure, place.from_on, by=by, at=at)
        elif tenure.state != TenureState.ACCEPTED and (place.until_on is None or tenure.from_on < place.until_on):
            _withdraw(tenure, by=by, at=at)
    return _seat(node, place, structure, by=by, at=at)


@transaction.atomic
def join_named_firm(tenure_id: int, business_id: BusinessId, *, by: Actor, at: datetime, on: date) -> int:
    """A firm that stood by name has registered: invite it into its own place, for the same days. Returns the tenure."""
    named, structure = _with_structure(tenure_id)
    if not may_invite(by, structure, named.node.parent_id, on=on):
        raise NotAllowedError
    place = FirmPlace(business_id=business_id, work=named.work, from_on=named.from_on, until_on=named.until_on)
    check_place(place, structure, named.node.parent_id, below=[named.node_id])
    move(named, TENURE_LIFE, TenureMove.JOIN, by=by, at=at)
    return _seat(named.node, place, structure, by=by, at=at)
