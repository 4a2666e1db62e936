"""Sums out of masks are those that the unpacked days give, over a made-up world in which everything occurs."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from rich.progress import Progress

from commands.management.commands.demo_world import load_world
from registry.histories.queries import DayRow, count_days, list_month_of_firm, list_month_of_site, list_month_of_sites
from registry.histories.queries.sums import (
    DaySum,
    Only,
    PersonSum,
    SiteSum,
    sum_days_of_site,
    sum_people_of_firm,
    sum_people_of_site,
    sum_people_of_sites,
    sum_sites,
)
from registry.histories.states import Standing
from tests.factories.committed import committed

END = date(2026, 11, 21)
MONTH = date(2026, 11, 1)
ONLY = [
    Only(), Only(lacking=True), Only(standing=Standing.FORMAL), Only(standing=Standing.NONE, lacking=True),
    Only(standing=Standing.WAITING),
]  # fmt: skip


@pytest.fixture(scope="module")
def sites(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[int]]:
    """A made-up world; its sites."""
    with committed(django_db_blocker):
        load_world(Progress(disable=True), workers=120, firms=20, sites=5, months=1, seed=3, end=END)
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM sites_site ORDER BY id")
            found = [row[0] for row in cursor.fetchall()]
        yield found


def people(rows: Iterable[DayRow], *, by_site: bool = False) -> dict[tuple[int, int | None], Any]:
    """Counters of each person and what is missing, on how many days in all, day by day."""
    found: dict[tuple[int, int | None], list[DayRow]] = defaultdict(list)
    for row in rows:
        found[row.worker_id, row.bound.site_id if by_site else None].append(row)
    return {
        key: (
            count_days(days),
            Counter(reason for row in days for reason in row.bound.reasons),
            len({row.bound.day for row in days if row.bound.reasons}),
            uncounted(days),
        )
        for key, days in found.items()
    }


def uncounted(rows: list[DayRow]) -> int:
    """Calendar days on which nothing counts, waits or is claimed."""
    better = {row.bound.day for row in rows if row.bound.standing is not Standing.NONE}
    return len({row.bound.day for row in rows} - better)


def told(sums: Iterable[PersonSum]) -> dict[tuple[int, int | None], Any]:
    """The same of the sums."""
    return {
        (one.worker_id, one.site_id): (one.counters, Counter(dict(one.missing)), one.lacking, one.uncounted)
        for one in sums
    }


def firms_on(sites: list[int]) -> set[int]:
    """The firms on whose path somebody worked."""
    return {firm for row in list_month_of_sites(sites, MONTH) for firm in row.bound.assignment.path}


def asked(sites: list[int]) -> list[Only]:
    """All filters, also with some firm."""
    firm = random.Random(1).choice(sorted(firms_on(sites)))
    return [*ONLY, *(Only(firm, one.standing, one.lacking) for one in ONLY)]


def test_people_of_a_site(sites: list[int]) -> None:
    for site_id in sites:
        rows = list_month_of_site(site_id, MONTH)
        for only in asked(sites):
            assert told(sum_people_of_site(site_id, MONTH, only)) == people(filter(only.holds, rows))


def test_days_of_a_site(sites: list[int]) -> None:
    for only in asked(sites):
        rows = [row for row in list_month_of_site(sites[0], MONTH) if only.holds(row)]
        by_day: dict[date, list[DayRow]] = defaultdict(list)
        for row in rows:
            by_day[row.bound.day].append(row)
        assert sum_days_of_site(sites[0], MONTH, only) == [
            DaySum(
                day,
                len({row.worker_id for row in found if row.bound.came}),
                sum(bool(row.bound.reasons) for row in found),
            )
            for day, found in sorted(by_day.items())
        ]


def test_people_of_a_firm(sites: list[int]) -> None:
    for firm in firms_on(sites):
        assert told(sum_people_of_firm(firm, MONTH)) == people(list_month_of_firm(firm, MONTH))


def test_sites(sites: list[int]) -> None:
    for only in asked(sites):
        by_site: dict[int, list[DayRow]] = defaultdict(list)
        for row in filter(only.holds, list_month_of_sites(sites, MONTH)):
            by_site[row.bound.site_id or 0].append(row)
        expected = [
            SiteSum(
                site_id, len({row.worker_id for row in found}),
                {standing: sum(row.bound.standing is standing for row in found) for standing in Standing},
                sum(bool(row.bound.reasons) for row in found),
            )
            for site_id, found in by_site.items()
        ]  # fmt: skip
        assert sorted(sum_sites(sites, MONTH, only), key=lambda one: one.site_id) == sorted(
            expected, key=lambda one: one.site_id
        )


def test_people_of_sites_page_by_page(sites: list[int]) -> None:
    order = sites[::-1]
    for only in asked(sites):
        sums = sorted(sum_sites(sites, MONTH, only), key=lambda one: order.index(one.site_id))
        pages: list[PersonSum] = []
        more = True
        while more:
            page, more = sum_people_of_sites(sums, MONTH, only, start=len(pages), size=50)
            pages += page
        assert told(pages) == people(filter(only.holds, list_month_of_sites(sites, MONTH)), by_site=True)
        assert len(told(pages)) == len(pages)
        places = [(order.index(one.site_id or 0), one.worker_id) for one in pages]
        assert places == sorted(places)
