"""The page that says who of a firm has a site, and what site managers and site viewers then find."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.accounts.queries import find_account
from registry.accounts.states import Role
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.core.ids import BusinessId, SiteId
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.sites.operations.sites import file_site
from registry.sites.queries import list_site_users
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.visitors import a_user, activate_account, as_firm, give, worker_as_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> BusinessId:
    return a_firm()


@pytest.fixture
def site(firm: BusinessId) -> SiteId:
    return a_gate(firm).site_id


def browser_of(account_id: int) -> Client:
    """A browser of a user who has gone through his first log-in."""
    account = find_account(account_id)
    assert account
    return logged_in(account.login_id)


def text_of(client: Client, where: str) -> str:
    answer: Any = client.get(where)
    assert answer.status_code == 200, where
    return str(answer.content.decode())


def test_the_owner_gives_a_site_and_takes_it_away(firm: BusinessId, site: SiteId) -> None:
    account_id, owner = a_user(firm, Role.SITE_MANAGER), owner_of(firm).account_id
    browser, where = as_firm(firm), f"/business/sites/{site}/users/"
    assert "見本 係 ― 現場管理者" in text_of(browser, where)
    for chosen in ([owner, account_id], [owner]):
        for _ in range(2):
            answer: Any = browser.post(where, {"users": chosen}, follow=True)
            assert "現場の担当者を決めました。" in answer.content.decode()
        assert [user.account.id for user in list_site_users(site, firm)] == chosen
        shown = text_of(browser, f"/business/sites/{site}/").split("<dl")[1].split("</dl")[0]
        assert ("見本 係" in shown) is (account_id in chosen)


def test_without_somebody_who_manages_it_nothing_is_changed(firm: BusinessId, site: SiteId) -> None:
    viewer, browser = a_user(firm, Role.SITE_VIEWER), as_firm(firm)
    for chosen, words in (([], "選ばれていません"), ([viewer], "現場を管理する人が選ばれていません。")):
        answer = browser.post(f"/business/sites/{site}/users/", {"users": chosen})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    stranger = owner_of(a_firm("別の会社")).account_id
    assert browser.post(f"/business/sites/{site}/users/", {"users": [stranger]}).status_code == 422
    assert len(list_site_users(site, firm)) == 1


def test_a_tier_manager_sees_whom_he_cannot_change(firm: BusinessId, site: SiteId) -> None:
    owner = owner_of(firm)
    unit = add_unit(firm, UnitData(name="支店", kana="シテン", code="1"), by=owner, at=NOW)
    file_site(site, unit, by=owner, at=NOW)
    manager = add_user(firm, name="支店 長", mail="", role=Role.TIER_MANAGER, unit_id=unit, by=owner, at=NOW)
    browser, where = logged_in(activate_account(manager)), f"/business/sites/{site}/users/"
    page = text_of(browser, where)
    assert "変更できない担当者がいます：見本 担当" in page
    assert "支店 長 ― 階層管理者" in page
    assert browser.post(where, {"users": [manager]}).status_code == 302
    assert len(list_site_users(site, firm)) == 2


def test_who_opens_a_site_is_ticked_beforehand(firm: BusinessId) -> None:
    form = as_firm(firm).get("/business/sites/new/").context["form"]
    assert form["users"].value() == [owner_of(firm).account_id]


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.SITE_VIEWER])
def test_lists_and_files_hold_the_given_sites_alone(firm: BusinessId, site: SiteId, role: Role) -> None:
    beside = a_gate(firm, name="となりの現場")
    beside.send(a_touch(1, a_worker(firm, "となり")))
    bind_all()
    browser, owner = as_firm(firm, role, site), as_firm(firm)
    for where in ("/business/sites/", "/business/sites/days/2026-11/", "/business/sites/days/2026-11/list.csv"):
        assert "となりの現場" in text_of(owner, where)
        assert "となりの現場" not in text_of(browser, where)
    assert browser.get(f"/business/sites/{beside.site_id}/days/2026-11/list.csv").status_code == 404
    assert browser.get(f"/business/sites/{site}/days/2026-11/list.csv").status_code == 200


def test_a_site_manager_approves_on_his_site_alone(firm: BusinessId, site: SiteId) -> None:
    worker, beside = a_worker(firm).worker_id, a_gate(firm, name="となりの現場").site_id
    browser = as_firm(firm, Role.SITE_MANAGER, site)
    for number, (where, status) in enumerate(((site, 302), (beside, 404))):
        data = ClaimData(day=NOW.date() - timedelta(days=number), site_id=where)
        claim = enter_claim(worker, data, by=worker_as_actor(worker), at=NOW)
        assert browser.post(f"/business/sites/{where}/claims/approve/", {"claim": claim}).status_code == status


def test_a_firm_below_gives_the_site_to_its_own_people(firm: BusinessId, site: SiteId) -> None:
    below = a_firm("下請の会社")
    a_tenure(site, firm, below)
    account_id, viewer, owner = a_user(below, Role.SITE_MANAGER), a_user(below, Role.SITE_VIEWER), as_firm(below)
    browser = browser_of(viewer)
    assert "見本ビル新築工事" not in text_of(browser, "/business/sites/")
    assert "現場の担当者" in text_of(owner, f"/business/sites/{site}/structure/")
    where = f"/business/sites/{site}/users/"
    assert owner.post(where, {"users": [account_id]}).headers["Location"] == f"/business/sites/{site}/structure/"
    manager = browser_of(account_id)
    assert "見本ビル新築工事" in text_of(manager, "/business/sites/")
    assert text_of(manager, f"/business/sites/{site}/roster/add/")
    for path in ("structure", "roster", "days"):
        assert browser.get(f"/business/sites/{site}/{path}/").status_code == 404
    give(viewer, below, site)
    assert (
        'method="post"'
        not in text_of(browser, f"/business/sites/{site}/structure/").split("<main")[1].split("</main")[0]
    )
    assert browser.get(f"/business/sites/{site}/roster/add/").status_code == 404


def test_many_given_sites_cost_no_further_query(firm: BusinessId) -> None:
    sites = [a_gate(firm, name=f"現場{n}").site_id for n in range(4)]
    account_id = a_user(firm, Role.SITE_MANAGER)
    give(account_id, firm, sites[0])
    browser, numbers = browser_of(account_id), []
    for more in ((), sites[1:]):
        give(account_id, firm, *more)
        for where in ("/business/", "/business/sites/", "/business/sites/days/2026-11/"):
            with CaptureQueriesContext(connection) as queries:
                text_of(browser, where)
            numbers.append((where, len(queries)))
    assert numbers[:3] == numbers[3:]
