"""Statements of the busy paths: prepared once a connection, parameters and answers in binary, past the ORM's text cursor."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


class Prepared:
    """A cursor whose statements the server has planned before."""

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    def run(self, statement: str, parameters: Any) -> "Prepared":
        """Run a statement of our own words."""
        self._cursor.execute(statement, parameters, prepare=True)
        return self

    def one(self) -> tuple[Any, ...]:
        """The first row."""
        row = self._cursor.fetchone()
        if row is None:
            message = "a statement that always answers has not"
            raise RuntimeError(message)
        return row

    def all(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._cursor.fetchall()


@contextmanager
def prepared() -> Iterator[Prepared]:
    """A cursor for statements that are run again and again, in the transaction that is open.

    Raises Django's database errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = psycopg.pq.Format.BINARY
        yield Prepared(cursor)
