"""Texts that we sign for ourselves and read again: short, for they stand in QR codes and are read from afar."""

import hashlib
import hmac
from collections.abc import Sequence

_LETTERS = 20


def _seal(key: str, said: str) -> str:
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()[:_LETTERS]


def sealed(keys: Sequence[str], said: str) -> str:
    """A text with its seal behind the last full stop, by the first of the keys; they seal one kind of text."""
    return f"{said}.{_seal(keys[0], said)}"


def unsealed(keys: Sequence[str], text: str) -> str | None:
    """What was sealed by any of the keys; None where we did not write it."""
    said, _, seal = text.rpartition(".")
    return said if seal.isascii() and any(hmac.compare_digest(seal, _seal(key, said)) for key in keys) else None
