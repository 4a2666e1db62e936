"""Days that count and that the prime may doubt (`touch_reasons.csv`): a number typed, two places at once, a clock off."""

from collections.abc import Collection
from datetime import date

from registry.core.reach import WHOLE, Reach
from registry.histories.queries.days import DayRow, list_days_at, list_days_with
from registry.histories.queries.decisions import last_words
from registry.histories.queries.waiting import WaitingOnSite, sites_with
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
    last = last_words(site_id, [(row.worker_id, row.bound.day) for row in found])
    return [row for row in found if last.get((row.worker_id, row.bound.day)) is None]


# Every second number of `reasons` is a mask of days, bit 0 the first of the month; so are the days of which something was said.
_TWO_PLACES = """
SELECT s.id, w.number, w.first_on FROM sites_site s CROSS JOIN LATERAL (
  SELECT sum(bit_count(days::bit(32)))::int AS number,
    min(month + bit_count(((days & -days) - 1)::bit(32))::int) AS first_on FROM (
    SELECT month, m.formal & m.reasons[u.n + 1] & ~COALESCE(said.days, 0) AS days
    FROM histories_month m CROSS JOIN LATERAL unnest(m.reasons) WITH ORDINALITY u(value, n)
    LEFT JOIN (
      SELECT worker_id, date_trunc('month', day)::date AS month, bit_or(1 << extract(day FROM day)::int - 1) AS days FROM (
        SELECT DISTINCT ON (worker_id, day) worker_id, day, counts FROM histories_day_decision WHERE site_id = s.id
        ORDER BY worker_id, day, recorded_at DESC, id DESC) last
      WHERE counts IS NOT NULL GROUP BY 1, 2) said USING (worker_id, month)
    WHERE m.site_id = s.id AND month >= %(since)s AND m.reasons && ARRAY[%(reason)s]::int[]
      AND u.n %% 2 = 1 AND u.value = %(reason)s) doubtful
  WHERE days <> 0) w
WHERE s.business_id = %(firm)s AND /*in reach*/ AND w.number > 0 ORDER BY w.first_on, s.id LIMIT %(most)s
"""


def list_two_places(business_id: int, *, reach: Reach = WHOLE, since: date) -> list[WaitingOnSite]:
    """A prime's sites with days of people who were at two places at once, in a month or later, and nobody has looked."""
    return sites_with(_TWO_PLACES, business_id, reach, since=since, reason=tuple(Reason).index(Reason.TWO_PLACES))
