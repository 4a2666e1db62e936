"""Reads of histories: facts for binding, bound days for pages, what a batch of touches means now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.db import connection
from django.db.models import Q

from registry.cards.derive import CardFact
from registry.codes.states import Counts
from registry.core.prepared import prepared
from registry.histories.derive.binding import Assignment, BoundDay, bind
from registry.histories.derive.facts import ClaimFact, DecisionFact, EditFact, SiteFacts, WorkerFacts
from registry.histories.derive.packing import MonthRow, unpack
from registry.histories.models import Claim
from registry.histories.states import ClaimState, Reason, Standing
from registry.sites.queries import load_boundaries
from registry.sites.states import DAY_BOUNDARY
from registry.structures.derive import EntryFact, Structure, TenureFact
from registry.touches.derive import (
    Moment,
    WorkDay,
    absolute,
    day_by_boundary,
    months_around,
    months_near,
    near,
    work_days,
)
from registry.touches.queries import Touched
from registry.touches.states import TouchState
from registry.workers.derive import LinkFact, TradeFact

_T = TypeVar("_T")
_NO_TOUCH = datetime.max.replace(tzinfo=UTC)
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


class _FactRows(msgspec.Struct):
    """What `sql/facts.sql` answers."""

    presence: list[tuple[int, int, date, list[int]]] | None
    links: list[tuple[int, LinkFact]] | None
    trades: list[tuple[int, TradeFact]] | None
    cards: list[tuple[int, CardFact]] | None
    entries: list[tuple[int, int, EntryFact]] | None
    sites: list[tuple[int, int, str, date | None]] | None
    periods: list[tuple[int, tuple[date, date | None]]] | None
    boundaries: list[tuple[int, tuple[date, time]]] | None
    nodes: list[tuple[int, tuple[int, int | None]]] | None
    tenures: list[tuple[int, TenureFact]] | None
    claims: list[tuple[int, ClaimFact]] | None
    edits: list[tuple[int, EditFact]] | None
    decisions: list[tuple[int, DecisionFact]] | None
    counts: list[tuple[Reason, Counts]]


_FACTS = (Path(__file__).parent / "sql" / "facts.sql").read_text()
_read_facts = msgspec.json.Decoder(_FactRows).decode


@dataclass(frozen=True)
class Facts:
    """The facts around some workers: all but their days, which are worked out where they are needed."""

    presence: Mapping[int, Mapping[int, list[int]]]
    boundaries: Mapping[int, Sequence[tuple[date, time]]]
    _rows: _FactRows
    _sites: Mapping[int, SiteFacts]

    @cached_property
    def _links(self) -> dict[int, list[LinkFact]]:
        return _grouped(self._rows.links)

    @cached_property
    def _trades(self) -> dict[int, list[TradeFact]]:
        return _grouped(self._rows.trades)

    @cached_property
    def _cards(self) -> dict[int, dict[int, CardFact]]:
        return {worker: {card.branch: card for card in cards} for worker, cards in _grouped(self._rows.cards).items()}

    @cached_property
    def _entries(self) -> dict[int, dict[int, list[EntryFact]]]:
        found: dict[int, dict[int, list[EntryFact]]] = defaultdict(lambda: defaultdict(list))
        for worker_id, site_id, entry in self._rows.entries or ():
            found[worker_id][site_id].append(entry)
        return found

    @cached_property
    def claims(self) -> dict[int, list[ClaimFact]]:
        """Directly entered days by worker."""
        return _grouped(self._rows.claims)

    @cached_property
    def _edits(self) -> dict[int, list[EditFact]]:
        return _grouped(self._rows.edits)

    @cached_property
    def _decisions(self) -> dict[int, list[DecisionFact]]:
        return _grouped(self._rows.decisions)

    @cached_property
    def _counts(self) -> dict[Reason, Counts]:
        return dict(self._rows.counts)

    def of(self, worker_id: int, days: Mapping[int, Sequence[WorkDay]]) -> WorkerFacts:
        """The facts of one worker with some of his days, by site."""
        return WorkerFacts(
            self._links.get(worker_id, ()), self._trades.get(worker_id, ()), self._cards.get(worker_id, {}),
            self._entries.get(worker_id, {}), days, self._sites, self._counts, self.claims.get(worker_id, ()),
            self._edits.get(worker_id, ()), self._decisions.get(worker_id, ()),
        )  # fmt: skip

    def days_of(self, worker_id: int) -> dict[int, list[WorkDay]]:
        """All days of one worker in the months that were read, by site."""
        return {
            site_id: work_days(numbers, self.boundaries.get(site_id, NO_BOUNDARY))
            for site_id, numbers in self.presence.get(worker_id, {}).items()
        }

    def days_near(self, worker_id: int, at: datetime) -> dict[int, list[WorkDay]]:
        """The days of one worker that a moment can belong to, and their neighbours, by site."""
        return {
            site_id: work_days(close, self.boundaries.get(site_id, NO_BOUNDARY))
            for site_id, numbers in self.presence.get(worker_id, {}).items()
            if (close := near(numbers, at))
        }


def load_facts(worker_ids: Collection[int], months: Collection[date], *, on: date) -> Facts:
    """The facts of workers, with their touches of these months: one query, however many."""
    with prepared() as cursor:
        rows = _read_facts(
            cursor.run(_FACTS, {"workers": list(worker_ids), "months": sorted(months), "on": on}).one()[0]
        )
    presence: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for worker_id, site_id, month, moments in rows.presence or ():
        presence[worker_id][site_id] += [absolute(one, month) for one in moments]
    return Facts(presence, _grouped(rows.boundaries), rows, _sites_of(rows))


def _grouped(rows: Iterable[tuple[int, _T]] | None) -> dict[int, list[_T]]:
    found: dict[int, list[_T]] = {}
    for key, row in rows or ():
        found.setdefault(key, []).append(row)
    return found


def _sites_of(rows: _FactRows) -> dict[int, SiteFacts]:
    periods, parents, tenures = _grouped(rows.periods), _grouped(rows.nodes), _grouped(rows.tenures)
    return {
        site_id: SiteFacts(
            Structure(prime_id, dict(parents.get(site_id, ())), tenures.get(site_id, [])),
            prefecture, periods.get(site_id, ()), closed_on,
        )
        for site_id, prime_id, prefecture, closed_on in rows.sites or ()
    }  # fmt: skip


_COLUMNS = "site_id, business_id, tenure_id, path, trade, position, work, claim_id, formal, waiting, claimed, unapproved, uncounted, times, reasons"


def month_row(columns: Sequence[Any]) -> MonthRow:
    """A row of the table as packing knows it."""
    site_id, business_id, tenure_id, path, trade, position, work, claim_id, *masks, times, reasons = columns
    assignment = Assignment(business_id, tenure_id, tuple(path), trade, position, work, claim_id)
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
    return sorted(
        found, key=lambda row: (row.bound.day, row.bound.first or _NO_TOUCH, row.worker_id, row.bound.site_id or 0)
    )


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


def list_waiting_of_site(site_id: int, reasons: Collection[Reason]) -> list[DayRow]:
    """All days on a site that wait for the prime's word for one of some reasons, whatever the month."""
    rows = _days("site_id = %s AND waiting <> 0", [site_id])
    return [
        row for row in rows if row.bound.standing is Standing.WAITING and not set(reasons).isdisjoint(row.bound.reasons)
    ]


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
    months = {month for at in {one.moment.at for one in known} for month in months_near(at)}
    facts = load_facts({one.worker_id for one in known if one.worker_id is not None}, months, on=on) if known else None
    strangers = {one.site_id for one in touched.values() if one.worker_id is None}
    boundaries = load_boundaries(strangers) if strangers else {}
    return {seq: _meaning(one, facts, boundaries) for seq, one in touched.items()}


def _meaning(
    one: Touched, facts: Facts | None, boundaries: Mapping[int, Sequence[tuple[date, time]]]
) -> Meaning:  # fmt: skip
    if one.implausible:
        return Meaning(None, TouchState.FLAGGED, (Reason.CLOCK_IMPLAUSIBLE,))
    if facts and one.worker_id is not None:
        of_worker = facts.of(one.worker_id, facts.days_near(one.worker_id, one.moment.at))
        day = next(
            (
                day
                for day in of_worker.days.get(one.site_id, ())
                for moment in day.moments
                if moment.key == one.moment.key
            ),
            None,
        )
        if day:
            found = next(bound for bound in bind(of_worker, [day.day]) if bound.site_id == one.site_id)
            return Meaning(day.day, state_of(found), found.reasons)
        boundaries = facts.boundaries
    # Nobody's, or its card became known a moment ago and the binder is coming.
    day_alone = day_by_boundary(one.moment.at, boundaries.get(one.site_id, NO_BOUNDARY))
    return Meaning(day_alone, TouchState.FLAGGED, (Reason.CARD_UNKNOWN,))


def workers_bound_below(site_id: int, business_id: int) -> set[int]:
    """Workers with a day on a site under a firm or under one below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT worker_id FROM histories_month WHERE site_id = %s AND path @> ARRAY[%s]::bigint[]",
            [site_id, business_id],
        )
        return {row[0] for row in cursor.fetchall()}


def months_bound(spans: Iterable[tuple[int, date, date]], *, of_sites: bool) -> set[tuple[int, date]]:
    """Worker-months that are stored already: of workers, or of those with days on sites, in the months of each span."""
    subject = "site_id" if of_sites else "worker_id"
    numbers, begins, ends = zip(*spans, strict=True)
    with prepared() as cursor:
        rows = cursor.run(
            f"SELECT DISTINCT m.worker_id, m.month FROM histories_month m"  # noqa: S608 -- one of two words of our own
            f" JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(number, a, b)"
            f" ON m.{subject} = s.number AND m.month BETWEEN s.a AND s.b",
            [list(numbers), list(begins), list(ends)],
        ).all()
    return {(worker_id, month) for worker_id, month in rows}


def path_of_day(worker_id: int, site_id: int, day: date) -> tuple[int, ...]:
    """The registered firms from the worker's own up to the prime, on a site and day, as they are bound now."""
    facts = load_facts([worker_id], [day.replace(day=1)], on=day).of(worker_id, {})
    return next((one.assignment.path for one in bind(facts, [day]) if one.site_id == site_id), ())


@dataclass(frozen=True)
class ClaimRow:
    """A directly entered day as pages show it."""

    id: int
    worker_id: int
    site_id: int | None
    site_name: str
    day: date
    trade: str
    work: str
    note: str
    state: ClaimState
    recorded_at: datetime
    employer_confirmed_at: datetime | None
    first_tier_confirmed_at: datetime | None
    answered_at: datetime | None
    answer_reason: str


def _claims(query: Q) -> list[ClaimRow]:
    names = [one.name for one in fields(ClaimRow) if one.name != "site_name"]
    rows = Claim.objects.filter(query).order_by("day", "pk").values(*names, "site_name", "site__name")
    return [
        ClaimRow(**{**{name: row[name] for name in names}, "state": ClaimState(row["state"])}, site_name=row["site__name"] or row["site_name"])
        for row in rows
    ]  # fmt: skip


def list_claims_of_worker(worker_id: int, month: date) -> list[ClaimRow]:
    """A worker's entered days of a month, refused ones too."""
    return _claims(Q(worker=worker_id, day__year=month.year, day__month=month.month) & ~Q(state=ClaimState.WITHDRAWN))


def list_open_claims(site_ids: Collection[int]) -> list[ClaimRow]:
    """Claims on sites that wait for the prime."""
    return _claims(Q(site__in=site_ids, state=ClaimState.OPEN))


def list_claims_of_workers(worker_ids: Collection[int]) -> list[ClaimRow]:
    """Open claims of workers, for the firms that confirm them."""
    return _claims(Q(worker__in=worker_ids, state=ClaimState.OPEN, site__isnull=False))


def get_claim(claim_id: int) -> ClaimRow | None:
    """One entered day, or None."""
    return next(iter(_claims(Q(pk=claim_id))), None)


def months_of_worker(worker_id: int) -> list[tuple[date, int, int, int, int]]:
    """Years at a glance: for each month with days how many calendar days are formal, claimed, unapproved, waiting."""
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    with prepared() as cursor:
        rows = cursor.run(
            "SELECT month, bit_or(formal), bit_or(claimed), bit_or(unapproved), bit_or(waiting) FROM histories_month"
            " WHERE worker_id = %s GROUP BY month ORDER BY month",
            [worker_id],
        ).all()
    for month, *masks in rows:
        found[month] = [mask.bit_count() for mask in masks]
    return [(month, *counts) for month, counts in found.items()]  # type: ignore[misc]


def touches_of_day(worker_id: int, day: date) -> dict[int, tuple[Moment, ...]]:
    """The touches that a worker's day rests on, by site."""
    facts = load_facts([worker_id], months_around(day.replace(day=1)), on=day)
    found = facts.days_of(worker_id)
    return {site_id: one.moments for site_id, days in found.items() for one in days if one.day == day}


@dataclass(frozen=True)
class Counters:
    """The three counters of ruling 28 and the days that wait: calendar days, each counted where it stands best."""

    formal: int
    claimed: int
    unapproved: int
    waiting: int


def count_days(rows: Iterable[DayRow]) -> Counters:
    """Count the calendar days of one worker."""
    days: dict[Standing, set[date]] = {standing: set() for standing in Standing}
    for row in rows:
        days[row.bound.standing].add(row.bound.day)
    formal = days[Standing.FORMAL]
    claimed, unapproved = days[Standing.CLAIMED] - formal, days[Standing.UNAPPROVED] - formal - days[Standing.CLAIMED]
    return Counters(len(formal), len(claimed), len(unapproved), len(days[Standing.WAITING] - formal))
