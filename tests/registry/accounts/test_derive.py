from datetime import date, timedelta

import pytest

from registry.accounts.derive import (
    PasswordCommonError,
    PasswordPersonalError,
    PasswordShortError,
    birth_words,
    check_password,
    draw_security_code,
    used_until_after,
    wait_of,
)
from registry.accounts.states import Limit
from registry.core.errors import RegistryError
from tests.factories.cast import NOW

PERSONAL = ["12345678901821", "見本 太郎", "mihon@sample.example"]


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("short-one", PasswordShortError), ("password2026", PasswordCommonError), ("aaaaaaaaaaaa", PasswordCommonError),
        ("0123456789", PasswordCommonError), ("x12345678901821", PasswordPersonalError), ("my-mihon-word", PasswordPersonalError),
    ],
)  # fmt: skip
def test_check_password_tells_why(password: str, error: type[RegistryError]) -> None:
    with pytest.raises(error):
        check_password(password, personal=PERSONAL)


@pytest.mark.parametrize("password", ["あしたは晴れるといいな!", "ashitahaharerutoiina", "kumo to yama to kawa"])
def test_check_password_has_no_composition_rules(password: str) -> None:
    check_password(password, personal=PERSONAL)


def test_security_code_has_six_digits() -> None:
    assert all(len(draw_security_code()) == 6 for _ in range(20))


@pytest.mark.parametrize(
    "password",
    [
        "sakurasakura", "abcabcabcabc", "9876543210", "qwertyuiop", "lkjhgfdsapoiuytrewq"[:10], "ABCDEFGHIJ", "1234567890",
        "Kensetsu2026", "basketball", "abababababab",
    ],
)  # fmt: skip
def test_common_passwords(password: str) -> None:
    with pytest.raises(PasswordCommonError):
        check_password(password, personal=[])


@pytest.mark.parametrize(
    "password",
    ["1234-5678-9018-21", "3456-789018-21", "mihontaro-no-mihon", "x-19800506-x", "yama-80-05-06"],
)
def test_personal_passwords(password: str) -> None:
    personal = [*PERSONAL, *birth_words(date(1980, 5, 6))]
    with pytest.raises(PasswordPersonalError):
        check_password(password, personal=personal)


def test_signs_alone_are_not_called_personal() -> None:
    check_password("-_ -_- —–‑ー", personal=PERSONAL)


def test_birth_words() -> None:
    assert birth_words(date(1980, 5, 6)) == ["19800506", "800506", "06051980", "05061980"]


@pytest.mark.parametrize("times", [1, 3, 60])
def test_a_limit_lets_so_many_through_at_once_and_then_one_by_one(times: int) -> None:
    limit, at = Limit(times, timedelta(minutes=10)), NOW
    used_until, let_through = at, 0
    while not wait_of(used_until, limit, at):
        used_until, let_through = used_until_after(used_until, limit, at), let_through + 1
    assert let_through == times
    assert wait_of(used_until, limit, at) == limit.per / times
    assert not wait_of(used_until, limit, at + limit.per / times)
    assert not wait_of(used_until, limit, at + limit.per)
