"""Passwords, codes and limits, without tables."""

import re
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from registry.accounts.states import ROLE_PERMISSIONS, Limit, Role
from registry.core.errors import RegistryError
from registry.core.ids import clean_digits

PASSWORD_LENGTH = 10  # ruling 3
TRIES = 5  # rulings 2, 3
LOCK = timedelta(minutes=30)  # ruling 3
TRIES_COUNT = timedelta(days=30)  # so long wrong tries are counted together; locking alone slows down whoever guesses
INITIAL_PASSWORD_LIFE = timedelta(days=90)  # ruling 2
# No letters or digits that look alike on paper.
_PAPER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Passwords that are tried first anywhere; our own list of the field's and the country's favourites.
_COMMON = {
    "password", "passw0rd", "qwertyuiop", "1q2w3e4r5t", "asdfghjkl", "iloveyou", "sunshine", "administrator",
    "letmein", "welcome", "kensetsu", "genba", "sakura", "arigatou", "nihon", "japan", "tokyo", "ccus", "career",
}  # fmt: skip
_PERSONAL_LENGTH = 4
_ROWS = ("01234567890" * 2, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_REPEATED_AT_MOST = 5


class PasswordShortError(RegistryError):
    """A password has fewer than ten characters."""

    code = "PASSWORD_SHORT"


class PasswordCommonError(RegistryError):
    """A password is one that everybody tries."""

    code = "PASSWORD_COMMON"


class PasswordPersonalError(RegistryError):
    """A password holds the own ID, name, mail or birth date."""

    code = "PASSWORD_PERSONAL"


@cache
def _many_common() -> CommonPasswordValidator:
    """Django's list of 20,000, read once."""
    return CommonPasswordValidator()


def _is_common(plain: str) -> bool:
    """Whether a password is of the lists, one word with digits behind it, a row of keys, or a few signs repeated."""
    stem = re.sub(r"[\d\W_]+$", "", plain)
    unit = (plain * 2).index(plain, 1)  # the length of what is repeated; the whole where nothing is
    repeated = plain[:unit]
    if len(set(plain)) <= 2 or stem in _COMMON or any(plain in row or plain in row[::-1] for row in _ROWS):  # noqa: PLR2004 -- two signs in turn
        return True
    if unit < len(plain) and (unit <= _REPEATED_AT_MOST or repeated in _COMMON):
        return True
    try:
        _many_common().validate(plain)
    except ValidationError:
        return True
    return False


def _is_personal(plain: str, personal: Iterable[str]) -> bool:
    """Whether a password holds what others know of the person, however it is parted."""
    digits = clean_digits(plain)
    for text in personal:
        whole = text.casefold()
        words = [*re.split(r"[\s@.]+", whole), clean_digits(whole)]
        if any(word in plain or word in digits for word in words if len(word) >= _PERSONAL_LENGTH):
            return True
        if digits.isdigit() and digits in whole:  # a part of the own ID
            return True
    return False


def birth_words(birth_on: date) -> list[str]:
    """How a birth date is written in a password."""
    return [f"{birth_on:{form}}" for form in ("%Y%m%d", "%y%m%d", "%d%m%Y", "%m%d%Y")]


def check_password(password: str, *, personal: list[str]) -> None:
    """Raise when a new password is too short, common, or personal. There are no composition rules (ruling 3)."""
    if len(password) < PASSWORD_LENGTH:
        raise PasswordShortError(field="new_password", length=PASSWORD_LENGTH)
    plain = password.casefold()
    if _is_common(plain):
        raise PasswordCommonError(field="new_password")
    if _is_personal(plain, personal):
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


def wait_of(used_until: datetime, limit: Limit, at: datetime) -> timedelta:
    """How long to wait before the next use; nothing where it is free."""
    return max(timedelta(), used_until - at - (limit.per - limit.per / limit.times))


def used_until_after(used_until: datetime, limit: Limit, at: datetime) -> datetime:
    """Until when an allowance is in use after one more: each use takes its share of the time, one after the other."""
    return max(used_until, at) + limit.per / limit.times
