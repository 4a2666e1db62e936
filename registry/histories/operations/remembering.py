"""Facts of sites remembered between batches of touches: the people on a site differ, its structure rarely does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from registry.core.days import jst_day
from registry.histories.derive.facts import SiteFacts
from registry.histories.queries.facts import Facts, load_sites, load_worker_rows

LONGEST = timedelta(minutes=5)
MOST_SITES = 5_000


@dataclass(frozen=True)
class _Memory:
    """Sites as they were, or later, when the snapshot was taken. Never changed: threads put a new one in its place."""

    snapshot: str
    begun_at: datetime
    sites: Mapping[int, SiteFacts]


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
        rows = load_worker_rows(worker_ids, months, on=on, sites=site_ids)
        return Facts(rows, load_sites(rows.site_ids()))
    before = _memory[0] if _memory and abs(at - _memory[0].begun_at) < LONGEST else _Memory("", at, {})
    rows = load_worker_rows(worker_ids, months, on=on, sites=site_ids, known=before.snapshot or None)
    sites = before.sites
    if changed := set(rows.changed or ()):
        sites = {site_id: site for site_id, site in sites.items() if site_id not in changed}
    if missing := rows.site_ids() - sites.keys():
        sites = {**(sites if len(sites) < MOST_SITES else {}), **load_sites(missing)}
    _memory[:] = [_Memory(rows.read_at, before.begun_at, sites)]
    return Facts(rows, sites)
