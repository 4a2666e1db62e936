"""Who of a firm has a site: set by owner and tier manager, never without one who manages it."""

from dataclasses import replace

import pytest

from registry.accounts.states import Role
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.core.reach import Reach
from registry.disclosure.queries import viewer_for
from registry.sites.operations.sites import SiteManagerMissingError, SiteUserError, file_site, give_site, open_site
from registry.sites.queries import find_site, list_site_users, list_sites, list_users_of_own_site
from registry.structures.operations.users import give_site_below
from registry.structures.queries import list_sites_below
from tests.factories.cast import NOW, OFFICE, a_firm, a_gate, a_tenure, owner_of
from tests.factories.visitors import a_user, give, user_as_actor
from tests.registry.sites.operations.test_sites import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> BusinessId:
    return a_firm()


@pytest.fixture
def site(firm: BusinessId) -> SiteId:
    return a_gate(firm).site_id


def who_has(site: SiteId, firm: BusinessId) -> list[int]:
    return [user.account.id for user in list_site_users(site, firm)]


def test_who_opens_a_site_has_it_unless_others_are_named(firm: BusinessId, site: SiteId) -> None:
    assert who_has(site, firm) == [owner_of(firm).account_id]
    manager = a_user(firm, Role.SITE_MANAGER)
    named = open_site(firm, replace(DATA, users=(manager,)), by=owner_of(firm), at=NOW)
    assert who_has(named, firm) == [manager]


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.SITE_VIEWER])
def test_a_given_site_is_in_reach_and_no_other(firm: BusinessId, site: SiteId, role: Role) -> None:
    other, account_id = open_site(firm, DATA, by=owner_of(firm), at=NOW), a_user(firm, role)
    assert viewer_for(account_id).reach == Reach(frozenset())
    give(account_id, firm, site)
    reach = viewer_for(account_id).reach
    assert reach == Reach(frozenset(), frozenset({site}))
    assert [row.id for row in list_sites(firm, reach=reach)] == [site]
    give_site(site, [owner_of(firm).account_id or 0], by=owner_of(firm), at=NOW)
    assert viewer_for(account_id).reach == Reach(frozenset())
    assert other not in reach.sites


def test_a_site_has_always_somebody_who_manages_it(firm: BusinessId, site: SiteId) -> None:
    by, viewer, manager = owner_of(firm), a_user(firm, Role.SITE_VIEWER), a_user(firm, Role.SITE_MANAGER)
    for nobody in ([], [viewer]):
        with pytest.raises(SiteManagerMissingError):
            give_site(site, nobody, by=by, at=NOW)
    with pytest.raises(SiteManagerMissingError):
        open_site(firm, replace(DATA, users=(viewer,)), by=by, at=NOW)
    for _ in range(2):
        give_site(site, [manager, viewer], by=by, at=NOW)
    assert set(who_has(site, firm)) == {manager, viewer}


def test_only_the_firm_s_own_people_have_it(firm: BusinessId, site: SiteId) -> None:
    other = a_firm("別の会社")
    for wrong in (owner_of(other).account_id or 0, a_user(firm, Role.PROXY_CLERK), 10**9):
        with pytest.raises(SiteUserError):
            give_site(site, [owner_of(firm).account_id or 0, wrong], by=owner_of(firm), at=NOW)


def test_who_gives_a_site(firm: BusinessId, site: SiteId) -> None:
    manager = user_as_actor(firm, Role.SITE_MANAGER, site)
    for nobody in (owner_of(a_firm("別の会社")), OFFICE, manager, user_as_actor(firm, Role.PROXY_CLERK)):
        with pytest.raises(NotAllowedError):
            give_site(site, [manager.account_id or 0], by=nobody, at=NOW)


def test_a_tier_manager_gives_sites_of_his_part_to_people_of_his_part(firm: BusinessId, site: SiteId) -> None:
    owner = owner_of(firm)
    unit = add_unit(firm, UnitData(name="支店", kana="シテン", code="1"), by=owner, at=NOW)
    branch, inside = (
        add_user(firm, name="支店 係", mail="", role=role, unit_id=unit, by=owner, at=NOW)
        for role in (Role.TIER_MANAGER, Role.SITE_MANAGER)
    )
    outside = a_user(firm, Role.SITE_MANAGER)
    by = replace(owner, account_id=branch, reach=Reach(frozenset({unit})))
    with pytest.raises(NotAllowedError):
        give_site(site, [inside], by=by, at=NOW)
    file_site(site, unit, by=owner, at=NOW)
    with pytest.raises(SiteUserError):
        give_site(site, [outside], by=by, at=NOW)
    give_site(site, [inside], by=by, at=NOW)
    assert who_has(site, firm) == [owner.account_id, inside], "whom he does not manage keeps it"


def test_a_firm_below_gives_the_sites_on_which_it_has_a_place(firm: BusinessId, site: SiteId) -> None:
    below, beside = a_firm("下請の会社"), a_firm("となりの会社")
    account_id = a_user(below, Role.SITE_MANAGER)
    for by in (owner_of(below), owner_of(beside)):
        with pytest.raises(NotAllowedError):
            give_site_below(site, [account_id], by=by, at=NOW)
    a_tenure(site, firm, below)
    limited = replace(owner_of(below), reach=Reach(frozenset({1})))
    with pytest.raises(NotAllowedError):
        give_site_below(site, [account_id], by=limited, at=NOW)
    for _ in range(2):
        give_site_below(site, [account_id], by=owner_of(below), at=NOW)
    assert (who_has(site, below), len(who_has(site, firm))) == ([account_id], 1)
    assert [row.id for row in list_sites_below(below, viewer_for(account_id).reach)] == [site]
    give_site_below(site, [], by=owner_of(below), at=NOW)
    assert list_sites_below(below, viewer_for(account_id).reach) == []


def test_messages_about_a_site_go_to_those_who_reach_it(firm: BusinessId, site: SiteId) -> None:
    given, other = user_as_actor(firm, Role.SITE_MANAGER, site), a_user(firm, Role.SITE_MANAGER)
    row = find_site(site)
    assert row
    told = {user.account.id for user in list_users_of_own_site(row)}
    assert told >= {owner_of(firm).account_id, given.account_id}
    assert other not in told


def test_nobody_who_is_limited_to_sites_reaches_a_unit(firm: BusinessId, site: SiteId) -> None:
    by: Actor = user_as_actor(firm, Role.SITE_MANAGER, site)
    assert not any(by.reach.holds_unit(unit) for unit in (None, 1))
