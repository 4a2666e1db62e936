"""Touches from a CSV: `card,touched_at,direction`. Good rows are kept together; bad ones are told with their line."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reader.numbers import NumberError, card_number
from reader.records import NewTouch
from reader.send import rfc3339
from reader.texts import phrase

COLUMNS = ("card", "touched_at", "direction")
DIRECTIONS = frozenset({"", "in", "out"})


class FileError(Exception):
    """The file as a whole cannot be read; the message says why. Nothing of it is kept."""


@dataclass(frozen=True)
class Read:
    """What a file held."""

    touches: tuple[NewTouch, ...]
    bad: tuple[tuple[int, str], ...]


def read_csv(path: Path, *, method: str, site: str) -> Read:
    """Read a file in UTF-8 or in the encoding of Excel in Japan. Raises `FileError`."""
    rows = csv.DictReader(io.StringIO(_text(path), newline=""))
    touches: list[NewTouch] = []
    bad: list[tuple[int, str]] = []
    try:
        if not set(COLUMNS[:2]) <= set(rows.fieldnames or ()):
            raise FileError(phrase("reader.file.columns", columns=",".join(COLUMNS)))
        for row in rows:
            try:
                touches.append(touch_of(*(row.get(name) or "" for name in COLUMNS), method=method, site=site))
            except ValueError as error:
                bad.append((rows.line_num, str(error)))
    except csv.Error as error:
        raise FileError(phrase("reader.file.no_csv", line=rows.line_num, cause=error)) from error
    return Read(tuple(touches), tuple(bad))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileError(phrase("reader.file.unreadable", path=path, cause=error.strerror)) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(phrase("reader.file.encoding"))


def touch_of(card: str, when: str, direction: str, *, method: str, site: str, own_clock: bool = False) -> NewTouch:
    """A touch from its three texts, whose time some other clock gave. Raises `ValueError` with a message for people."""
    if not card.strip():
        raise NumberError(phrase("reader.number.missing"))
    if direction.strip() not in DIRECTIONS:
        raise ValueError(phrase("reader.file.direction", typed=direction[:20]))
    at = rfc3339(_moment(when.strip()))
    return NewTouch("card", card_number(card), at, method, direction.strip(), site, own_clock)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(phrase("reader.file.time", typed=text[:40])) from None
    if moment.tzinfo is None:
        raise ValueError(phrase("reader.file.offset", typed=text[:40]))
    return moment
