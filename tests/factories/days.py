"""Bound days in tests: inside a test's own transaction the feed hands nothing out, so all that was touched is bound."""

from datetime import date

from django.db import connection

from registry.core.days import month_before
from registry.histories.derive.binding import BoundDay
from registry.histories.operations.binder import bind_months
from registry.histories.queries import list_days_of_worker


def bind_all() -> None:
    """Bind every worker-month that has a touch, and the month before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT worker_id, month FROM touches_presence")
        found = set(cursor.fetchall())
    bind_months(found | {(worker_id, month_before(month)) for worker_id, month in found})


def days_of(worker_id: int, month: date = date(2026, 11, 1)) -> list[BoundDay]:
    """A worker's days of a month, bound now."""
    bind_all()
    return [row.bound for row in list_days_of_worker(worker_id, month)]
