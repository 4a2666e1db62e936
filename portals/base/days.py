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


def shown_reasons(codes: Iterable[str]) -> list[Reason]:
    """Reasons in words."""
    parts = ("cause", "consequence", "remedy", "who")
    return [Reason(code, *(_(f"reason.{code}.{part}") for part in parts)) for code in codes]


def shown_day(row: DayRow, place: str) -> ShownDay:
    """A day in words. `place` is the site's name, or the person's on a site's page."""
    reasons = shown_reasons(row.bound.reasons)
    return ShownDay(row.bound, place, TONES[row.bound.standing], _(f"day.standing.{row.bound.standing}"), reasons)
