"""A firm adds the people who log in for it."""

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.businesses.queries import list_users
from registry.core.ids import BusinessId, IdKind, is_id
from registry.notices.models import Letter
from tests.factories.cast import a_firm, activate, logged_in, secrets_of_letters

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
