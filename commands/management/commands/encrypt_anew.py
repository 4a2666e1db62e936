"""`manage.py encrypt_anew`: what stands encrypted, by the newest key."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.drafts.operations import encrypt_drafts_anew
from registry.workers.operations.health import encrypt_health_anew


class Command(BaseCommand):
    """Write what stands encrypted anew, so that older keys may be taken away (docs/operations/secrets.md)."""

    help = "Write what stands encrypted in the database by the newest key."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write, and say of how many people, and how many drafts."""
        self.stdout.write(f"{encrypt_health_anew()} workers, {encrypt_drafts_anew()} drafts")
