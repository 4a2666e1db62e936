"""A first password that was lost or has lapsed is sent again by the desk (ruling 2)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from registry.accounts.states import Role
from registry.businesses.queries import list_users
from registry.core.ids import BusinessId
from registry.notices.models import Letter
from tests.factories.cast import NOW, a_firm, a_worker, secrets_of_letters
from tests.factories.visitors import account_of_worker, activate_account, as_firm, as_office, as_worker

pytestmark = pytest.mark.django_db
NEW = "new_first_password"


def address_of_user(firm: BusinessId) -> tuple[str, str]:
    """The page of a firm, and the address of the button for its first user."""
    page = f"/office/businesses/{firm}/"
    return page, f"{page}users/{list_users(firm)[0].account.id}/first-password/"


def address_of_worker() -> tuple[str, str, int]:
    """The page of a new worker, the address of the button, the worker's ID."""
    worker_id = a_worker(None).worker_id
    page = f"/office/workers/{worker_id}/"
    return page, f"{page}first-password/", worker_id


def said(client: Client, where: str) -> str:
    return client.post(where, follow=True).content.decode()


def test_a_lapsed_first_password_is_no_dead_end() -> None:
    with time_machine.travel(NOW - timedelta(days=100), tick=False):
        page, where, worker_id = address_of_worker()
        old = secrets_of_letters(NOW - timedelta(days=100))[str(worker_id)]["initial"]
    with time_machine.travel(NOW, tick=False):
        typed = {"login_id": str(worker_id), "password": old}
        assert "初期パスワードの期限" in Client().post("/login/", typed).content.decode()
        desk = as_office(Role.DESK)
        assert f'action="{where}"' in desk.get(page).content.decode()
        assert "印刷待ちにしました" in said(desk, where)
        assert "すでに印刷を待っています" in said(desk, where)
        new = secrets_of_letters(NOW)[str(worker_id)]["initial"]
        assert Client().post("/login/", {**typed, "password": new}).status_code == 302
    assert Letter.objects.filter(kind=NEW).count() == 1


def test_the_page_of_a_firm_offers_it_for_each_who_has_no_password() -> None:
    firm = a_firm()
    page, where = address_of_user(firm)
    secrets_of_letters()
    office = as_office()
    assert f'action="{where}"' in office.get(page).content.decode()
    assert "印刷待ちにしました" in said(office, where)
    letter = Letter.objects.get(kind=NEW)
    assert (letter.account_id, letter.data["business_name"]) == (list_users(firm)[0].account.id, "見本建設株式会社")


def test_who_has_a_password_is_not_offered_one_and_gets_none() -> None:
    firm = a_firm()
    of_user, (page, where, worker_id) = address_of_user(firm), address_of_worker()
    secrets_of_letters()
    for account in (list_users(firm)[0].account.id, account_of_worker(worker_id)):
        activate_account(account)
    desk = as_office(Role.DESK)
    for shown, button in (of_user, (page, where)):
        assert f'action="{button}"' not in desk.get(shown).content.decode()
        assert "すでにご自分のパスワードを決めています" in said(desk, button)
    assert not Letter.objects.filter(kind=NEW).exists()


def test_nobody_else_sends_it_and_nobody_is_sent_what_is_not_there() -> None:
    firm, other = a_firm(), a_firm("別の会社")
    (_, of_user), (_, of_worker, _) = address_of_user(firm), address_of_worker()
    secrets_of_letters()
    for stranger in (as_firm(other), as_worker(a_worker(None).worker_id)):
        for where in (of_user, of_worker):
            assert stranger.post(where).status_code == 404
    desk = as_office(Role.DESK)
    assert desk.post("/office/workers/12345678901821/first-password/").status_code == 404
    elsewhere = of_user.replace(str(firm), str(other))
    assert desk.post(elsewhere).status_code == 404
    assert desk.get(of_worker).headers["Location"] == "/office/"
    assert not Letter.objects.filter(kind=NEW).exists()
