"""Our identifiers (ruling 1): 11 random digits, a Damm check digit over them, and two digits that tell the kind."""

import re
import secrets
import unicodedata
from enum import IntEnum
from typing import NewType

from stdnum import damm

from registry.core.errors import RegistryError

WorkerId = NewType("WorkerId", int)
BusinessId = NewType("BusinessId", int)
SiteId = NewType("SiteId", int)

BODY_DIGITS = 11
ID_DIGITS = 14
CARD_DIGITS = ID_DIGITS + 2  # with the branch
LOGIN_ID_LENGTH = 64
_SEPARATORS = re.compile(r"[\s\-‐‑–—―ー−_]+")


class IdKind(IntEnum):
    """The last two digits of an ID."""

    WORKER = 21
    BUSINESS = 22
    USER = 23
    SITE = 24


class IdShapeError(RegistryError):
    """An ID does not have fourteen digits."""

    code = "ID_SHAPE"


class IdCheckDigitError(RegistryError):
    """An ID has a wrong digit: its check digit does not fit."""

    code = "ID_CHECK_DIGIT"


class IdKindError(RegistryError):
    """An ID is right in itself but names something else, a site in place of a worker."""

    code = "ID_KIND"


def make_id(kind: IdKind) -> int:
    """Draw a new ID of a kind. Never sequential; the table's key keeps it unique."""
    body = str(secrets.randbelow(9) + 1) + "".join(str(secrets.randbelow(10)) for _ in range(BODY_DIGITS - 1))
    return id_of_body(body, kind)


def id_of_body(body: str, kind: IdKind) -> int:
    """Complete eleven digits to an ID. `12345678901` becomes 12345678901821 for a worker (ruling 1)."""
    return int(f"{body}{damm.calc_check_digit(body)}{kind.value}")


def clean_digits(text: str) -> str:
    """Take spaces, hyphens and full-width digits out of what somebody typed."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def normal_login_id(typed: str) -> str:
    """A login ID as it is kept: digits without separators and in half width, words in lower case."""
    digits = clean_digits(typed)
    kept = digits if digits.isascii() and digits.isdigit() else unicodedata.normalize("NFKC", typed).strip().lower()
    return kept[:LOGIN_ID_LENGTH]


def parse_id(text: str, *kinds: IdKind) -> int:
    """Read a typed ID, before any look-up.

    Raises `IdShapeError`, `IdCheckDigitError`, or `IdKindError` when it is of none of the kinds.
    """
    digits = clean_digits(text)
    if len(digits) != ID_DIGITS or not digits.isascii() or not digits.isdigit() or digits[0] == "0":
        raise IdShapeError(typed=text)
    if not damm.is_valid(digits[: BODY_DIGITS + 1]):
        raise IdCheckDigitError(typed=text)
    if kinds and int(digits[-2:]) not in {kind.value for kind in kinds}:
        raise IdKindError(typed=text)
    return int(digits)


def is_id(value: int, kind: IdKind) -> bool:
    """Whether a number is a well-formed ID of a kind."""
    text = str(value)
    return len(text) == ID_DIGITS and damm.is_valid(text[: BODY_DIGITS + 1]) and int(text[-2:]) == kind.value


def grouped(value: int | str) -> str:
    """Show an ID as `1234 5678 9018 21`."""
    text = str(value)
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def parse_card_number(text: str) -> tuple[WorkerId, int]:
    """Read a card number, `12345678901821-01`: the worker and the branch of the card. Raises as `parse_id`."""
    digits = clean_digits(text)
    number, branch = digits[:ID_DIGITS], digits[ID_DIGITS:]
    worker_id = WorkerId(parse_id(number, IdKind.WORKER))
    if len(digits) != CARD_DIGITS or not branch.isascii() or not branch.isdigit() or branch == "00":
        raise IdShapeError(typed=text)
    return worker_id, int(branch)
