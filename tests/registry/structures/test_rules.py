"""Who may change what in a structure."""

from dataclasses import replace
from datetime import date

import pytest

from registry.accounts.states import Permission
from registry.core.actor import Actor, ActorKind
from registry.core.reach import Reach
from registry.sites.models import Site
from registry.structures.derive import Structure
from registry.structures.rules import may_answer, may_fill_roster, may_invite, may_leave, stands_above
from registry.structures.states import TenureState
from tests.registry.structures.test_derive import CHAIN, DAY, FIRST, PARENTS, PRIME, SECOND, THIRD, tenure

TREE = Structure(PRIME, PARENTS, CHAIN)


def firm(number: int, *rights: Permission) -> Actor:
    return Actor(ActorKind.BUSINESS, 1, number, frozenset(rights or (Permission.SITE_MANAGE,)))


@pytest.mark.parametrize(
    ("number", "places"), [(PRIME, {None, 1, 2, 3, 4}), (FIRST, {1, 2, 3}), (SECOND, {2, 3}), (THIRD, {3}), (99, set())]
)
def test_each_stands_above_what_hangs_below_its_own_place(number: int, places: set[int | None]) -> None:
    assert {node for node in (None, 1, 2, 3, 4) if stands_above(TREE, number, node, on=DAY)} == places
    assert {node for node in (None, 1, 2, 3, 4) if may_invite(firm(number), TREE, node, on=DAY)} == places


def test_an_invited_firm_and_one_whose_days_are_over_stand_above_nobody() -> None:
    for one in (tenure(1, 1, FIRST, state=TenureState.INVITED), tenure(1, 1, FIRST, until_on=DAY)):
        assert not stands_above(Structure(PRIME, PARENTS, [one]), FIRST, 1, on=DAY)
    assert stands_above(TREE, FIRST, 1, on=date(2030, 1, 1))


def test_without_the_right_nobody_invites_and_the_system_may() -> None:
    assert not may_invite(firm(PRIME, Permission.BUSINESS_VIEW), TREE, None, on=DAY)
    assert may_invite(Actor.system(), TREE, 3, on=DAY)


def test_only_one_who_opens_sites_for_the_invited_firm_answers() -> None:
    assert may_answer(firm(FIRST, Permission.BUSINESS_SITES), FIRST)
    assert not may_answer(firm(FIRST), FIRST)
    assert not may_answer(firm(SECOND, Permission.BUSINESS_SITES), FIRST)
    assert not may_answer(firm(FIRST, Permission.BUSINESS_SITES), None)


def test_a_firm_fills_its_own_roster() -> None:
    site = Site(business_id=PRIME)
    assert may_fill_roster(firm(FIRST), FIRST, site)
    assert not may_fill_roster(firm(PRIME), FIRST, site)
    assert not may_fill_roster(firm(FIRST, Permission.BUSINESS_VIEW), FIRST, site)
    assert may_fill_roster(Actor.system(), FIRST, site)


def test_who_is_limited_to_a_unit_handles_its_sites_and_nothing_of_other_firms() -> None:
    filed, beside = (Structure(PRIME, PARENTS, CHAIN, site_id=site, unit_id=unit) for unit, site in ((7, 70), (8, 80)))
    every = (Permission.SITE_MANAGE, Permission.BUSINESS_SITES)
    limited, below = (
        replace(firm(one, *every), reach=Reach(frozenset({unit}))) for one, unit in ((PRIME, 7), (FIRST, 9))
    )
    assert may_invite(limited, filed, None, on=DAY)
    assert not any(may_invite(limited, one, None, on=DAY) for one in (beside, TREE))
    assert not any((may_invite(below, filed, 1, on=DAY), may_leave(below, filed, FIRST), may_answer(below, FIRST)))
    assert may_leave(firm(FIRST), filed, FIRST)
    assert may_fill_roster(limited, PRIME, Site(id=70, business_id=PRIME, unit_id=7))
    assert not may_fill_roster(limited, PRIME, Site(id=80, business_id=PRIME, unit_id=8))
    assert not may_fill_roster(below, FIRST, Site(id=70, business_id=PRIME, unit_id=7))


def test_who_is_limited_to_sites_handles_those_that_were_given_to_him() -> None:
    given, beside = (Structure(PRIME, PARENTS, CHAIN, site_id=site, unit_id=unit) for unit, site in ((7, 70), (70, 80)))
    for one in (PRIME, FIRST):
        limited = replace(firm(one), reach=Reach(frozenset(), frozenset({70})))
        assert may_invite(limited, given, 1, on=DAY)
        assert not may_invite(limited, beside, 1, on=DAY)
        assert (may_leave(limited, given, one), may_leave(limited, beside, one)) == (True, False)
        assert may_fill_roster(limited, one, Site(id=70, business_id=PRIME, unit_id=7))
        assert not may_fill_roster(limited, one, Site(id=80, business_id=PRIME, unit_id=70))
