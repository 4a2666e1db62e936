"""Later words on days as pages show them: who said what when, and the prime's answers (ruling 29)."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import Q

from registry.core.days import months_around
from registry.histories.derive.binding import Assignment, bind
from registry.histories.models import DayEdit
from registry.histories.queries.facts import load_facts
from registry.histories.states import ClaimState, Side


@dataclass(frozen=True)
class EditRow:
    """A later word on a day: who said what, and when. The prime's answer stands with it: to a late one, or to a position."""

    id: int
    worker_id: int
    site_id: int
    day: date
    trade: str
    position: str
    work: str
    side: Side
    recorded_at: datetime
    late: bool
    answer: ClaimState | None
    answered_at: datetime | None
    answered_by: int | None
    answer_reason: str
    second_trade: str
    self_approved: bool  # 自己承認

    @property
    def is_open(self) -> bool:
        """Whether it waits for the prime."""
        return self.late and self.answer is None

    @property
    def holds(self) -> bool:
        """Whether the day says so, be it without a position that was refused."""
        if self.late:
            return self.answer is ClaimState.APPROVED
        return self.answer is None or bool(self.trade or self.second_trade or self.work)


_ANSWER = {
    "answer": "answer",
    "recorded_at": "answered_at",
    "business_id": "answered_by",
    "reason": "answer_reason",
    "self_approved": "self_approved",
}
_OWN = [one.name for one in fields(EditRow) if one.name not in _ANSWER.values()]


def _edits(query: Q) -> list[EditRow]:
    """Edits, the first one first, in one query."""
    rows = DayEdit.objects.filter(query).order_by("recorded_at", "pk")
    return [_row(row) for row in rows.values(*_OWN, *(f"answer__{name}" for name in _ANSWER))]


def _row(row: dict[str, Any]) -> EditRow:
    said = {name: row[f"answer__{column}"] for column, name in _ANSWER.items()}
    answer = {
        **said, "answer": said["answer"] and ClaimState(said["answer"]), "answer_reason": said["answer_reason"] or "",
        "self_approved": bool(said["self_approved"]),
    }  # fmt: skip
    return EditRow(**{name: row[name] for name in _OWN} | {"side": Side(row["side"])} | answer)


def list_edits(worker_id: int, month: date) -> list[EditRow]:
    """The later words on a worker's days of a month."""
    return _edits(Q(worker=worker_id, day__year=month.year, day__month=month.month))


def list_open_edits(site_id: int) -> list[EditRow]:
    """Edits on a site that came late and wait for the prime."""
    return _edits(Q(site=site_id, late=True, answer__isnull=True))


def list_positions_said(site_id: int, month: date) -> list[EditRow]:
    """Positions (立場) that employers said in time of days on a site in a month; the prime may refuse them (ruling 29)."""
    said = Q(site=site_id, late=False, answer__isnull=True, day__year=month.year, day__month=month.month)
    return _edits(said & ~Q(position=""))


def get_edit(edit_id: int) -> EditRow | None:
    """One edit, or None."""
    return next(iter(_edits(Q(pk=edit_id))), None)


def words_before_edits(worker_id: int, days: Collection[date]) -> dict[tuple[int, date], Assignment]:
    """What a worker's days of one month said first, without any later word, by site and day.

    What was entered by hand is a later word on a touched day, and the first one on any other.
    """
    if not days:
        return {}
    month = min(days).replace(day=1)
    facts = load_facts([worker_id], months_around(month), on=max(days))
    told = facts.of(worker_id, facts.days_of(worker_id))
    touched = {(site_id, one.day) for site_id, found in told.days.items() for one in found}
    claims = [claim for claim in told.claims if (claim.site_id, claim.day) not in touched]
    unedited = msgspec.structs.replace(told, edits=(), claims=claims)
    return {(one.site_id, one.day): one.assignment for one in bind(unedited, days) if one.site_id is not None}
