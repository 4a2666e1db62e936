from datetime import timedelta

import pytest

from registry.accounts.models import Account
from registry.accounts.operations import (
    InitialPasswordLapsedError,
    LoginClosedError,
    LoginWrongError,
    PasswordSameError,
    PasswordWrongError,
    SecurityCodeVoidError,
    SecurityCodeWrongError,
    check_login,
    confirm_code,
    make_initial_password,
    make_security_code,
    open_account,
    set_first_password,
)
from registry.accounts.states import AccountState, Portal, Role
from registry.core.errors import MoveRefusedError
from tests.factories.cast import NOW, OFFICE, PASSWORD

pytestmark = pytest.mark.django_db
ID = "12345678901821"


@pytest.fixture
def account() -> int:
    return open_account(
        login_id=ID, portal=Portal.WORKER, role=Role.WORKER, display_name="見本 太郎", by=OFFICE, at=NOW
    )


def activate(account: int) -> None:
    initial, code = make_initial_password(account, by=OFFICE, at=NOW), make_security_code(account, by=OFFICE, at=NOW)
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    confirm_code(account, code, at=NOW)


def test_the_first_login_step_by_step(account: int) -> None:
    initial, code = make_initial_password(account, by=OFFICE, at=NOW), make_security_code(account, by=OFFICE, at=NOW)
    assert check_login("1234 5678-9018 21", initial, place="x", at=NOW).next_step is AccountState.INITIAL
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    assert check_login(ID, PASSWORD, place="x", at=NOW).next_step is AccountState.CODE_WANTED
    confirm_code(account, code, at=NOW)
    assert check_login(ID, PASSWORD, place="x", at=NOW).next_step is AccountState.ACTIVE
    with pytest.raises(MoveRefusedError):
        set_first_password(account, present=PASSWORD, new="betsuno-aikotoba-7", at=NOW)


def test_nothing_secret_is_stored_in_clear(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    assert initial not in str(Account.objects.values().get(pk=account))


@pytest.mark.parametrize("typed_id", [ID, "99999999999999", "nobody"])
def test_five_wrong_tries_close_an_id_whether_it_exists_or_not(account: int, typed_id: str) -> None:
    activate(account)
    for left in (4, 3, 2, 1):
        with pytest.raises(LoginWrongError) as wrong:
            check_login(typed_id, "wrong", place="x", at=NOW)
        assert wrong.value.data["left"] == left
    with pytest.raises(LoginClosedError) as closed:
        check_login(typed_id, "wrong", place="x", at=NOW)
    assert closed.value.data["until"] == NOW + timedelta(minutes=30)
    with pytest.raises(LoginClosedError):
        check_login(typed_id, PASSWORD, place="x", at=NOW + timedelta(minutes=29))


def test_the_lock_is_of_one_place_and_ends_by_itself(account: int) -> None:
    activate(account)
    for _ in range(5):
        with pytest.raises((LoginWrongError, LoginClosedError)):
            check_login(ID, "wrong", place="elsewhere", at=NOW)
    assert check_login(ID, PASSWORD, place="own device", at=NOW)
    assert check_login(ID, PASSWORD, place="elsewhere", at=NOW + timedelta(minutes=31))


def test_a_right_password_ends_the_count(account: int) -> None:
    activate(account)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginWrongError):
                check_login(ID, "wrong", place="x", at=NOW)
        check_login(ID, PASSWORD, place="x", at=NOW)


def test_an_initial_password_lapses_after_ninety_days(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    assert check_login(ID, initial, place="x", at=NOW + timedelta(days=90))
    with pytest.raises(InitialPasswordLapsedError):
        check_login(ID, initial, place="x", at=NOW + timedelta(days=90, seconds=1))


def test_a_first_password_needs_the_present_one_and_a_new_one(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    with pytest.raises(PasswordWrongError):
        set_first_password(account, present="wrong", new=PASSWORD, at=NOW)
    with pytest.raises(PasswordSameError):
        set_first_password(account, present=initial, new=initial, at=NOW)


def test_five_wrong_codes_void_it(account: int) -> None:
    initial, code = make_initial_password(account, by=OFFICE, at=NOW), make_security_code(account, by=OFFICE, at=NOW)
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(4):
        with pytest.raises(SecurityCodeWrongError):
            confirm_code(account, wrong, at=NOW)
    for typed in (wrong, code):
        with pytest.raises(SecurityCodeVoidError):
            confirm_code(account, typed, at=NOW)
    confirm_code(account, make_security_code(account, by=OFFICE, at=NOW), at=NOW)
