"""Days as pages show them: what each lacks, with cause, consequence, remedy, and who acts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from registry.histories.derive.binding import BoundDay
from registry.histories.queries import DayRow, RefusedDay
from registry.histories.states import Standing

TONES = {
    Standing.FORMAL: "good", Standing.WAITING: "waiting", Standing.CLAIMED: "waiting", Standing.UNAPPROVED: "neutral",
    Standing.NONE: "bad",
}  # fmt: skip


@dataclass(frozen=True)
class Reason:
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
    reasons: list[Reason]
    refusal: RefusedDay | None = None


Refusals = Mapping[tuple[int, date], RefusedDay]
NO_REFUSALS: Refusals = {}


def by_place(refused: Iterable[RefusedDay]) -> Refusals:
    """What primes did not accept, by site and day."""
    return {(one.site_id, one.day): one for one in refused}


def refusal_of(row: BoundDay, refused: Refusals) -> RefusedDay | None:
    """The prime's word for which a day does not count; None where it counts or waits in spite of it."""
    return refused.get((row.site_id or 0, row.day)) if row.standing is Standing.NONE else None


def shown_reasons(codes: Iterable[str], *, counts: bool = False) -> list[Reason]:
    """Reasons in words. A day may count in spite of one: by another touch, or by the prime's word."""
    return [
        Reason(
            code, _(f"reason.{code}.cause"), _("day.counts_now") if counts else _(f"reason.{code}.consequence"),
            _(f"reason.{code}.remedy"), _(f"reason.{code}.who"),
        )
        for code in codes
    ]  # fmt: skip


def shown_day(row: DayRow, place: str, refused: Refusals = NO_REFUSALS) -> ShownDay:
    """A day in words. `place` is the site's name, or the person's on a site's page.

    Where the prime did not accept the day, its word is the explanation: what else is said of the day does not matter.
    """
    bound, standing = row.bound, row.bound.standing
    refusal = refusal_of(bound, refused)
    is_explained = refusal is not None and (refusal.of_touches or bound.by_hand)
    reasons = shown_reasons(() if is_explained else bound.reasons, counts=standing is Standing.FORMAL)
    label = _("day.standing.refused") if refusal else _(f"day.standing.{standing}")
    return ShownDay(bound, place, TONES[standing], label, reasons, refusal)
