"""Days as pages show them: what each lacks, with cause, consequence, remedy, and who acts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.templatetags.ds import jtime
from registry.core.days import jst_day
from registry.histories.derive.binding import BoundDay
from registry.histories.derive.hours import ends_next_morning
from registry.histories.queries import ClaimRow, DayRow, DecisionRow, RefusedDay
from registry.histories.rules import DOUBTS, HOLDING
from registry.histories.states import Approval, Reason, Standing
from registry.workers.states import DayItem

TONES = {
    Standing.FORMAL: "good", Standing.WAITING: "waiting", Standing.CLAIMED: "waiting", Standing.UNAPPROVED: "neutral",
    Standing.NONE: "bad",
}  # fmt: skip


@dataclass(frozen=True)
class ShownReason:
    """One reason in words."""

    code: str
    cause: str
    consequence: str
    remedy: str
    who: str


@dataclass(frozen=True)
class ShownDay:
    """One day on a page."""

    row: BoundDay
    place: str
    tone: str
    label: str
    reasons: list[ShownReason]
    refusal: RefusedDay | None = None
    is_over: bool = False  # refused by hand so long ago that an answer comes too late

    @property
    def is_assumed(self) -> bool:
        """Whether nobody has said the trade of the day: it is the first one that the worker has registered."""
        return Reason.TRADE_ASSUMED in self.row.reasons


Refusals = Mapping[tuple[int, date], RefusedDay]
NO_REFUSALS: Refusals = {}
Decisions = Mapping[tuple[int, date], DecisionRow]
NO_DECISIONS: Decisions = {}


def by_place(refused: Iterable[RefusedDay]) -> Refusals:
    """What primes did not accept, by site and day."""
    return {(one.site_id, one.day): one for one in refused}


def refusal_of(row: BoundDay, refused: Refusals) -> RefusedDay | None:
    """The prime's word for which a day does not count; None where it counts or waits in spite of it."""
    return refused.get((row.site_id or 0, row.day)) if row.standing is Standing.NONE else None


def shown_reasons(codes: Iterable[str], *, counts: bool = False, by_hand: bool = False) -> list[ShownReason]:
    """Reasons in words. A day may count in spite of one, by another touch or by the prime's word: then nobody need act.

    Of a day that was entered by hand nothing but the prime's answer is awaited.
    """
    return [_shown_reason(code, counts=counts, by_hand=by_hand) for code in codes]


def _shown_reason(code: str, *, counts: bool, by_hand: bool) -> ShownReason:
    cause, who = _(f"reason.{code}.cause"), _(f"reason.{code}.who")
    if code in HOLDING and counts:
        return ShownReason(code, cause, _("day.counts_now"), _("day.counts_in_spite"), "")
    if code in HOLDING and by_hand:
        return ShownReason(code, cause, _("day.counts_once_approved"), _("day.prime_compares"), who)
    consequence = _("day.counts_now") if counts else _(f"reason.{code}.consequence")
    return ShownReason(code, cause, consequence, _(f"reason.{code}.remedy"), who)


def shown_day(
    row: DayRow, place: str, refused: Refusals = NO_REFUSALS, decisions: Decisions = NO_DECISIONS
) -> ShownDay:
    """A day in words. `place` is the site's name, or the person's on a site's page.

    Where the prime did not accept the day, its word is the explanation: what else is said of the day does not matter. What
    it may doubt is no question any more where it has said that the day counts.
    """
    bound, standing = row.bound, row.bound.standing
    refusal = refusal_of(bound, refused)
    is_explained = refusal is not None and (refusal.of_touches or bound.by_hand)
    decision = decisions.get((bound.site_id or 0, bound.day))
    answered = DOUBTS if decision and decision.counts else ()
    left = [] if is_explained else [one for one in bound.reasons if one not in answered]
    reasons = shown_reasons(left, counts=standing is Standing.FORMAL, by_hand=bound.by_hand)
    label = _("day.standing.refused") if refusal else _(f"day.standing.{standing}")
    is_over = bool(refusal and refusal.claim_id and not refusal.may_be_answered(jst_day(timezone.now())))
    return ShownDay(bound, place, TONES[standing], label, reasons, refusal, is_over)


def approval_in_words(said: Iterable[Approval]) -> str:
    """期限後承認, 自己承認, both or nothing."""
    return _("list.and").join(_(f"approval.{one}") for one in said)


def times_said(claim: ClaimRow) -> str:
    """The times that were entered with a day; an end that is not after the beginning is one of the next morning."""
    begins, ends = (jtime(at) for at in (claim.begins_at, claim.ends_at))
    if claim.begins_at and claim.ends_at and ends_next_morning(claim.begins_at, claim.ends_at):
        ends = _("day.next_morning").format(time=ends)
    return f"{begins}–{ends}" if begins or ends else ""


class OfWorker(Protocol):
    """Whatever a page shows of one worker."""

    @property
    def worker_id(self) -> int:
        """Whose it is."""


def looked_at(*shown: tuple[Iterable[OfWorker], Collection[DayItem]]) -> dict[int, set[DayItem]]:
    """What a page shows of whose days: rows, and what of each stands there (ruling 40)."""
    found: dict[int, set[DayItem]] = defaultdict(set)
    for rows, items in shown:
        for row in rows:
            found[row.worker_id] |= set(items)
    return found
