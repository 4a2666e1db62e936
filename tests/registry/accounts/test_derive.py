import pytest

from registry.accounts.derive import (
    PasswordCommonError,
    PasswordPersonalError,
    PasswordShortError,
    check_password,
    draw_security_code,
    normal_login_id,
)
from registry.core.errors import RegistryError

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


def test_normal_login_id() -> None:
    assert normal_login_id(" １２３４-5678 9018 21 ") == "12345678901821"
    assert normal_login_id(" Office-Desk ") == "office-desk"


def test_security_code_has_six_digits() -> None:
    assert all(len(draw_security_code()) == 6 for _ in range(20))
