"""`manage.py grant_rights`: the rights of the role that the server runs as."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.audit.operations import grant_rights


class Command(BaseCommand):
    """Give the role `app` its rights; run as the owner after every migration."""

    help = "Give the role that the server runs as its rights (run as the owner)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Grant."""
        grant_rights("app")
