"""The feed of changes, beside tests that run at the same time."""

import time

from django.db import connection

PATIENCE = 120


def until_free() -> None:
    """Wait until all marks can be read: a transaction that is older holds them back, also one in another database."""
    limit = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < limit:
            cursor.execute("SELECT bool_and(xid < pg_snapshot_xmin(pg_current_snapshot())) FROM changes_change")
            if cursor.fetchone() != (False,):
                return
            time.sleep(0.05)
    raise TimeoutError
