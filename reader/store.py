"""The durable store: one SQLite file. A touch gets its number in the transaction that keeps it."""

import fcntl
import json
import os
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS touches (seq INTEGER PRIMARY KEY, content TEXT NOT NULL, kept_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER, code TEXT NOT NULL, content TEXT NOT NULL);
"""


class StoreBusyError(Exception):
    """Another program writes to this store."""


@dataclass(frozen=True)
class Kept:
    """One touch that waits to be sent."""

    seq: int
    content: dict[str, Any]
    kept_at: str


class Store:
    """One store with one writer. What `keep` has returned survives a crash of the program and of the machine."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise StoreBusyError from None
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)
        self._db.execute("INSERT OR IGNORE INTO facts VALUES ('store', ?)", [secrets.token_hex(16)])
        self._db.execute("INSERT OR IGNORE INTO facts VALUES ('highest', '0')")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._db.close()
        os.close(self._lock)

    def fact(self, name: str) -> str:
        """One fact about this store; empty where it is not known."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else ""

    def note(self, **facts: str) -> None:
        """Keep facts, all or none."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))

    def _next_seq(self, above: int = 0) -> int:
        seq = max(int(self.fact("highest")), above) + 1
        self._db.execute("UPDATE facts SET value = ? WHERE name = 'highest'", [str(seq)])
        return seq

    def keep(self, content: dict[str, Any], *, at: datetime) -> int:
        """Keep a touch durably; returns its number."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            seq = self._next_seq()
            self._db.execute(
                "INSERT INTO touches VALUES (?, ?, ?)", [seq, json.dumps(content, ensure_ascii=False), at.isoformat()]
            )
        return seq

    def waiting(self, limit: int) -> list[Kept]:
        """The oldest touches that wait to be sent."""
        rows = self._db.execute("SELECT seq, content, kept_at FROM touches ORDER BY seq LIMIT ?", [limit])
        return [Kept(seq, json.loads(content), kept_at) for seq, content, kept_at in rows]

    def count_waiting(self) -> int:
        """How many touches wait to be sent."""
        return int(self._db.execute("SELECT count(*) FROM touches").fetchone()[0])

    def settle(self, results: list[dict[str, Any]], highest: int) -> None:
        """Act on the server's answer: delete what is stored, renumber what is taken, move what is refused aside."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for result in results:
                row = self._db.execute("SELECT content, kept_at FROM touches WHERE seq = ?", [result["seq"]]).fetchone()
                if row is None:
                    continue
                self._db.execute("DELETE FROM touches WHERE seq = ?", [result["seq"]])
                if result["status"] == "renumber":
                    self._db.execute("INSERT INTO touches VALUES (?, ?, ?)", [self._next_seq(highest), *row])
                elif result["status"] == "refused":
                    self._db.execute("INSERT INTO refused VALUES (?, ?, ?)", [result["seq"], result["code"], row[0]])

    def fork(self) -> None:
        """Become a new store with new numbers: this file was copied, or its device registered twice."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = self._db.execute("SELECT content, kept_at FROM touches ORDER BY seq").fetchall()
            self._db.execute("DELETE FROM touches")
            self._db.execute("DELETE FROM facts WHERE name IN ('device', 'secret')")
            self._db.execute("UPDATE facts SET value = ? WHERE name = 'store'", [secrets.token_hex(16)])
            self._db.execute("UPDATE facts SET value = '0' WHERE name = 'highest'")
            for row in rows:
                self._db.execute("INSERT INTO touches VALUES (?, ?, ?)", [self._next_seq(), *row])

    def refused(self) -> list[tuple[int, str, str]]:
        """What the server could not read as a touch."""
        return list(self._db.execute("SELECT seq, code, content FROM refused ORDER BY seq"))
