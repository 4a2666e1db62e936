"""Touches of a logging reader, a line each on the standard input: `card[,touched_at[,direction]]`.

Each line is on the disk before it is answered. What is no touch is kept aside with its cause; while the disk is full
no further line is taken, so the one who writes waits and nothing is lost.
"""

from collections.abc import Iterator
from typing import BinaryIO

from reader.importing import touch_of
from reader.numbers import masked
from reader.run import Shared
from reader.screen import Note, say
from reader.send import now, rfc3339
from reader.sites import SiteError, site_by_time, site_for
from reader.store import Store, StoreError
from reader.texts import phrase

MOST_BYTES, MOST_SIGNS = 4096, 500
ROOM_POLL_S = 5.0


def take_lines(store: Store, lines: BinaryIO, shared: Shared, *, site: str, method: str) -> int:
    """Keep the touches of all lines until the end; returns how many lines were none. `site` is that which was named."""
    bad = 0
    for line in _texts(lines):
        while not shared.stop.is_set():
            try:
                bad += not _take(store, line, site=site, method=method)
            except StoreError as error:
                if shared.note != (note := Note(str(error), act=True)):
                    say(phrase("reader.lines.waiting", cause=error))
                shared.note = note
                shared.stop.wait(ROOM_POLL_S)
                continue
            shared.wake.set()
            break
        if shared.stop.is_set():
            break
    return bad


def _texts(lines: BinaryIO) -> Iterator[str]:
    while line := lines.readline(MOST_BYTES):
        if text := line.decode("utf-8", "replace").strip():
            yield text


def _take(store: Store, line: str, *, site: str, method: str) -> bool:
    at = rfc3339(now())
    card, when, direction = [part.strip() for part in (line + ",,").split(",")][:3]
    try:
        there = site_by_time(store, site) if when else site_for(store, site)
        touch = touch_of(card, when or at, direction, method=method, site=there, own_clock=not when)
    except (SiteError, ValueError) as error:
        store.set_aside(line[:MOST_SIGNS], str(error), at)
        say(f"NG  {error}")
        return False
    seq = store.keep([touch])[0]
    say(f"OK  {seq}  {masked(touch.credential)}  {touch.touched_at}")
    return True
