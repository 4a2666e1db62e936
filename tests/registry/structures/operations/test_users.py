"""Who of a firm in the structure has a site: its own owner says so."""

from dataclasses import replace

import pytest

from registry.accounts.states import Role
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.core.reach import Reach
from registry.disclosure.queries import viewer_for
from registry.sites.queries import list_site_users
from registry.structures.operations.users import give_site_below
from registry.structures.queries import list_sites_below
from tests.factories.cast import NOW, a_firm, a_tenure, owner_of
from tests.factories.visitors import a_user

pytestmark = pytest.mark.django_db


def who_has(site: SiteId, firm: BusinessId) -> list[int]:
    return [user.account.id for user in list_site_users(site, firm)]


def test_a_firm_below_gives_the_sites_on_which_it_has_a_place(prime: BusinessId, site: SiteId) -> None:
    below, beside = a_firm("下請の会社"), a_firm("となりの会社")
    account_id = a_user(below, Role.SITE_MANAGER)
    for by in (owner_of(below), owner_of(beside)):
        with pytest.raises(NotAllowedError):
            give_site_below(site, [account_id], by=by, at=NOW)
    a_tenure(site, prime, below)
    limited = replace(owner_of(below), reach=Reach(frozenset({1})))
    with pytest.raises(NotAllowedError):
        give_site_below(site, [account_id], by=limited, at=NOW)
    for _ in range(2):
        give_site_below(site, [account_id], by=owner_of(below), at=NOW)
    assert (who_has(site, below), len(who_has(site, prime))) == ([account_id], 1)
    assert [row.id for row in list_sites_below(below, viewer_for(account_id).reach)] == [site]
    give_site_below(site, [], by=owner_of(below), at=NOW)
    assert list_sites_below(below, viewer_for(account_id).reach) == []
