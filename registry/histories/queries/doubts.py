"""Days that count and that the prime may doubt (`touch_reasons.csv`): a number typed, two places at once, a clock off."""

from collections.abc import Collection
from datetime import date

from registry.histories.models import DayDecision
from registry.histories.queries.days import DayRow, list_days_at, list_days_with
from registry.histories.queries.waiting import Units, WaitingOnSite, sites_with
from registry.histories.rules import DOUBTS, may_doubt
from registry.histories.states import Reason


def list_doubtful_of_site(site_id: int, month: date, *, on: date) -> list[DayRow]:
    """Days on a site in a month that the prime may doubt and of which it has said nothing yet."""
    return _undecided(site_id, list_days_with(site_id, month, DOUBTS), on=on)


def list_doubtful_at(site_id: int, places: Collection[tuple[int, date]], *, on: date) -> list[DayRow]:
    """The same, of some workers, each on one day."""
    return _undecided(site_id, list_days_at(site_id, places), on=on)


def _undecided(site_id: int, rows: list[DayRow], *, on: date) -> list[DayRow]:
    found = [row for row in rows if may_doubt(row.bound, on=on)]
    workers, days = {row.worker_id for row in found}, {row.bound.day for row in found}
    decided = DayDecision.objects.filter(site=site_id, worker__in=workers, day__in=days).order_by("recorded_at", "pk")
    last = {(worker_id, day): counts for worker_id, day, counts in decided.values_list("worker_id", "day", "counts")}
    return [row for row in found if last.get((row.worker_id, row.bound.day)) is None]


# Every second number of `reasons` is a mask of days, bit 0 the first of the month. OFFSET 0: the days are found first, few
# of many; only then is asked what was said of each.
_TWO_PLACES = """
SELECT s.id, w.number, w.first_on FROM sites_site s CROSS JOIN LATERAL (
  SELECT count(*) AS number, min(day) AS first_on FROM (
    SELECT day FROM (
      SELECT m.worker_id, m.month + b AS day FROM histories_month m
      CROSS JOIN LATERAL unnest(m.reasons) WITH ORDINALITY u(value, n)
      JOIN generate_series(0, 30) b ON (m.reasons[u.n + 1] & m.formal) >> b & 1 = 1
      WHERE m.site_id = s.id AND m.month >= %(since)s AND m.formal <> 0 AND m.reasons && ARRAY[%(reason)s]::int[]
        AND u.n %% 2 = 1 AND u.value = %(reason)s
      OFFSET 0) d
    WHERE (SELECT x.counts FROM histories_day_decision x WHERE x.worker_id = d.worker_id AND x.site_id = s.id AND x.day = d.day
      ORDER BY x.recorded_at DESC, x.id DESC LIMIT 1) IS NULL
    ORDER BY day LIMIT %(most)s) oldest) w
WHERE s.business_id = %(firm)s AND /*units*/ AND w.number > 0 ORDER BY w.first_on, s.id LIMIT %(most)s
"""


def list_two_places(business_id: int, *, units: Units = None, since: date) -> list[WaitingOnSite]:
    """A prime's sites with days of people who were at two places at once, in a month or later, and nobody has looked."""
    return sites_with(_TWO_PLACES, business_id, units, since=since, reason=tuple(Reason).index(Reason.TWO_PLACES))
