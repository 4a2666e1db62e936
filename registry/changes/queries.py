"""Reads of the change feed."""

from django.db import connection


def is_behind(follower: str) -> bool:
    """Whether there are marks that a follower has not read, those of running transactions apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM changes_change c LEFT JOIN changes_cursor k ON k.follower = %s"
            " WHERE (c.xid, c.id) > (COALESCE(k.xid, '0'), COALESCE(k.change_id, 0)))",
            [follower],
        )
        return bool(cursor.fetchone()[0])
