"""Keys of forms: by them a second click is known, and what was typed anew on a page from before is not taken for one."""

from hashlib import blake2b

from django.db import models

KEY_LENGTH = 40


def form_key_column() -> "models.CharField[str | None, str | None]":
    """The column of what a form makes, by which a second click finds it. Unique, so that "none" is no value."""
    return models.CharField(max_length=KEY_LENGTH, null=True, unique=True)


def key_of_form(key: str, *typed: object) -> str | None:
    """The key under which a form is kept, one for all that is typed in it: the same form with other contents is another one.

    A page that Back shows holds the key that was sent. None for a form without a key; such forms are all different.
    """
    return blake2b(repr((key, typed)).encode(), digest_size=KEY_LENGTH // 2).hexdigest() if key else None
