#!/usr/bin/env python
"""Django's command line. Commands that change the schema act as the database's owner."""

import os
import sys

OWNER_COMMANDS = {"migrate", "load_codes", "grant_rights"}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS and "MIGRATE_DATABASE_URL" in os.environ:
        os.environ["DATABASE_URL"] = os.environ["MIGRATE_DATABASE_URL"]
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
