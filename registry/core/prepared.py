"""Statements of the busy paths: planned once a connection, values sent as text, the answer one JSON text or none.

They go past the driver's cursor, which costs several times what the server needs for them, straight to libpq.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

T = TypeVar("T")
_PLACE = re.compile(r"%\((\w+)\)s|%%")
_numbers = count(1)
_planned: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


class Statement(Generic[T]):
    """A statement of our own words with places `%(name)s`, which answers one JSON text, or no row at all."""

    def __init__(self, text: str, answer: type[T]) -> None:
        """`answer` is what the JSON text is read as."""
        self._names: list[str] = []
        self._text = _PLACE.sub(self._numbered, text).encode()
        self._name = f"registry_{next(_numbers)}".encode()
        self._read = msgspec.json.Decoder(answer).decode

    def _numbered(self, place: re.Match[str]) -> str:
        name = place[1]
        if name is None:
            return "%"
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}"

    def ask(self, values: Mapping[str, Any]) -> T | None:
        """Run it in the transaction that is open, else in one of its own; None where it answers no row.

        Raises Django's database errors.
        """
        wrapper = connections[DEFAULT_DB_ALIAS]
        wrapper.ensure_connection()
        link: psycopg.Connection[Any] = wrapper.connection
        with wrapper.wrap_database_errors:
            self._plan(link)
            sent = [_as_text(values[name]) for name in self._names]
            result = _checked(link.pgconn.exec_prepared(self._name, sent))
        answer = result.get_value(0, 0) if result.ntuples else None
        return None if answer is None else self._read(answer)

    def ask_one(self, values: Mapping[str, Any]) -> T:
        """The answer of a statement that always has one."""
        answer = self.ask(values)
        if answer is None:
            message = "a statement that always answers has not"
            raise RuntimeError(message)
        return answer

    def _plan(self, link: psycopg.Connection[Any]) -> None:
        if not link.autocommit and link.pgconn.transaction_status == TransactionStatus.IDLE:
            _checked(link.pgconn.exec_(b"BEGIN"))  # the driver would begin with its own first statement
        planned = _planned.setdefault(link, set())
        if self._name not in planned:
            _checked(link.pgconn.prepare(self._name, self._text))
            planned.add(self._name)


def _checked(result: PGresult) -> PGresult:
    if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        raise error_from_result(result)
    return result


def _as_text(value: Any) -> Any:
    if isinstance(value, str):  # nearly all
        return value.encode()
    if value is None:
        return None
    return (number_list(value) if isinstance(value, list | set) else str(value)).encode()


# Between the texts of a list that travels as one parameter; no text that comes in may hold control characters.
SEPARATOR = "\x1f"


def number_list(values: Iterable[float | None]) -> str:
    """Numbers as one parameter that is cast to an array."""
    return "{" + repr(list(values))[1:-1].replace("None", "NULL") + "}"  # one step for all of them


def text_list(values: Iterable[str]) -> str:
    """Texts without control characters as one parameter, for `string_to_array(…, chr(31))`."""
    return SEPARATOR.join(values)
