"""The durable store: one SQLite file that keeps each touch before anybody is told that it was taken.

Write-ahead log with `synchronous=FULL`: every commit is one fsync of the log. (In the other journal modes a commit
is the removal of a file, which FULL does not sync: a power cut could bring the journal and the state before back.)
"""

import fcntl
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from reader.clocks import Setting, present_setting
from reader.records import Identity, NewTouch, Outgoing, Refused, Summary, Terminal, Touch, Unread, Verdict
from reader.texts import phrase

DEFAULT_PATH = Path("~/.local/share/ccus-reader/store.db")
LEAST_FREE_BYTES = 16 * 1024 * 1024
STORE_BYTES = 16
MOST_LOST_RANGES = 100
LOCKS = WRITING, SENDING, REGISTERING = "lock", "sending", "registering"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS unsent (
  seq INTEGER PRIMARY KEY, site TEXT NOT NULL, kind TEXT NOT NULL, credential TEXT NOT NULL, touched_at TEXT NOT NULL,
  direction TEXT NOT NULL, method TEXT NOT NULL, offset_s REAL) STRICT;
CREATE TABLE IF NOT EXISTS refused (
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, site TEXT NOT NULL, kind TEXT NOT NULL, credential TEXT NOT NULL,
  touched_at TEXT NOT NULL, direction TEXT NOT NULL, method TEXT NOT NULL, offset_s REAL, code TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS unread (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, line TEXT NOT NULL, cause TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS people (card TEXT PRIMARY KEY, name TEXT NOT NULL, known_at REAL NOT NULL) STRICT;
"""
_COLUMNS = "seq, site, kind, credential, touched_at, direction, method, offset_s"


class StoreError(Exception):
    """The store cannot be used; the message says what to do. Nothing was kept by the call that raised it."""


class Store:
    """One store, opened. Each thread opens its own."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it with a new random identity. Raises `StoreError`."""
        self.path = path.expanduser()
        try:
            self._prepare_files()
            self._link = sqlite3.connect(self._address(), timeout=30, isolation_level=None, uri=True)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(phrase("reader.store.not_opened", path=self.path, cause=error)) from error
        try:
            self._prepare_tables()
        except (StoreError, sqlite3.Error) as error:
            self._link.close()
            raise StoreError(phrase("reader.store.unusable", path=self.path, cause=error)) from error

    def _prepare_files(self) -> None:
        """Make the files of our locks, and let nobody else read what a copy brought.

        The database is SQLite's alone to open: whoever closes any descriptor of it ends all locks of SQLite that this
        process holds on it, and another process would take itself for the last one and remove the log.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for what in LOCKS:
            os.close(os.open(self._lock_path(what), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + ending).chmod(0o600)

    def _address(self) -> str:
        """The file as SQLite opens it: made anew it gets the mode of our lock, its log gets that of the file."""
        return f"{self.path.absolute().as_uri()}?modeof={quote(os.fsencode(self._lock_path(WRITING).absolute()))}"

    def _prepare_tables(self) -> None:
        with self._locked(WRITING):
            self._link.execute("PRAGMA journal_mode = WAL")
            self._link.execute("PRAGMA synchronous = FULL")
            self._link.executescript(_SCHEMA)
            if self._get("store"):
                return
            first = {"store": secrets.token_hex(STORE_BYTES), "next_seq": "1"}
            self._link.execute("BEGIN IMMEDIATE")
            self._set(first)
            self._link.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    def __enter__(self) -> Self:
        """Use it in `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it at the end of `with`."""
        self.close()

    def check_room(self) -> None:
        """Raise `StoreError` while the disk is too full to take a touch: that is said before anybody touches."""
        if shutil.disk_usage(self.path.parent).free < LEAST_FREE_BYTES:
            raise StoreError(phrase("reader.store.full"))

    # Writes

    def keep(self, touches: Sequence[NewTouch]) -> list[int]:
        """Keep touches, all or none, and give them their numbers. They are on the disk when this returns.

        The offset is of this PC's clock: what another clock gave the time of carries none.
        """
        self.check_room()
        with self._writing():
            offset_s = self._offset_now()
            first = self._next_seq()
            rows = [
                (seq, one.site, one.kind, one.credential, one.touched_at, one.direction, one.method,
                 offset_s if one.own_clock else None)
                for seq, one in enumerate(touches, first)
            ]  # fmt: skip
            self._link.executemany(f"INSERT INTO unsent ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 -- our own columns
            self._set({"next_seq": str(first + len(rows))})
        return [row[0] for row in rows]

    def set_aside(self, line: str, cause: str, at: str) -> None:
        """Keep a line of a logging reader that is no touch, until somebody has looked at it."""
        self.check_room()
        with self._writing():
            self._link.execute("INSERT INTO unread (at, line, cause) VALUES (?, ?, ?)", (at, line, cause))

    def register(self, store: str, *, url: str, device: str, secret: str, terminals: Sequence[Terminal]) -> bool:
        """Keep what the registration brought. What was kept before the first one was touched at its place.

        False where the store got a new identity meanwhile: `store` is that which was registered, and nothing is kept.
        """
        places = json.dumps([[one.site, one.name] for one in terminals], ensure_ascii=False)
        with self._writing():
            if self._get("store") != store:
                return False
            if not self._get("device") and len(terminals) == 1:
                self._link.execute("UPDATE unsent SET site = ? WHERE site = ''", (terminals[0].site,))
            self._set({"url": url, "device": device, "terminals": places})
            if secret not in {self._get("secret"), self._get("former_secret")}:
                self._set({"secret": secret, "former_secret": "", "signs_former": ""})
        return True

    def change_secret(self, device: str, secret: str) -> None:
        """Sign with a new secret from now on; the one before stays until the server has taken something signed with it."""
        with self._writing():
            present = self._signing_secret()
            if self._get("device") == device and secret != present:
                self._set({"former_secret": present, "secret": secret, "signs_former": ""})

    def exchange_secrets(self, device: str, refused: str) -> bool:
        """Sign with the other one of two secrets, since the server refused this one. False when there is no other."""
        with self._writing():
            if self._get("device") != device:
                return False
            if self._signing_secret() == refused:
                if not self._get("former_secret"):
                    return False
                self._set({"signs_former": "" if self._get("signs_former") else "1"})
            return True

    def confirm_secret(self, device: str, secret: str) -> None:
        """Note that the server took what was signed with a secret: if it is the newer one, that before has ended."""
        if not self._get("former_secret"):
            return
        with self._writing():
            if (self._get("device"), self._get("secret")) == (device, secret):
                self._set({"former_secret": "", "signs_former": ""})

    def _signing_secret(self) -> str:
        return self._get("former_secret" if self._get("signs_former") else "secret")

    def apply(self, store: str, verdict: Verdict) -> None:
        """Act on an answer: forget what was stored, list what was refused, give taken numbers anew.

        Does nothing when the store got a new identity while the answer was on its way.
        """
        with self._writing():
            if self._get("store") != store:
                return
            self._link.executemany("DELETE FROM unsent WHERE seq = ?", [(seq,) for seq in verdict.stored])
            for seq, code in verdict.refused:
                self._link.execute(
                    f"INSERT INTO refused ({_COLUMNS}, code) SELECT {_COLUMNS}, ? FROM unsent WHERE seq = ?",  # noqa: S608 -- our own columns
                    (code, seq),
                )
                self._link.execute("DELETE FROM unsent WHERE seq = ?", (seq,))
            following = max(self._next_seq(), verdict.highest + 1)
            following = self._renumber(sorted(verdict.renumber), following)
            values = {"next_seq": str(following), "lost": json.dumps(self._lost(verdict.gaps, following))}
            if verdict.offset_s is not None:
                values |= {"offset_s": str(verdict.offset_s), "offset_setting": json.dumps(astuple(verdict.setting))}
            self._set(values)

    def fork(self, store: str) -> int:
        """Become a new store: new identity, no device, the unsent numbered from 1. Returns how many those are.

        `store` is the identity to leave; nothing happens where another process has left it already.
        """
        with self._writing():
            if self._get("store") != store:
                return int(self._link.execute("SELECT count(*) FROM unsent").fetchone()[0])
            seqs = self._unsent_seqs()
            # First out of the way above all old numbers: a new number must not meet an old one on its way down.
            above = max([*seqs, len(seqs)], default=0) + 1
            self._renumber(seqs, above)
            self._renumber(self._unsent_seqs(), 1)
            self._set({"store": secrets.token_hex(STORE_BYTES), "next_seq": str(len(seqs) + 1)})
            gone = ("device", "secret", "former_secret", "signs_former", "terminals", "lost", "people_known_at")
            self._link.execute("DELETE FROM people")
            self._link.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in gone])
        return len(seqs)

    def _renumber(self, seqs: Sequence[int], following: int) -> int:
        for seq in seqs:
            changed = self._link.execute("UPDATE unsent SET seq = ? WHERE seq = ?", (following, seq)).rowcount
            following += changed
        return following

    def _lost(self, gaps: Sequence[tuple[int, int]], following: int) -> list[tuple[int, int]]:
        """What the server misses below our counter and we no longer have."""
        have = self._unsent_seqs()
        lost: list[tuple[int, int]] = []
        for first, last in gaps:
            start, end = first, min(last, following - 1)
            for seq in [one for one in have if first <= one <= end]:
                if start < seq:
                    lost.append((start, seq - 1))
                start = seq + 1
            if start <= end:
                lost.append((start, end))
        return lost[:MOST_LOST_RANGES]

    # Reads

    def identity(self) -> Identity:
        """Who this store is."""
        places = json.loads(self._get("terminals") or "[]")
        return Identity(
            self._get("store"), self._get("device"), self._signing_secret(), self._get("url"),
            tuple(Terminal(site, name) for site, name in places),
        )  # fmt: skip

    def outgoing(self, most: int) -> Outgoing:
        """The oldest unsent touches with all that their request needs."""
        with self._reading():
            rows = self._link.execute(f"SELECT {_COLUMNS} FROM unsent ORDER BY seq LIMIT ?", (most,))  # noqa: S608 -- our own columns
            touches = tuple(Touch(*row) for row in rows)
            lost = tuple((first, last) for first, last in json.loads(self._get("lost") or "[]"))
            after = touches[-1].seq if touches else 0
            left, following = self._link.execute(
                "SELECT count(*), min(seq) FROM unsent WHERE seq > ?", (after,)
            ).fetchone()
            return Outgoing(self.identity(), touches, lost, left, self._touched_at(following))

    def summary(self) -> Summary:
        """How many touches wait, and since when."""
        with self._reading():
            unsent, lowest = self._link.execute("SELECT count(*), min(seq) FROM unsent").fetchone()
            refused = self._link.execute("SELECT count(*) FROM refused").fetchone()[0]
            unread = self._link.execute("SELECT count(*) FROM unread").fetchone()[0]
            return Summary(unsent, self._touched_at(lowest), refused, unread)

    def refused(self) -> list[Refused]:
        """The touches that the server refused, oldest first."""
        rows = self._link.execute(f"SELECT {_COLUMNS}, code FROM refused ORDER BY id")  # noqa: S608 -- our own columns
        return [Refused(Touch(*row[:-1]), row[-1]) for row in rows]

    def unread(self) -> list[Unread]:
        """The lines that were no touches, oldest first."""
        return [Unread(*row) for row in self._link.execute("SELECT at, line, cause FROM unread ORDER BY id")]

    @property
    def offset_s(self) -> float | None:
        """This PC's clock minus the server's, as last seen."""
        text = self._get("offset_s")
        return float(text) if text else None

    def _offset_now(self) -> float | None:
        """The offset of a touch that is kept now; none once the clock was set, until the server was seen again.

        A clock is set right or wrong: the offset before says neither, and of another boot nobody can tell. Adding the jump
        to it would trust the time since the boot more than whoever set the clock; for a PC that was halted meanwhile (a
        virtual one) that moves right touches to wrong times. Without an offset a touch counts as its clock said.
        """
        setting = json.loads(self._get("offset_setting") or "[]")
        return self.offset_s if setting and Setting(*setting).holds(present_setting()) else None

    # People, by the hashes of their cards

    def know_people(self, device: str, names: Mapping[str, str], at: datetime) -> None:
        """Keep the names that this device was told; those told before stay until they are too old."""
        with self._writing():
            if self._get("device") != device:
                return
            rows = [(card, name, at.timestamp()) for card, name in names.items()]
            self._link.executemany("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", rows)
            self._set({"people_known_at": at.isoformat()})

    def forget_people(self, *, before: datetime) -> None:
        """Delete the names that were told before a moment."""
        if self._link.execute("SELECT 1 FROM people WHERE known_at < ?", (before.timestamp(),)).fetchone():
            with self._writing():
                self._link.execute("DELETE FROM people WHERE known_at < ?", (before.timestamp(),))

    def people_known_at(self) -> datetime | None:
        """When names were told last."""
        text = self._get("people_known_at")
        return datetime.fromisoformat(text) if text else None

    def find_name(self, card: str, after: datetime) -> str:
        """The name behind a card's hash, if it was told after a moment."""
        row = self._link.execute(
            "SELECT name FROM people WHERE card = ? AND known_at >= ?", (card, after.timestamp())
        ).fetchone()
        return str(row[0]) if row else ""

    # One writer, one sender, one that registers

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Be the only sender of this store."""
        with self._locked(SENDING):
            yield

    @contextmanager
    def registering(self) -> Iterator[None]:
        """Be the only one that registers this store: of two codes at once the second finds a device that is registered."""
        with self._locked(REGISTERING):
            yield

    def _lock_path(self, what: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{what}")

    @contextmanager
    def _locked(self, what: str) -> Iterator[None]:
        with self._lock_path(what).open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # ends with the file, also when the process is killed
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._locked(WRITING), self._transaction("BEGIN IMMEDIATE"):
                yield
        except (OSError, sqlite3.Error) as error:
            raise StoreError(phrase("reader.store.not_written", cause=error)) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._link.execute(begin)
        try:
            yield
            self._link.execute("COMMIT")
        except BaseException:
            if self._link.in_transaction:
                self._link.execute("ROLLBACK")
            raise

    def _touched_at(self, seq: int | None) -> str:
        row = self._link.execute("SELECT touched_at FROM unsent WHERE seq = ?", (seq,)).fetchone()
        return str(row[0]) if row else ""

    def _unsent_seqs(self) -> list[int]:
        return [row[0] for row in self._link.execute("SELECT seq FROM unsent ORDER BY seq")]

    def _next_seq(self) -> int:
        """The number of the next touch; never one that a row has, whatever happened to the counter."""
        highest = self._link.execute("SELECT max(seq) FROM unsent").fetchone()[0] or 0
        return max(int(self._get("next_seq") or 1), highest + 1)

    def _get(self, key: str) -> str:
        row = self._link.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def _set(self, values: dict[str, Any]) -> None:
        self._link.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))
