"""Touches from a CSV: `card,touched_at,direction`. Good rows are kept together; bad ones are told with their line."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reader.numbers import NumberError, card_number
from reader.records import NewTouch
from reader.send import rfc3339

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
            raise FileError(f"1行目に列の名前 {','.join(COLUMNS)} を書いてください。")
        for row in rows:
            try:
                touches.append(touch_of(*(row.get(name) or "" for name in COLUMNS), method=method, site=site))
            except ValueError as error:
                bad.append((rows.line_num, str(error)))
    except csv.Error as error:
        raise FileError(
            f"{rows.line_num}行目でCSVとして読めなくなりました（{error}）。何も取り込んでいません。"
        ) from error
    return Read(tuple(touches), tuple(bad))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} を読めません（{error.strerror}）。") from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError("文字コードが分かりません。UTF-8で保存してください。")


def touch_of(card: str, when: str, direction: str, *, method: str, site: str) -> NewTouch:
    """A touch from its three texts. Raises `ValueError` with a message for people."""
    if not card.strip():
        raise NumberError("カードの番号がありません。")
    if direction.strip() not in DIRECTIONS:
        raise ValueError(f"direction は in、out、空のどれかです（{direction[:20]}）。")
    return NewTouch("card", card_number(card), rfc3339(_moment(when.strip())), method, direction.strip(), site)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"時刻が読めません（{text[:40]}）。2026-11-20T07:58:02+09:00 の形で書いてください。") from None
    if moment.tzinfo is None:
        raise ValueError(f"時刻に +09:00 がありません（{text[:40]}）。2026-11-20T07:58:02+09:00 の形で書いてください。")
    return moment
