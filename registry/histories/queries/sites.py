"""On which sites somebody has worked: from when to when, and how many days."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import connection

from registry.histories.queries.claims import names_of_claimed_sites
from registry.sites.queries import names_of_sites


@dataclass(frozen=True)
class WorkedSite:
    """A site of a worker: first and last day, days that count as 正式, and days that stand beside them (ruling 28)."""

    site_id: int | None  # None: without site ID, known by the name that was typed
    name: str
    first_on: date
    last_on: date
    formal: int
    beside: int

    def with_more(self, other: "WorkedSite") -> "WorkedSite":
        """Both together."""
        return replace(
            self, first_on=min(self.first_on, other.first_on), last_on=max(self.last_on, other.last_on),
            formal=self.formal + other.formal, beside=self.beside + other.beside,
        )  # fmt: skip


# Days of one worker and site stand in one row of a month.
_MONTHS = """
SELECT site_id, claim_id, month, formal, waiting | claimed | unapproved, uncounted FROM histories_month
WHERE worker_id = %s ORDER BY month, part
"""


def list_sites_of_worker(worker_id: int) -> list[WorkedSite]:
    """The sites where a worker has days, those of the last days first."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [worker_id])
        rows = cursor.fetchall()
    names = names_of_sites({row[0] for row in rows if row[0]})
    typed = names_of_claimed_sites([row[1] for row in rows if row[1]])
    found = [
        _of_month(site_id, names.get(site_id, "") if site_id else typed.get(claim_id, ""), month, *masks)
        for site_id, claim_id, month, *masks in rows
    ]
    return sorted(_together(found), key=lambda one: (one.last_on, one.first_on), reverse=True)


def _of_month(site_id: int | None, name: str, month: date, *masks: int) -> WorkedSite:
    """A month's days, whose masks have the first of the month as their lowest bit."""
    formal, beside, uncounted = masks
    mask = formal | beside | uncounted
    first, last = (mask & -mask).bit_length() - 1, mask.bit_length() - 1
    on = [month + timedelta(days=one) for one in (first, last)]
    return WorkedSite(site_id, name, on[0], on[1], formal.bit_count(), beside.bit_count())


def _together(found: Iterable[WorkedSite]) -> list[WorkedSite]:
    sites: dict[tuple[int | None, str], WorkedSite] = {}
    for one in found:
        key = one.site_id, one.name if one.site_id is None else ""
        sites[key] = sites[key].with_more(one) if key in sites else one
    return list(sites.values())
