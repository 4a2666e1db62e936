"""Bound days for pages, lists and counters, and what a batch of touches means now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from registry.core.days import months_around
from registry.core.reach import SITE_IN_REACH, Reach
from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.derive.packing import MonthRow, unpack
from registry.histories.queries.facts import SITES_WITH_A_PART, load_facts
from registry.histories.states import Reason, Standing
from registry.sites.queries import which_are_unregistered
from registry.touches.derive.days import Moment

_NO_TOUCH = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class DayRow:
    """One worker's bound day."""

    worker_id: int
    bound: BoundDay


_COLUMNS = "site_id, business_id, tenure_id, path, trade, position, work, second_trade, claim_id, formal, waiting, claimed, unapproved, uncounted, times, reasons"


def month_row(columns: Sequence[Any]) -> MonthRow:
    """A row of the table as packing knows it."""
    site_id, business_id, tenure_id, path, trade, position, work, second, claim_id, *masks, times, reasons = columns
    assignment = Assignment(business_id, tenure_id, tuple(path), trade, position, work, claim_id, second)
    return MonthRow(site_id, assignment, tuple(masks), tuple(times), tuple(reasons))


def load_months(worker_ids: Collection[int], month: date) -> dict[int, list[MonthRow]]:
    """What is stored of workers in a month, in order."""
    found: dict[int, list[MonthRow]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT worker_id, {_COLUMNS} FROM histories_month"  # noqa: S608 -- our own list of columns
            " WHERE worker_id = ANY(%s) AND month = %s ORDER BY worker_id, part",
            [list(worker_ids), month],
        )
        for worker_id, *columns in cursor.fetchall():
            found[worker_id].append(month_row(columns))
    return found


_ALL_DAYS = "(formal | waiting | claimed | unapproved | uncounted)"


def _every(_row: MonthRow) -> int:
    return -1


def _formal(row: MonthRow) -> int:
    return row.masks[tuple(Standing).index(Standing.FORMAL)]


def _waiting(row: MonthRow) -> int:
    return row.masks[tuple(Standing).index(Standing.WAITING)]


def _days(
    where: str, parameters: list[Any] | dict[str, Any], only: Callable[[MonthRow], int] = _every
) -> list[DayRow]:  # fmt: skip
    """Bound days by day and first touch; `only` gives the mask of those that are wanted of a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT worker_id, month, {_COLUMNS} FROM histories_month WHERE {where}",  # noqa: S608 -- our own words
            parameters,
        )
        rows = cursor.fetchall()
    found = [
        DayRow(worker_id, one)
        for worker_id, month, *columns in rows
        for row in [month_row(columns)]
        for one in unpack(row, month, only(row))
    ]
    return sorted(
        found, key=lambda row: (row.bound.day, row.bound.first or _NO_TOUCH, row.worker_id, row.bound.site_id or 0)
    )


def list_days_of_worker(worker_id: int, month: date, *, through: date | None = None) -> list[DayRow]:
    """A worker's days in a month, or from it through another, over all sites."""
    return _days("worker_id = %s AND month BETWEEN %s AND %s", [worker_id, month, through or month])


def list_days_for_firm(
    worker_id: int, business_id: int, month: date, *, through: date | None = None
) -> list[DayRow]:  # fmt: skip
    """What a worker worked for a firm in a month, or from it through another."""
    where = "worker_id = %s AND business_id = %s AND month BETWEEN %s AND %s"
    return _days(where, [worker_id, business_id, month, through or month])


def list_days_of_site(site_id: int, day: date) -> list[DayRow]:
    """Who worked on a site on a day, by first touch."""
    bit = 1 << day.day - 1
    return _days(
        f"site_id = %s AND month = %s AND {_ALL_DAYS} & %s <> 0", [site_id, day.replace(day=1), bit], lambda _row: bit
    )


def list_month_of_site(site_id: int, month: date) -> list[DayRow]:
    """All days of all workers on a site in a month."""
    return _days("site_id = %s AND month = %s", [site_id, month])


def list_days_on_site(worker_id: int, site_id: int, month: date) -> list[DayRow]:
    """One worker's days on one site in a month."""
    return _days("worker_id = %s AND site_id = %s AND month = %s", [worker_id, site_id, month])


def list_month_of_sites(site_ids: Collection[int], month: date) -> list[DayRow]:
    """All days of all workers on several sites in a month."""
    return _days("site_id = ANY(%s) AND month = %s", [list(site_ids), month])


def list_waiting_of_site(
    site_id: int, month: date | None = None, reasons: Collection[Reason] = tuple(Reason)
) -> list[DayRow]:
    """Days on a site that wait for the prime's word, for one of some reasons; without a month those of all months."""
    rows = _days(
        "site_id = %(site)s AND waiting <> 0 AND (%(month)s::date IS NULL OR month = %(month)s)",
        {"site": site_id, "month": month}, _waiting,
    )  # fmt: skip
    return [row for row in rows if not set(reasons).isdisjoint(row.bound.reasons)]


def list_days_with(site_id: int, month: date, reasons: Collection[Reason]) -> list[DayRow]:
    """Days on a site in a month that count and have one of some reasons."""
    numbers = [tuple(Reason).index(one) for one in reasons]

    def marked(row: MonthRow) -> int:
        return _formal(row) & reduce(or_, (days for number, days in row.days_by_reason() if number in numbers), 0)

    return _days("site_id = %s AND month = %s AND reasons && %s::int[]", [site_id, month, numbers], marked)


def list_days_at(site_id: int, places: Collection[tuple[int, date]]) -> list[DayRow]:
    """The days of some workers on a site, each of one worker and day."""
    if not places:
        return []
    workers, days = zip(*places, strict=True)
    rows = _days(
        "site_id = %(site)s AND (worker_id, month) IN"
        " (SELECT w, date_trunc('month', d)::date FROM unnest(%(workers)s::bigint[], %(days)s::date[]) AS s(w, d))",
        {"site": site_id, "workers": list(workers), "days": list(days)},
    )
    wanted = set(places)
    return [row for row in rows if (row.worker_id, row.bound.day) in wanted]


def list_month_of_firm(business_id: int, month: date) -> list[DayRow]:
    """All days that people worked under a firm in a month."""
    return _days("business_id = %s AND month = %s", [business_id, month])


def list_day_of_firm(business_id: int, day: date) -> list[DayRow]:
    """Who worked under a firm on a day, on whichever site, by first touch."""
    bit = 1 << day.day - 1
    where = f"business_id = %s AND month = %s AND {_ALL_DAYS} & %s <> 0"
    return _days(where, [business_id, day.replace(day=1), bit], lambda _row: bit)


def list_formal_for_others(worker_ids: Collection[int], business_id: int, month: date) -> list[DayRow]:
    """The formal days of workers in a month under other firms than one."""
    where = "worker_id = ANY(%s) AND month = %s AND business_id <> %s AND formal <> 0"
    return _days(where, [list(worker_ids), month, business_id], _formal)


def workers_bound_below(site_id: int, business_id: int) -> set[int]:
    """Workers with a day on a site under a firm or under one below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT worker_id FROM histories_month WHERE site_id = %s AND path @> ARRAY[%s]::bigint[]",
            [site_id, business_id],
        )
        return {row[0] for row in cursor.fetchall()}


# One day of each is enough.
_AT_WORK = """
SELECT id FROM unnest(%(workers)s::bigint[]) w(id) WHERE EXISTS (
  SELECT FROM histories_month WHERE worker_id = w.id AND (business_id = %(firm)s
    OR site_id IN (SELECT id FROM sites_site WHERE business_id = %(firm)s)
    OR path @> ARRAY[%(firm)s]::bigint[] AND site_id IN (/*with a part*/)))
""".replace("/*with a part*/", SITES_WITH_A_PART)


def workers_at_work_for(worker_ids: Collection[int], business_id: int) -> set[int]:
    """Of these workers those with a day on a firm's own site, for the firm itself, or below it where it has a place.

    A firm that is only invited stands on the path, and sees nobody below it before it has accepted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, {"workers": list(worker_ids), "firm": business_id})
        return {row[0] for row in cursor.fetchall()}


# A day that does not count tells nobody that somebody was there.
_LATELY = """
SELECT EXISTS (SELECT FROM histories_month m JOIN sites_site s ON s.id = m.site_id
  WHERE m.worker_id = %(worker)s AND m.month >= %(since)s AND (m.formal | m.waiting | m.claimed) <> 0
    AND /*in reach*/ AND (s.business_id = %(firm)s
      OR m.business_id <> %(firm)s AND m.path @> ARRAY[%(firm)s]::bigint[] AND m.site_id IN (/*with a part*/)))
""".replace("/*with a part*/", SITES_WITH_A_PART).replace("/*in reach*/", SITE_IN_REACH)


def was_lately_at(worker_id: int, business_id: int, *, reach: Reach, since: date) -> bool:
    """Whether a worker has a day, in a month or later, on a firm's own site, or for a firm below it where it has a place.

    On sites in the asker's reach.
    """
    values = {"worker": worker_id, "firm": business_id, **reach.values(), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, values)
        (found,) = cursor.fetchone()
        return bool(found)


def months_bound(spans: Iterable[tuple[int, date, date]], *, of_sites: bool) -> set[tuple[int, date]]:
    """Worker-months that are stored already: of workers, or of those with days on sites, in the months of each span."""
    subject = "site_id" if of_sites else "worker_id"
    numbers, begins, ends = zip(*spans, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT m.worker_id, m.month FROM histories_month m"  # noqa: S608 -- one of two words of our own
            f" JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS s(number, a, b)"
            f" ON m.{subject} = s.number AND m.month BETWEEN s.a AND s.b",
            [list(numbers), list(begins), list(ends)],
        )
        return {(worker_id, month) for worker_id, month in cursor.fetchall()}


def months_of_worker(worker_id: int) -> list[tuple[date, int, int, int, int]]:
    """Years at a glance: for each month with days how many calendar days are formal, claimed, unapproved, waiting.

    Each is counted where it stands best, as in the counters of a month.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT month, bit_count(f::bit(32)), bit_count((c & ~f)::bit(32)), bit_count((u & ~f & ~c)::bit(32)),"
            " bit_count((w & ~f)::bit(32)) FROM (SELECT month, bit_or(formal) AS f, bit_or(claimed) AS c,"
            " bit_or(unapproved) AS u, bit_or(waiting) AS w FROM histories_month WHERE worker_id = %s GROUP BY month) m"
            " ORDER BY month",
            [worker_id],
        )
        rows: list[tuple[date, int, int, int, int]] = cursor.fetchall()
    return rows


def trades_in_words(to: Assignment, names: Mapping[str, str]) -> str:
    """The trade of a day, or both, by the names of their codes."""
    return gettext("list.and").join(names.get(trade, trade) for trade in to.trades)


def unregistered_among(rows: Iterable[DayRow]) -> set[int]:
    """The sites of some days that are 仮現場. Days there have no path: mostly nothing is asked."""
    return which_are_unregistered(
        {row.bound.site_id for row in rows if row.bound.site_id and not row.bound.assignment.path}
    )


def touches_of_day(worker_id: int, day: date) -> dict[int, tuple[Moment, ...]]:
    """The touches that a worker's day rests on, by site."""
    facts = load_facts([worker_id], months_around(day.replace(day=1)), on=day)
    found = facts.days_of(worker_id)
    return {site_id: one.moments for site_id, days in found.items() for one in days if one.day == day}


def touches_of_month(worker_id: int, site_id: int, month: date) -> dict[date, tuple[Moment, ...]]:
    """The touches that a worker's days on a site in a month rest on."""
    found = load_facts([worker_id], months_around(month), on=month).days_of(worker_id).get(site_id, ())
    return {one.day: one.moments for one in found if one.day.replace(day=1) == month}


@dataclass(frozen=True)
class Counters:
    """The three counters of ruling 28 and the days that wait: calendar days, each counted where it stands best."""

    formal: int
    claimed: int
    unapproved: int
    waiting: int


def count_days(rows: Iterable[DayRow]) -> Counters:
    """Count the calendar days of one worker: 就業日数."""
    days: dict[Standing, set[date]] = {standing: set() for standing in Standing}
    for row in rows:
        days[row.bound.standing].add(row.bound.day)
    formal = days[Standing.FORMAL]
    claimed, unapproved = days[Standing.CLAIMED] - formal, days[Standing.UNAPPROVED] - formal - days[Standing.CLAIMED]
    return Counters(len(formal), len(claimed), len(unapproved), len(days[Standing.WAITING] - formal))


def count_histories(rows: Iterable[DayRow]) -> Counters:
    """Count the histories of one worker, each where it stands: 就業履歴数. A second trade is one more (ruling 26)."""
    found = dict.fromkeys(Standing, 0)
    for row in rows:
        found[row.bound.standing] += 2 if row.bound.assignment.second_trade else 1
    return Counters(
        found[Standing.FORMAL], found[Standing.CLAIMED], found[Standing.UNAPPROVED], found[Standing.WAITING]
    )  # fmt: skip
