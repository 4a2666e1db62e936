"""階層管理者: who manages a unit handles its sites and people and those below it, and nothing beside it (ruling 7)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from registry.accounts.states import Role
from registry.businesses.models import BusinessUser
from registry.businesses.operations import (
    RoleError,
    UnitCodeError,
    UnitData,
    UnitError,
    UnitTierError,
    add_unit,
    add_user,
)
from registry.businesses.queries import list_units, list_users, list_users_of_unit
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import SiteId
from registry.core.reach import Reach
from registry.disclosure.queries import see_workers_on_site, viewer_for
from registry.histories.operations.claims import ClaimData, approve_claims, enter_claim
from registry.histories.operations.edits import decide_days
from registry.papers.rules import Wish, may_ask
from registry.papers.states import PaperKind
from registry.sites.operations.sites import SiteData, add_period, add_terminal, close_site, file_site, open_site
from registry.sites.queries import list_terminals
from registry.structures.operations.keys import make_site_key
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import FirmPlace, accept_invitation, end_tenure, invite_firm
from registry.touches.operations.devices import end_pairing, make_pairing_code, revoke_device
from tests.factories.addresses import patterns, takes_get
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.shared import shared
from tests.factories.visitors import activate_account, as_firm, give, worker_as_actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
PLAN = SiteData(
    name="新しい現場", prefecture="13", address="東京都現場町4-5", public_works=False,
    from_on=TODAY, terminal_name="正面ゲート",
)  # fmt: skip
TYPED = {
    "name": "新しい現場", "prefecture": "13", "address": "東京都現場町4-5", "public_works": "no",
    "from_on": "2026/11/20", "terminal_name": "正面ゲート", "day_begins_at": "04:00",
}  # fmt: skip


class Firm:
    """A prime with two branches, a department below the first; a site of the department, of the other branch, of none."""

    def __init__(self) -> None:
        self.id = a_firm()
        self.owner = owner_of(self.id)
        self.branch, self.beside = self.unit("東支店", "10"), self.unit("西支店", "20")
        self.department = self.unit("東工事部", "11", self.branch)
        self.mine, self.theirs, self.nobodys = (
            a_gate(self.id, name=name) for name in ("東の現場", "西の現場", "本社の現場")
        )
        file_site(self.mine.site_id, self.department, by=self.owner, at=NOW)
        file_site(self.theirs.site_id, self.beside, by=self.owner, at=NOW)
        self.account = self.user("階層 見子", Role.TIER_MANAGER, self.branch)
        self.login = activate_account(self.account)

    def unit(self, name: str, code: str, parent_id: int | None = None, by: Actor | None = None) -> int:
        return add_unit(
            self.id, UnitData(name=name, kana="ソシキ", code=code, parent_id=parent_id), by=by or self.owner, at=NOW
        )  # fmt: skip

    def user(self, name: str, role: Role, unit_id: int | None, by: Actor | None = None) -> int:
        return add_user(self.id, name=name, mail="", role=role, unit_id=unit_id, by=by or self.owner, at=NOW)

    @property
    def manager(self) -> Actor:
        return viewer_for(self.account).actor()

    def browser(self) -> Client:
        return logged_in(self.login)


firm = shared(Firm)


def pages_of_sites() -> list[str]:
    """All pages that hang on a site alone."""
    found = [
        where for where, entry in patterns(get_resolver()) if takes_get(entry) and where.startswith("business/sites/<")
    ]
    return [where for where in found if where.count("<") == 1]


def test_the_manager_opens_the_pages_of_his_sites_and_no_others(firm: Firm) -> None:
    browser, pages = firm.browser(), pages_of_sites()
    assert len(pages) > 10

    def statuses(gate: Gate) -> set[int]:
        return {browser.get("/" + page.replace("<int:site_id>", str(gate.site_id))).status_code for page in pages}

    assert statuses(firm.mine) <= {200, 302}
    assert statuses(firm.theirs) == statuses(firm.nobodys) == {404}


def test_lists_hold_his_sites_alone(firm: Firm) -> None:
    worker = a_worker(firm.id)
    for gate in (firm.mine, firm.theirs, firm.nobodys):
        gate.send(a_touch(1, worker), a_touch(4, worker))
        add_terminal(gate.site_id, "裏門", by=firm.owner, at=NOW)
    bind_all()
    browser, whole = firm.browser(), as_firm(firm.id)
    for page in ("/business/sites/", "/business/sites/days/2026-11/", "/business/"):
        assert [name in browser.get(page).content.decode() for name in ("東の現場", "西の現場", "本社の現場")] == [
            True, False, False,
        ]  # fmt: skip
        assert all(name in whole.get(page).content.decode() for name in ("東の現場", "西の現場", "本社の現場"))


def tries(firm: Firm, gate: Gate) -> list[Callable[[Actor], object]]:
    """Everything that a prime does on a site."""
    site, worker = gate.site_id, a_worker(firm.id).worker_id
    tenure = a_tenure(site, firm.id, a_firm("下請の会社"))
    claim = enter_claim(worker, ClaimData(day=TODAY, site_id=site), by=worker_as_actor(worker), at=NOW)
    terminal, place = list_terminals(site)[0].id, FirmPlace(business_name="無番工業", from_on=TODAY)
    people = [(worker, RosterData(trade="06-01"))]
    return [
        lambda by: add_terminal(site, "裏門", by=by, at=NOW),
        lambda by: add_period(site, date(2020, 1, 1), date(2020, 1, 2), by=by, at=NOW),
        lambda by: file_site(site, firm.branch, by=by, at=NOW),
        lambda by: make_pairing_code(terminal, by=by, at=NOW),
        lambda by: invite_firm(site, None, place, by=by, at=NOW, on=TODAY),
        lambda by: make_site_key(site, None, by=by, at=NOW, on=TODAY),
        lambda by: add_to_roster(site, None, people, from_on=TODAY, by=by, at=NOW),
        lambda by: end_tenure(tenure.id, until_on=TODAY, by=by, at=NOW, on=TODAY),
        lambda by: decide_days(site, [(worker, TODAY)], counts=True, by=by, at=NOW),
        lambda by: approve_claims([claim], by=by, at=NOW),
        lambda by: revoke_device(gate.device.device_id, reason="", by=by, at=NOW),
        lambda by: end_pairing(gate.device.device_id, site, by=by, at=NOW),
        lambda by: close_site(site, from_on=TODAY, by=by, at=NOW),
    ]


@pytest.mark.parametrize("number", range(13))
def test_what_a_prime_does_the_manager_does_on_his_sites_alone(firm: Firm, number: int) -> None:
    for gate in (firm.theirs, firm.nobodys):
        with pytest.raises(NotAllowedError):
            tries(firm, gate)[number](firm.manager)
    tries(firm, firm.mine)[number](firm.manager)


def test_a_site_that_is_filed_elsewhere_is_gone_from_his_pages(firm: Firm) -> None:
    browser = firm.browser()
    path = f"/business/sites/{firm.mine.site_id}/"
    assert browser.post(f"{path}unit/", {"unit_id": str(firm.beside)}).status_code == 422
    assert as_firm(firm.id).post(f"{path}unit/", {"unit_id": str(firm.beside)}).status_code == 302
    assert browser.get(path).status_code == 404


def test_he_opens_sites_in_his_units_only(firm: Firm) -> None:
    browser = firm.browser()
    for unit, status in (("", 422), (str(firm.beside), 422), (str(firm.department), 302)):
        assert (
            browser.post("/business/sites/new/", {**TYPED, "users": [firm.account], "unit_id": unit}).status_code
            == status
        )
    with pytest.raises(UnitError):
        open_site(firm.id, PLAN, by=firm.manager, at=NOW)


def test_he_adds_people_of_his_units_and_no_second_manager_of_his_own(firm: Firm) -> None:
    refused: list[tuple[Role, int | None, type[Exception]]] = [
        (Role.OWNER, None, RoleError), (Role.PROXY_CLERK, None, RoleError), (Role.SITE_MANAGER, None, UnitError),
        (Role.SITE_MANAGER, firm.beside, UnitError), (Role.TIER_MANAGER, firm.branch, UnitError),
    ]  # fmt: skip
    for role, unit, error in refused:
        with pytest.raises(error):
            firm.user("見本 見", role, unit, firm.manager)
    for role, unit in ((Role.SITE_MANAGER, firm.branch), (Role.TIER_MANAGER, firm.department)):
        firm.user(f"{role} 見", role, unit, firm.manager)
    page = firm.browser().get("/business/users/").content.decode()
    assert "tier_manager 見" in page
    assert "見本 担当" not in page


def test_a_site_manager_of_a_unit_reaches_the_sites_that_were_given_to_him(firm: Firm) -> None:
    account_id = firm.user("現場 見", Role.SITE_MANAGER, firm.beside)
    browser = logged_in(activate_account(account_id))
    assert browser.get(f"/business/sites/{firm.theirs.site_id}/").status_code == 404
    give(account_id, firm.id, firm.theirs.site_id)
    assert browser.get(f"/business/sites/{firm.theirs.site_id}/").status_code == 200
    assert browser.get(f"/business/sites/{firm.mine.site_id}/").status_code == 404


@pytest.mark.parametrize("role", [Role.OWNER, Role.PROXY_CLERK])
def test_who_acts_for_the_whole_firm_has_no_unit(firm: Firm, role: Role) -> None:
    with pytest.raises(UnitError):
        firm.user("見本 見", role, firm.branch)


def test_a_manager_without_a_unit_reaches_nothing(firm: Firm) -> None:
    with pytest.raises(UnitError):
        firm.user("見本 見", Role.TIER_MANAGER, None)
    BusinessUser.objects.filter(account=firm.account).update(unit=None)
    assert viewer_for(firm.account).reach == Reach(frozenset())
    assert firm.browser().get(f"/business/sites/{firm.mine.site_id}/").status_code == 404


def test_places_on_sites_of_others_are_the_whole_firm_s(firm: Firm) -> None:
    other = a_firm("よその会社")
    site = a_gate(other, name="よその現場").site_id
    asked = a_tenure(site, other, firm.id, accepted=False)
    with pytest.raises(NotAllowedError):
        accept_invitation(asked.id, by=firm.manager, at=NOW)
    accept_invitation(asked.id, by=firm.owner, at=NOW)
    browser = firm.browser()
    assert browser.get(f"/business/sites/{site}/roster/").status_code == 404
    assert browser.get("/business/sites/join/").status_code == 404
    assert "よその現場" not in browser.get("/business/sites/").content.decode()


def test_people_and_papers_of_other_units_sites_stay_closed(firm: Firm) -> None:
    viewer, worker = viewer_for(firm.account), a_worker(firm.id).worker_id
    month = TODAY.replace(day=1)

    def wish(site: SiteId) -> Wish:
        return Wish(PaperKind.SITE_DAYS, month, month, site)

    assert see_workers_on_site(viewer, firm.mine.site_id, [worker], at=NOW)
    assert may_ask(viewer.actor(), wish(firm.mine.site_id), on=TODAY)
    for gate in (firm.theirs, firm.nobodys):
        assert not may_ask(viewer.actor(), wish(gate.site_id), on=TODAY)
        with pytest.raises(NotFoundError):
            see_workers_on_site(viewer, gate.site_id, [worker], at=NOW)


def test_units_are_three_deep_and_each_has_its_own_number(firm: Firm) -> None:
    third = firm.unit("東一課", "111", firm.department)
    assert firm.unit("東一課", "111", firm.department) == third
    with pytest.raises(UnitTierError):
        firm.unit("東一係", "1111", third)
    for code in ("111", "A1", ""):
        with pytest.raises(UnitCodeError):
            firm.unit("別の課", code)
    assert [(row.name, row.tier) for row in list_units(firm.id)] == [
        ("東支店", 1), ("東工事部", 2), ("東一課", 3), ("西支店", 1),
    ]  # fmt: skip


def test_the_manager_adds_units_below_his_own(firm: Firm) -> None:
    assert firm.unit("東二部", "12", firm.branch, firm.manager)
    for parent in (None, firm.beside):
        with pytest.raises(UnitError):
            firm.unit("別の部", "99", parent, firm.manager)
    page = firm.browser().get("/business/organisation/").content.decode()
    assert "東工事部" in page
    assert "西支店" not in page


def test_a_unit_of_another_firm_is_none(firm: Firm) -> None:
    other = a_firm("よその会社")
    theirs = add_unit(other, UnitData(name="支店", kana="シテン", code="1"), by=owner_of(other), at=NOW)
    for act in (
        lambda: firm.user("見本 見", Role.SITE_MANAGER, theirs),
        lambda: file_site(firm.mine.site_id, theirs, by=firm.owner, at=NOW),
        lambda: firm.unit("部", "5", theirs),
    ):
        with pytest.raises(UnitError):
            act()
    with pytest.raises(NotAllowedError):
        add_unit(other, UnitData(name="部", kana="ブ", code="5"), by=firm.owner, at=NOW)


def test_a_unit_is_added_on_its_page_and_a_second_click_adds_nothing(firm: Firm) -> None:
    browser = as_firm(firm.id)
    typed: dict[str, Any] = {"name": "南支店", "kana": "ミナミシテン", "code": "30", "parent_id": ""}
    for _ in range(2):
        assert browser.post("/business/organisation/", typed).status_code == 302
    assert [row.name for row in list_units(firm.id)].count("南支店") == 1
    wrong = browser.post("/business/organisation/", {**typed, "name": "北支店"})
    assert wrong.status_code == 422
    assert 'value="北支店"' in wrong.content.decode()


def test_messages_about_a_site_go_to_those_whose_site_it_is(firm: Firm) -> None:
    assert {user.account.id for user in list_users_of_unit(firm.id, firm.department)} >= {firm.account}
    for unit in (firm.beside, None):
        assert firm.account not in {user.account.id for user in list_users_of_unit(firm.id, unit)}
    assert len(list_users_of_unit(firm.id, None)) == len(list_users(firm.id)) - 1


def test_the_owner_adds_a_manager_on_the_page_who_then_sees_his_unit(firm: Firm) -> None:
    browser = as_firm(firm.id)
    typed = {"name": "西の 見", "mail": "", "role": "tier_manager", "unit_id": "", "form_key": "one"}
    refused = browser.post("/business/users/new/", typed)
    assert refused.status_code == 422
    for words in ("組織を選んでいません。", "扱う組織を一覧から選んでください。"):
        assert words in refused.content.decode()
    assert "選べません" not in refused.content.decode()
    assert browser.post("/business/users/new/", {**typed, "unit_id": str(firm.beside)}).status_code == 302
    manager = logged_in(activate_account(list_users(firm.id)[-1].account.id))
    assert manager.get(f"/business/sites/{firm.theirs.site_id}/").status_code == 200
    assert manager.get(f"/business/sites/{firm.mine.site_id}/").status_code == 404


def test_strangers_and_other_firms_stay_out(firm: Firm) -> None:
    path = f"/business/sites/{firm.mine.site_id}/unit/"
    assert Client().get(path).status_code == 302
    other = as_firm(a_firm("よその会社"))
    assert other.get(path).status_code == 404
    assert "東支店" not in other.get("/business/organisation/").content.decode()
