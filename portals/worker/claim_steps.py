"""Whose word a day entered by hand waits for, one step after the other (ruling 28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from registry.histories.derive.binding import BoundDay
from registry.histories.queries import ClaimRow
from registry.histories.states import ClaimState

# The marks before the prime's, by how many firms stand on the path of the day.
_MARKS: dict[int, tuple[str, ...]] = {0: (), 1: (), 2: ("employer_first",)}
_ALL_MARKS = ("employer", "first_tier")
DONE, NOW, LATER = "ds-timeline__done", "ds-timeline__now", ""


@dataclass(frozen=True)
class ClaimStep:
    """One step and how it looks."""

    text: str
    look: str


def steps_of(claim: ClaimRow, bound: BoundDay | None, *, on: date) -> list[ClaimStep]:
    """The steps of a claim, by the firms that its day leads through; None where it is not bound yet.

    Where the employer is the first tier, one mark is both; where it is the prime, its approval is the only mark. None
    where nothing follows any more: it was refused, or nobody can approve it.
    """
    approved = claim.state is ClaimState.APPROVED
    is_open = claim.state is ClaimState.OPEN and claim.may_be_answered(on)
    if claim.site_id is None or not (approved or is_open):
        return []
    marks = [
        _mark(name, is_given=at is not None, approved=approved)
        for name, at in (
            ("employer", claim.employer_confirmed_at),
            ("first_tier", claim.first_tier_confirmed_at),
            ("employer_first", claim.employer_confirmed_at),
        )
        if name in _marks_on(bound)
    ]
    prime = ClaimStep(_("claim.step.prime"), DONE if approved else NOW)
    return [ClaimStep(_("claim.step.entered"), DONE), *marks, prime]


def _marks_on(bound: BoundDay | None) -> Sequence[str]:
    """The marks before the prime's; an employer that has no place on the site is no first tier."""
    if bound is None:
        return ()
    firms, has_place = len(bound.assignment.path), bound.assignment.tenure_id is not None
    return ("employer",) if firms > 1 and not has_place else _MARKS.get(firms, _ALL_MARKS)


def _mark(name: str, *, is_given: bool, approved: bool) -> ClaimStep:
    """The word of a firm before the prime's; once that has approved without it, nobody waits for it any more."""
    text = _(f"claim.step.{name}")
    if approved and not is_given:
        text += _("claim.step.without")
    return ClaimStep(text, DONE if is_given else LATER)
