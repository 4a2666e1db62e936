"""Reads of histories: facts for binding, bound days for pages, what a batch of touches means now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import connection

from registry.cards.queries import load_cards
from registry.codes.queries import list_codes
from registry.codes.states import Counts, Table
from registry.core.days import jst_day
from registry.histories.derive.binding import Assignment, BoundDay, bind
from registry.histories.derive.facts import SiteFacts, WorkerFacts
from registry.histories.derive.packing import MonthRow, unpack
from registry.histories.states import Reason, Standing
from registry.sites.models import DAY_BOUNDARY
from registry.sites.queries import list_sites_by_id, load_boundaries
from registry.structures.queries import load_entries, load_structures
from registry.touches.derive import boundary_on, day_by_boundary, months_around, work_days
from registry.touches.queries import Touched, load_presence
from registry.touches.states import TouchState
from registry.workers.queries import load_links, load_trades

NO_BOUNDARY = ((date.min, DAY_BOUNDARY),)


@dataclass(frozen=True)
class Meaning:
    """What a touch means now."""

    work_day: date | None
    state: TouchState
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class DayRow:
    """One worker's bound day."""

    worker_id: int
    bound: BoundDay


def counts_of_reasons(on: date) -> dict[Reason, Counts]:
    """Which reasons let a day count (ruling 24)."""
    return {Reason(line.code): Counts(line.details["counts"]) for line in list_codes(Table.TOUCH_REASONS, on=on)}


def load_facts(worker_ids: Collection[int], months: Collection[date], *, on: date) -> dict[int, WorkerFacts]:
    """The facts of workers in months, and in the neighbours that their nights need: ten queries, however many."""
    ids = list(worker_ids)
    around = sorted({near for month in months for near in months_around(month)})
    presence = load_presence(ids, around)
    site_ids = {site_id for by_site in presence.values() for site_id in by_site}
    boundaries, sites = load_boundaries(site_ids), _load_sites(site_ids)
    links, trades, cards = load_links(ids), load_trades(ids), load_cards(ids)
    entries, counts = load_entries(ids, site_ids), counts_of_reasons(on)
    return {
        worker_id: WorkerFacts(
            links.get(worker_id, ()), trades.get(worker_id, ()), cards.get(worker_id, {}),
            {site_id: entries[worker_id, site_id] for site_id in by_site if (worker_id, site_id) in entries},
            {site_id: work_days(found, boundaries.get(site_id, NO_BOUNDARY)) for site_id, found in by_site.items()},
            sites, counts,
        )
        for worker_id, by_site in presence.items()
    }  # fmt: skip


def _load_sites(site_ids: Collection[int]) -> dict[int, SiteFacts]:
    structures = load_structures(site_ids)
    return {
        row.id: SiteFacts(structures[row.id], row.prefecture, row.periods, row.closed_on)
        for row in list_sites_by_id(site_ids).values()
    }


_COLUMNS = "site_id, business_id, tenure_id, path, trade, position, work, formal, waiting, claimed, unapproved, uncounted, times, reasons"


def month_row(columns: Sequence[Any]) -> MonthRow:
    """A row of the table as packing knows it."""
    site_id, business_id, tenure_id, path, trade, position, work, *masks, times, reasons = columns
    assignment = Assignment(business_id, tenure_id, tuple(path), trade, position, work)
    return MonthRow(site_id, assignment, tuple(masks), tuple(times), tuple(reasons))


def load_months(worker_ids: Collection[int], month: date) -> dict[int, list[MonthRow]]:
    """What is stored of workers in a month, in order."""
    found: dict[int, list[MonthRow]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT worker_id, {_COLUMNS} FROM histories_month"  # noqa: S608 -- our own list of columns
            " WHERE worker_id = ANY(%s) AND month = %s ORDER BY worker_id, part",
            [list(worker_ids), month],
        )
        for worker_id, *columns in cursor.fetchall():
            found[worker_id].append(month_row(columns))
    return found


def _days(where: str, parameters: list[Any]) -> list[DayRow]:
    """Bound days by day and first touch."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT worker_id, month, {_COLUMNS} FROM histories_month WHERE {where}",  # noqa: S608 -- our own words
            parameters,
        )
        rows = cursor.fetchall()
    found = [DayRow(worker_id, one) for worker_id, month, *columns in rows for one in unpack(month_row(columns), month)]
    return sorted(found, key=lambda row: (row.bound.day, row.bound.first, row.worker_id, row.bound.site_id))


def list_days_of_worker(worker_id: int, month: date) -> list[DayRow]:
    """A worker's days in a month, over all sites."""
    return _days("worker_id = %s AND month = %s", [worker_id, month])


def list_days_of_site(site_id: int, day: date) -> list[DayRow]:
    """Who worked on a site on a day, by first touch."""
    rows = _days("site_id = %s AND month = %s", [site_id, day.replace(day=1)])
    return [row for row in rows if row.bound.day == day]


def list_month_of_site(site_id: int, month: date) -> list[DayRow]:
    """All days of all workers on a site in a month."""
    return _days("site_id = %s AND month = %s", [site_id, month])


def list_month_of_firm(business_id: int, month: date) -> list[DayRow]:
    """All days that people worked under a firm in a month."""
    return _days("business_id = %s AND month = %s", [business_id, month])


_STATES = {Standing.NONE: TouchState.FLAGGED, Standing.WAITING: TouchState.FLAGGED}


def state_of(bound: BoundDay) -> TouchState:
    """How a day stands in the words of the protocol: bound, waiting for somebody's part, flagged for a decision."""
    return _STATES.get(bound.standing, TouchState.WAITING if bound.reasons else TouchState.BOUND)


def meanings_of(touched: Mapping[int, Touched], *, on: date) -> dict[int, Meaning]:
    """What the touches of a batch mean now, by their numbers: from presence and facts, not from the batch."""
    known = [one for one in touched.values() if one.worker_id is not None and not one.implausible]
    workers = sorted({one.worker_id for one in known if one.worker_id is not None})
    months = {jst_day(one.moment.at).replace(day=1) for one in known}
    facts = load_facts(workers, months, on=on) if known else {}
    days = {
        worker_id: {
            (site_id, moment.key): one.day
            for site_id, found in of_worker.days.items() for one in found for moment in one.moments
        }
        for worker_id, of_worker in facts.items()
    }  # fmt: skip
    wanted: dict[int, set[date]] = defaultdict(set)
    for one in known:
        if one.worker_id is not None and (day := days.get(one.worker_id, {}).get((one.site_id, one.moment.key))):
            wanted[one.worker_id].add(day)
    bound = {
        (worker_id, one.site_id, one.day): one
        for worker_id, some in wanted.items() for one in bind(facts[worker_id], some)
    }  # fmt: skip
    boundaries = load_boundaries({one.site_id for one in touched.values()})
    return {seq: _meaning(one, days, bound, boundaries) for seq, one in touched.items()}


def _meaning(
    one: Touched, days: Mapping[int, Mapping[Any, date]], bound: Mapping[tuple[int, int, date], BoundDay],
    boundaries: Mapping[int, Sequence[tuple[date, time]]],
) -> Meaning:  # fmt: skip
    if one.implausible:
        return Meaning(None, TouchState.FLAGGED, (Reason.CLOCK_IMPLAUSIBLE,))
    day = days.get(one.worker_id or 0, {}).get((one.site_id, one.moment.key))
    if one.worker_id is None or day is None:  # nobody's, or its card became known a moment ago and the binder is coming
        boundary = boundary_on(boundaries.get(one.site_id, NO_BOUNDARY), one.moment.at)
        return Meaning(day_by_boundary(one.moment.at, boundary), TouchState.FLAGGED, (Reason.CARD_UNKNOWN,))
    found = bound[one.worker_id, one.site_id, day]
    return Meaning(day, state_of(found), found.reasons)


def workers_bound_below(site_id: int, business_id: int) -> set[int]:
    """Workers with a day on a site under a firm or under one below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT worker_id FROM histories_month WHERE site_id = %s AND path @> ARRAY[%s]::bigint[]",
            [site_id, business_id],
        )
        return {row[0] for row in cursor.fetchall()}
