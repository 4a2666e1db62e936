"""What waits at the office."""

from datetime import date, timedelta

from portals.office.queues import Age, age_of
from tests.factories.cast import NOW


def test_the_age_of_what_waits_is_that_of_the_first() -> None:
    age = age_of([NOW, NOW - timedelta(days=3)], at=NOW)
    assert age == Age(date(2026, 11, 17), 3)
    assert age_of([], at=NOW) is None
