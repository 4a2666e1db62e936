"""Months in sum: a line for each person, a line for each site, out of the masks of days. No day is unpacked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import Any

from django.db import connection

from registry.histories.derive.packing import BY_HAND
from registry.histories.queries.days import Counters, DayRow
from registry.histories.states import Reason, Standing

_REASONS = tuple(Reason)
# The column of each standing; days of one site and worker stand in one of them.
_MASKS = {
    Standing.FORMAL: "formal", Standing.WAITING: "waiting", Standing.CLAIMED: "claimed",
    Standing.UNAPPROVED: "unapproved", Standing.NONE: "uncounted",
}  # fmt: skip
_DAYS = "(formal | waiting | claimed | unapproved | uncounted)"


@dataclass(frozen=True)
class Only:
    """Which days go into a sum. A firm stands for its own days and those of the firms below it."""

    business_id: int | None = None
    standing: Standing | None = None
    lacking: bool = False

    def holds(self, row: DayRow) -> bool:
        """Whether a day is one of them."""
        one = row.bound
        return (
            (self.business_id is None or self.business_id in one.assignment.path)
            and (self.standing is None or one.standing is self.standing)
            and (not self.lacking or bool(one.reasons))
        )


EVERYTHING = Only()


@dataclass(frozen=True)
class PersonSum:
    """A person's month, over all the sites asked for or on one of them.

    `missing` has how many days lack what; a day that lacks two things is one of the calendar days in `lacking`.
    """

    worker_id: int
    site_id: int | None
    counters: Counters
    missing: list[tuple[Reason, int]]
    lacking: int
    uncounted: int  # calendar days that stand nowhere else
    sites: tuple[int | None, ...]  # None: those without site ID


@dataclass(frozen=True)
class SiteSum:
    """A site's month: people, and worker-days by how they stand; `lacking` of them lack something."""

    site_id: int
    people: int
    days: dict[Standing, int]
    lacking: int


@dataclass(frozen=True)
class DaySum:
    """A site's day: people who came, and how many with a day lack something."""

    day: date
    people: int
    lacking: int


_FITTING = """
SELECT worker_id, site_id, reasons, times, /*days*/ AS every, /*masks*/, /*mask*/ AS mask
FROM histories_month WHERE /*where*/ AND (/*mask*/) <> 0
  AND (%(firm)s::bigint IS NULL OR path @> ARRAY[%(firm)s]::bigint[])
""".replace("/*days*/", _DAYS)


def _fitting(where: str, only: Only) -> str:
    """The rows of a month, their masks cut down to the days that fit."""
    mask = " & ".join([_MASKS[only.standing] if only.standing else _DAYS, *(["lacking"] if only.lacking else [])])
    cut = f" & ({mask})" if only.standing or only.lacking else ""  # all days fit in themselves
    masks = ", ".join(f"{name}{cut} AS {name}" for name in (*_MASKS.values(), "lacking"))
    return _FITTING.replace("/*masks*/", masks).replace("/*mask*/", mask).replace("/*where*/", where)


def _read(statement: str, only: Only, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "firm": only.business_id})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _counters(rows: Iterable[Sequence[int]]) -> Counters:
    """Calendar days, each counted where it stands best (ruling 28). A row has the masks of the standings in order."""
    formal = waiting = claimed = unapproved = 0
    for row in rows:
        formal, waiting, claimed, unapproved = formal | row[0], waiting | row[1], claimed | row[2], unapproved | row[3]
    return Counters(
        formal.bit_count(), (claimed & ~formal).bit_count(), (unapproved & ~formal & ~claimed).bit_count(),
        (waiting & ~formal).bit_count(),
    )  # fmt: skip


def _uncounted(rows: Iterable[Sequence[int]]) -> int:
    """Calendar days that do not count and stand nowhere else."""
    counted = uncounted = 0
    for *others, none in rows:
        counted, uncounted = reduce(or_, others, counted), uncounted | none
    return (uncounted & ~counted).bit_count()


def _missing(rows: Iterable[tuple[list[int], int]]) -> list[tuple[Reason, int]]:
    """How many days lack what, the most frequent first; of each row its reasons and the days that fit."""
    found: Counter[Reason] = Counter()
    for reasons, mask in rows:
        for number, days in zip(reasons[::2], reasons[1::2], strict=True):
            found[_REASONS[number]] += (days & mask).bit_count()
    return [(reason, count) for reason, count in found.most_common() if count]


_PERSON_COLUMNS = "worker_id, site_id, reasons, mask, lacking, formal, waiting, claimed, unapproved, uncounted"


def _people(where: str, only: Only, *, by_site: bool = False, **values: Any) -> list[PersonSum]:
    found: dict[tuple[int, int | None], list[tuple[Any, ...]]] = defaultdict(list)
    sites: dict[tuple[int, int | None], list[int | None]] = defaultdict(list)
    statement = f"SELECT {_PERSON_COLUMNS} FROM ({_fitting(where, only)}) fits ORDER BY worker_id, site_id"  # noqa: S608 -- our own words
    for worker_id, site_id, *row in _read(statement, only, **values):
        place = worker_id, site_id if by_site else None
        found[place].append(tuple(row))
        sites[place].append(site_id)
    return [
        PersonSum(
            *key,
            _counters(row[3:] for row in rows),
            _missing((row[0], row[1]) for row in rows),
            reduce(or_, (row[2] for row in rows)).bit_count(),
            _uncounted(row[3:] for row in rows),
            tuple(dict.fromkeys(sites[key])),
        )
        for key, rows in found.items()
    ]


def sum_people_of_firm(business_id: int, month: date) -> list[PersonSum]:
    """Who worked for a firm in a month."""
    return _people("business_id = %(business)s AND month = %(month)s", EVERYTHING, business=business_id, month=month)


def sum_people_of_site(site_id: int, month: date, only: Only = EVERYTHING) -> list[PersonSum]:
    """Who worked on a site in a month."""
    return _people("site_id = %(site)s AND month = %(month)s", only, site=site_id, month=month)


# Of day `n`: see `BoundDay.came`. A row has one time a day; those of the days before come first.
_BY_DAY = """
SELECT n,
  count(DISTINCT worker_id) FILTER (WHERE formal >> n - 1 & 1 = 1
    OR times[bit_count((every & (1 << n - 1) - 1)::bit(32))::int + 1] & /*by hand*/ = 0),
  count(*) FILTER (WHERE lacking >> n - 1 & 1 = 1)
FROM (/*fitting*/) fits JOIN generate_series(1, 31) n ON mask >> n - 1 & 1 = 1 GROUP BY n ORDER BY n
""".replace("/*by hand*/", str(BY_HAND))


def sum_days_of_site(site_id: int, month: date, only: Only = EVERYTHING) -> list[DaySum]:
    """A site's month day by day."""
    statement = _BY_DAY.replace("/*fitting*/", _fitting("site_id = %(site)s AND month = %(month)s", only))
    return [
        DaySum(month.replace(day=number), people, lacking)
        for number, people, lacking in _read(statement, only, site=site_id, month=month)
    ]


_OF_SITES = "site_id = ANY(%(sites)s) AND month = %(month)s"


def sum_sites(site_ids: Collection[int], month: date, only: Only = EVERYTHING) -> list[SiteSum]:
    """A line a site, for those with days that fit."""
    counts = ", ".join(f"sum(bit_count({name}::bit(32)))::int" for name in (*_MASKS.values(), "lacking"))
    statement = (
        f"SELECT site_id, count(DISTINCT worker_id), {counts} FROM ({_fitting(_OF_SITES, only)}) fits GROUP BY site_id"  # noqa: S608 -- our own words
    )
    return [
        SiteSum(site_id, people, dict(zip(_MASKS, days, strict=True)), lacking)
        for site_id, people, *days, lacking in _read(statement, only, sites=list(site_ids), month=month)
    ]


def sum_people_of_sites(
    sites: Sequence[SiteSum], month: date, only: Only = EVERYTHING, *, start: int, size: int
) -> tuple[list[PersonSum], bool]:
    """A page of lines by site, in the order of the sites, and by person; and whether there are more.

    How many people each site has tells which sites stand on the page: only their rows are read.
    """
    ends = list(accumulate(one.people for one in sites))
    on_page = [n for n, end in enumerate(ends) if start < end and end - sites[n].people < start + size]
    if not on_page:
        return [], False
    ids = [sites[n].site_id for n in on_page]
    statement = (
        f"SELECT site_id, worker_id FROM ({_fitting(_OF_SITES, only)}) fits GROUP BY site_id, worker_id"  # noqa: S608 -- our own words
        " ORDER BY array_position(%(sites)s::bigint[], site_id), worker_id OFFSET %(start)s LIMIT %(size)s"
    )
    before = ends[on_page[0]] - sites[on_page[0]].people
    shown = _read(statement, only, sites=ids, month=month, start=start - before, size=size)
    if not shown:  # nobody is there any more
        return [], False
    numbers, workers = zip(*shown, strict=True)
    sums = _people(
        "month = %(month)s AND (site_id, worker_id) IN (SELECT * FROM unnest(%(sites)s::bigint[], %(workers)s::bigint[]))",
        only, by_site=True, month=month, sites=list(numbers), workers=list(workers),
    )  # fmt: skip
    by_place = {(one.site_id, one.worker_id): one for one in sums}
    return [by_place[place] for place in shown], ends[-1] > start + size
