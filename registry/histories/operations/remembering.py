"""Facts of sites remembered between batches of touches: the people on a site differ, its structure rarely does.

So are the code tables, which change with a new version of the program.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from registry.core.days import jst_day
from registry.histories.queries.facts import Facts, Surroundings, load_surroundings, load_worker_rows, with_first_uses

LONGEST = timedelta(minutes=5)
MOST_SITES = 5_000


@dataclass(frozen=True)
class _Memory:
    """Sites as they were, or later, when the snapshot was taken. Never changed: threads put a new one in its place."""

    snapshot: str
    begun_at: datetime
    around: Surroundings


_memory: list[_Memory] = []


def load_facts_quickly(
    worker_ids: Collection[int], site_ids: Collection[int], months: Collection[date], *, at: datetime
) -> Facts:
    """The facts of workers that tell the reasons of their days on sites, as of now.

    Of a site only what changed since it was read is read again.

    What changed is told by the feed, in the same snapshot in which the workers are read. Within a transaction nothing
    is remembered: what it reads may be undone.
    """
    on = jst_day(at)
    if connection.in_atomic_block:
        rows = load_worker_rows(worker_ids, months, sites=site_ids)
        return with_first_uses(Facts(rows, load_surroundings(rows.site_ids(), on=on)), months)
    before = _memory[0] if _memory and _still_holds(_memory[0], at) else _Memory("", at, Surroundings({}, {}))
    rows = load_worker_rows(worker_ids, months, sites=site_ids, known=before.snapshot or None)
    around = before.around
    if changed := set(rows.changed or ()):
        kept = {site_id: site for site_id, site in around.sites.items() if site_id not in changed}
        around = Surroundings(kept, around.counts)
    if missing := rows.site_ids() - around.sites.keys():
        found = load_surroundings(missing, on=on)
        around = Surroundings({**(around.sites if len(around.sites) < MOST_SITES else {}), **found.sites}, found.counts)
    _memory[:] = [_Memory(rows.read_at, before.begun_at, around)]
    return with_first_uses(Facts(rows, around), months)


def _still_holds(memory: _Memory, at: datetime) -> bool:
    return abs(at - memory.begun_at) < LONGEST and jst_day(at) == jst_day(memory.begun_at)
