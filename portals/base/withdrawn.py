"""Entries that were taken back, in words: they count for nothing, and stay to be read (ruling 29)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from registry.businesses.queries import names_of_businesses
from registry.histories.queries import list_withdrawn_of_worker


def shown_withdrawn(
    worker_id: int, month: date, *, day: date | None = None, site_id: int | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    """What was taken back of a worker's month, by whom and when; of one day, or one site."""
    found = [
        one for one in list_withdrawn_of_worker(worker_id, month)
        if day in {None, one.row.day} and site_id in {None, one.row.site_id}
    ]  # fmt: skip
    firms = names_of_businesses(one.firm_id for one in found if one.firm_id)
    return [
        {
            "row": one.row, "entered_by": _(f"day.side.{one.row.entered_by}"),
            "withdrawn_by": firms.get(one.firm_id or 0) or _("day.side.worker"),
        }
        for one in found
    ]  # fmt: skip
