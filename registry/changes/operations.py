"""Writes of the change feed, and the one way to follow it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from registry.changes.models import Change
from registry.changes.states import ChangeKind


@dataclass(frozen=True)
class ChangeMark:
    """One mark as its follower reads it."""

    kind: ChangeKind
    worker_ids: tuple[int, ...]
    site_id: int | None
    business_id: int | None
    from_on: date
    until_on: date | None


def note_change(
    kind: ChangeKind,
    *,
    from_on: date,
    until_on: date | None = None,
    worker_id: int | None = None,
    site_id: int | None = None,
    business_id: int | None = None,
) -> None:
    """Write a mark in the transaction of the fact. Without a worker it concerns all who were on the site."""
    Change.objects.create(
        kind=kind, worker_id=worker_id, site_id=site_id, business_id=business_id, from_on=from_on, until_on=until_on
    )


# Marks of days as a part of a larger statement that names site, worker and day in `changed`.
MARKS_OF_DAYS = """marks AS (
  INSERT INTO changes_change (kind, site_id, from_on, until_on, worker_ids)
  SELECT %(kind)s, site_id, day, day + 1, array_agg(DISTINCT worker_id ORDER BY worker_id) FROM changed
  GROUP BY site_id, day ORDER BY site_id, day
)"""


_NEXT = """
SELECT c.xid::text::bigint, c.id, c.kind, COALESCE(c.worker_ids, array_remove(ARRAY[c.worker_id], NULL)), c.site_id, c.business_id, c.from_on, c.until_on
FROM changes_change c
WHERE (c.xid, c.id) > (%s::text::xid8, %s) AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY c.xid, c.id LIMIT %s
"""


@contextmanager
def follow_changes(follower: str, *, limit: int = 10_000) -> Iterator[list[ChangeMark]]:
    """Hand a follower the next marks; its cursor moves on when the block ends without an error.

    Only marks of transactions that ended before every running one are handed out: a plain id cursor
    loses rows that commit late. One follower of a name works at a time.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO changes_cursor (follower, xid, change_id) VALUES (%s, '0'::xid8, 0) ON CONFLICT DO NOTHING",
            [follower],
        )
        cursor.execute(
            "SELECT xid::text::bigint, change_id FROM changes_cursor WHERE follower = %s FOR UPDATE", [follower]
        )
        xid, change_id = cursor.fetchone() or (0, 0)
        cursor.execute(_NEXT, [str(xid), change_id, limit])
        rows = cursor.fetchall()
        yield [ChangeMark(ChangeKind(kind), tuple(workers), *rest) for _, _, kind, workers, *rest in rows]
        if rows:
            cursor.execute(
                "UPDATE changes_cursor SET xid = %s::text::xid8, change_id = %s WHERE follower = %s",
                [str(rows[-1][0]), rows[-1][1], follower],
            )


@contextmanager
def ahead_of(follower: str) -> Iterator[bool]:
    """Do now what a follower would do soon, while it stands still: False where it is at work, and will come to it itself.

    It reads the marks all the same, and finds nothing to do.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM changes_cursor WHERE follower = %s FOR UPDATE SKIP LOCKED", [follower])
        yield cursor.fetchone() is not None
