"""What a prime has refused on a site, by hand or touched, a page at a time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class RefusedRow:
    """A refusal that holds: of an entered day, which is a claim, or of a touched one."""

    worker_id: int
    day: date
    claim_id: int | None
    reason: str


# Of a day the prime's last word holds; one that was taken back is none.
_REFUSED = """
SELECT worker_id, day, id, answer_reason FROM histories_claim
WHERE site_id = %(site)s AND state = 'refused' AND day >= %(month)s AND day < (%(month)s::date + interval '1 month')
UNION ALL
SELECT worker_id, day, NULL, reason FROM (
  SELECT DISTINCT ON (day, worker_id) worker_id, day, counts, reason FROM histories_day_decision
  WHERE site_id = %(site)s AND day >= %(month)s AND day < (%(month)s::date + interval '1 month')
  ORDER BY day, worker_id, recorded_at DESC, id DESC) last
WHERE counts IS FALSE
ORDER BY 2, 1, 3 LIMIT %(size)s OFFSET %(start)s
"""


def list_refused_of_month(site_id: int, month: date, *, start: int = 0, size: int) -> list[RefusedRow]:
    """What the prime has refused of a month's days, by day and person: so many from a place on."""
    values: dict[str, Any] = {"site": site_id, "month": month.replace(day=1), "start": start, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, values)
        return [RefusedRow(*row) for row in cursor.fetchall()]
