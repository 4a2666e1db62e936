"""Card numbers: fourteen digits of the worker and two of the card, `12345678901821-01`, checked before they are kept."""

import re
import unicodedata

BODY_AND_CHECK = 12
ID_DIGITS = 14
CARD_DIGITS = 16
WORKER_KIND = "21"
KINDS = {"22": "事業者ID", "23": "ユーザーID", "24": "現場ID"}
EXAMPLE = "12345678901821-01"

_SEPARATORS = re.compile(r"[\s\-‐‑–—―ー−_]+")
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
        raise NumberError(f"数字でない文字があります。カードの番号は {EXAMPLE} の形です。")
    if len(digits) not in {ID_DIGITS, CARD_DIGITS}:
        raise NumberError(
            f"桁数が違います（{len(digits)}桁）。14桁の番号と2桁の枝番を {EXAMPLE} の形で入力してください。"
        )
    if digits[0] == "0" or damm(digits[:BODY_AND_CHECK]):
        raise NumberError(
            "番号のどこかの桁が違います（チェックデジットが合いません）。カードを見て、もう一度入力してください。"
        )
    kind = digits[BODY_AND_CHECK:ID_DIGITS]
    if kind != WORKER_KIND:
        name = KINDS.get(kind, f"末尾が{kind}の番号")
        raise NumberError(f"これは{name}です。技能者のカードの番号（14桁目までの末尾が21）を入力してください。")
    branch = digits[ID_DIGITS:]
    if branch in {"", "00"}:
        raise NumberError(f"枝番がありません。カードの番号の後の2桁も、{EXAMPLE} の形で入力してください。")
    return f"{digits[:ID_DIGITS]}-{branch}"


def is_phone_code(text: str) -> bool:
    """Whether a text is what a phone shows in place of the card. Only the server can tell whether it is genuine."""
    return bool(_PHONE_CODE.fullmatch(text))


def masked(credential: str) -> str:
    """A number or token as the receipt shows it: enough to know one's own card, not enough to copy it."""
    if credential.startswith("uid:"):
        return f"ICチップ ****{credential[-4:]}"
    return f"**** **** **{credential[10:12]} {credential[12:17]}"
