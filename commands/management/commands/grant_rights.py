"""`manage.py grant_rights`: the rights of the role that the server runs as."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from registry.audit.operations import grant_rights


class Command(BaseCommand):
    """Give the role that the server runs as its rights; run as the owner after every migration."""

    help = "Give the role that the server runs as its rights (run as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which role."""
        parser.add_argument("role", nargs="?", default="app")

    def handle(self, *_args: Any, role: str = "app", **_options: Any) -> None:
        """Grant."""
        grant_rights(role)
