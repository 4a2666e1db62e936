"""What people see: a full-screen receipt, or plain lines where nobody looks."""

import os
import sys
from datetime import datetime
from typing import TextIO

from reader.numbers import masked
from reader.store import NewTouch, Summary

DIRECTIONS = {"in": "入場", "out": "退場", "": ""}
_GREEN, _RED, _BLUE, _PLAIN = "\x1b[1;97;42m", "\x1b[1;97;41m", "\x1b[1;97;44m", "\x1b[0m"
_CLEAR, _TONE = "\x1b[2J\x1b[H", "\a"


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def unsent_line(summary: Summary) -> str:
    """How many touches wait, and since when."""
    if not summary.unsent:
        return "未送信: 0"
    since = datetime.fromisoformat(summary.oldest)
    return f"未送信: {summary.unsent}（{since:%m/%d %H:%M} から）"


class Screen:
    """Shows receipts and troubles. Headless, each is one line."""

    def __init__(self, *, headless: bool, out: TextIO | None = None) -> None:
        """Write to `out`, else to the terminal."""
        self._out = out or sys.stdout
        self._headless = headless or not self._out.isatty()
        self._colour = not self._headless and not os.environ.get("NO_COLOR")

    def receipt(self, touch: NewTouch, summary: Summary) -> None:
        """A touch was kept."""
        at = datetime.fromisoformat(touch.touched_at)
        lines = [
            f"カード  {masked(touch.credential)}",
            f"時刻    {at:%H:%M:%S}  {DIRECTIONS[touch.direction]}".rstrip(),
            unsent_line(summary),
        ]
        self._show("読み取りました", lines, _GREEN)

    def trouble(self, message: str) -> None:
        """A touch was not kept, or something stands in the way."""
        self._show("読み取れません", [message], _RED)

    def idle(self, summary: Summary, notes: list[str]) -> None:
        """Nobody is there; headless only what stands in the way is said."""
        refused = [f"読み取れなかった打刻: {summary.refused}（status で見られます）"] if summary.refused else []
        self._show("カードをタッチしてください", [unsent_line(summary), *refused, *notes], _BLUE)

    def _show(self, title: str, lines: list[str], colour: str) -> None:
        if self._headless:
            self._out.write("  ".join([title, *lines]) + "\n")
        else:
            tone = _TONE if colour != _BLUE else ""
            head = f"{colour}\n\n    {title}    \n\n{_PLAIN}" if self._colour else f"\n\n    {title}\n\n"
            self._out.write(_CLEAR + head + "\n" + "".join(f"    {line}\n\n" for line in lines) + tone)
        self._out.flush()
