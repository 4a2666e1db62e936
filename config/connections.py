"""A connection to the database ends with the thread that opened it."""

import threading
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

_own = threading.local()


class _Kept:
    """Closes a connection as soon as nobody keeps it any more."""

    def __init__(self, link: psycopg.Connection[Any]) -> None:
        self._link = link

    def __del__(self) -> None:
        self._link.close()


def end_with_thread(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Keep a new connection of Django's as long as its thread lives; a receiver of `connection_created`.

    The server ends threads that have nothing to do. What Django holds of them goes in circles, so that it is given up only when
    Python next looks for circles; until then the connections would stay open, and one day the database takes no more.
    """
    _own.kept = _Kept(connection.connection)
