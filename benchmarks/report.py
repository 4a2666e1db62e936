"""The figures as a table of the handbook."""

import os
import platform
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from config.stack.bootstrap import ROOT

PAGE = ROOT / "docs" / "handbook" / "performance.md"
HEAD = """# Performance

Absolute figures belong to one machine and one day; the goals of the touch path are ratios to what the same machine did in
the same run: the median of four rounds, each compared to the mean of what was measured just before and just after it.
**S**: one durable insert a transaction with 32 clients (pgbench); **B**: batches of 500 rows with 2 clients; **X**: log and
presence of a touch in SQL alone, without look-ups, in batches of 300 with 2 clients. Database, server and sender share the
processors; fsync and synchronous_commit are on. Python is the system's, built by profiles of its work, as `./start` takes it;
one without makes a seventh less of batches.
"""
SECTIONS = {
    "touches": "Touches and binding, by `make bench`",
    "pages": "Pages with ten years of days behind 20,000 workers, by `make bench-pages`",
}


@dataclass(frozen=True)
class Row:
    """One figure, its ratio, and the first goal."""

    what: str
    figure: str
    ratio: str
    goal: str


def _body(rows: list[Row]) -> str:
    lines = [f"| {row.what} | {row.figure} | {row.ratio} | {row.goal} |" for row in rows]
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return "\n".join(["| what | figure | ratio | first goal |", "|---|---|---|---|", *lines, "", machine, ""])


def write_section(name: str, rows: list[Row], console: Console) -> None:
    """Show the figures, and write them into their section of the handbook's page; the others stay."""
    table = Table("what", "figure", "ratio", "first goal")
    for row in rows:
        table.add_row(row.what, row.figure, row.ratio, row.goal)
    console.print(table)
    kept = dict(part.split("\n\n", 1) for part in PAGE.read_text().split("\n## ")[1:])
    kept[SECTIONS[name]] = _body(rows)
    PAGE.write_text(
        HEAD + "".join(f"\n## {title}\n\n{kept[title].strip()}\n" for title in SECTIONS.values() if title in kept)
    )
