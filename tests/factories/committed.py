"""Data that the tests of a module share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command


@contextmanager
def committed(blocker: Any) -> Iterator[None]:
    """What is made here is committed, and all tables are emptied at the end.

    A transaction held open for so long would keep every follower of the feed waiting, in all databases beside this one.
    """
    with blocker.unblock():
        try:
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
