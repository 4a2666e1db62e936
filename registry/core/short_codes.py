"""Codes that people read aloud, copy by hand and type: no signs that can be taken for each other."""

import re
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_NOISE = re.compile(r"[^0-9A-Z]+")


def draw_code(length: int) -> str:
    """Draw a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def typed_code(text: str) -> str:
    """A code as it was drawn, from what was typed: small letters, full width, hyphens and blanks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).upper())


def shown_code(code: str, *, group: int = 5) -> str:
    """A code in groups, as it is shown."""
    return "-".join(code[start : start + group] for start in range(0, len(code), group))
