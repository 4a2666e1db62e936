"""Rows gathered table by table and copied in one go: a world is loaded set by set, not operation by operation.

What a copied row has no value for is empty. The constraints and triggers of the tables hold for these rows too.
"""

from collections import defaultdict
from typing import Any

from django.db import connection

# Numbers taken from a sequence in one go.
BLOCK = 1000
_EMPTY = {"text": "", "character varying": "", "boolean": False, "bigint": 0, "integer": 0, "smallint": 0}


class Tables:
    """Rows by table. Numbers of serial columns come from their sequences."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._later: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._moves: dict[str, list[Any]] = defaultdict(list)

    def add_later(self, table: str, **values: Any) -> None:
        """Add a row that may stand only after the moves of the others."""
        self._later[table].append(values)

    def after(self, statement: str, number: int) -> None:
        """Take a copied row through a move, by its number: every life begins at its beginning."""
        self._moves[statement].append(number)

    def add(self, table: str, **values: Any) -> None:
        """Add a row."""
        self.rows[table].append(values)

    def number(self, table: str) -> int:
        """The next number of a table whose rows are counted."""
        if not self._numbers[table]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, BLOCK]
                )
                self._numbers[table] = [row[0] for row in reversed(cursor.fetchall())]
        return self._numbers[table].pop()

    def copy(self) -> None:
        """Copy all rows, in the order in which the tables were first used."""
        for table, rows in self.rows.items():
            _copy(table, rows)
            with connection.cursor() as cursor:
                for statement in [one for one in self._moves if f" {table} " in one]:
                    cursor.execute(statement.replace("= %s", "= ANY(%s)"), [self._moves.pop(statement)])
            if later := self._later.pop(table, None):
                _copy(table, later)
        self.rows.clear()


def _copy(table: str, rows: list[dict[str, Any]]) -> None:
    given = list(dict.fromkeys(name for row in rows for name in row))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND column_default IS NULL"
            " AND is_identity = 'NO' AND NOT column_name = ANY(%s)",
            [table, given],
        )
        empty = {name: None if nullable else _EMPTY[kind] for name, kind, nullable in cursor.fetchall()}
        columns = [*given, *empty]
        names = ", ".join(map(connection.ops.quote_name, columns))
        with cursor.copy(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row.get(name, empty.get(name)) for name in columns])
