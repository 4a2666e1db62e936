"""Reads of touches: presence, devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from registry.core.days import JST
from registry.touches.derive import Moment, absolute, gaps, unpacked
from registry.touches.states import DeviceState


class Touched(NamedTuple):
    """A readable touch: where, whose if the card is known, when."""

    site_id: int
    worker_id: int | None
    moment: Moment
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
        "SELECT d.id, d.name, p.terminal_id, d.state, d.registered_at, d.last_seen_at, d.highest, d.dense,"
        " ARRAY(SELECT ARRAY[lower(r), upper(r)] FROM unnest(d.seen + d.refused + d.lost) r),"
        " (SELECT COALESCE(sum(upper(r) - lower(r)), 0)::int FROM unnest(d.refused) r)"
        " FROM touches_device d JOIN touches_pairing p ON p.device_id = d.id AND p.until_at IS NULL"
        " JOIN sites_terminal t ON t.id = p.terminal_id WHERE t.site_id = %s ORDER BY d.id",
        [site_id],
    )
    return [
        DeviceRow(
            row[0], row[1], row[2], DeviceState(row[3]), row[4], row[5], row[6],
            gaps(row[6], [(a, b) for a, b in row[8]]) if row[7] else [], row[9],
        )
        for row in rows
    ]  # fmt: skip
