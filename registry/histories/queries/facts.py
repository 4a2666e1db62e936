"""The facts around the days of some workers, read in one query."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from registry.cards.derive import CardFact
from registry.codes.states import Counts
from registry.core.prepared import prepared
from registry.histories.derive.facts import ClaimFact, DecisionFact, EditFact, SiteFacts, WorkerFacts
from registry.histories.states import Reason
from registry.sites.states import DAY_BOUNDARY
from registry.structures.derive import EntryFact, Structure, TenureFact
from registry.touches.derive import WorkDay, absolute, near, work_days
from registry.workers.derive import LinkFact, TradeFact

_T = TypeVar("_T")
# Sites in whose structure a firm (`%(firm)s`) has, or had, an accepted place.
SITES_WITH_A_PART = (
    "SELECT n.site_id FROM structures_tenure t JOIN structures_node n ON n.id = t.node_id"
    " WHERE t.business_id = %(firm)s AND t.state = 'accepted'"
)
NO_BOUNDARY = ((date.min, DAY_BOUNDARY),)


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


_FACTS = (Path(__file__).parents[1] / "sql" / "facts.sql").read_text()
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
