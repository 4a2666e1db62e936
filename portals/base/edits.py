"""What was said of days later, in words: what a day said first, who said what, and the prime's answer (ruling 29)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.histories.derive.binding import Assignment
from registry.histories.queries import EditRow, list_edits, trades_in_words, words_before_edits
from registry.histories.states import NO_SECOND_TRADE, NO_WORK, ClaimState

TONES = {ClaimState.APPROVED: "good", ClaimState.REFUSED: "bad", ClaimState.WITHDRAWN: "neutral"}


@dataclass(frozen=True)
class ShownEdit:
    """One later word. `label` is empty where it needed no approval."""

    row: EditRow
    text: str
    who: str
    tone: str
    label: str
    answered_by: str


@dataclass(frozen=True)
class ShownEdits:
    """The later words on a day, after what it said first."""

    before: str
    edits: list[ShownEdit]

    @property
    def is_edited(self) -> bool:
        """Whether the day says something else than at first."""
        return any(one.row.holds for one in self.edits)

    @property
    def concerns_prime(self) -> bool:
        """Whether the prime has to answer, or has answered."""
        return any(one.row.late or one.row.answer for one in self.edits)


class Words:
    """Trade, position and work in words. The names of codes are read once."""

    def __init__(self) -> None:
        self._trades, self._positions = code_names(Table.TRADES), code_names(Table.POSITIONS)

    def of(self, said: Assignment | EditRow) -> str:
        """What a day, or a later word on it, says."""
        trade, position = self._trades.get(said.trade, said.trade), self._positions.get(said.position, said.position)
        work = _("day.no_work") if said.work == NO_WORK else said.work
        return " / ".join(word for word in (trade, self._second(said.second_trade), position, work) if word)

    def _second(self, trade: str) -> str:
        if trade == NO_SECOND_TRADE:
            return _("day.no_second_trade")
        return _("day.second_trade_is").format(trade=self._trades.get(trade, trade)) if trade else ""


def _shown(edit: EditRow, words: Words, firms: dict[int, str]) -> ShownEdit:
    label = _(f"day.edit.{edit.answer or ClaimState.OPEN}") if edit.late else _in_time(edit)
    tone = TONES[edit.answer] if edit.answer else "waiting"
    return ShownEdit(
        edit, words.of(edit), _(f"day.side.{edit.side}"), tone, label, firms.get(edit.answered_by or 0, "")
    )  # fmt: skip


def _in_time(edit: EditRow) -> str:
    """The label of what needs no approval: only its position may have been refused."""
    return _("day.edit.position_refused") if edit.answer else ""


def shown_edits(worker_id: int, month: date, day: date | None = None) -> dict[tuple[int, date], ShownEdits]:
    """The later words on a worker's days of a month, or on one of them, by site and day."""
    edits = [edit for edit in list_edits(worker_id, month) if day is None or edit.day == day]
    if not edits:
        return {}
    words, before = Words(), words_before_edits(worker_id, {edit.day for edit in edits})
    firms = names_of_businesses(edit.answered_by for edit in edits if edit.answered_by)
    found: dict[tuple[int, date], ShownEdits] = {}
    for edit in edits:
        place = (edit.site_id, edit.day)
        first = words.of(before[place]) if place in before else ""
        found.setdefault(place, ShownEdits(first, [])).edits.append(_shown(edit, words, firms))
    return found


def said_now(said: Assignment, site: str) -> list[tuple[str, str]]:
    """What a day says now, above the form that says it otherwise: label and value."""
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    return [
        (_("export.site"), site), (_("claim.trade"), trades_in_words(said, trades)),
        (_("day.position"), positions.get(said.position, "")), (_("claim.work"), said.work),
    ]  # fmt: skip
