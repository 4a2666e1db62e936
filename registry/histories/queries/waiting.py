"""What waits for a firm's word in all its sites, or among its people: where, how much, since when. One query each.

Numbers are not counted further than `MANY`: a page says "50 or more".
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from registry.core.reach import SITE_IN_REACH, WHOLE, Reach
from registry.histories.rules import HOLDING
from registry.histories.states import Reason

MANY = 50
_REASONS = tuple(Reason)


@dataclass(frozen=True)
class WaitingOnSite:
    """How much waits on a site, and the first day of it. A number above `MANY` says no more than that."""

    site_id: int
    number: int
    first_on: date


@dataclass(frozen=True)
class LackingOnSite:
    """How many people lack something on a site, and since which month."""

    site_id: int
    reason: Reason
    people: int
    month: date


@dataclass(frozen=True)
class LackingPerson:
    """On how many days of one site a worker lacks something, and since when; `business_id` is the firm of these days."""

    worker_id: int
    business_id: int | None
    days: int
    first_on: date


# `last_answer_on` in words of the database: whether today is no later, for a day or for any of its month.
_OPEN = """(s.closed_on IS NULL OR %(on)s <= greatest((s.closed_on + interval '1 month')::date,
        (date_trunc('month', {day}) + interval '2 months')::date - 1))"""
_CLAIMS = """
SELECT s.id, w.number, w.first_on FROM sites_site s CROSS JOIN LATERAL (
  SELECT count(*) AS number, min(day) AS first_on FROM (
    SELECT d.day FROM histories_claim c
    CROSS JOIN LATERAL (SELECT coalesce((c.joined_at AT TIME ZONE 'Asia/Tokyo')::date, c.day) AS day) d
    WHERE c.site_id = s.id AND c.state = 'open'
      AND (c.recorded_at AT TIME ZONE 'Asia/Tokyo')::date < (date_trunc('month', c.day) + interval '2 months')::date
      AND /*open*/
    ORDER BY d.day LIMIT %(most)s) oldest) w
WHERE s.business_id = %(firm)s AND /*in reach*/ AND w.number > 0 ORDER BY w.first_on, s.id LIMIT %(most)s
""".replace("/*open*/", _OPEN.format(day="d.day"))
_EDITS = """
SELECT s.id, w.number, w.first_on FROM sites_site s CROSS JOIN LATERAL (
  SELECT count(*) AS number, min(asked_on) AS first_on FROM (
    SELECT (e.recorded_at AT TIME ZONE 'Asia/Tokyo')::date AS asked_on FROM histories_day_edit e
    WHERE e.site_id = s.id AND e.late AND NOT EXISTS (SELECT FROM histories_edit_answer a WHERE a.edit_id = e.id)
    ORDER BY e.recorded_at LIMIT %(most)s) oldest) w
WHERE s.business_id = %(firm)s AND /*in reach*/ AND w.number > 0 ORDER BY w.first_on, s.id LIMIT %(most)s
"""
# Bit 0 of a mask is the first of the month: the lowest bit is the first day. Days that are as entered (`is_as_entered`) wait
# as long as entries do (ruling 28).
_DECISIONS = """
SELECT s.id, w.number, w.first_on FROM sites_site s CROSS JOIN LATERAL (
  SELECT sum(bit_count(waiting::bit(32)))::int AS number,
    min(month + bit_count(((waiting & -waiting) - 1)::bit(32))::int) AS first_on FROM (
    SELECT month, waiting FROM (
      SELECT month, CASE WHEN /*open*/ THEN waiting ELSE waiting & (~by.poster | by.others) END AS waiting
      FROM histories_month m CROSS JOIN LATERAL (
        SELECT COALESCE(bit_or(reasons[n + 1]) FILTER (WHERE reasons[n] = %(poster)s), 0) AS poster,
          COALESCE(bit_or(reasons[n + 1]) FILTER (WHERE reasons[n] = ANY(%(others)s)), 0) AS others
        FROM generate_series(1, cardinality(reasons), 2) n) by
      WHERE m.site_id = s.id AND waiting <> 0) open
    WHERE waiting <> 0 ORDER BY month LIMIT %(most)s) oldest) w
WHERE s.business_id = %(firm)s AND /*in reach*/ AND w.number > 0 ORDER BY w.first_on, s.id LIMIT %(most)s
""".replace("/*open*/", _OPEN.format(day="month"))
# Every second number of `reasons` is a mask of days, so what overlaps at all is looked at more closely. Twice as many months
# of people as are told of are looked at, the oldest first: from last month on each of them has two at most.
_LACKING_AS_PRIME = """
SELECT s.id, %(reason)s::int, w.people, w.month FROM sites_site s CROSS JOIN LATERAL (
  SELECT least(count(DISTINCT worker_id), %(most)s) AS people, min(month) AS month FROM (
    SELECT DISTINCT month, worker_id FROM histories_month
    WHERE site_id = s.id AND month >= %(since)s AND reasons && ARRAY[%(reason)s::int]
      AND EXISTS (SELECT FROM unnest(reasons) WITH ORDINALITY u(value, n) WHERE u.n %% 2 = 1 AND u.value = %(reason)s)
    ORDER BY month, worker_id LIMIT 2 * %(most)s) m) w
WHERE s.business_id = %(firm)s AND /*in reach*/ AND w.people > 0 ORDER BY w.month, s.id LIMIT %(most)s
"""
_LACKING_AS_EMPLOYER = """
SELECT m.site_id, u.value, count(DISTINCT m.worker_id), min(m.month)
FROM histories_month m CROSS JOIN LATERAL unnest(m.reasons) WITH ORDINALITY u(value, n)
WHERE m.business_id = %(firm)s AND m.month >= %(since)s AND m.reasons && %(reasons)s::int[]
  AND m.site_id IN (SELECT s.id FROM sites_site s WHERE /*in reach*/)
  AND u.n %% 2 = 1 AND u.value = ANY(%(reasons)s)
GROUP BY m.site_id, u.value ORDER BY min(m.month), m.site_id LIMIT %(most)s
"""
# Each reason stands before the mask of its days.
_LACKING_PEOPLE = """
SELECT worker_id, business_id, sum(bit_count(days::bit(32)))::int,
  min(month + bit_count(((days & -days) - 1)::bit(32))::int) AS first_on
FROM histories_month m CROSS JOIN LATERAL (
  SELECT m.reasons[n + 1] AS days FROM generate_subscripts(m.reasons, 1) n WHERE n %% 2 = 1 AND m.reasons[n] = %(reason)s) r
WHERE site_id = %(site)s AND month >= %(since)s AND reasons && ARRAY[%(reason)s::int]
  AND (%(firm)s::bigint IS NULL OR business_id = %(firm)s)
GROUP BY worker_id, business_id ORDER BY first_on, worker_id LIMIT %(most)s
"""


def _rows(statement: str, business_id: int, reach: Reach, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("/*in reach*/", SITE_IN_REACH),
            {"firm": business_id, "most": MANY + 1, **reach.values(), **values},
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def sites_with(statement: str, business_id: int, reach: Reach, **values: Any) -> list[WaitingOnSite]:
    """A prime's sites where a statement finds something."""
    return [WaitingOnSite(*row) for row in _rows(statement, business_id, reach, **values)]


def list_claims_waiting(business_id: int, *, reach: Reach = WHOLE, on: date) -> list[WaitingOnSite]:
    """A prime's sites with claims that it can still answer (ruling 28), those with the oldest first.

    Claims that were joined to their site later stand there since that day (ruling 30).
    """
    return sites_with(_CLAIMS, business_id, reach, on=on)


def list_decisions_waiting(business_id: int, *, reach: Reach = WHOLE, on: date) -> list[WaitingOnSite]:
    """A prime's sites with days that count once it has said so, as it still may, those with the oldest first."""
    others = [_REASONS.index(one) for one in HOLDING - {Reason.POSTER_FIXED}]
    return sites_with(_DECISIONS, business_id, reach, on=on, poster=_REASONS.index(Reason.POSTER_FIXED), others=others)


def list_edits_waiting(business_id: int, *, reach: Reach = WHOLE) -> list[WaitingOnSite]:
    """A prime's sites with late corrections of days to answer (ruling 29): how many, and on which day the first was asked."""
    return sites_with(_EDITS, business_id, reach)


def list_lacking_on_own_sites(business_id: int, *, reach: Reach = WHOLE, since: date) -> list[LackingOnSite]:
    """A prime's sites on which somebody's firm has no place in the structure, in last month or later."""
    reason = _REASONS.index(Reason.STRUCTURE_MISSING)
    return _lacking(_rows(_LACKING_AS_PRIME, business_id, reach, since=since, reason=reason))


def list_lacking_of_people(business_id: int, *, reach: Reach = WHOLE, since: date) -> list[LackingOnSite]:
    """Where people work for a firm without a line on the roster or without a link to it, in a month or later."""
    reasons = [_REASONS.index(one) for one in (Reason.ROSTER_MISSING, Reason.NOT_LINKED)]
    return _lacking(_rows(_LACKING_AS_EMPLOYER, business_id, reach, since=since, reasons=reasons))


def list_lacking_on_site(
    site_id: int, reason: Reason, *, since: date, business_id: int | None = None
) -> list[LackingPerson]:
    """Who lacks something on a site in a month or later, of all its people or of a firm's; one more than `MANY` at most."""
    values: dict[str, Any] = {
        "site": site_id,
        "reason": _REASONS.index(reason),
        "since": since,
        "firm": business_id,
        "most": MANY + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LACKING_PEOPLE, values)
        return [LackingPerson(*row) for row in cursor.fetchall()]


def _lacking(rows: list[tuple[Any, ...]]) -> list[LackingOnSite]:
    return [LackingOnSite(site_id, _REASONS[number], people, month) for site_id, number, people, month in rows]
