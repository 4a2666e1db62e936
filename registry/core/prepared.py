"""Statements of the busy paths: prepared once a connection, parameters and answers in binary, past the ORM's text cursor."""

from collections.abc import Iterable, Iterator
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


@contextmanager
def planned_anew() -> Iterator[psycopg.ClientCursor[tuple[Any, ...]]]:
    """A cursor whose statements are planned with their values: of a table in many parts only those needed are opened.

    Raises Django's database errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.ClientCursor(connection.connection) as cursor:
        yield cursor


# Between the texts of a list that travels as one parameter; no text that comes in may hold control characters.
SEPARATOR = "\x1f"


def number_list(values: Iterable[float | None]) -> str:
    """Numbers as one parameter that is cast to an array: several times faster than a list."""
    return "{" + ",".join(["NULL" if value is None else repr(value) for value in values]) + "}"


def text_list(values: Iterable[str]) -> str:
    """Texts without control characters as one parameter, for `string_to_array(…, chr(31))`."""
    return SEPARATOR.join(values)
