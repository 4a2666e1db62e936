"""Sessions in the database, opened by keys alone: what can be none is not asked for, and what it holds breaks nothing."""

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as InDatabase


class SessionStore(InDatabase):
    """Django's sessions; a cookie can hold signs that no key has, NUL too."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key if set(session_key or "") <= set(VALID_KEY_CHARS) else None)
