"""Days as pages show them: what each lacks, with cause, consequence, remedy, and who acts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.histories.derive.binding import BoundDay
from registry.histories.queries import DayRow
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


def shown_reasons(codes: Iterable[str], *, counts: bool = False) -> list[Reason]:
    """Reasons in words. A day may count in spite of one: by another touch, or by the prime's word."""
    return [
        Reason(
            code, _(f"reason.{code}.cause"), _("day.counts_now") if counts else _(f"reason.{code}.consequence"),
            _(f"reason.{code}.remedy"), _(f"reason.{code}.who"),
        )
        for code in codes
    ]  # fmt: skip


def shown_day(row: DayRow, place: str) -> ShownDay:
    """A day in words. `place` is the site's name, or the person's on a site's page."""
    standing = row.bound.standing
    reasons = shown_reasons(row.bound.reasons, counts=standing is Standing.FORMAL)
    return ShownDay(row.bound, place, TONES[standing], _(f"day.standing.{standing}"), reasons)
