"""Brings the code tables up to date with their files."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from registry.codes.derive import CodeLine, read_table
from registry.codes.models import Code
from registry.codes.states import Table

_COMPARED = ("name", "kana", "valid_from", "valid_until", "source", "details")


@dataclass(frozen=True)
class CodeChange:
    """What loading does to one code: `added`, `changed` or `closed`."""

    table: Table
    code: str
    act: str


def _values(line: CodeLine) -> dict[str, object]:
    return {name: value for name, value in asdict(line).items() if name in _COMPARED}


def _differs(row: Code, line: CodeLine) -> bool:
    return any(getattr(row, name) != value for name, value in _values(line).items())


@transaction.atomic
def load_codes(*, on: date, dry_run: bool = False) -> list[CodeChange]:
    """Load all files and tell what changed. Idempotent; a code that left its file is closed on the day `on`."""
    changes = []
    for table in Table:
        lines = {line.code: line for line in read_table(table)}
        rows = {row.code: row for row in Code.objects.select_for_update().filter(table=table)}
        added = [line for code, line in lines.items() if code not in rows]
        changed = [line for code, line in lines.items() if code in rows and _differs(rows[code], line)]
        left = [row for code, row in rows.items() if code not in lines]
        closed = [row for row in left if row.valid_until is None or row.valid_until > on]
        for act, group in (("added", added), ("changed", changed), ("closed", closed)):
            changes += [CodeChange(table, one.code, act) for one in group]
        if not dry_run:
            _write(table, added + changed, closed, on=on)
    return changes


def _write(table: Table, lines: list[CodeLine], closed: list[Code], *, on: date) -> None:
    Code.objects.bulk_create(
        [Code(table=table, code=line.code, **_values(line)) for line in lines],
        update_conflicts=True, unique_fields=["table", "code"], update_fields=_COMPARED,
    )  # fmt: skip
    for row in closed:
        row.valid_until = on
    Code.objects.bulk_update(closed, ["valid_until"])
