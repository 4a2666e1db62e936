"""Touches as people have them: whose, where, in which months."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from registry.core.days import jst_day, month_before
from registry.touches.derive.days import absolute, unpacked, unpacked_month
from registry.touches.queries.rows import rows_of
from registry.touches.states import Direction


class Touched(msgspec.Struct, frozen=True, gc=False):
    """A readable touch: where, whose if the card is known, when (an absolute number)."""

    site_id: int
    worker_id: int | None
    number: int
    implausible: bool = False


# A touch of the first morning can belong to the last night of the month before.
_FIRST_AFTERNOON = 16 * 60


_MONTHS = """
SELECT DISTINCT p.worker_id, p.month, touches_first_minute(p.moments, p.odd) FROM touches_presence p
JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(number, a, b) ON p.{subject} = s.number AND p.month BETWEEN s.a AND s.b
"""
_OF_WORKERS, _OF_SITES = (_MONTHS.format(subject=column) for column in ("worker_id", "site_id"))


def months_of_workers(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches: for each worker in the months from one to another, both inclusive."""
    return _with_nights(_OF_WORKERS, spans)


def months_of_sites(spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    """Worker-months with touches on sites in the months from one to another, both inclusive."""
    return _with_nights(_OF_SITES, spans)


def _with_nights(statement: str, spans: Iterable[tuple[int, date, date]]) -> set[tuple[int, date]]:
    numbers, begins, ends = zip(*spans, strict=True)
    found = set()
    for worker_id, month, minute in rows_of(statement, [list(numbers), list(begins), list(ends)]):
        found.add((worker_id, month))
        if minute < _FIRST_AFTERNOON:
            found.add((worker_id, month_before(month)))
    return found


_OF_SITE = """
SELECT worker_id, month, moments, odd FROM touches_presence
WHERE site_id = %s AND month = ANY(%s::date[]) AND worker_id = ANY(%s::bigint[])
"""


def directions_of(site_id: int, at: Mapping[int, datetime]) -> dict[int, Direction]:
    """What the touches of some workers on a site say of themselves: of each worker the one of a minute. One query."""
    months = {jst_day(one).replace(day=1) for one in at.values()}
    found: dict[int, Direction] = {}
    for worker_id, month, plain, odd in rows_of(_OF_SITE, [site_id, list(months), list(at)]):
        for number in reversed(unpacked_month(bytes(plain), odd)):  # asked for is mostly the last one
            touch = unpacked(absolute(number, month))
            if touch.at == at[worker_id]:
                found[worker_id] = touch.direction
                break
    return found
