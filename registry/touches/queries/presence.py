"""Touches as people have them: whose, where, in which months."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec

from registry.touches.queries.rows import rows_of


class Touched(msgspec.Struct, frozen=True, gc=False):
    """A readable touch: where, whose if the card is known, when (an absolute number)."""

    site_id: int
    worker_id: int | None
    number: int
    implausible: bool = False


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
    for worker_id, month, minute in rows_of(statement, parameters):
        found.add((worker_id, month))
        if minute < _FIRST_AFTERNOON:
            found.add((worker_id, (month - timedelta(days=1)).replace(day=1)))
    return found
