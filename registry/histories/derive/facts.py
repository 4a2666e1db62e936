"""The facts that a day rests on, as they are read for binding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

import msgspec

from registry.cards.derive import CardFact
from registry.codes.states import Counts
from registry.histories.states import ClaimState, Reason
from registry.structures.derive import EntryFact, Structure
from registry.touches.derive.days import Boundaries, WorkDay
from registry.workers.derive import LinkFact, TradeFact


@dataclass(frozen=True)
class SiteFacts:
    """A site with its structure. `periods` are half-open; `closed_on` is the first closed day."""

    structure: Structure
    prefecture: str
    periods: Sequence[tuple[date, date | None]]
    closed_on: date | None
    boundaries: Boundaries
    is_registered: bool = True  # else a 仮現場: it has no prime and no structure

    def is_far_from(self, other: "SiteFacts") -> bool:
        """Whether two sites lie in different prefectures; that of a 仮現場 nobody knows."""
        return self.is_registered and other.is_registered and self.prefecture != other.prefecture

    def is_in_period(self, day: date) -> bool:
        """Whether touches count on a day."""
        for start, end in self.periods:  # noqa: SIM110 -- much faster than a generator, and asked for every touch
            if start <= day and (end is None or day < end):
                return True
        return False


class ClaimFact(NamedTuple):
    """A directly entered day. Without a site ID it is of an unregistered site."""

    id: int
    site_id: int | None
    day: date
    trade: str
    work: str
    begins_at: time | None
    ends_at: time | None
    state: ClaimState
    recorded_at: datetime


class EditFact(NamedTuple):
    """A later word on a day; what is empty is left as it was. A late one holds once it is approved.

    Of one in time the prime may refuse the position: trade and work stay.
    """

    site_id: int
    day: date
    trade: str
    position: str
    work: str
    recorded_at: datetime
    late: bool
    answer: ClaimState | None
    answered_at: datetime | None
    second_trade: str = ""

    @property
    def holds(self) -> bool:
        """Whether the day says so: in time, or with the prime's approval (ruling 29)."""
        return not self.late or self.answer is ClaimState.APPROVED

    @property
    def position_held(self) -> str:
        """The position that the day says by it: none where the prime has refused (ruling 29)."""
        return "" if self.answer is ClaimState.REFUSED else self.position


class DecisionFact(NamedTuple):
    """The prime's word on a day that waited for one."""

    site_id: int
    day: date
    counts: bool | None  # None: a refusal was taken back
    recorded_at: datetime


class WorkerFacts(msgspec.Struct, frozen=True, gc=False):
    """All that decides what one worker's days mean. `days` are those of the month and its neighbours, by site.

    `first_uses` has the first touch with each card of somebody who ever had several, by its branch, as an absolute number.
    """

    links: Sequence[LinkFact]
    trades: Sequence[TradeFact]
    cards: Mapping[int, CardFact]
    entries: Mapping[int, Sequence[EntryFact]]
    days: Mapping[int, Sequence[WorkDay]]
    sites: Mapping[int, SiteFacts]
    counts: Mapping[Reason, Counts]
    claims: Sequence[ClaimFact] = ()
    edits: Sequence[EditFact] = ()
    decisions: Sequence[DecisionFact] = ()
    first_uses: Mapping[int, int] = {}
