"""Reads of touches: presence, devices."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from registry.touches.states import DeviceState


class Touched(msgspec.Struct, frozen=True, gc=False):
    """A readable touch: where, whose if the card is known, when (an absolute number)."""

    site_id: int
    worker_id: int | None
    number: int
    implausible: bool = False


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# A touch of the first morning can belong to the last night of the month before.
_FIRST_AFTERNOON = 16 * 60


def months_of_workers(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches: for each worker in the months from one to another, both inclusive."""
    workers, begins, ends = zip(*spans, strict=True)
    return _with_nights(
        "SELECT DISTINCT p.worker_id, p.month, touches_first_minute(p.moments, p.odd) FROM touches_presence p"
        " JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(worker_id, a, b)"
        " ON p.worker_id = s.worker_id AND p.month BETWEEN s.a AND s.b",
        [list(workers), list(begins), list(ends)],
    )


def months_of_sites(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches on sites in the months from one to another, both inclusive."""
    sites, begins, ends = zip(*spans, strict=True)
    return _with_nights(
        "SELECT DISTINCT p.worker_id, p.month, touches_first_minute(p.moments, p.odd) FROM touches_presence p"
        " JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(site_id, a, b)"
        " ON p.site_id = s.site_id AND p.month BETWEEN s.a AND s.b",
        [list(sites), list(begins), list(ends)],
    )


def _with_nights(statement: str, parameters: list[Any]) -> set[tuple[int, date]]:
    found = set()
    for worker_id, month, minute in _rows(statement, parameters):
        found.add((worker_id, month))
        if minute < _FIRST_AFTERNOON:
            found.add((worker_id, (month - timedelta(days=1)).replace(day=1)))
    return found


@dataclass(frozen=True)
class DeviceRow:
    """A device on a site's page of terminals."""

    id: int
    name: str
    terminal_id: int
    state: DeviceState
    registered_at: datetime
    last_seen_at: datetime | None
    highest: int
    gaps: list[list[int]]
    refused: int


def list_devices(site_id: int) -> list[DeviceRow]:
    """The devices that serve a site's terminals, in the order of their registration."""
    rows = _rows(
        "SELECT d.id, d.name, p.terminal_id, d.state, d.registered_at, d.last_seen_at, d.highest,"
        " CASE WHEN d.dense THEN touches_gaps(d.highest, d.seen + d.refused + d.lost) ELSE '{}' END,"
        " (SELECT COALESCE(sum(upper(r) - lower(r)), 0)::int FROM unnest(d.refused) r)"
        " FROM touches_device d JOIN touches_pairing p ON p.device_id = d.id AND p.until_at IS NULL"
        " JOIN sites_terminal t ON t.id = p.terminal_id WHERE t.site_id = %s ORDER BY d.id",
        [site_id],
    )
    return [
        DeviceRow(
            row[0], row[1], row[2], DeviceState(row[3]), row[4], row[5], row[6], row[7], row[8],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """Numbers that a device never sent: `lost` when it has said so, else perhaps still on their way.

    The touches of the device next to them say when it was; the log may hold none on one side.
    """

    first: int
    last: int
    lost: bool
    after: datetime | None
    before: datetime | None

    @property
    def count(self) -> int:
        """How many touches at most."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class SiteDevice:
    """A device as the page of a site's terminals shows it; `unsent` is what it said itself when it was seen last."""

    id: int
    name: str
    places: tuple[str, ...]
    other_sites: int
    other_firms: bool
    state: DeviceState
    registered_at: datetime
    last_seen_at: datetime | None
    unsent: int
    unsent_since: datetime | None
    refused: int
    missing: tuple[Missing, ...]

    @property
    def needs_somebody(self) -> bool:
        """Whether touches are missing or could not be read."""
        return bool(self.missing or self.refused)


MISSING_AT_MOST = 10
_SITE_DEVICES = """
SELECT d.id, d.name, array_agg(t.name ORDER BY t.id),
  (SELECT count(DISTINCT o.site_id) FROM touches_pairing q JOIN sites_terminal o ON o.id = q.terminal_id
   WHERE q.device_id = d.id AND q.until_at IS NULL AND o.site_id <> %(site)s),
  EXISTS (SELECT FROM touches_pairing q JOIN sites_terminal o ON o.id = q.terminal_id JOIN sites_site s ON s.id = o.site_id
   WHERE q.device_id = d.id AND q.until_at IS NULL
     AND s.business_id <> (SELECT business_id FROM sites_site WHERE id = %(site)s)),
  d.state, d.registered_at, d.last_seen_at, COALESCE(d.unsent, 0), d.unsent_since,
  (SELECT COALESCE(sum(upper(r) - lower(r)), 0)::bigint FROM unnest(d.refused) r)
FROM touches_device d JOIN touches_pairing p ON p.device_id = d.id AND p.until_at IS NULL
JOIN sites_terminal t ON t.id = p.terminal_id
WHERE t.site_id = %(site)s GROUP BY d.id ORDER BY d.id
"""
_MISSING = """
SELECT d.id, lower(m.r), upper(m.r) - 1, m.lost, earlier.touched_at, later.touched_at
FROM touches_device d
CROSS JOIN LATERAL (
  SELECT r, true AS lost FROM unnest(d.lost - d.seen - d.refused) r
  UNION ALL
  SELECT r, false FROM unnest(int8multirange(int8range(1, d.highest + 1)) - d.seen - d.refused - d.lost) r WHERE d.dense
  ORDER BY r DESC LIMIT %(most)s) m
LEFT JOIN LATERAL (SELECT touched_at FROM touches_touch
  WHERE device_id = d.id AND seq < lower(m.r) ORDER BY seq DESC LIMIT 1) earlier ON true
LEFT JOIN LATERAL (SELECT touched_at FROM touches_touch
  WHERE device_id = d.id AND seq >= upper(m.r) ORDER BY seq LIMIT 1) later ON true
WHERE d.id = ANY(%(devices)s) ORDER BY d.id, m.r DESC
"""


def list_site_devices(site_id: int) -> list[SiteDevice]:
    """The devices that serve a site, with what is missing of each, the newest ten ranges. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_SITE_DEVICES, {"site": site_id})
        rows = cursor.fetchall()
        cursor.execute(_MISSING, {"devices": [row[0] for row in rows], "most": MISSING_AT_MOST})
        missing: dict[int, list[Missing]] = {}
        for device_id, *found in cursor.fetchall():
            missing.setdefault(device_id, []).append(Missing(*found))
    return [
        SiteDevice(
            device_id, name, tuple(places), others, firms, DeviceState(state), registered_at, last_seen_at, unsent, since,
            refused, tuple(missing.get(device_id, ())),
        )
        for device_id, name, places, others, firms, state, registered_at, last_seen_at, unsent, since, refused in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class RefusedTouch:
    """What a device sent and nobody can read as a touch, as received."""

    device_id: int
    seq: int | None
    received_at: datetime
    code: str
    received: bytes


REFUSED_AT_MOST = 50


def list_refused(device_ids: Iterable[int]) -> list[RefusedTouch]:
    """The newest refused touches of some devices, newest first."""
    rows = _rows(
        "SELECT device_id, seq, received_at, code, received FROM touches_refused WHERE device_id = ANY(%s)"
        " ORDER BY received_at DESC, id DESC LIMIT %s",
        [list(device_ids), REFUSED_AT_MOST],
    )
    return [RefusedTouch(device_id, seq, at, code, bytes(raw)) for device_id, seq, at, code, raw in rows]


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
SELECT o.device_id, o.seq, t.touched_at, t.received_at, t.direction, CASE WHEN t.credential_kind = 'card' THEN t.credential
  ELSE '' END, c.worker_id
FROM touches_orphan o JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
LEFT JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token
WHERE o.site_id = %s AND o.code = 'CLOCK_IMPLAUSIBLE' ORDER BY t.received_at, o.device_id, o.seq LIMIT %s
"""


def list_unplaced(site_id: int) -> list[Unplaced]:
    """Touches on a site that wait for somebody to say their day, those that came first, and one more than are shown."""
    return [Unplaced(*row) for row in _rows(_UNPLACED, [site_id, UNPLACED_AT_MOST + 1])]


_SITES_WITH_UNPLACED = """
SELECT s.id, count(*), min(t.received_at) FROM sites_site s JOIN touches_orphan o ON o.site_id = s.id
JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
WHERE s.business_id = %s AND (%s::bigint[] IS NULL OR s.unit_id = ANY(%s)) AND o.code = 'CLOCK_IMPLAUSIBLE' GROUP BY s.id
"""


def sites_with_unplaced(business_id: int, units: list[int] | None) -> list[tuple[int, int, datetime]]:
    """A prime's sites with touches that wait for their day: how many, and when the first arrived."""
    return _rows(_SITES_WITH_UNPLACED, [business_id, units, units])


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


_UNKNOWN = """
SELECT min(o.device_id), (array_agg(o.seq ORDER BY o.device_id, o.seq))[1], t.credential_kind, t.credential, count(*),
  min(o.touched_at), max(o.touched_at), array_agg(DISTINCT s.name ORDER BY s.name) FILTER (WHERE s.name IS NOT NULL)
FROM touches_orphan o JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)
LEFT JOIN sites_site s ON s.id = o.site_id
LEFT JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token
WHERE o.code = 'CARD_UNKNOWN' AND c.id IS NULL GROUP BY t.credential_kind, t.credential {having} ORDER BY max(o.touched_at) DESC LIMIT %s
"""


def list_unknown_cards(limit: int) -> list[UnknownCard]:
    """Credentials that are nobody's, those touched last first."""
    return [UnknownCard(*row) for row in _rows(_UNKNOWN.format(having=""), [limit])]


def find_unknown_card(device_id: int, seq: int) -> UnknownCard | None:
    """The credential of one touch, while it is nobody's."""
    having = "HAVING bool_or((o.device_id, o.seq) = (%s, %s))"
    rows = _rows(_UNKNOWN.format(having=having), [device_id, seq, 1])
    return UnknownCard(*rows[0]) if rows else None


class ServedPlace(NamedTuple):
    """A terminal that a device serves."""

    site_id: int
    name: str


def places_of_device(device_id: int) -> list[ServedPlace]:
    """The terminals that a device serves now, the first paired first."""
    rows = _rows(
        "SELECT t.site_id, t.name FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id"
        " WHERE p.device_id = %s AND p.until_at IS NULL ORDER BY p.id",
        [device_id],
    )
    return [ServedPlace(*row) for row in rows]


@dataclass(frozen=True)
class TroubledDevice:
    """A trusted device that needs somebody: what it holds unsent, a gap in its numbers, touches that nobody can read."""

    id: int
    name: str
    site_id: int
    unsent: int
    unsent_since: datetime | None
    gap_at: datetime | None
    refused_at: datetime | None


# The newest gap of each device and the touches beside it say when it was; older ones stand on the site's page.
_TROUBLED = """
WITH mine AS (
  SELECT DISTINCT ON (d.id) d.*, t.site_id, d.unsent_since < %(unsent)s AND d.unsent > 0 AS holds,
    (CASE WHEN d.dense THEN d.lost + int8multirange(int8range(1, d.highest + 1)) ELSE d.lost END)
      - d.seen - d.refused AS missing
  FROM sites_site s JOIN sites_terminal t ON t.site_id = s.id
  JOIN touches_pairing p ON p.terminal_id = t.id AND p.until_at IS NULL
  JOIN touches_device d ON d.id = p.device_id AND d.state = 'active'
  WHERE s.business_id = %(firm)s AND (%(units)s::bigint[] IS NULL OR s.unit_id = ANY(%(units)s)) ORDER BY d.id, p.id)
SELECT d.id, d.name, d.site_id, CASE WHEN d.holds THEN d.unsent ELSE 0 END, d.unsent_since,
  CASE WHEN gap.at >= %(since)s THEN gap.at END, refused.at
FROM mine d
LEFT JOIN LATERAL (
  SELECT COALESCE(
    (SELECT touched_at FROM touches_touch WHERE device_id = d.id AND seq >= upper(m.r) ORDER BY seq LIMIT 1),
    (SELECT touched_at FROM touches_touch WHERE device_id = d.id AND seq < lower(m.r) ORDER BY seq DESC LIMIT 1)) AS at
  FROM (SELECT r FROM unnest(d.missing) r ORDER BY r DESC LIMIT 1) m) gap ON true
LEFT JOIN LATERAL (
  SELECT max(received_at) AS at FROM touches_refused WHERE device_id = d.id AND received_at >= %(since)s) refused ON true
WHERE d.holds OR gap.at >= %(since)s OR refused.at IS NOT NULL
ORDER BY d.id LIMIT %(most)s
"""


def list_troubled_devices(
    business_id: int, *, units: Collection[int] | None = None, unsent: datetime, since: datetime, limit: int
) -> list[TroubledDevice]:
    """Devices of a prime's sites with touches unsent from before a moment, or with something missing or unread since one."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TROUBLED,
            {
                "firm": business_id,
                "units": units if units is None else list(units),
                "unsent": unsent,
                "since": since,
                "most": limit,
            },
        )
        return [TroubledDevice(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class BareTerminal:
    """A place on a site that no trusted device serves; perhaps one did until it was revoked."""

    id: int
    name: str
    site_id: int
    was_revoked: bool


_BARE = """
SELECT t.id, t.name, t.site_id, COALESCE(bool_or(d.state = 'revoked'), false) FROM sites_site s
JOIN sites_terminal t ON t.site_id = s.id
LEFT JOIN touches_pairing p ON p.terminal_id = t.id AND p.until_at IS NULL
LEFT JOIN touches_device d ON d.id = p.device_id
WHERE s.business_id = %(firm)s AND (%(units)s::bigint[] IS NULL OR s.unit_id = ANY(%(units)s)) AND (s.closed_on IS NULL OR s.closed_on > %(on)s)
  AND EXISTS (SELECT FROM sites_period q WHERE q.site_id = s.id AND q.from_on <= %(soon)s AND (q.until_on IS NULL OR q.until_on > %(on)s))
GROUP BY t.id HAVING count(*) FILTER (WHERE d.state = 'active') = 0 ORDER BY t.id LIMIT %(most)s
"""


def list_bare_terminals(
    business_id: int, *, units: Collection[int] | None = None, on: date, soon: date, limit: int
) -> list[BareTerminal]:
    """Terminals without a trusted device, on a prime's sites that run on a day or begin until another."""
    with connection.cursor() as cursor:
        cursor.execute(
            _BARE,
            {
                "firm": business_id,
                "units": units if units is None else list(units),
                "on": on,
                "soon": soon,
                "most": limit,
            },
        )
        return [BareTerminal(*row) for row in cursor.fetchall()]
