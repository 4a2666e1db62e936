"""Touches that stand in no day, or on a site that nobody knows: who mends them, and where they went."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from registry.audit.queries import reasons_of
from registry.core.days import jst_day
from registry.core.reach import SITE_IN_REACH, Reach
from registry.touches.derive.days import absolute
from registry.touches.queries.presence import Touched
from registry.touches.queries.rows import rows_of
from registry.touches.states import WITHOUT_SITE, OrphanCode


def find_settled(names: Collection[tuple[int, int]]) -> dict[tuple[int, int], Touched]:
    """Touches that once had no owner, no day or no site, as they stand now, by their devices and numbers.

    Without a worker where the day is known by now and the card is not.
    """
    rows = rows_of(
        "SELECT device_id, seq, site_id, CASE WHEN code = %s THEN card_worker_id END, touched_at, moment FROM touches_orphan"
        " WHERE (device_id, seq) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) AND code IN (%s, %s)",
        [OrphanCode.SETTLED, *map(list, zip(*names, strict=True)), OrphanCode.SETTLED, OrphanCode.CARD],
    )
    return {
        (device_id, seq): Touched(site_id, worker_id, absolute(moment, jst_day(at).replace(day=1)))
        for device_id, seq, site_id, worker_id, at, moment in rows
    }


class Unplaced(NamedTuple):
    """A touch of an impossible clock, which stands on no day. `worker_id` is None where nobody has such a card."""

    device_id: int
    seq: int
    touched_at: datetime
    received_at: datetime
    direction: str
    credential: str
    worker_id: int | None


UNPLACED_AT_MOST = 50
_UNPLACED = """
SELECT o.device_id, o.seq, t.touched_at, o.received_at, t.direction, CASE WHEN t.credential_kind = 'card' THEN t.credential
  ELSE '' END, c.worker_id
FROM touches_orphan o JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
LEFT JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token
WHERE o.site_id = %s AND o.code = 'CLOCK_IMPLAUSIBLE' ORDER BY o.received_at, o.device_id, o.seq LIMIT %s
"""


def list_unplaced(site_id: int) -> list[Unplaced]:
    """Touches on a site that wait for somebody to say their day, those that came first, and one more than are shown."""
    return [Unplaced(*row) for row in rows_of(_UNPLACED, [site_id, UNPLACED_AT_MOST + 1])]


_SITES_WITH_UNPLACED = """
SELECT s.id, count(*), min(o.received_at) FROM sites_site s JOIN touches_orphan o ON o.site_id = s.id
WHERE s.business_id = %(firm)s AND /*in reach*/ AND o.code = 'CLOCK_IMPLAUSIBLE' GROUP BY s.id
""".replace("/*in reach*/", SITE_IN_REACH)


class UnplacedOnSite(NamedTuple):
    """How many touches on a site wait for their day, and when the first of them arrived."""

    site_id: int
    number: int
    first_at: datetime


def sites_with_unplaced(business_id: int, reach: Reach) -> list[UnplacedOnSite]:
    """A prime's sites with touches that wait for their day."""
    return [UnplacedOnSite(*row) for row in rows_of(_SITES_WITH_UNPLACED, {"firm": business_id, **reach.values()})]


class UnknownCard(NamedTuple):
    """A credential that is nobody's, with one of its touches to name it by, how many there are, and where it was touched."""

    device_id: int
    seq: int
    kind: str
    credential: str
    number: int
    first_at: datetime
    last_at: datetime
    sites: list[str]


_OF_CARDS = """
FROM touches_orphan o JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
LEFT JOIN sites_site s ON s.id = o.site_id
LEFT JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token
WHERE """
_NOBODYS = _OF_CARDS + "o.code IN ('CARD_UNKNOWN', 'CARD_AND_SITE_UNKNOWN') AND c.id IS NULL"
_BY_CREDENTIAL = """
SELECT min(o.device_id), (array_agg(o.seq ORDER BY o.device_id, o.seq))[1], t.credential_kind, t.credential, count(*),
  min(o.touched_at), max(o.touched_at),
  COALESCE(array_agg(DISTINCT s.name ORDER BY s.name) FILTER (WHERE s.name IS NOT NULL), '{{}}')
/*these*/ GROUP BY t.credential_kind, t.credential {having} ORDER BY max(o.touched_at) DESC LIMIT %s
"""
_UNKNOWN = _BY_CREDENTIAL.replace("/*these*/", _NOBODYS)
_DISCARDED = _BY_CREDENTIAL.replace("/*these*/", _OF_CARDS + "o.code = 'NOBODYS_CARD'")
_WITH_TOUCH = "HAVING bool_or((o.device_id, o.seq) = (%s, %s))"


def list_discarded_cards(limit: int) -> list[UnknownCard]:
    """Credentials of which the office has said that they are nobody's, those touched last first."""
    return [UnknownCard(*row) for row in rows_of(_DISCARDED.format(having=""), [limit])]


def find_discarded_card(device_id: int, seq: int) -> UnknownCard | None:
    """The credential of one touch, where the office has said that it is nobody's."""
    rows = rows_of(_DISCARDED.format(having=_WITH_TOUCH), [device_id, seq, 1])
    return UnknownCard(*rows[0]) if rows else None


def why_discarded(cards: Collection[UnknownCard]) -> dict[str, str]:
    """By credential, what the office last said why it is nobody's."""
    said = reasons_of("discard_unknown", "touches_device", {one.device_id for one in cards})
    return {
        one.credential: text.removeprefix(start)
        for one in cards
        for device_id, text in said
        if device_id == one.device_id and text.startswith(start := f"{one.credential}: ")
    }


def list_unknown_cards(limit: int) -> list[UnknownCard]:
    """Credentials that are nobody's, those touched last first."""
    return [UnknownCard(*row) for row in rows_of(_UNKNOWN.format(having=""), [limit])]


class UnknownCardOnSite(NamedTuple):
    """A credential that is nobody's, as the site where it was touched may see it: of a card its number, else only the kind."""

    kind: str
    credential: str
    number: int
    last_at: datetime
    devices: list[str]


# What a chip or a QR says is not told: who knows it could use it.
_UNKNOWN_ON_SITE = """
SELECT t.credential_kind, CASE WHEN t.credential_kind = 'card' THEN t.credential ELSE '' END, count(*), max(o.touched_at),
  (SELECT array_agg(d.name ORDER BY d.id) FROM touches_device d WHERE d.id = ANY(array_agg(o.device_id)) AND d.name <> '')
/*nobody's*/ AND o.site_id = %s GROUP BY t.credential_kind, t.credential ORDER BY max(o.touched_at) DESC LIMIT %s
""".replace("/*nobody's*/", _NOBODYS)


def list_unknown_cards_of_site(site_id: int, limit: int) -> list[UnknownCardOnSite]:
    """Credentials that were touched on a site and are nobody's, those touched last first."""
    rows = rows_of(_UNKNOWN_ON_SITE, [site_id, limit])
    return [UnknownCardOnSite(kind, card, number, at, devices or []) for kind, card, number, at, devices in rows]


def find_unknown_card(device_id: int, seq: int) -> UnknownCard | None:
    """The credential of one touch, while it is nobody's."""
    rows = rows_of(_UNKNOWN.format(having=_WITH_TOUCH), [device_id, seq, 1])
    return UnknownCard(*rows[0]) if rows else None


class Unknown(NamedTuple):
    """How many wait for the office to say whose they are, and when the first of their touches was; None without any."""

    number: int
    first_at: datetime | None


def count_unknown_cards() -> Unknown:
    """How many credentials are nobody's."""
    (row,) = rows_of("SELECT count(DISTINCT (t.credential_kind, t.credential)), min(o.touched_at)" + _NOBODYS, [])
    return Unknown(*row)


class UnknownSite(NamedTuple):
    """A site ID that touches name and that is not registered; where the devices that sent them stand now."""

    site_id: int
    number: int
    first_at: datetime
    last_at: datetime
    devices: list[str]
    sites: list[str]


# The sites that the devices serve say what was probably meant.
_UNKNOWN_SITES = """
SELECT o.site_id, count(*), min(o.touched_at), max(o.touched_at),
  (SELECT array_agg(d.name ORDER BY d.id) FROM touches_device d WHERE d.id = ANY(array_agg(o.device_id)) AND d.name <> ''),
  (SELECT array_agg(DISTINCT s.name ORDER BY s.name) FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id
   JOIN sites_site s ON s.id = t.site_id WHERE p.device_id = ANY(array_agg(o.device_id)))
FROM touches_orphan o WHERE o.code = ANY(%s) AND (%s::numeric IS NULL OR o.site_id = %s)
GROUP BY o.site_id ORDER BY max(o.touched_at) DESC, o.site_id LIMIT %s
"""


def list_unknown_sites(limit: int) -> list[UnknownSite]:
    """Site IDs that touches name and that nobody has registered, those touched last first."""
    return _unknown_sites(None, limit)


def count_unknown_sites() -> Unknown:
    """How many site IDs touches name that nobody has registered."""
    (row,) = rows_of(
        "SELECT count(DISTINCT site_id), min(touched_at) FROM touches_orphan WHERE code = ANY(%s)", [WITHOUT_SITE]
    )
    return Unknown(*row)


def find_unknown_site(site_id: int) -> UnknownSite | None:
    """One such site ID, while touches wait there."""
    found = _unknown_sites(site_id, 1)
    return found[0] if found else None


def _unknown_sites(site_id: int | None, limit: int) -> list[UnknownSite]:
    rows = rows_of(_UNKNOWN_SITES, [WITHOUT_SITE, site_id, site_id, limit])
    return [
        UnknownSite(named_id, number, first_at, last_at, devices or [], sites or [])
        for named_id, number, first_at, last_at, devices, sites in rows
    ]
