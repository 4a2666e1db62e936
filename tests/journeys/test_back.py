"""The back button, where something was refused before."""

from collections.abc import Callable

import pytest

from registry.businesses.queries import list_users
from tests.factories.cast import PASSWORD, a_firm, secrets_of_letters
from tests.factories.visitors import activate_account
from tests.journeys.conftest import Visitor
from tests.journeys.test_first_days import log_in

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_back_after_a_refused_first_password(visitor: Callable[[str], Visitor]) -> None:
    login_id = str(a_firm())
    letters = secrets_of_letters()[login_id]
    owner = visitor("back")
    log_in(owner, login_id, letters["initial"])
    owner.fill(present_password=letters["initial"], new_password="short", new_password_again="short")
    owner.press("パスワードを変更する")
    owner.sees("10文字より短い")
    owner.page.go_back()
    owner.page.go_forward()
    assert owner.page.url.endswith("/login/password/")
    owner.fill(present_password=letters["initial"], new_password=PASSWORD, new_password_again=PASSWORD)
    owner.press("パスワードを変更する")
    owner.page.go_back()
    owner.sees("セキュリティコード")
    assert owner.page.url.endswith("/login/code/")


def test_back_after_a_refused_login(visitor: Callable[[str], Visitor]) -> None:
    login_id = activate_account(list_users(a_firm())[0].account.id)
    owner = visitor("back-login")
    log_in(owner, login_id, "not-the-password")
    assert owner.page.input_value("[name=login_id]") == login_id
    owner.fill(password=PASSWORD)
    owner.press("ログインする")
    assert owner.page.url.endswith("/business/")
    owner.page.go_back()
    assert owner.page.url.endswith("/login/")
    owner.sees("ログインする")
