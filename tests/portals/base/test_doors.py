"""Portals on hosts of their own, the office only from its networks."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from portals.base.doors import is_open
from registry.accounts.models import WrongTries
from registry.accounts.states import Portal, Role
from registry.businesses.queries import list_users
from tests.factories.cast import PASSWORD, a_firm, office_login
from tests.factories.visitors import activate_account

pytestmark = pytest.mark.django_db
HOSTS = {"worker": "my.sample.example", "business": "firm.sample.example", "office": "office.sample.example"}
NEAR, FAR = "192.0.2.7", "203.0.113.7"


@pytest.fixture
def _own_hosts(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["www.sample.example", *HOSTS.values()]
    settings.PORTAL_HOSTS = HOSTS
    settings.OFFICE_NETWORKS = ["192.0.2.0/24", "2001:db8::/32"]


def at(host: str, address: str = FAR) -> Client:
    """A browser that has opened a host from an address."""
    return Client(headers={"host": host}, REMOTE_ADDR=address)


def log_in(browser: Client, login_id: str) -> Any:
    return browser.post("/login/", {"login_id": login_id, "password": PASSWORD})


def firm_login() -> str:
    return activate_account(list_users(a_firm())[0].account.id)


def test_without_settings_all_is_open_everywhere() -> None:
    for portal in Portal:
        assert is_open(RequestFactory().get("/", REMOTE_ADDR=FAR), portal)


@pytest.mark.usefixtures("_own_hosts")
@pytest.mark.parametrize("portal", HOSTS)
@pytest.mark.parametrize("path", ["", "nothing-here/"])
def test_a_portal_is_closed_on_all_other_hosts(portal: str, path: str) -> None:
    for host in {"www.sample.example", *HOSTS.values()} - {HOSTS[portal]}:
        answer = at(host, NEAR).get(f"/{portal}/{path}")
        assert answer.status_code == 404
        assert "ここからは開けません" in answer.content.decode()
        assert (HOSTS[portal] in answer.content.decode()) is (portal != "office")
    assert at(f"{HOSTS[portal]}:8443", NEAR).get(f"/{portal}/{path}").status_code == 302


@pytest.mark.usefixtures("_own_hosts")
@pytest.mark.parametrize(
    ("address", "status"),
    [(NEAR, 302), ("2001:db8::1", 302), ("::ffff:192.0.2.7", 302), (FAR, 404), ("2001:db9::1", 404), ("", 404)],
)
def test_the_office_is_open_from_its_networks_alone(address: str, status: int) -> None:
    assert at(HOSTS["office"], address).get("/office/").status_code == status
    assert at(HOSTS["office"], address).post("/office/letters/").status_code == status


@pytest.mark.usefixtures("_own_hosts")
def test_while_no_network_is_named_the_office_is_closed(settings: Any) -> None:
    settings.OFFICE_NETWORKS = []
    assert at(HOSTS["office"], NEAR).get("/office/").status_code == 404


@pytest.mark.usefixtures("_own_hosts")
def test_from_outside_an_office_login_is_as_unknown_as_any(settings: Any) -> None:
    login_id = office_login(Role.DESK)
    outside = log_in(at(HOSTS["office"]), login_id)
    assert outside.status_code == 422
    assert "IDとパスワードの組み合わせが違います" in outside.content.decode()
    assert WrongTries.objects.get(typed_id=login_id).in_a_row == 1
    assert log_in(at(HOSTS["worker"], NEAR), login_id).status_code == 422
    assert log_in(at(HOSTS["office"], NEAR), login_id)["Location"] == "/office/"


@pytest.mark.usefixtures("_own_hosts")
def test_who_logs_in_at_the_wrong_door_is_told_the_right_one() -> None:
    login_id = firm_login()
    browser = at(HOSTS["worker"])
    answer = log_in(browser, login_id)
    assert answer.status_code == 404
    assert 'href="https://firm.sample.example/login/"' in answer.content.decode()
    assert "sessionid" not in browser.cookies
    assert log_in(at(HOSTS["business"]), login_id)["Location"] == "/business/"


@pytest.mark.usefixtures("_own_hosts")
def test_the_public_home_leads_to_each_door() -> None:
    page = at("www.sample.example").get("/").content.decode()
    assert page.count('href="https://my.sample.example/login/"') == 1
    assert page.count('href="https://firm.sample.example/login/"') == 2
