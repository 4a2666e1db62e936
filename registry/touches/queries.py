"""Reads of touches: presence, devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from registry.core.days import JST
from registry.touches.derive import absolute, unpacked
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
def _first_afternoon(month: date) -> datetime:
    return datetime(month.year, month.month, 1, 16, tzinfo=JST)


def months_of_workers(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches: for each worker in the months from one to another, both inclusive."""
    workers, begins, ends = zip(*spans, strict=True)
    return _with_nights(
        "SELECT DISTINCT p.worker_id, p.month, p.moments[1] FROM touches_presence p"
        " JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(worker_id, a, b)"
        " ON p.worker_id = s.worker_id AND p.month BETWEEN s.a AND s.b",
        [list(workers), list(begins), list(ends)],
    )


def months_of_sites(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches on sites in the months from one to another, both inclusive."""
    sites, begins, ends = zip(*spans, strict=True)
    return _with_nights(
        "SELECT DISTINCT p.worker_id, p.month, p.moments[1] FROM touches_presence p"
        " JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(site_id, a, b)"
        " ON p.site_id = s.site_id AND p.month BETWEEN s.a AND s.b",
        [list(sites), list(begins), list(ends)],
    )


def _with_nights(statement: str, parameters: list[Any]) -> set[tuple[int, date]]:
    found = set()
    for worker_id, month, first in _rows(statement, parameters):
        found.add((worker_id, month))
        if unpacked(absolute(first, month)).at < _first_afternoon(month):
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
