"""Code tables from their files, without the database, and what follows from them."""

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from registry.codes.states import Table

FOLDER = Path(__file__).parent / "tables"
_COMMON = ("code", "name", "kana", "valid_from", "valid_until", "source")


@dataclass(frozen=True)
class CodeLine:
    """One line of a code table as the file has it."""

    table: Table
    code: str
    name: str
    kana: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""
    details: dict[str, str] = field(default_factory=dict, hash=False)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read_table(table: Table) -> list[CodeLine]:
    """All lines of a code table's file."""
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [
            CodeLine(
                table, row["code"], row["name"], row["kana"], _day(row["valid_from"]), _day(row["valid_until"]),
                row["source"], {key: value for key, value in row.items() if key not in _COMMON},
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


@cache
def _prefectures() -> dict[str, str]:
    return {line.code: line.name for line in read_table(Table.PREFECTURES)}


def full_address(prefecture: str, address: str) -> str:
    """An address with its prefecture, by code, in front; not twice where people typed it themselves."""
    name = _prefectures().get(prefecture, "")
    return address if address.startswith(name) else f"{name}{address}"
