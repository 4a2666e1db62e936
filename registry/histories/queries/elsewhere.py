"""What an employer knows of its people's days for other firms (ruling 38): no site and no firm."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from registry.histories.queries.days import list_formal_for_others
from registry.workers.queries import link_periods


class ElsewhereDay(NamedTuple):
    """A formal day that somebody worked for another firm."""

    day: date
    trade: str
    position: str


def list_days_elsewhere(worker_ids: Collection[int], business_id: int, month: date) -> dict[int, list[ElsewhereDay]]:
    """Of workers the days of a month for other firms, as far as they were linked to this one on them.

    Two sites on one day, worked alike, are one line: how many they were is not told either. A second trade is a line too.
    """
    periods = link_periods(worker_ids, business_id)
    found: dict[int, set[ElsewhereDay]] = defaultdict(set)
    for row in list_formal_for_others(worker_ids, business_id, month):
        day, to = row.bound.day, row.bound.assignment
        if any(start <= day and (end is None or day < end) for start, end in periods.get(row.worker_id, ())):
            found[row.worker_id] |= {ElsewhereDay(day, trade, to.position) for trade in to.trades or ("",)}
    return {worker_id: sorted(days) for worker_id, days in found.items()}
