"""就業履歴一覧 as CSV: what the page shows, row by row, with a name that says what it is."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from portals.base.days import approval_in_words
from registry.core.days import JST, jst_day
from registry.histories.derive.binding import BoundDay
from registry.papers.queries import DayLine

COLUMNS = (
    "day", "worker_id", "name", "site_id", "site", "firm", "trade", "position", "work", "how", "first", "last", "begins", "ends", "standing", "approval", "approved_at", "histories", "reasons", "causes",
)  # fmt: skip
# A cell that begins like a formula is one for a spreadsheet: it gets a sign before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(name: str, lines: Iterable[DayLine], elsewhere: Iterable[Mapping[str, object]] = ()) -> HttpResponse:
    """Days as a CSV that Excel opens rightly (UTF-8 with a mark); then rows of which only some columns are known."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_(f"export.{column}") for column in COLUMNS])
    for line in lines:
        one = line.row.bound
        writer.writerow(map(_safe, [
            one.day.isoformat(), line.row.worker_id, line.name, line.site_id or "", line.site, line.firm, line.trade,
            line.position, one.assignment.work, _("export.by_hand" if one.by_hand else "export.touched"),
            *_times(one), _(f"day.standing.{one.standing}"), *_approval(line), 2 if one.assignment.second_trade else 1, " ".join(one.reasons), " ".join(_(f"reason.{code}.cause") for code in one.reasons),
        ]))  # fmt: skip
    for row in elsewhere:
        writer.writerow(_safe(row.get(column, "")) for column in COLUMNS)
    return attachment(("\ufeff" + text.getvalue()).encode(), name, "csv", "text/csv; charset=utf-8")


def _times(one: BoundDay) -> list[str]:
    """First and last touch; beside them what was said of a day that was entered and never touched."""
    times, none = [_time(at, one.day) for at in (one.first, one.last)], ["", ""]
    return none + times if one.by_hand else times + none


def _approval(line: DayLine) -> tuple[str, str]:
    """In which way, and when, the prime approved an entered day."""
    if line.approved_at is None:
        return "", ""
    return approval_in_words(line.approval) or _("approval.prime"), f"{line.approved_at.astimezone(JST):%Y-%m-%d %H:%M}"


def _time(at: datetime | None, day: date) -> str:
    """A time of a day's work; of a night shift that ends on the next morning as 翌05:00 (ruling 27)."""
    if at is None:
        return ""
    shown = f"{at.astimezone(JST):%H:%M}"
    return _("day.next_morning").format(time=shown) if jst_day(at) > day else shown


def attachment(content: bytes, name: str, ending: str, media_type: str) -> HttpResponse:
    """A file to keep, with a name that says what it is; no cache keeps it."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.{ending}"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _safe(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
