"""Sessions in the database, opened by keys alone: what can be none is not asked for, and what it holds breaks nothing."""

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as InDatabase


class SessionStore(InDatabase):
    """Django's sessions; a cookie can hold signs that no key has, NUL too."""

    def _validate_session_key(self, key: str | None) -> bool:
        is_long = super()._validate_session_key(key)  # type: ignore[misc]  # the types of Django do not know it
        return bool(is_long) and set(key or "") <= set(VALID_KEY_CHARS)
