"""Card numbers: fourteen digits with a check digit, and the branch of the card."""

import re
import unicodedata

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_BLANKS = re.compile(r"[\s\-‐‑–—―ー−_]+")
_LENGTH = 16


class NumberError(Exception):
    """What was typed is no card number; the message says why and what to do."""


def _check_sum(digits: str) -> int:
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return state


def read_number(typed: str) -> str:
    """A card number as `12345678901821-01`. Raises `NumberError`."""
    digits = _BLANKS.sub("", unicodedata.normalize("NFKC", typed))
    if not (digits.isascii() and digits.isdigit() and len(digits) == _LENGTH):
        raise NumberError("カードの番号は14桁と枝番2桁です。カードのとおりに入力してください。")
    if _check_sum(digits[:12]) != 0:
        raise NumberError("番号のどこか1桁が違っています。カードと見比べて入力し直してください。")
    if digits[12:14] != "21":
        raise NumberError("技能者IDではありません。技能者IDは21で終わります。")
    return f"{digits[:14]}-{digits[14:]}"
