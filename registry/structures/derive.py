"""What follows from a structure's rows, without tables: who stands above whom on a day, and what is missing in between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property, partial
from typing import NamedTuple

from registry.structures.states import TenureState

_BEST_FIRST = (TenureState.ACCEPTED, TenureState.NAMED, TenureState.INVITED)


class TenureFact(NamedTuple):
    """A firm that holds a position from day to day; `business_id` is None for one that stands by name."""

    id: int
    node_id: int
    business_id: int | None
    name: str
    state: TenureState
    from_on: date
    until_on: date | None
    invited_at: datetime

    def holds(self, day: date) -> bool:
        """Whether the row covers a day."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class Gap(StrEnum):
    """What a path to the prime lacks; the words of the reasons of touches."""

    INVITATION_OPEN = "INVITATION_OPEN"
    FIRM_UNREGISTERED = "FIRM_UNREGISTERED"
    STRUCTURE_MISSING = "STRUCTURE_MISSING"


@dataclass(frozen=True)
class Path:
    """The way from a position up to the prime: registered firms from the lowest to the prime, and what is missing."""

    firms: tuple[int, ...]
    gaps: frozenset[Gap]


@dataclass(frozen=True)
class Structure:
    """The structure of one site: `parents` maps a position to the one above it (None: the prime)."""

    prime_id: int
    parents: Mapping[int, int | None]
    tenures: Sequence[TenureFact]
    site_id: int = 0  # this and the unit that the prime filed the site under say who reaches it; days do not ask for it
    unit_id: int | None = None

    @cached_property
    def _by_node(self) -> dict[int, list[TenureFact]]:
        found: dict[int, list[TenureFact]] = {}
        for one in sorted(self.tenures, key=lambda row: (_BEST_FIRST.index(row.state), row.from_on, row.invited_at)):
            found.setdefault(one.node_id, []).append(one)
        return found

    @cached_property
    def by_id(self) -> dict[int, TenureFact]:
        """Tenures by their number."""
        return {one.id: one for one in self.tenures}

    @cached_property
    def _by_firm(self) -> dict[int, list[TenureFact]]:
        found: dict[int, list[TenureFact]] = {}
        for one in self.tenures:
            if one.business_id is not None:
                found.setdefault(one.business_id, []).append(one)
        return found

    def tier(self, node_id: int | None) -> int:
        """How far below the prime a position stands; the prime is 0."""
        tier = 0
        while node_id is not None:
            node_id, tier = self.parents[node_id], tier + 1
        return tier

    def has_place(self, tenure_id: int | None, day: date) -> bool:
        """Whether a tenure holds its position on a day; the prime's own place, which has no tenure, always."""
        if tenure_id is None:
            return True
        tenure = self.by_id.get(tenure_id)
        return tenure is not None and tenure.holds(day)

    def holder(self, node_id: int, day: date) -> TenureFact | None:
        """Who holds a position on a day; an accepted firm before one by name, that before an invited one."""
        return next((one for one in self._by_node.get(node_id, ()) if one.holds(day)), None)

    def firms_on(self, node_ids: Iterable[int], from_on: date, until_on: date | None) -> set[int]:
        """Registered firms that hold one of some positions on one of some days; `until_on` is the first day after them."""
        return {
            one.business_id
            for node_id in node_ids
            for one in self._by_node.get(node_id, ())
            if one.business_id is not None
            and (until_on is None or one.from_on < until_on)
            and (one.until_on is None or from_on < one.until_on)
        }

    def tenure_of(self, business_id: int, day: date) -> TenureFact | None:
        """A firm's own place on a day: an accepted one first, then the highest, then the oldest."""
        rows = [one for one in self._by_firm.get(business_id, ()) if one.holds(day)]
        key = lambda one: (_BEST_FIRST.index(one.state), self.tier(one.node_id), one.from_on, one.invited_at)  # noqa: E731 -- one use, one line
        return min(rows, key=key, default=None)

    @cached_property
    def _paths(self) -> dict[tuple[int, date], Path]:
        return {}

    def path(self, tenure: TenureFact, day: date) -> Path:
        """The way up from a tenure on a day. A firm by name breaks nobody below it (ruling 31); it is only named."""
        key = tenure.id, day
        if (known := self._paths.get(key)) is not None:
            return known
        found = self._paths[key] = self._walk_up(tenure, day)
        return found

    def _walk_up(self, tenure: TenureFact, day: date) -> Path:
        firms, gaps = [], set()
        here: TenureFact | None = tenure if tenure.holds(day) else None
        node_id: int | None = tenure.node_id
        while node_id is not None:
            if here is None:
                gaps.add(Gap.STRUCTURE_MISSING)
            elif here.business_id is None:
                gaps.add(Gap.FIRM_UNREGISTERED)
            else:
                if here.state is TenureState.INVITED:
                    gaps.add(Gap.INVITATION_OPEN)
                firms.append(here.business_id)
            node_id = self.parents[node_id]
            here = self.holder(node_id, day) if node_id is not None else None
        return Path((*firms, self.prime_id), frozenset(gaps))

    def above(self, node_id: int | None) -> set[int]:
        """A position with all that stand above it; none for the prime."""
        found = set()
        while node_id is not None:
            found.add(node_id)
            node_id = self.parents[node_id]
        return found

    def below(self, node_ids: Iterable[int]) -> set[int]:
        """Positions with all that hang below them."""
        found = set(node_ids)
        while more := {node for node, parent in self.parents.items() if parent in found} - found:
            found |= more
        return found


class EntryFact(NamedTuple):
    """A worker on a roster from day to day; without a tenure, under the prime itself."""

    id: int
    tenure_id: int | None
    trade: str
    position: str
    work: str
    collects: bool
    from_on: date
    until_on: date | None
    added_at: datetime

    def holds(self, day: date) -> bool:
        """Whether the entry covers a day."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def collecting_entry(entries: Iterable[EntryFact], structure: Structure, day: date) -> EntryFact | None:
    """Of several entries on a day the one marked as collecting, else the lower tier, else the older.

    An entry holds only on days of its firm's place.
    """
    found = [one for one in entries if one.holds(day) and structure.has_place(one.tenure_id, day)]
    if len(found) < 2:  # noqa: PLR2004 -- nothing to choose from
        return found[0] if found else None
    return min(found, key=partial(_collects_first, structure))


def _collects_first(structure: Structure, one: EntryFact) -> tuple[object, ...]:
    tier = structure.tier(structure.by_id[one.tenure_id].node_id) if one.tenure_id is not None else 0
    return not one.collects, -tier, one.from_on, one.added_at, one.trade
