"""Columns whose values the database never sees: encrypted by AES-256-GCM, each with a nonce of its own.

What is stored is the ID of the key (4 bytes), the nonce (12), the value filled up to whole blocks so that its length says
nothing, and the tag (16). The tag holds for the model and the field too: a value that is carried into another column is as
good as a forged one. The first of `settings.ENCRYPTION_KEYS` writes, all of them read. What is empty is NULL.
"""

import json
import os
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha512
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

if TYPE_CHECKING:  # the types of Django know what a field takes and gives, Django itself does not
    _Field = models.Field[Any, Any]
    _CharField = models.CharField[str, str]
    _DateField = models.DateField[date | None, date | None]
else:
    _Field, _CharField, _DateField = models.Field, models.CharField, models.DateField

_ID, _NONCE, _BLOCK, _KEY = 4, 12, 16, 32


class UnreadableError(Exception):
    """A stored value was changed behind our back, or none of our keys wrote it."""


@lru_cache(maxsize=16)
def _opened(secret: str) -> tuple[bytes, AESGCM]:
    """The ID and the cipher of a secret, neither of which tells of the other."""
    digest = sha512(secret.encode()).digest()
    return digest[_KEY : _KEY + _ID], AESGCM(digest[:_KEY])


def encrypted(secrets: Sequence[str], text: str, place: str) -> bytes:
    """A text as it is stored in a place, by the first of the secrets."""
    key_id, cipher = _opened(secrets[0])
    plain, nonce = text.encode(), os.urandom(_NONCE)
    return key_id + nonce + cipher.encrypt(nonce, plain + b"\0" * (-len(plain) % _BLOCK), place.encode())


def decrypted(secrets: Sequence[str], stored: bytes, place: str) -> str:
    """What was encrypted for a place by any of the secrets. Raises `UnreadableError`."""
    cipher = dict(map(_opened, secrets)).get(stored[:_ID])
    if cipher is None:
        raise UnreadableError(place)
    nonce, sealed = stored[_ID : _ID + _NONCE], stored[_ID + _NONCE :]
    try:
        return cipher.decrypt(nonce, sealed, place.encode()).rstrip(b"\0").decode()
    except (InvalidTag, ValueError):  # a nonce cut short is no nonce
        raise UnreadableError(place) from None


class _Encrypted(_Field):
    """What all kinds share; no question to the database can ask for the value."""

    nothing: Any

    @property
    def _place(self) -> str:
        """Model and field as the tag holds for them: `workers.worker.blood_type`. What is stored reads in this place alone."""
        return str(self).lower()

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, *_: Any, **__: Any) -> None:
        return None

    def get_db_prep_value(self, value: Any, *_: Any, **__: Any) -> bytes | None:
        if value in self.empty_values:
            return None
        self.run_validators(value)  # the length, which the column does not see
        return encrypted(settings.ENCRYPTION_KEYS, self.as_text(value), self._place)

    def as_text(self, value: Any) -> str:
        """A value as the text that is encrypted; `to_python` reads it again."""
        return str(value)

    def from_db_value(self, value: bytes | None, *_: object) -> Any:
        if value is None:
            return self.nothing
        return self.to_python(decrypted(settings.ENCRYPTION_KEYS, bytes(value), self._place))


class EncryptedCharField(_Encrypted, _CharField):
    """A text; empty where nothing is stored."""

    nothing = ""


class EncryptedDateField(_Encrypted, _DateField):
    """A day; None where nothing is stored."""

    nothing = None


class EncryptedJSONField(_Encrypted):
    """An object of JSON; None where nothing is stored."""

    nothing = None
    empty_values = (None,)  # an empty object is one

    def as_text(self, value: Any) -> str:
        """The object as JSON."""
        return json.dumps(value, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """The object of a JSON text; what is one already stays."""
        return json.loads(value) if isinstance(value, str) else value
