"""How far the binder is behind the feed while touches come in."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

from config.stack.postgres import Postgres

_PAUSE = 0.1  # seconds between two looks
_NOW = (
    "SELECT c.xid::text::bigint, c.id, k.xid::text::bigint, k.change_id FROM changes_cursor k,"
    " LATERAL (SELECT xid, id FROM changes_change ORDER BY xid DESC, id DESC LIMIT 1) c WHERE k.follower = %s"
)


class _Look(NamedTuple):
    """At one moment: the newest mark of the feed, and the last one that its follower has read."""

    at: float
    newest: tuple[int, int]
    read: tuple[int, int]


class Lag:
    """Ten looks a second at the feed and its follower."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self._looks: list[_Look] = []

    def look(self, link: psycopg.Connection[Any], follower: str) -> bool:
        """Note where both are; whether the follower has read everything."""
        row = link.execute(_NOW, [follower]).fetchone()
        if row is None:
            return True
        self._looks.append(_Look(time.perf_counter(), row[:2], row[2:]))
        return self._looks[-1].read >= self._looks[-1].newest

    def percentile(self, share: float) -> float:
        """The seconds within which that share of the newest marks were read."""
        each = sorted(_waits(self._looks))
        return each[int(len(each) * share)]


def _waits(looks: Sequence[_Look]) -> Iterator[float]:
    """For each look how long it took until what was newest then was read."""
    place = 0
    for n, one in enumerate(looks):
        place = max(place, n)
        while looks[place].read < one.newest:
            place += 1
        yield looks[place].at - one.at


@contextmanager
def watched(postgres: Postgres, follower: str) -> Iterator[Lag]:
    """Watch a follower; at the end until it has read everything."""
    lag, is_over = Lag(), threading.Event()

    def watch() -> None:
        with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
            while not (lag.look(link, follower) and is_over.is_set()):
                time.sleep(_PAUSE)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    yield lag
    is_over.set()
    watching.join()
