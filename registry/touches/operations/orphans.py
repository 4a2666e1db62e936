"""Touches that stand in no day: given their day by the prime, owner or site by the office, or put aside (`touch_reasons.csv`)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from registry.accounts.states import Permission
from registry.audit.operations import note_act
from registry.cards.models import Card
from registry.cards.operations import register_token
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import SiteId, parse_card_number
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.sites.models import Site
from registry.sites.queries import load_boundaries
from registry.sites.rules import is_prime
from registry.touches.derive.clocks import BEHIND_AT_MOST, counted_ms, is_far_off, ms_of
from registry.touches.derive.days import Boundaries, Flag, absolute, in_month, minute_of, moved_to
from registry.touches.operations.presence import CHANGE_ORPHANS, move_presence
from registry.touches.queries import UnknownCard
from registry.touches.states import WITHOUT_CARD, WITHOUT_SITE, OrphanCode

Place = tuple[int, int]  # device and number


class CardMissingError(RegistryError):
    """No card has the number that the office typed."""

    code = "CARD_MISSING"


class TouchSiteError(RegistryError):
    """No site has the ID that the office typed."""

    code = "TOUCH_SITE"


class TouchDayError(RegistryError):
    """The day given to a touch lies ahead, or more than 400 days before the touch arrived."""

    code = "TOUCH_DAY"


def _check_manages(site_id: SiteId, by: Actor) -> None:
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise NotFoundError
    if not by.has(Permission.SITE_MANAGE) or not is_prime(by, site):
        raise NotAllowedError


_WAITING = """
SELECT o.device_id, o.seq, o.touched_at, o.moment, o.received_at FROM touches_orphan o
JOIN unnest(%s::bigint[], %s::bigint[]) AS w(device_id, seq) ON (w.device_id, w.seq) = (o.device_id, o.seq)
WHERE o.site_id = %s AND o.code = %s ORDER BY o.device_id, o.seq FOR UPDATE OF o
"""


_PLACE = "UPDATE touches_orphan SET code = %s, touched_at = %s, moment = %s WHERE device_id = %s AND seq = %s"
_PUT_ASIDE = "UPDATE touches_orphan SET code = %s WHERE device_id = %s AND seq = %s"


def _run(statement: str, values: list[Any]) -> int:
    """Run it; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


class _Found(NamedTuple):
    device_id: int
    seq: int
    touched_at: datetime
    moment: int
    received_at: datetime


def _waiting(site_id: SiteId, places: Collection[Place]) -> list[_Found]:
    devices, seqs = [device for device, _ in places], [seq for _, seq in places]
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [devices, seqs, site_id, OrphanCode.CLOCK])
        return [_Found(*row) for row in cursor.fetchall()]


def _moved(found: _Found, day: date, boundaries: Boundaries) -> int:
    number = moved_to(absolute(found.moment, jst_day(found.touched_at).replace(day=1)), day, boundaries)
    return number & ~(Flag.FOREIGN << 1) | Flag.CLOCK_OFF << 1  # who gives the day takes the touch for his site


@transaction.atomic
def give_day(site_id: SiteId, places: Collection[Place], day: date, *, by: Actor, at: datetime) -> int:
    """Say on which day touches of an impossible clock were made; from then on they are touches like all others.

    The time is that of the device's clock; the day bears `CLOCK_OFF`, and that the prime gave it stands in the log of
    acts. Returns how many; those placed before stay. Raises `TouchDayError`.
    """
    _check_manages(site_id, by)
    boundaries = load_boundaries([site_id])[site_id]
    found = _waiting(site_id, places)
    for one in found:
        if not jst_day(one.received_at) - BEHIND_AT_MOST <= day <= jst_day(at):
            raise TouchDayError(field="day")
        number = _moved(one, day, boundaries)
        _run(_PLACE, [OrphanCode.CARD, minute_of(number), in_month(number)[1], one.device_id, one.seq])
        note_act("touches_device", one.device_id, "give_day", by=by, at=at, reason=f"{one.seq} {day.isoformat()}")
    if found:
        note_change(ChangeKind.CARD, from_on=day, until_on=day + timedelta(days=1))
    return len(found)


@transaction.atomic
def put_aside(site_id: SiteId, places: Collection[Place], *, by: Actor, at: datetime) -> int:
    """Say of touches of an impossible clock that they are none of this site; the log keeps them. Returns how many."""
    _check_manages(site_id, by)
    found = _waiting(site_id, places)
    for one in found:
        _run(_PUT_ASIDE, [OrphanCode.ASIDE, one.device_id, one.seq])
        note_act("touches_device", one.device_id, "put_aside", by=by, at=at, reason=str(one.seq))
    return len(found)


_OF_CREDENTIAL = """
JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
WHERE o.code = ANY(%s) AND (t.credential_kind, t.credential) = (%s, %s)
"""
_NAME_OWNER = CHANGE_ORPHANS.format(which=_OF_CREDENTIAL, what="card_worker_id = %s, card_branch = %s, token = NULL")
_DISCARD = CHANGE_ORPHANS.format(which=_OF_CREDENTIAL, what="code = %s")
_TAKE_UP = CHANGE_ORPHANS.format(
    which=_OF_CREDENTIAL,
    what="code = CASE WHEN EXISTS (SELECT FROM sites_site s WHERE s.id = o.site_id) THEN %s ELSE %s END",
)


def _settle_unknown(
    unknown: UnknownCard, statement: str, values: list[Any], *, codes: Collection[OrphanCode] = WITHOUT_CARD, by: Actor
) -> int:  # fmt: skip
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    return _run(statement, [list(codes), unknown.kind, unknown.credential, *values])


@transaction.atomic
def name_owner(unknown: UnknownCard, card: str, *, by: Actor, at: datetime) -> int:
    """The office says whose touches of an unknown card are: its card's. Returns how many; a second time none.

    A chip's token is noted with the card, if that has none, so that it is known from now on. Raises errors of a typed
    card number, and `CardMissingError`.
    """
    worker_id, branch = parse_card_number(card)
    found = Card.objects.select_related("worker").filter(worker_id=worker_id, branch=branch).first()
    if found is None:
        raise CardMissingError(field="card")
    count = _settle_unknown(unknown, _NAME_OWNER, [worker_id, branch], by=by)
    if not count:
        return 0
    if unknown.kind == "token" and found.token is None:
        register_token(worker_id, branch, unknown.credential, by=by, at=at)
    note_act("cards_card", found.pk, "name_owner", by=by, at=at, reason=unknown.credential)
    days = {"day": jst_day(unknown.last_at).isoformat(), "site": "・".join(unknown.sites), "number": str(count)}
    kind = NoticeKind.TOUCHES_FOUND if unknown.sites else NoticeKind.TOUCHES_FOUND_NOWHERE
    write_notice(kind, account_id=found.worker.account_id, data=days, at=at)
    note_change(ChangeKind.CARD, worker_id=worker_id, from_on=jst_day(at))
    return count


@transaction.atomic
def discard_unknown(unknown: UnknownCard, *, reason: str, by: Actor, at: datetime) -> int:
    """The office says why an unknown card is nobody's. The log keeps its touches. Returns how many."""
    count = _settle_unknown(unknown, _DISCARD, [OrphanCode.NOBODYS], by=by)
    if count:
        said = f"{unknown.credential}: {reason}"
        note_act("touches_device", unknown.device_id, "discard_unknown", by=by, at=at, reason=said)
    return count


@transaction.atomic
def take_up_unknown(discarded: UnknownCard, *, by: Actor, at: datetime) -> int:
    """The office takes back that a card is nobody's: its touches wait for their owner again. Returns how many."""
    waiting = [OrphanCode.CARD, OrphanCode.CARD_AND_SITE]
    count = _settle_unknown(discarded, _TAKE_UP, waiting, codes=[OrphanCode.NOBODYS], by=by)
    if count:
        said = discarded.credential
        note_act("touches_device", discarded.device_id, "take_up_unknown", by=by, at=at, reason=said)
        note_change(ChangeKind.CARD, from_on=jst_day(discarded.first_at))  # it may have become known since
    return count


_OF_SITE = """
SELECT o.device_id, o.seq, t.touched_at, t.offset_s, o.received_at FROM touches_orphan o
JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
WHERE o.site_id = %s AND o.code = ANY(%s) ORDER BY o.device_id, o.seq FOR UPDATE OF o
"""
_TO_SITE = "UPDATE touches_orphan SET code = %s, site_id = %s WHERE device_id = %s AND seq = %s"
_DISCARD_SITE = CHANGE_ORPHANS.format(
    which="WHERE o.site_id = %s AND o.code = ANY(%s)", what="code = CASE WHEN o.code = %s THEN %s ELSE %s END"
)


@transaction.atomic
def name_site(named_id: int, site_id: SiteId, *, by: Actor, at: datetime) -> int:
    """The office says which site was meant by an ID that nobody has registered. Returns for how many touches.

    They stay touches of a device that was not paired with that site: its prime says whether the days count. Harmless
    when repeated. Raises `TouchSiteError`.
    """
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    if not Site.objects.filter(pk=site_id, business__isnull=False).exists():
        raise TouchSiteError(field="site_id")
    with connection.cursor() as cursor:
        cursor.execute(_OF_SITE, [named_id, WITHOUT_SITE])
        found = cursor.fetchall()
    if not found:
        return 0
    move_presence(named_id, site_id)
    for device_id, seq, touched_at, offset_s, received_at in found:
        ms, received_ms = ms_of(touched_at), ms_of(received_at)
        far = is_far_off(ms, counted_ms(ms, offset_s)[0], received_ms)
        _run(_TO_SITE, [OrphanCode.CLOCK if far else OrphanCode.CARD, site_id, device_id, seq])
    note_act("sites_site", site_id, "name_site", by=by, at=at, reason=str(named_id))
    note_change(ChangeKind.CARD, from_on=min(jst_day(row[2]) for row in found))
    return len(found)


@transaction.atomic
def discard_site(named_id: int, *, by: Actor, at: datetime) -> int:
    """The office says that nobody knows which site was meant. Returns for how many touches.

    The days stay as they are; and a card that is unknown still can become known, and bring its worker his day.
    """
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    only_card = [OrphanCode.CARD_AND_SITE, OrphanCode.CARD]
    count = _run(_DISCARD_SITE, [named_id, WITHOUT_SITE, *only_card, OrphanCode.ASIDE])
    if count:
        note_act("sites_site", named_id, "discard_site", by=by, at=at, reason="")
    return count
