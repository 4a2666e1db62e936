"""Rows of days `[from_on, until_on)`, on the periods of a site."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from registry.core.dated import on_day
from registry.sites.models import SitePeriod
from tests.factories.cast import a_firm, a_gate

pytestmark = pytest.mark.django_db
FIRST, AFTER = date(2030, 1, 10), date(2030, 1, 20)
DAY = timedelta(days=1)


@pytest.fixture
def site() -> int:
    """A site whose own period is over before the days of these tests."""
    site_id = a_gate(a_firm()).site_id
    SitePeriod.objects.update(until_on=date(2027, 1, 1))
    SitePeriod.objects.create(site_id=site_id, from_on=FIRST, until_on=AFTER)
    return site_id


@pytest.mark.parametrize(
    ("day", "holds"),
    [(FIRST - DAY, False), (FIRST, True), (AFTER - DAY, True), (AFTER, False), (AFTER + 99 * DAY, False)],
)
def test_the_first_day_counts_and_the_last_one_not(site: int, day: date, holds: bool) -> None:
    assert SitePeriod.objects.filter(on_day(day), site=site).exists() is holds


def test_an_open_row_holds_for_ever(site: int) -> None:
    SitePeriod.objects.create(site_id=site, from_on=AFTER)
    assert SitePeriod.objects.filter(on_day(date(2999, 1, 1)), site=site).count() == 1


@pytest.mark.parametrize(
    ("from_on", "until_on", "fits"),
    [
        (FIRST - DAY, FIRST, True),  # the day before
        (AFTER, None, True),  # from the day after
        (FIRST - DAY, FIRST + DAY, False),
        (AFTER - DAY, None, False),
        (FIRST + DAY, FIRST + 2 * DAY, False),
    ],
)
def test_neighbours_fit_and_overlaps_do_not(site: int, from_on: date, until_on: date | None, fits: bool) -> None:
    if fits:
        SitePeriod.objects.create(site_id=site, from_on=from_on, until_on=until_on)
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        SitePeriod.objects.create(site_id=site, from_on=from_on, until_on=until_on)
