"""The prime's word on days that waited for it, and in which way days were approved that somebody entered, or as good as that."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from registry.core.days import jst_day
from registry.histories.derive.deadlines import is_late_answer
from registry.histories.models import DayDecision
from registry.histories.queries.claims import approved_claims
from registry.histories.queries.days import DayRow
from registry.histories.rules import is_as_entered
from registry.histories.states import Approval, Standing

# Worker, site and day.
Place = tuple[int, int, date]


@dataclass(frozen=True)
class DecisionRow:
    """The prime's word on a day that waited for it, and why it does not count."""

    site_id: int
    day: date
    counts: bool | None  # None: what was said was taken back
    reason: str
    recorded_at: datetime
    self_approved: bool = False  # 自己承認

    @property
    def approval(self) -> tuple[Approval, ...]:
        """What has to be shown of the way in which a day was approved that is treated as a direct entry (ruling 28)."""
        is_late = is_late_answer(self.day, jst_day(self.recorded_at))
        said = ((is_late, Approval.LATE), (self.self_approved, Approval.SELF))
        return tuple(word for holds, word in said if holds and self.counts)


def _last(query: Q) -> dict[Place, DecisionRow]:
    rows = DayDecision.objects.filter(query).order_by("recorded_at", "pk")
    names = ("worker_id", "site_id", "day", "counts", "reason", "recorded_at", "self_approved")
    return {(row[0], row[1], row[2]): DecisionRow(*row[1:]) for row in rows.values_list(*names)}


def last_words(site_id: int, places: Collection[tuple[int, date]]) -> dict[tuple[int, date], bool | None]:
    """The prime's last word on days of a site, each of one worker: whether it counts, None where that was taken back."""
    workers, days = {worker_id for worker_id, _ in places}, {day for _, day in places}
    found = _last(Q(site=site_id, worker__in=workers, day__in=days))
    last = {(worker_id, day): one.counts for (worker_id, _site, day), one in found.items()}
    return {place: last[place] for place in places if place in last}


def last_decisions(worker_id: int, month: date) -> dict[tuple[int, date], DecisionRow]:
    """The prime's last word on each of a worker's days of a month, by site and day."""
    found = _last(Q(worker=worker_id, day__year=month.year, day__month=month.month))
    return {(site_id, day): one for (_worker, site_id, day), one in found.items()}


@dataclass(frozen=True)
class DayApproval:
    """The prime's approval of a day that counts by it alone: when, and what has to be shown of the way (ruling 28)."""

    at: datetime
    how: tuple[Approval, ...]


def approvals_of(rows: Collection[DayRow]) -> dict[Place, DayApproval]:
    """The approvals of those of some days that were entered by hand, or touched by a printed poster's code.

    A light query; one or two more where there are such days.
    """
    entered = {
        place: DayApproval(claim.answered_at, claim.approval)
        for place, claim in approved_claims(rows).items()
        if claim.answered_at
    }
    return _of_posters(rows) | entered


def _of_posters(rows: Iterable[DayRow]) -> dict[Place, DayApproval]:
    places = {
        (row.worker_id, row.bound.site_id, row.bound.day)
        for row in rows
        if row.bound.standing is Standing.FORMAL and is_as_entered(row.bound)
    }
    if not places:
        return {}
    workers, sites, days = (set(some) for some in zip(*places, strict=True))
    last: Mapping[Place, DecisionRow] = _last(Q(worker__in=workers, site__in=sites, day__in=days))
    return {
        place: DayApproval(one.recorded_at, one.approval)
        for place, one in last.items()
        if place in places and one.counts
    }
