"""Days as pages show them: what each lacks, with cause, consequence, remedy, and who acts."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.codes.states import Counts
from registry.touches.queries import DayRow

TONES = {Counts.YES: "good", Counts.WAITING: "waiting", Counts.NO: "bad"}


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

    row: DayRow
    place: str
    tone: str
    label: str
    reasons: list[Reason]


def shown_day(row: DayRow, place: str) -> ShownDay:
    """A day in words. `place` is the site's name, or the person's on a site's page."""
    parts = ("cause", "consequence", "remedy", "who")
    reasons = [Reason(code, *(_(f"reason.{code}.{part}") for part in parts)) for code in row.reasons]
    return ShownDay(row, place, TONES[row.counts], _(f"day.counts.{row.counts}"), reasons)
