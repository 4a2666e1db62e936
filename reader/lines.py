"""Touches of a logging reader, a line each on the standard input: `card[,touched_at[,direction]]`.

Each line is on the disk before it is answered. What is no touch is kept aside with its cause; while the disk is full
no further line is taken, so the one who writes waits and nothing is lost. A stop ends it once every line is kept that
was written before.
"""

import io
import os
import select
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from reader.importing import touch_of
from reader.numbers import masked
from reader.records import NewTouch
from reader.run import Shared
from reader.screen import Note, say
from reader.send import now, rfc3339
from reader.sites import SiteError, site_by_time, site_for
from reader.store import Store, StoreError
from reader.texts import phrase

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_BYTES, MOST_SIGNS = 4096, 500
PIPE_BYTES = 65_536  # what a pipe holds, so that one read takes all that is in it
STOP_POLL_S, ROOM_POLL_S = 0.5, 5.0


class _Pipe(io.RawIOBase):
    """What is written to a descriptor until its end or a stop; at a stop it takes once more what is there already."""

    def __init__(self, source: int, stop: threading.Event) -> None:
        self._source, self._stop = source, stop
        self.ended = self.cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer", /) -> int:
        """Wait for bytes; none at the end or after a stop, which leaves `cut`."""
        while not self.ended:
            self.ended = self._stop.is_set()
            if select.select([self._source], [], [], 0 if self.ended else STOP_POLL_S)[0]:
                return os.readv(self._source, [room])
        self.cut = True
        return 0


def take_lines(store: Store, source: int, shared: Shared, *, site: str, method: str) -> int:
    """Keep the touches of all lines of a descriptor until its end or a stop; returns how many lines were none.

    `site` is that which was named.
    """
    bad, pipe = 0, _Pipe(source, shared.stop)
    for line in _texts(pipe):
        try:
            bad += not _take_with_room(
                partial(_take, store, line, whole=not pipe.cut, site=site, method=method), shared
            )
        except StoreError as error:
            say(f"NG  {error}")
            bad += 1
            pipe.ended = True  # what was not read yet stays with the one who writes
        shared.wake.set()
    return bad


def _take_with_room(take: Callable[[], bool], shared: Shared) -> bool:
    """Take a line as soon as there is room for it. Raises `StoreError` when there is none at a stop."""
    while True:
        try:
            return take()
        except StoreError as error:
            if shared.stop.is_set():
                raise
            if shared.note != (note := Note(str(error), act=True)):
                say(phrase("reader.lines.waiting", cause=error))
            shared.note = note
            shared.stop.wait(ROOM_POLL_S)


def _texts(pipe: _Pipe) -> Iterator[str]:
    lines = io.BufferedReader(pipe, PIPE_BYTES)
    while line := lines.readline(MOST_BYTES):
        if text := line.decode("utf-8", "replace").strip():
            yield text


def _take(store: Store, line: str, *, whole: bool, site: str, method: str) -> bool:
    at = rfc3339(now())
    try:
        touch = _touch_of_line(store, line, at, whole=whole, site=site, method=method)
    except (SiteError, ValueError) as error:
        store.set_aside(line[:MOST_SIGNS], str(error), at)
        say(f"NG  {error}")
        return False
    seq = store.keep([touch])[0]
    say(f"OK  {seq}  {masked(touch.credential)}  {touch.touched_at}")
    return True


def _touch_of_line(store: Store, line: str, at: str, *, whole: bool, site: str, method: str) -> NewTouch:
    if not whole:
        raise ValueError(phrase("reader.lines.cut"))
    card, when, direction = [part.strip() for part in (line + ",,").split(",")][:3]
    there = site_by_time(store, site) if when else site_for(store, site)
    return touch_of(card, when or at, direction, method=method, site=there, own_clock=not when)
