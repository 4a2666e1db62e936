"""What people see: one view at a time, in a terminal, in a window of a browser, or as plain lines where nobody looks."""

import os
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, TextIO

from reader.numbers import masked
from reader.records import NewTouch, Summary
from reader.texts import phrase

_PLAIN, _CLEAR, _TONE = "\x1b[0m", "\x1b[2J\x1b[H", "\a"


class Tone(Enum):
    """How a view looks and sounds."""

    READY = "ready"  # nobody is there; quiet
    TAKEN = "taken"  # green, one tone
    FAILED = "failed"  # red, two tones: this touch was not taken
    CLOSED = "closed"  # red: no touch can be taken


@dataclass(frozen=True)
class Note:
    """What stands in the way. `act` means that somebody has to do something: red."""

    text: str
    act: bool = False


@dataclass(frozen=True)
class View:
    """What is shown: a title, whose card in big letters, small lines, and what waits to be sent."""

    tone: Tone
    title: str
    big: str = ""
    lines: tuple[str, ...] = ()
    unsent: str = ""
    notes: tuple[Note, ...] = ()


class Face(Protocol):
    """Where views are shown."""

    def show(self, view: View) -> None:
        """Show a view in place of the one before."""


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def unsent_line(summary: Summary) -> str:
    """How many touches wait, and since when."""
    if not summary.unsent:
        return phrase("reader.screen.all_sent")
    return phrase("reader.screen.unsent", count=summary.unsent, since=datetime.fromisoformat(summary.oldest))


def receipt(touch: NewTouch, name: str, summary: Summary) -> View:
    """A touch was kept. `name` is the shown name where this PC knows it."""
    at = datetime.fromisoformat(touch.touched_at)
    direction = phrase(f"reader.direction.{touch.direction}") if touch.direction else ""
    when = f"{at:%H:%M:%S}  {direction}".rstrip()
    card = masked(touch.credential)
    lines = (when, phrase("reader.screen.card", card=card)) if name else (when,)
    return View(Tone.TAKEN, phrase("reader.screen.taken"), name or card, lines, unsent_line(summary))


def trouble(message: str, summary: Summary) -> View:
    """A touch was not kept."""
    return View(Tone.FAILED, phrase("reader.screen.failed"), lines=(message,), unsent=unsent_line(summary))


def ready(summary: Summary, notes: Sequence[Note]) -> View:
    """Nobody is there. Touches that were refused, and lines that were none, wait for somebody."""
    found = list(notes)
    if summary.refused:
        found.append(Note(phrase("reader.screen.refused", count=summary.refused), act=True))
    if summary.unread:
        found.append(Note(phrase("reader.screen.unread", count=summary.unread), act=True))
    return View(Tone.READY, phrase("reader.screen.ready"), unsent=unsent_line(summary), notes=tuple(found))


def closed(message: str, summary: Summary) -> View:
    """No touch can be taken until somebody acts."""
    return View(Tone.CLOSED, phrase("reader.screen.closed"), lines=(message,), unsent=unsent_line(summary))


class Lines:
    """Each view is one line; a name is written nowhere, a log outlives a screen."""

    def __init__(self, out: TextIO | None = None) -> None:
        """Write to `out`, else to the standard output."""
        self._out = out or sys.stdout

    def show(self, view: View) -> None:
        """Write a line."""
        big = view.big if view.big.startswith(("*", "IC")) else ""
        parts = [view.title, big, *view.lines, view.unsent, *(note.text for note in view.notes)]
        self._out.write("  ".join(part for part in parts if part) + "\n")
        self._out.flush()


class Screen:
    """The whole terminal in one colour, the words in its middle."""

    _COLOURS = {Tone.READY: "\x1b[1;97;44m", Tone.TAKEN: "\x1b[1;97;42m", Tone.FAILED: "\x1b[1;97;41m",
                Tone.CLOSED: "\x1b[1;97;41m"}  # fmt: skip
    _ALERT = "\x1b[1;97;41m"

    def __init__(self, out: TextIO | None = None) -> None:
        """Write to `out`, else to the terminal."""
        self._out = out or sys.stdout
        self._coloured = not os.environ.get("NO_COLOR")

    def show(self, view: View) -> None:
        """Paint the terminal anew."""
        width, height = shutil.get_terminal_size()
        words = [view.title, "", *([view.big, ""] if view.big else []), *view.lines]
        foot = [view.unsent, *(note.text for note in view.notes)]
        above = max(1, (height - len(words) - len(foot) - 2) // 2)
        below = max(1, height - above - len(words) - len(foot) - 1)
        colour = self._COLOURS[view.tone] if self._coloured else ""
        alert = self._ALERT if self._coloured else ""
        rows = [("", colour)] * above + [(word, colour) for word in words] + [("", colour)] * below
        rows += [(view.unsent, colour)] + [(note.text, alert if note.act else colour) for note in view.notes]
        painted = "\n".join(f"{paint}{_centred(text, width)}" for text, paint in rows)
        tone = {Tone.TAKEN: _TONE, Tone.FAILED: _TONE * 2}.get(view.tone, "")
        self._out.write(_CLEAR + painted + (_PLAIN if self._coloured else "") + tone)
        self._out.flush()


def _centred(text: str, width: int) -> str:
    """A row filled with blanks; a Japanese sign is two columns wide."""
    columns = sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)
    left = max(0, (width - columns) // 2)
    return " " * left + text + " " * max(0, width - left - columns)
