"""Devices: on a site's page, on the firm's home, and what they ask of themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from registry.core.reach import SITE_IN_REACH, WHOLE, Reach
from registry.touches.queries.rows import rows_of
from registry.touches.states import DeviceState


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
    rows = rows_of(
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
    """A device as the page of a site's terminals shows it.

    `unsent` is what it said itself when it was seen last; None where it has never said so.
    `left_at` says since when it serves the site no more: it stays on the page as long as something of it is missing.
    `nowhere` counts its touches that name a site ID which is not registered.
    """

    id: int
    name: str
    places: tuple[str, ...]
    other_sites: int
    other_firms: bool
    state: DeviceState
    registered_at: datetime
    last_seen_at: datetime | None
    highest: int
    unsent: int | None
    unsent_since: datetime | None
    refused: int
    nowhere: int
    renumbered_at: datetime | None
    left_at: datetime | None
    missing: tuple[Missing, ...]

    @property
    def needs_somebody(self) -> bool:
        """Whether touches are missing or could not be read."""
        return bool(self.missing or self.refused)

    @property
    def is_to_show(self) -> bool:
        """Whether it serves the site, or is owed something since it did."""
        return self.left_at is None or bool(self.missing or self.unsent or self.refused)


MISSING_AT_MOST = 10
# What was not sent counts until the device was seen again, or until the prime has accepted that it is lost.
_UNSENT = """(d.unsent > 0 AND (w.left_at IS NULL OR d.unsent_since < w.left_at)
  AND NOT EXISTS (SELECT FROM touches_accepted a
    WHERE (a.device_id, a.site_id) = (d.id, w.site_id) AND a.accepted_at >= d.last_seen_at))"""
# What nobody could read of a device that has gone on is shown until the prime has accepted it.
_SETTLED = """(w.left_at IS NOT NULL
  AND EXISTS (SELECT FROM touches_accepted a WHERE (a.device_id, a.site_id) = (d.id, w.site_id)))"""
# Numbers that a site's prime still misses. Of a device that has gone on only those before its first touch elsewhere.
_OWED = """((CASE WHEN d.dense THEN d.lost + int8multirange(int8range(1, d.highest + 1)) ELSE d.lost END) - d.seen - d.refused
  - COALESCE((SELECT a.numbers FROM touches_accepted a WHERE (a.device_id, a.site_id) = (d.id, w.site_id)), '{}'))
  * (CASE WHEN w.left_at IS NULL THEN '{(,)}'::int8multirange
     ELSE int8multirange(int8range(1, COALESCE(touches_number_since(d.id, w.left_at), d.highest + 1))) END)"""
_SERVED = """
WITH w AS (
  SELECT p.device_id, t.site_id,
    COALESCE(array_agg(t.name ORDER BY t.id) FILTER (WHERE p.until_at IS NULL), array_agg(DISTINCT t.name)) AS places,
    CASE WHEN bool_and(p.until_at IS NOT NULL) THEN max(p.until_at) END AS left_at
  FROM sites_terminal t JOIN touches_pairing p ON p.terminal_id = t.id WHERE t.site_id = %(site)s
  GROUP BY p.device_id, t.site_id)
"""
_SITE_DEVICES = (
    """/*served*/
SELECT d.id, d.name, w.places,
  (SELECT count(DISTINCT o.site_id) FROM touches_pairing q JOIN sites_terminal o ON o.id = q.terminal_id
   WHERE q.device_id = d.id AND q.until_at IS NULL AND o.site_id <> %(site)s),
  EXISTS (SELECT FROM touches_pairing q JOIN sites_terminal o ON o.id = q.terminal_id JOIN sites_site s ON s.id = o.site_id
   WHERE q.device_id = d.id AND q.until_at IS NULL
     AND s.business_id IS DISTINCT FROM (SELECT business_id FROM sites_site WHERE id = %(site)s)),
  d.state, d.registered_at, d.last_seen_at, d.highest, CASE WHEN /*unsent*/ THEN d.unsent WHEN d.unsent IS NOT NULL THEN 0 END, d.unsent_since,
  CASE WHEN /*settled*/ THEN 0 ELSE (SELECT COALESCE(sum(upper(r) - lower(r)), 0)::bigint FROM unnest(d.refused) r) END,
  (SELECT count(*) FROM touches_orphan o WHERE o.device_id = d.id AND o.code IN ('SITE_UNKNOWN', 'CARD_AND_SITE_UNKNOWN')), d.renumbered_at, w.left_at
FROM w JOIN touches_device d ON d.id = w.device_id ORDER BY d.id
""".replace("/*served*/", _SERVED)
    .replace("/*unsent*/", _UNSENT)
    .replace("/*settled*/", _SETTLED)
)
_UNSENT_NUMBER = """/*served*/
SELECT COALESCE(sum(d.unsent) FILTER (WHERE /*unsent*/), 0)::int,
  count(*) FILTER (WHERE d.unsent IS NULL AND d.state = 'active' AND w.left_at IS NULL)
FROM w JOIN touches_device d ON d.id = w.device_id
""".replace("/*served*/", _SERVED).replace("/*unsent*/", _UNSENT)
_MISSING = """
SELECT d.id, lower(m.r), upper(m.r) - 1, m.lost, touches_moment_before(d.id, lower(m.r)), touches_moment_from(d.id, upper(m.r))
FROM unnest(%(devices)s::bigint[], %(left)s::timestamptz[]) AS given(device_id, left_at)
CROSS JOIN LATERAL (SELECT given.left_at, %(site)s::bigint AS site_id) w
JOIN touches_device d ON d.id = given.device_id
CROSS JOIN LATERAL (
  SELECT r, true AS lost FROM unnest(/*owed*/ * d.lost) r UNION ALL SELECT r, false FROM unnest(/*owed*/ - d.lost) r
  ORDER BY r DESC LIMIT %(most)s) m
ORDER BY d.id, m.r DESC
""".replace("/*owed*/", f"({_OWED})")


class Unsent(NamedTuple):
    """How many touches devices have not sent yet, and how many devices in use have never said so."""

    touches: int
    silent: int


def count_unsent(site_id: int) -> Unsent:
    """What the devices of a site have not sent yet, as `list_site_devices` says of each."""
    (row,) = rows_of(_UNSENT_NUMBER, {"site": site_id})
    return Unsent(*row)


def list_site_devices(site_id: int) -> list[SiteDevice]:
    """The devices of a site, with what is missing of each, the newest ten ranges. Two queries.

    Those that serve it, and those that left and still owe something.
    """
    rows = rows_of(_SITE_DEVICES, {"site": site_id})
    devices, left = [row[0] for row in rows], [row[-1] for row in rows]
    values = {"site": site_id, "devices": devices, "left": left, "most": MISSING_AT_MOST}
    missing: dict[int, list[Missing]] = {}
    for device_id, *found in rows_of(_MISSING, values):
        missing.setdefault(device_id, []).append(Missing(*found))
    found_devices = [
        SiteDevice(
            device_id, name, tuple(places), others, firms, DeviceState(state), registered_at, seen_at, highest, unsent, since,
            refused, nowhere, renumbered_at, left_at, tuple(missing.get(device_id, ())),
        )
        for device_id, name, places, others, firms, state, registered_at, seen_at, highest, unsent, since, refused,
        nowhere, renumbered_at, left_at in rows
    ]  # fmt: skip
    return [one for one in found_devices if one.is_to_show]


_OWED_NUMBERS = """
SELECT /*owed*/::text FROM touches_device d
JOIN LATERAL (
  SELECT t.site_id, CASE WHEN bool_and(p.until_at IS NOT NULL) THEN max(p.until_at) END AS left_at
  FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id
  WHERE p.device_id = d.id AND t.site_id = %s GROUP BY t.site_id) w ON true
WHERE d.id = %s
""".replace("/*owed*/", f"({_OWED})")


def owed_numbers(device_id: int, site_id: int) -> str | None:
    """The numbers that a site's prime misses of a device, as a multirange; None where it never served the site."""
    rows = rows_of(_OWED_NUMBERS, [site_id, device_id])
    return str(rows[0][0]) if rows else None


@dataclass(frozen=True)
class RefusedTouch:
    """What a device sent and nobody can read as a touch, as received."""

    seq: int | None
    received_at: datetime
    code: str
    received: bytes


@dataclass(frozen=True)
class RefusedOfDevice:
    """What nobody can read of a device, as one site sees it: how many in all, and the newest, newest first."""

    count: int
    newest: list[RefusedTouch]

    @property
    def more(self) -> bool:
        """Whether there are older ones too."""
        return self.count > len(self.newest)


REFUSED_AT_MOST = 50
# One that names another site of the device stands on that site's page; any other on the pages of all its sites.
_REFUSED = r"""
SELECT d.id, r.seq, r.received_at, r.code, r.received, r.count FROM unnest(%(devices)s::bigint[]) AS d(id)
CROSS JOIN LATERAL (
  SELECT ARRAY(SELECT t.site_id::text FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id
    WHERE p.device_id = d.id AND t.site_id <> %(site)s) AS sites) others
CROSS JOIN LATERAL (
  SELECT seq, received_at, code, received, count(*) OVER () AS count FROM touches_refused
  WHERE device_id = d.id AND COALESCE(translate(
    substring(encode(substring(received FOR %(signs)s), 'escape') FROM '"site"\s*:\s*"([0-9 -]*)"'), ' -', ''), '') <> ALL(others.sites)
  ORDER BY received_at DESC, id DESC LIMIT %(most)s) r
ORDER BY d.id, r.received_at DESC
"""
_SIGNS_LOOKED_AT = 2000  # no touch is that long


def list_refused(site_id: int, device_ids: Iterable[int]) -> dict[int, RefusedOfDevice]:
    """The refused touches of a site's devices, the newest of each; nothing of one that has none."""
    values = {"site": site_id, "devices": list(device_ids), "most": REFUSED_AT_MOST, "signs": _SIGNS_LOOKED_AT}
    found: dict[int, RefusedOfDevice] = {}
    for device_id, seq, at, code, raw, count in rows_of(_REFUSED, values):
        found.setdefault(device_id, RefusedOfDevice(count, [])).newest.append(RefusedTouch(seq, at, code, bytes(raw)))
    return found


class ServedPlace(NamedTuple):
    """A terminal that a device serves."""

    site_id: int
    name: str


def places_of_device(device_id: int) -> list[ServedPlace]:
    """The terminals that a device serves now, the first paired first."""
    rows = rows_of(
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
_TROUBLED = (
    """
WITH mine AS (
  SELECT DISTINCT ON (p.device_id) p.device_id, t.site_id, p.until_at AS left_at
  FROM sites_site s JOIN sites_terminal t ON t.site_id = s.id JOIN touches_pairing p ON p.terminal_id = t.id
  WHERE s.business_id = %(firm)s AND /*in reach*/
  ORDER BY p.device_id, p.until_at IS NOT NULL, p.until_at DESC, p.id),
of_them AS (
  SELECT d.id, d.name, w.site_id, d.unsent, d.unsent_since, d.unsent_since < %(unsent)s AND /*unsent*/ AS holds,
    /*owed*/ AS missing, w.left_at, /*settled*/ AS settled
  FROM mine w JOIN touches_device d ON d.id = w.device_id AND d.state = 'active')
SELECT d.id, d.name, d.site_id, CASE WHEN d.holds THEN d.unsent ELSE 0 END, d.unsent_since,
  CASE WHEN gap.at >= %(since)s THEN gap.at END, refused.at
FROM of_them d
LEFT JOIN LATERAL (
  SELECT COALESCE(touches_moment_from(d.id, upper(m.r)), touches_moment_before(d.id, lower(m.r))) AS at
  FROM (SELECT r FROM unnest(d.missing) r ORDER BY r DESC LIMIT 1) m) gap ON true
LEFT JOIN LATERAL (
  SELECT max(received_at) AS at FROM touches_refused WHERE device_id = d.id AND received_at >= %(since)s
    AND NOT d.settled AND (d.left_at IS NULL OR received_at < d.left_at)) refused ON true
WHERE d.holds OR gap.at >= %(since)s OR refused.at IS NOT NULL
ORDER BY d.id LIMIT %(most)s
""".replace("/*unsent*/", _UNSENT)
    .replace("/*owed*/", f"({_OWED})")
    .replace("/*settled*/", _SETTLED)
    .replace("/*in reach*/", SITE_IN_REACH)
)


def list_troubled_devices(
    business_id: int, *, reach: Reach = WHOLE, unsent: datetime, since: datetime, limit: int
) -> list[TroubledDevice]:
    """Devices of a prime's sites with touches unsent from before a moment, or with something missing or unread since one."""
    own = {"firm": business_id, **reach.values()}
    rows = rows_of(_TROUBLED, {**own, "unsent": unsent, "since": since, "most": limit})
    return [TroubledDevice(*row) for row in rows]


@dataclass(frozen=True)
class BareTerminal:
    """A place on a site where nobody can touch: no trusted device serves it, no poster hangs there; perhaps one did until it was revoked."""

    id: int
    name: str
    site_id: int
    was_revoked: bool


_BARE = """
SELECT t.id, t.name, t.site_id, COALESCE(bool_or(d.state = 'revoked'), false) FROM sites_site s
JOIN sites_terminal t ON t.site_id = s.id
LEFT JOIN touches_pairing p ON p.terminal_id = t.id AND p.until_at IS NULL
LEFT JOIN touches_device d ON d.id = p.device_id
WHERE s.business_id = %(firm)s AND NOT t.poster_up AND t.screen_hash IS NULL
  AND /*in reach*/ AND (s.closed_on IS NULL OR s.closed_on > %(on)s)
  AND EXISTS (SELECT FROM sites_period q WHERE q.site_id = s.id AND q.from_on <= %(soon)s AND (q.until_on IS NULL OR q.until_on > %(on)s))
GROUP BY t.id HAVING count(*) FILTER (WHERE d.state = 'active') = 0 ORDER BY t.id LIMIT %(most)s
""".replace("/*in reach*/", SITE_IN_REACH)


def list_bare_terminals(
    business_id: int, *, reach: Reach = WHOLE, on: date, soon: date, limit: int
) -> list[BareTerminal]:
    """Terminals without a trusted device and without a poster, on a prime's sites that run on a day or begin until another."""
    own = {"firm": business_id, **reach.values()}
    return [BareTerminal(*row) for row in rows_of(_BARE, {**own, "on": on, "soon": soon, "most": limit})]


class OwnPhone(NamedTuple):
    """A worker's own phone, with which he touches at posters."""

    registered_at: datetime
    last_seen_at: datetime | None


def find_phone(worker_id: int) -> OwnPhone | None:
    """The phone that a worker touches with now; None where there was no touch yet, or it was revoked."""
    rows = rows_of(
        "SELECT registered_at, last_seen_at FROM touches_device WHERE worker_id = %s AND state = %s",
        [worker_id, DeviceState.ACTIVE],
    )
    return OwnPhone(*rows[0]) if rows else None
