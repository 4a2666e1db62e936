"""What somebody reaches: without a limit all, else what is filed under his units, and the sites given to him."""

import pytest

from registry.core.reach import WHOLE, Reach

UNIT, SITE, OTHER = 7, 70, 8
LIMITED, GIVEN, NOTHING = Reach(frozenset({UNIT})), Reach(frozenset(), frozenset({SITE})), Reach(frozenset())


@pytest.mark.parametrize(
    ("reach", "unit_id", "held"),
    [
        (WHOLE, None, True),
        (WHOLE, OTHER, True),
        (LIMITED, UNIT, True),
        (LIMITED, OTHER, False),
        (LIMITED, None, False),
        (GIVEN, UNIT, False),
        (GIVEN, SITE, False),  # the number of a site is none of a unit
        (NOTHING, None, False),
    ],
)
def test_units(reach: Reach, unit_id: int | None, held: bool) -> None:
    assert reach.holds_unit(unit_id) is held


@pytest.mark.parametrize(
    ("reach", "site_id", "unit_id", "held"),
    [
        (WHOLE, SITE, None, True),
        (LIMITED, SITE, UNIT, True),
        (LIMITED, SITE, OTHER, False),
        (LIMITED, UNIT, None, False),  # nor the other way round
        (GIVEN, SITE, None, True),
        (GIVEN, SITE, UNIT, True),
        (GIVEN, OTHER, UNIT, False),
        (NOTHING, SITE, UNIT, False),
    ],
)
def test_sites(reach: Reach, site_id: int, unit_id: int | None, held: bool) -> None:
    assert reach.holds_site(site_id, unit_id) is held


def test_without_a_limit_it_is_the_whole() -> None:
    assert [one.is_whole for one in (WHOLE, LIMITED, GIVEN, NOTHING)] == [True, False, False, False]
