"""Texts that we sign for ourselves and read again: short, for they stand in QR codes and are read from afar."""

import hashlib
import hmac

_LETTERS = 20


def _seal(key: str, said: str) -> str:
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()[:_LETTERS]


def sealed(key: str, said: str) -> str:
    """A text with its seal behind the last full stop; a key seals one kind of text."""
    return f"{said}.{_seal(key, said)}"


def unsealed(key: str, text: str) -> str | None:
    """What was sealed; None where we did not write it."""
    said, _, seal = text.rpartition(".")
    return said if seal.isascii() and hmac.compare_digest(seal, _seal(key, said)) else None
