"""Job workers, as the database knows them."""

from django.db import connection


def a_job_worker(*, silent_seconds: int = 0) -> None:
    """A job worker that gave its last sign of life a while ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [silent_seconds],
        )
