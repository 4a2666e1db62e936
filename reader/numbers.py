"""Card numbers: fourteen digits of the worker and two of the card, `12345678901821-01`, checked before they are kept."""

import re
import unicodedata

from reader.texts import phrase

BODY_AND_CHECK = 12
ID_DIGITS = 14
CARD_DIGITS = 16
WORKER_KIND = "21"
OTHER_KINDS = frozenset({"22", "23", "24"})
EXAMPLE = "12345678901821-01"

_SEPARATORS = re.compile(r"[\s\-‐‑–—―\u30fc−_]+")  # U+30FC: the Japanese long vowel, which looks like a dash
_PHONE_CODE = re.compile(r"[1-9][0-9]{13}-[0-9]{2}\.[0-9a-f]{1,12}\.[0-9a-f]{20}")
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


class NumberError(ValueError):
    """A number cannot be that of a card; the message says which part is wrong."""


def damm(digits: str) -> int:
    """Check digit of some digits; 0 when the check digit is among them and right."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return state


def clean_digits(text: str) -> str:
    """Take spaces, hyphens and full-width digits out of what somebody typed."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def card_number(text: str) -> str:
    """Read a card number as typed, in the form in which it is sent. Raises `NumberError`."""
    digits = clean_digits(text)
    if not digits.isascii() or not digits.isdigit():
        raise NumberError(phrase("reader.number.no_digits", example=EXAMPLE))
    if len(digits) not in {ID_DIGITS, CARD_DIGITS}:
        raise NumberError(phrase("reader.number.length", digits=len(digits), example=EXAMPLE))
    if digits[0] == "0" or damm(digits[:BODY_AND_CHECK]):
        raise NumberError(phrase("reader.number.check_digit"))
    kind = digits[BODY_AND_CHECK:ID_DIGITS]
    if kind != WORKER_KIND:
        raise NumberError(phrase("reader.number.kind", kind=_name_of_kind(kind)))
    branch = digits[ID_DIGITS:]
    if branch in {"", "00"}:
        raise NumberError(phrase("reader.number.branch", example=EXAMPLE))
    return f"{digits[:ID_DIGITS]}-{branch}"


def _name_of_kind(kind: str) -> str:
    if kind in OTHER_KINDS:
        return phrase(f"reader.number.kind.{kind}")
    return phrase("reader.number.kind.other", ending=kind)


def is_phone_code(text: str) -> bool:
    """Whether a text is what a phone shows in place of the card. Only the server can tell whether it is genuine."""
    return bool(_PHONE_CODE.fullmatch(text))


def masked(credential: str) -> str:
    """A number or token as the receipt shows it: enough to know one's own card, not enough to copy it."""
    if credential.startswith("uid:"):
        return phrase("reader.number.chip", last=credential[-4:])
    return f"**** **** **{credential[10:12]} {credential[12:17]}"
