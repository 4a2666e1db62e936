"""Two transactions that meet, each on a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep

from django.db import connection, transaction

_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


@contextmanager
def meeting(other: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """What is written here is committed only when `other`, on a connection of its own, waits for it or is done.

    `other` begins at the end of the block, or where the block calls what it is handed.
    """
    begun: list[Future[None]] = []

    def run() -> None:
        try:
            other()
        finally:
            connection.close()

    def begin() -> None:
        begun.append(thread.submit(run))
        with connection.cursor() as cursor:
            while not begun[0].done():
                cursor.execute(_WAITS)
                if cursor.fetchone() == (True,):
                    break
                sleep(0.02)

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            yield begin
            if not begun:
                begin()
        begun[0].result()
