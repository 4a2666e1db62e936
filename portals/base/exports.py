"""就業履歴一覧 as CSV: what the page shows, row by row, with a name that says what it is."""

import csv
import io
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registry.core.days import JST
from registry.papers.queries import DayLine

COLUMNS = (
    "day", "worker_id", "name", "site_id", "site", "firm", "trade", "position", "work", "how", "first", "last", "standing", "reasons", "causes",
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
            *(f"{at.astimezone(JST):%H:%M}" if at else "" for at in (one.first, one.last)),
            _(f"day.standing.{one.standing}"), " ".join(one.reasons), " ".join(_(f"reason.{code}.cause") for code in one.reasons),
        ]))  # fmt: skip
    for row in elsewhere:
        writer.writerow(_safe(row.get(column, "")) for column in COLUMNS)
    return attachment(("\ufeff" + text.getvalue()).encode(), name, "csv", "text/csv; charset=utf-8")


def attachment(content: bytes, name: str, ending: str, media_type: str) -> HttpResponse:
    """A file to keep, with a name that says what it is; no cache keeps it."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.{ending}"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _safe(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
