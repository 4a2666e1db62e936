"""`manage.py follow_changes`: works out what days mean as soon as a fact changes, until it is stopped."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection

from registry.histories.operations.binder import follow

# Marks of this time are bound together: a round costs as much for one as for many.
PAUSE_SECONDS = 0.5
MANY = 5000  # marks after which there may be more to read at once
PAUSE_WITHOUT_DATABASE = 2.0
NICE = 10  # somebody stands at the gate: touches come first


class Command(BaseCommand):
    """Follow the feed of changes."""

    help = "Work out days behind the feed of changes. Any number may run: they take turns."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once`: stop when nothing is left."""
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        """Follow; a database that is gone for a while is waited for."""
        if not once:
            os.nice(NICE)
        while True:
            try:
                read = follow()
            except OperationalError:
                connection.close()
                time.sleep(PAUSE_WITHOUT_DATABASE)
                continue
            if once and not read:
                return
            if not once and read < MANY:
                time.sleep(PAUSE_SECONDS)
