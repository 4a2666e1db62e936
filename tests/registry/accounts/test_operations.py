from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.hashers import check_password as matches
from django.db import IntegrityError, connection, transaction

from config.settings import base
from registry.accounts.derive import PasswordPersonalError
from registry.accounts.models import Account, Allowance, SecurityCode, WrongTries
from registry.accounts.operations import (
    InitialPasswordLapsedError,
    LoginClosedError,
    LoginWrongError,
    PasswordSameError,
    PasswordWrongError,
    Place,
    SecurityCodeVoidError,
    SecurityCodeWrongError,
    TooOftenError,
    check_allowance,
    check_login,
    confirm_code,
    make_initial_password,
    make_security_code,
    open_account,
    set_first_password,
    use_allowance,
)
from registry.accounts.states import LIMITS, AccountState, Limited, Portal, Role
from registry.core.errors import MoveRefusedError
from tests.factories.accounts import an_account
from tests.factories.cast import NOW, OFFICE, PASSWORD

pytestmark = pytest.mark.django_db
ID = "12345678901821"
HERE = Place("192.0.2.0/24")
OWN_DEVICE = Place("192.0.2.0/24", device="own")


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
    assert check_login("1234 5678-9018 21", initial, place=HERE, at=NOW).next_step is AccountState.INITIAL
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    assert check_login(ID, PASSWORD, place=HERE, at=NOW).next_step is AccountState.CODE_WANTED
    confirm_code(account, code, at=NOW)
    assert check_login(ID, PASSWORD, place=HERE, at=NOW).next_step is AccountState.ACTIVE
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
            check_login(typed_id, "wrong", place=HERE, at=NOW)
        assert wrong.value.data["left"] == left
    with pytest.raises(LoginClosedError) as closed:
        check_login(typed_id, "wrong", place=HERE, at=NOW)
    assert closed.value.data["until"] == NOW + timedelta(minutes=30)
    with pytest.raises(LoginClosedError):
        check_login(typed_id, PASSWORD, place=HERE, at=NOW + timedelta(minutes=29))


def test_the_lock_is_of_one_place_and_ends_by_itself(account: int) -> None:
    activate(account)
    for _ in range(5):
        with pytest.raises((LoginWrongError, LoginClosedError)):
            check_login(ID, "wrong", place=HERE, at=NOW)
    assert check_login(ID, PASSWORD, place=OWN_DEVICE, at=NOW)
    assert check_login(ID, PASSWORD, place=HERE, at=NOW + timedelta(minutes=31))


def test_a_right_password_ends_the_count(account: int) -> None:
    activate(account)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginWrongError):
                check_login(ID, "wrong", place=HERE, at=NOW)
        check_login(ID, PASSWORD, place=HERE, at=NOW)


def test_an_initial_password_lapses_after_ninety_days(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    assert check_login(ID, initial, place=HERE, at=NOW + timedelta(days=90))
    with pytest.raises(InitialPasswordLapsedError):
        check_login(ID, initial, place=HERE, at=NOW + timedelta(days=90, seconds=1))


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


def test_six_digits_are_hashed(account: int) -> None:
    code = make_security_code(account, by=OFFICE, at=NOW)
    stored = SecurityCode.objects.get(account_id=account).code_hash
    assert code not in stored
    assert matches(code, stored)


class Counted(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm, times = "counted", 0

    def encode(self, password: str, salt: str) -> str:
        Counted.times += 1
        return str(super().encode(password, salt))


def test_an_unknown_id_costs_what_a_known_one_does(account: int, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    make_initial_password(account, by=OFFICE, at=NOW)
    costs = []
    for login_id in (ID, "12345678901822"):
        before = Counted.times
        with pytest.raises(LoginWrongError):
            check_login(login_id, "wrong", place=HERE, at=NOW)
        costs.append(Counted.times - before)
    assert costs == [1, 1]
    assert base.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_a_newer_code_voids_the_older(account: int) -> None:
    initial, older = make_initial_password(account, by=OFFICE, at=NOW), make_security_code(account, by=OFFICE, at=NOW)
    newer = make_security_code(account, by=OFFICE, at=NOW)
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    if older != newer:
        with pytest.raises(SecurityCodeWrongError):
            confirm_code(account, older, at=NOW)
    confirm_code(account, f" {newer[:3]} {newer[3:]} ", at=NOW)


def test_a_code_before_the_password_is_refused_and_not_counted(account: int) -> None:
    code = make_security_code(account, by=OFFICE, at=NOW)
    for typed in ["wrong"] * 6 + [code]:
        with pytest.raises(MoveRefusedError):
            confirm_code(account, typed, at=NOW)
    assert SecurityCode.objects.get(account_id=account).wrong_tries == 0


def test_a_code_given_twice_is_harmless(account: int) -> None:
    activate(account)
    confirm_code(account, "whatever", at=NOW)
    assert Account.objects.get(pk=account).state == AccountState.ACTIVE


def test_a_late_letter_takes_no_password_away(account: int) -> None:
    activate(account)
    with pytest.raises(MoveRefusedError):
        make_initial_password(account, by=OFFICE, at=NOW)
    assert check_login(ID, PASSWORD, place=HERE, at=NOW)


def test_open_account_keeps_the_id_as_it_is_looked_up() -> None:
    number = an_account(" Office-ＤＥＳＫ ")
    assert Account.objects.get(pk=number).login_id == "office-desk"
    with pytest.raises(IntegrityError), transaction.atomic():
        an_account("OFFICE-DESK")


def test_a_password_with_a_handed_in_word_is_personal(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    with pytest.raises(PasswordPersonalError):
        set_first_password(account, present=initial, new="kumo-19800505", personal=["19800505"], at=NOW)


@pytest.mark.parametrize(
    ("move_first", "state"), [(False, AccountState.ACTIVE), (True, AccountState.ACTIVE), (True, AccountState.INITIAL)]
)
def test_the_database_refuses_other_moves(account: int, state: AccountState, *, move_first: bool) -> None:
    if move_first:
        activate(account)
        Account.objects.filter(pk=account).update(state=AccountState.CLOSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account).update(state=state)


@pytest.mark.parametrize("wrong", [{"portal": "nowhere"}, {"role": "king"}])
def test_the_database_knows_portals_and_roles(account: int, wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account).update(**wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("typed_id", [ID, "nobody-at-all"])
def test_tries_at_the_same_time_are_each_counted(account: int, typed_id: str) -> None:
    def one_try(_number: int) -> str:
        try:
            check_login(typed_id, "wrong", place=HERE, at=NOW)
        except (LoginWrongError, LoginClosedError) as error:
            return error.code
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(one_try, range(12)))

    assert (codes.count("LOGIN_WRONG"), codes.count("LOGIN_CLOSED")) == (4, 8)
    assert WrongTries.objects.get(typed_id=typed_id).in_a_row == 5


def use_up(kind: Limited, who: str) -> None:
    for _ in range(LIMITS[kind].times):
        use_allowance(kind, who, at=NOW)


def test_a_limit_is_told_with_the_seconds_to_wait_and_holds_for_one_alone() -> None:
    use_up(Limited.SEARCH, "one")
    with pytest.raises(TooOftenError) as refused:
        use_allowance(Limited.SEARCH, "one", at=NOW)
    seconds = refused.value.data["seconds"]
    assert seconds == 5  # 120 in ten minutes
    use_allowance(Limited.SEARCH, "other", at=NOW)
    use_allowance(Limited.SEARCH, "one", at=NOW + timedelta(seconds=5))
    with pytest.raises(TooOftenError):
        check_allowance(Limited.SEARCH, "one", at=NOW + timedelta(seconds=5))


def test_wrong_logins_with_many_ids_close_a_network_to_devices_that_never_logged_in(account: int) -> None:
    activate(account)
    for _ in range(LIMITS[Limited.LOGIN_NETWORK].times - 1):
        use_allowance(Limited.LOGIN_NETWORK, HERE.network, at=NOW)
    with pytest.raises(LoginWrongError):
        check_login("nobody", "wrong", place=HERE, at=NOW)
    with pytest.raises(TooOftenError):
        check_login(ID, PASSWORD, place=HERE, at=NOW)
    assert check_login(ID, PASSWORD, place=OWN_DEVICE, at=NOW)
    assert check_login(ID, PASSWORD, place=Place("198.51.100.0/24"), at=NOW)


def test_right_logins_use_nothing_of_a_network(account: int) -> None:
    activate(account)
    check_login(ID, PASSWORD, place=HERE, at=NOW)
    assert not Allowance.objects.filter(kind=Limited.LOGIN_NETWORK).exists()


def test_wrong_logins_of_a_known_device_draw_on_the_device(account: int) -> None:
    with pytest.raises(LoginWrongError):
        check_login(ID, "wrong", place=OWN_DEVICE, at=NOW)
    drawn = Allowance.objects.get()
    assert (drawn.kind, drawn.who) == (Limited.LOGIN_DEVICE, "own")


def test_wrong_initial_passwords_are_limited_even_before_a_right_one(account: int) -> None:
    initial = make_initial_password(account, by=OFFICE, at=NOW)
    with pytest.raises(PasswordWrongError):
        set_first_password(account, present="wrong", new=PASSWORD, at=NOW)
    for _ in range(LIMITS[Limited.PASSWORD].times - 1):
        use_allowance(Limited.PASSWORD, str(account), at=NOW)
    with pytest.raises(TooOftenError):
        set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    set_first_password(account, present=initial, new=PASSWORD, at=NOW + LIMITS[Limited.PASSWORD].per)


def test_security_codes_are_limited(account: int) -> None:
    initial, code = make_initial_password(account, by=OFFICE, at=NOW), make_security_code(account, by=OFFICE, at=NOW)
    set_first_password(account, present=initial, new=PASSWORD, at=NOW)
    use_up(Limited.CODE, str(account))
    with pytest.raises(TooOftenError):
        confirm_code(account, code, at=NOW)
    confirm_code(account, code, at=NOW + LIMITS[Limited.CODE].per)
