"""The facts around the days of some workers, read in two or three queries, however many."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from registry.cards.derive import CardFact
from registry.codes.states import Counts
from registry.core.days import month_before
from registry.core.prepared import Statement
from registry.histories.derive.facts import ClaimFact, DecisionFact, EditFact, SiteFacts, WorkerFacts
from registry.histories.states import Reason
from registry.structures.derive import EntryFact, Structure, TenureFact
from registry.touches.derive.days import (
    DAYS_OF_A_TOUCH,
    NO_BOUNDARY,
    NO_CARD,
    Boundaries,
    WorkDay,
    absolute,
    branch_of,
    day_of,
    hangs_on_first,
    has_its_day,
    is_among,
    is_apart_from,
    is_open,
    numbers_of_day,
    possible_days,
    span_of_day,
    unpacked_month,
    unpacked_months,
    work_days,
)
from registry.touches.queries import Touched
from registry.workers.derive import LinkFact, TradeFact

_T = TypeVar("_T")
# Sites in whose structure a firm (`%(firm)s`) has, or had, an accepted place.
SITES_WITH_A_PART = (
    "SELECT n.site_id FROM structures_tenure t JOIN structures_node n ON n.id = t.node_id"
    " WHERE t.business_id = %(firm)s AND t.state = 'accepted'"
)


class WorkerRows(msgspec.Struct):
    """What `sql/worker_facts.sql` answers."""

    presence: list[tuple[int, int, date, str, list[int] | None]] | None
    links: list[tuple[int, LinkFact]] | None
    trades: list[tuple[int, TradeFact]] | None
    cards: list[tuple[int, CardFact]] | None
    entries: list[tuple[int, int, EntryFact]] | None
    claims: list[tuple[int, ClaimFact]] | None
    edits: list[tuple[int, EditFact]] | None
    decisions: list[tuple[int, DecisionFact]] | None
    read_at: str
    changed: list[int] | None

    def site_ids(self) -> set[int]:
        """The sites that the days of these workers are about."""
        found = {row[1] for row in self.presence or ()}
        return found | {claim.site_id for _, claim in self.claims or () if claim.site_id is not None}


class _SiteRows(msgspec.Struct):
    """What `sql/site_facts.sql` answers."""

    sites: list[tuple[int, int | None, str, date | None]] | None
    periods: list[tuple[int, tuple[date, date | None]]] | None
    boundaries: list[tuple[int, tuple[date, time]]] | None
    nodes: list[tuple[int, tuple[int, int | None]]] | None
    tenures: list[tuple[int, TenureFact]] | None
    counts: list[tuple[Reason, Counts]] | None


class Surroundings(NamedTuple):
    """What days on sites depend on beside their workers: the sites, and which reasons count."""

    sites: Mapping[int, SiteFacts]
    counts: Mapping[Reason, Counts]


_SQL = Path(__file__).parents[1] / "sql"
_OF_WORKERS = Statement((_SQL / "worker_facts.sql").read_text(), WorkerRows)
_OF_SITES = Statement((_SQL / "site_facts.sql").read_text(), _SiteRows)
_EARLIER = Statement(
    "SELECT json_agg(json_build_array(worker_id, month, encode(moments, 'hex'), odd)) FROM touches_presence"
    " WHERE worker_id = ANY(%(workers)s::bigint[]) AND month < %(before)s::date",
    list[tuple[int, date, str, list[int] | None]],
)


class Facts:
    """The facts around some workers: all but their days, which are worked out where they are needed."""

    def __init__(self, rows: WorkerRows, around: Surroundings) -> None:
        """Rows as they were read, gathered by worker."""
        self._around = around
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        self._presence = _touches_by_site(rows.presence or ())
        self._earlier: dict[int, list[_Touches]] = {}
        self._links, self._trades = _grouped(rows.links), _grouped(rows.trades)
        self._cards = {worker: {card.branch: card for card in cards} for worker, cards in _grouped(rows.cards).items()}
        self._several = {worker for worker, cards in self._cards.items() if len(cards) > 1}
        self._uses: dict[int, dict[int, int]] = {}
        self._entries = _by_site(rows.entries)
        self.claims = _grouped(rows.claims)
        self._edits, self._decisions = _grouped(rows.edits), _grouped(rows.decisions)

    def of(self, worker_id: int, days: Mapping[int, Sequence[WorkDay]]) -> WorkerFacts:
        """The facts of one worker with some of his days, by site."""
        return WorkerFacts(
            self._links.get(worker_id, ()), self._trades.get(worker_id, ()), self._cards.get(worker_id, {}),
            self._entries.get(worker_id, {}), days, *self._around, self.claims.get(worker_id, ()),
            self._edits.get(worker_id, ()), self._decisions.get(worker_id, ()), self._first_uses(worker_id),
        )  # fmt: skip

    def days_of(self, worker_id: int) -> dict[int, list[WorkDay]]:
        """All days of one worker in the months that were read, by site."""
        return {
            site_id: work_days([number + shift for number in numbers], self.boundaries_of(site_id))
            for site_id, (numbers, shift) in self._presence.get(worker_id, {}).items()
        }

    def only_days_of(self, worker_id: int, days: Iterable[date]) -> dict[int, list[WorkDay]]:
        """Some days of one worker, by site."""
        found: dict[int, list[WorkDay]] = {}
        for day in days:
            for site_id, one in self.touched_on(worker_id, day.toordinal()):
                found.setdefault(site_id, []).append(one)
        return found

    def is_apart_from(self, worker_id: int, day: date) -> bool:
        """Whether a touch on a calendar day changes no other days than those it can belong to.

        It may: where days run into each other, and where it is the first one with a new card (ruling 19).
        """
        uses = self._first_uses(worker_id).items()
        if day in [day_of(first) for branch, first in uses if branch > 1]:  # the first card ends no other one
            return False
        sites = self._presence.get(worker_id, {}).values()
        return all(is_apart_from(numbers, day.toordinal(), shift) for numbers, shift in sites)

    def days_of_touches_on(self, worker_id: int, day: date) -> list[date]:
        """The days that a touch on a calendar day can have changed, where others are apart: nearly always that day alone."""
        sites, ordinal = self._presence.get(worker_id, {}).items(), day.toordinal()
        own = all(has_its_day(numbers, ordinal, self._span(site, ordinal), shift) for site, (numbers, shift) in sites)
        return [date.fromordinal(ordinal - step) for step in range(1 if own else DAYS_OF_A_TOUCH)]

    def _first_uses(self, worker_id: int) -> Mapping[int, int]:
        """The first touch with each card of a worker who ever had several, by its branch, as an absolute number."""
        if worker_id not in self._several:
            return _NO_USES
        if worker_id not in self._uses:
            found: dict[int, int] = {}
            for numbers, shift in [*self._presence.get(worker_id, {}).values(), *self._earlier.get(worker_id, ())]:
                for branch, first in {branch_of(number): number + shift for number in reversed(numbers)}.items():
                    found[branch] = min(first, found.get(branch, first))
            found.pop(NO_CARD, None)
            self._uses[worker_id] = found
        return self._uses[worker_id]

    def who_used_old_cards(self) -> list[int]:
        """Workers who touched with another card than their newest one. Few do, and only while they have both."""
        return [one for one in self._several if any(branch < max(self._cards[one]) for branch in self._first_uses(one))]

    def learn_earlier(self, rows: Iterable[tuple[int, date, str, list[int] | None]]) -> None:
        """Take in touches of other months, which tell no days but since when somebody uses his newer cards."""
        for worker_id, month, plain, odd in rows:
            own = unpacked_month(bytes.fromhex(plain), odd), absolute(0, month)
            self._earlier.setdefault(worker_id, []).append(own)
            self._uses.pop(worker_id, None)

    def day_with(self, worker_id: int, touch: Touched) -> tuple[int, list[tuple[int, WorkDay]]] | None:
        """The day in which a worker's touch stands, by its ordinal, and all that he touched on it.

        None where presence has no such touch.
        """
        for day in possible_days(touch.number):
            touched = self.touched_on(worker_id, day)
            for site_id, one in touched:
                if site_id == touch.site_id and is_among(touch.number, one.numbers):
                    return day, touched
        return None

    def who_may_hang(self) -> set[int]:
        """Workers of whom a day may hang on touches before the months that were read: few, and only early in a month."""
        return {
            worker_id
            for worker_id, sites in self._presence.items()
            for numbers, shift in sites.values()
            if is_open(numbers, shift)
        }

    def months_before(self, worker_id: int, touch: Touched) -> set[date]:
        """The months before those read, on whose touches the day of a worker's touch may hang."""
        return {
            month_before(day_of(numbers[0] + shift))
            for numbers, shift in self._presence.get(worker_id, {}).values()
            if is_open(numbers, shift) and hangs_on_first(numbers, touch.number, shift)
        }

    def touched_on(self, worker_id: int, day: int) -> list[tuple[int, WorkDay]]:
        """A worker's touches of one day, by its ordinal, site by site."""
        on, found = date.fromordinal(day), []
        for site_id, (numbers, shift) in self._presence.get(worker_id, {}).items():
            if own := numbers_of_day(numbers, self._span(site_id, day), shift):
                found.append((site_id, WorkDay(on, own)))
        return found

    def _span(self, site_id: int, day: int) -> tuple[int, int]:
        """The day of a site, which is the same for all who were there."""
        if (site_id, day) not in self._spans:
            self._spans[site_id, day] = span_of_day(day, self.boundaries_of(site_id))
        return self._spans[site_id, day]

    def boundaries_of(self, site_id: int) -> Boundaries:
        """When the days of a site begin."""
        site = self._around.sites.get(site_id)
        return site.boundaries if site else NO_BOUNDARY


_NO_USES: Mapping[int, int] = {}
# Touches on a site in order of time, and what makes their numbers absolute.
_Touches = tuple[Sequence[int], int]


def _touches_by_site(rows: Sequence[tuple[int, int, date, str, list[int] | None]]) -> dict[int, dict[int, _Touches]]:
    """Touches by worker and site from rows in order of their months; those of a single month are not written anew."""
    found: dict[int, dict[int, _Touches]] = {}
    unpacked = unpacked_months([row[3] for row in rows], [row[4] for row in rows])
    for (worker_id, site_id, month, _, _), numbers in zip(rows, unpacked, strict=True):
        own = numbers, absolute(0, month)
        if worker_id not in found:
            found[worker_id] = {site_id: own}
        else:
            sites = found[worker_id]
            sites[site_id] = _laid_together(sites[site_id], own) if site_id in sites else own
    return found


def _laid_together(*parts: _Touches) -> _Touches:
    return [number + shift for numbers, shift in parts for number in numbers], 0


def load_facts(worker_ids: Collection[int], months: Collection[date], *, on: date) -> Facts:
    """The facts of workers, with their touches of these months: two queries, however many; three where old cards were used."""
    rows = load_worker_rows(worker_ids, months)
    return with_first_uses(Facts(rows, load_surroundings(rows.site_ids(), on=on)), months)


def with_first_uses(facts: Facts, months: Collection[date]) -> Facts:
    """The same facts, which know of each newer card when it was used first: an old one ends with that (ruling 19)."""
    if workers := facts.who_used_old_cards():
        facts.learn_earlier(_EARLIER.ask({"workers": workers, "before": min(months)}) or ())
    return facts


def load_worker_rows(
    worker_ids: Collection[int],
    months: Collection[date],
    *,
    sites: Collection[int] | None = None,
    known: str | None = None,
) -> WorkerRows:
    """The facts of workers without those of sites; of some sites only what tells the reasons of days there.

    `known` is when the facts of sites were read, if they were.
    """
    values = {
        "workers": list(worker_ids), "months": "{" + ",".join([month.isoformat() for month in sorted(months)]) + "}",
        "known": known, "sites": sites if sites is None else list(sites),
    }  # fmt: skip
    return _OF_WORKERS.ask_one(values)


def load_surroundings(site_ids: Collection[int], *, on: date) -> Surroundings:
    """The facts of sites, each with its structure, and which reasons count by the code table of a day."""
    if not site_ids:
        return Surroundings({}, {})
    rows = _OF_SITES.ask_one({"sites": list(site_ids), "on": on})
    periods, parents, tenures = _grouped(rows.periods), _grouped(rows.nodes), _grouped(rows.tenures)
    boundaries = _grouped(rows.boundaries)
    sites = {
        site_id: SiteFacts(
            Structure(prime_id or 0, dict(parents.get(site_id, ())), tenures.get(site_id, [])),
            prefecture, periods.get(site_id, ()), closed_on, boundaries.get(site_id, NO_BOUNDARY),
            is_registered=prime_id is not None,
        )
        for site_id, prime_id, prefecture, closed_on in rows.sites or ()
    }  # fmt: skip
    return Surroundings(sites, dict(rows.counts or ()))


def _grouped(rows: Iterable[tuple[int, _T]] | None) -> dict[int, list[_T]]:
    found: dict[int, list[_T]] = {}
    for key, row in rows or ():
        found.setdefault(key, []).append(row)
    return found


def _by_site(rows: Iterable[tuple[int, int, _T]] | None) -> dict[int, dict[int, list[_T]]]:
    found: dict[int, dict[int, list[_T]]] = {}
    for key, site_id, row in rows or ():
        found.setdefault(key, {}).setdefault(site_id, []).append(row)
    return found
