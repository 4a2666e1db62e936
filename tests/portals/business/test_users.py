"""A firm adds the people who log in for it."""

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.businesses.queries import list_users
from registry.core.ids import BusinessId, IdKind, is_id
from registry.notices.models import Letter
from tests.factories.cast import NOW, a_firm, activate, logged_in, owner_of, secrets_of_letters
from tests.factories.visitors import activate_account, as_firm

pytestmark = pytest.mark.django_db
PAGE = "/business/users/new/"
TYPED = {"name": "現場 見太", "mail": "genba@sample.example", "role": "site_manager", "form_key": "one-form"}


@pytest.fixture
def firm() -> BusinessId:
    return a_firm()


@pytest.fixture
def owner(firm: BusinessId) -> Client:
    activate(str(firm), list_users(firm)[0].account.id, secrets_of_letters())
    return logged_in(str(firm))


def test_the_new_user_gets_an_own_id_and_two_letters_to_the_firm(owner: Client, firm: BusinessId) -> None:
    page = owner.post(PAGE, TYPED, follow=True).content.decode()
    assert "現場 見太さんを追加しました" in page
    added = list_users(firm)[1].account
    assert is_id(int(added.login_id), IdKind.USER)
    assert (added.role, added.mail) == (Role.SITE_MANAGER, "genba@sample.example")
    letters = Letter.objects.filter(account_id=added.id).order_by("pk")
    assert [letter.kind for letter in letters] == ["user_first_login", "firm_security_code"]
    assert {letter.address for letter in letters} == {"東京都見本区1-2-3"}


def test_the_new_user_logs_in_and_does_no_more_than_the_role_allows(owner: Client, firm: BusinessId) -> None:
    owner.post(PAGE, {**TYPED, "role": "site_viewer"})
    added = list_users(firm)[1].account
    activate(added.login_id, added.id, secrets_of_letters())
    viewer = logged_in(added.login_id)
    assert viewer.get("/business/").status_code == 200
    assert viewer.get("/business/users/").status_code == 404
    assert viewer.post(PAGE, TYPED).status_code == 404


def test_a_second_click_adds_nobody(owner: Client, firm: BusinessId) -> None:
    for _ in range(2):
        assert owner.post(PAGE, TYPED).status_code == 302
    assert len(list_users(firm)) == 2
    assert Letter.objects.filter(kind="user_first_login").count() == 1


def test_another_person_typed_on_the_page_that_back_shows_is_added(owner: Client, firm: BusinessId) -> None:
    owner.post(PAGE, TYPED)
    assert "別 人子さんを追加しました" in owner.post(PAGE, {**TYPED, "name": "別 人子"}, follow=True).content.decode()
    assert [user.account.display_name for user in list_users(firm)][1:] == ["現場 見太", "別 人子"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", ""), ("role", "reviewer"), ("role", "tier_manager"), ("unit_id", "7"), ("mail", "no mail")],
)
def test_what_is_wrong_stands_beside_the_field_and_the_rest_is_kept(
    owner: Client, firm: BusinessId, field: str, typed: str
) -> None:
    page = owner.post(PAGE, {**TYPED, field: typed})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert ('value="現場 見太"' in page.content.decode()) is (field != "name")
    assert len(list_users(firm)) == 1


def resend(account_id: int) -> str:
    """The address of the button that sends a first password again."""
    return f"/business/users/{account_id}/first-password/"


def test_a_lost_first_letter_is_sent_again(owner: Client, firm: BusinessId) -> None:
    owner.post(PAGE, TYPED)
    secrets_of_letters()
    first, added = (user.account.id for user in list_users(firm))
    page = owner.get("/business/users/").content.decode()
    assert f'action="{resend(added)}"' in page
    assert f'action="{resend(first)}"' not in page  # the owner is logged in
    assert "印刷待ちにしました" in owner.post(resend(added), follow=True).content.decode()
    assert "すでに印刷を待っています" in owner.post(resend(added), follow=True).content.decode()
    assert "すでにご自分のパスワードを決めています" in owner.post(resend(first), follow=True).content.decode()
    assert Letter.objects.get(kind="new_first_password").account_id == added


def test_a_letter_is_sent_again_only_by_who_has_that_user_in_the_list(owner: Client, firm: BusinessId) -> None:
    owner.post(PAGE, TYPED)
    added = list_users(firm)[-1].account.id
    secrets_of_letters()
    for client in (as_firm(a_firm("別の会社")), as_firm(firm, Role.SITE_MANAGER)):
        assert client.post(resend(added)).status_code == 404
    unit = add_unit(firm, UnitData(name="支店", kana="シテン", code="1"), by=owner_of(firm), at=NOW)
    tier = add_user(firm, name="階層 見太", mail="", role=Role.TIER_MANAGER, unit_id=unit, by=owner_of(firm), at=NOW)
    manager = logged_in(activate_account(tier))
    assert manager.post(resend(added)).status_code == 404  # a user of the whole firm
    inside = add_user(firm, name="支店 見太", mail="", role=Role.SITE_VIEWER, unit_id=unit, by=owner_of(firm), at=NOW)
    secrets_of_letters()
    assert manager.post(resend(inside)).status_code == 302
    assert [letter.account_id for letter in Letter.objects.filter(kind="new_first_password")] == [inside]
