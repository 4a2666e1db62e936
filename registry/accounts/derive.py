"""Passwords, codes and limits, without tables."""

import re
import secrets
from datetime import datetime, timedelta

from registry.accounts.states import ROLE_PERMISSIONS, Role
from registry.core.errors import RegistryError
from registry.core.ids import clean_digits

PASSWORD_LENGTH = 10  # ruling 3
TRIES = 5  # rulings 2, 3
LOCK = timedelta(minutes=30)  # ruling 3
INITIAL_PASSWORD_LIFE = timedelta(days=90)  # ruling 2
# No letters or digits that look alike on paper.
_PAPER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Passwords that are tried first anywhere; our own list of the field's and the country's favourites.
_COMMON = {
    "password", "passw0rd", "qwertyuiop", "1q2w3e4r5t", "asdfghjkl", "iloveyou", "sunshine", "administrator",
    "letmein", "welcome", "kensetsu", "genba", "sakura", "arigatou", "nihon", "japan", "tokyo", "ccus", "career",
}  # fmt: skip
_PERSONAL_LENGTH = 4


class PasswordShortError(RegistryError):
    """A password has fewer than ten characters."""

    code = "PASSWORD_SHORT"


class PasswordCommonError(RegistryError):
    """A password is one that everybody tries."""

    code = "PASSWORD_COMMON"


class PasswordPersonalError(RegistryError):
    """A password holds the own ID, name or mail."""

    code = "PASSWORD_PERSONAL"


def normal_login_id(typed: str) -> str:
    """A login ID as it is kept: digits without separators and in half width, words in lower case."""
    digits = clean_digits(typed)
    return digits if digits.isascii() and digits.isdigit() else typed.strip().lower()[:64]


def check_password(password: str, *, personal: list[str]) -> None:
    """Raise when a new password is too short, common, or personal. There are no composition rules (ruling 3)."""
    if len(password) < PASSWORD_LENGTH:
        raise PasswordShortError(field="new_password", length=PASSWORD_LENGTH)
    plain = password.casefold()
    stem = re.sub(r"[\d\W_]+$", "", plain)
    if stem in _COMMON or len(set(plain)) <= 2 or plain in "01234567890123456789" * 2 or plain == stem * 2:  # noqa: PLR2004 -- two signs in turn
        raise PasswordCommonError(field="new_password")
    words = [
        word for text in personal for word in re.split(r"[\s@.]+", text.casefold()) if len(word) >= _PERSONAL_LENGTH
    ]
    if any(word in plain for word in words):
        raise PasswordPersonalError(field="new_password")


def draw_initial_password() -> str:
    """A first password for paper: three groups of four signs that cannot be taken for each other."""
    groups = ["".join(secrets.choice(_PAPER_ALPHABET) for _ in range(4)) for _ in range(3)]
    return "-".join(groups)


def draw_security_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06}"


def is_initial_password_lapsed(made_at: datetime | None, at: datetime) -> bool:
    """Whether an initial password is older than 90 days (ruling 2)."""
    return made_at is None or at - made_at > INITIAL_PASSWORD_LIFE


def permissions_of(role: str) -> frozenset[str]:
    """What a role may do."""
    return frozenset(map(str, ROLE_PERMISSIONS[Role(role)]))
