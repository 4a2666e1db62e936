"""What a prime has refused, by hand or touched: on a site, a page at a time, and of one worker."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from registry.core.days import end_of_next_month, month_after
from registry.histories.derive.deadlines import is_answerable
from registry.histories.queries.claims import list_chosen_claims


@dataclass(frozen=True)
class RefusedRow:
    """A refusal that holds: of an entered day, which is a claim, or of a touched one."""

    worker_id: int
    day: date
    claim_id: int | None
    reason: str
    is_entered_anew: bool  # then another entry stands for it, and it cannot be taken back


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
        rows = cursor.fetchall()
    claims = list_chosen_claims(site_id, [claim_id for _, _, claim_id, _ in rows if claim_id])
    anew = {claim.id for claim in claims if claim.is_entered_anew}
    return [RefusedRow(worker_id, day, claim_id, reason, claim_id in anew) for worker_id, day, claim_id, reason in rows]


@dataclass(frozen=True)
class RefusedDay:
    """A worker's day on a site that the prime does not accept: the last entry of it (`claim_id`), its touches, or both."""

    site_id: int
    site_name: str
    day: date
    claim_id: int | None
    of_touches: bool
    reason: str
    recorded_at: datetime
    joined_at: datetime | None
    closed_on: date | None

    def may_be_answered(self, on: date) -> bool:
        """Whether something can still come of it: of an entry as long as it may be approved, else as long as one is in time."""
        if self.claim_id is None:
            return on <= end_of_next_month(self.day)
        return is_answerable(
            self.day, recorded_at=self.recorded_at, joined_at=self.joined_at, closed_on=self.closed_on, on=on
        )


# What was entered anew and waits, or was approved, is refused no more.
_OF_WORKER = """
SELECT r.site_id, s.name, r.day, r.id, r.of_touches, r.reason, r.recorded_at, r.joined_at, s.closed_on FROM (
  (SELECT DISTINCT ON (site_id, day) site_id, day, id, false AS of_touches, answer_reason AS reason, recorded_at, joined_at
   FROM histories_claim WHERE worker_id = %(worker)s AND state = 'refused' AND day >= %(since)s AND day < %(until)s
   ORDER BY site_id, day, recorded_at DESC, id DESC)
  UNION ALL
  SELECT site_id, day, NULL, true, reason, recorded_at, NULL FROM (
    SELECT DISTINCT ON (site_id, day) site_id, day, counts, reason, recorded_at FROM histories_day_decision
    WHERE worker_id = %(worker)s AND day >= %(since)s AND day < %(until)s
    ORDER BY site_id, day, recorded_at DESC, id DESC) last
  WHERE counts IS FALSE) r
JOIN sites_site s ON s.id = r.site_id
WHERE NOT EXISTS (SELECT FROM histories_claim c WHERE c.worker_id = %(worker)s AND c.site_id = r.site_id AND c.day = r.day
  AND c.state IN ('open', 'approved'))
ORDER BY r.day DESC, r.site_id, r.of_touches DESC
"""


def list_refused_of_worker(worker_id: int, month: date | None = None) -> list[RefusedDay]:
    """A worker's days that primes do not accept, the newest first; of one month, or of all."""
    values: dict[str, Any] = {"worker": worker_id, "since": date.min, "until": date.max}
    if month is not None:
        values |= {"since": month.replace(day=1), "until": month_after(month)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_WORKER, values)
        found: dict[tuple[int, date], RefusedDay] = {}
        for row in cursor.fetchall():
            one = RefusedDay(*row)
            place = (one.site_id, one.day)
            found[place] = replace(one, of_touches=True) if place in found else one
    return list(found.values())
