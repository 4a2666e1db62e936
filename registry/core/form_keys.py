"""Keys of forms: by them a second click is known, and what was typed anew on a page from before is not taken for one."""

from hashlib import blake2b

KEY_LENGTH = 40  # of the columns that hold them


def key_of_form(key: str, *typed: object) -> str | None:
    """The key under which a form is kept, one for all that is typed in it: the same form with other contents is another one.

    A page that Back shows holds the key that was sent. None for a form without a key; such forms are all different.
    """
    return blake2b(repr((key, typed)).encode(), digest_size=KEY_LENGTH // 2).hexdigest() if key else None
