"""The facts that a day rests on."""

from datetime import date

import pytest

from registry.histories.derive.facts import SiteFacts
from registry.structures.derive import Structure

PERIODS = [(date(2026, 11, 2), date(2026, 11, 5)), (date(2026, 11, 10), None)]


@pytest.mark.parametrize(
    ("day", "inside"),
    [(1, False), (2, True), (4, True), (5, False), (9, False), (10, True), (30, True)],
)
def test_a_day_is_in_one_of_the_periods_or_in_none(day: int, *, inside: bool) -> None:
    site = SiteFacts(Structure(1, {}, []), "13", PERIODS, closed_on=None, boundaries=())
    assert site.is_in_period(date(2026, 11, day)) is inside
