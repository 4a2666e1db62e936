"""`manage.py load_codes`: bring the code tables up to date with their files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from registry.codes.operations import load_codes
from registry.core.days import jst_day

SIGNS = {"added": "+", "changed": "~", "closed": "-"}


class Command(BaseCommand):
    """Load the code tables; `--dry-run` only shows the difference."""

    help = "Load the code tables from their CSV files and show what changes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the options."""
        parser.add_argument("--dry-run", action="store_true", help="show the difference, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, and print the difference."""
        changes = load_codes(on=jst_day(timezone.now()), dry_run=options["dry_run"])
        if options["verbosity"] > 0:
            for change in changes:
                self.stdout.write(f"{SIGNS[change.act]} {change.table} {change.code}")
            self.stdout.write(f"{len(changes)} changes" + (" (nothing written)" if options["dry_run"] else ""))
