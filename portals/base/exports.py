"""就業履歴一覧 as CSV: what the page shows, row by row, with a name that says what it is."""

import csv
import io
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import JST
from registry.histories.queries import DayRow

COLUMNS = (
    "day", "worker_id", "name", "site_id", "site", "firm", "trade", "position", "work", "how", "first", "last", "standing", "reasons",
)  # fmt: skip
# A cell that begins like a formula is one for a spreadsheet: it gets a sign before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(
    name: str, rows: Iterable[DayRow], sites: Mapping[object, str], people: Mapping[int, str]
) -> HttpResponse:  # fmt: skip
    """Days as a CSV that Excel opens rightly (UTF-8 with a mark)."""
    listed = list(rows)
    firms = names_of_businesses(
        {row.bound.assignment.business_id for row in listed if row.bound.assignment.business_id}
    )
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_(f"export.{column}") for column in COLUMNS])
    for row in listed:
        one, to = row.bound, row.bound.assignment
        writer.writerow(map(_safe, [
            one.day.isoformat(), row.worker_id, people.get(row.worker_id, ""), one.site_id or "",
            sites.get(one.site_id or ("claim", to.claim_id), ""), firms.get(to.business_id or 0, ""),
            trades.get(to.trade, to.trade), positions.get(to.position, ""), to.work,
            _("export.by_hand" if one.by_hand else "export.touched"),
            *(f"{at.astimezone(JST):%H:%M}" if at else "" for at in (one.first, one.last)),
            _(f"day.standing.{one.standing}"), " ".join(one.reasons),
        ]))  # fmt: skip
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return answer


def _safe(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
