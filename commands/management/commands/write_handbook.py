"""`manage.py write_handbook`: write the generated pages of the handbook."""

from typing import Any

from django.core.management.base import BaseCommand

from commands.handbook import ROOT, errors_page, read_policy_page, workflows_page


class Command(BaseCommand):
    """Write the generated pages of the handbook."""

    help = "Write the generated pages of the handbook."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write."""
        (ROOT / "docs/handbook/workflows.md").write_text(workflows_page())
        (ROOT / "docs/handbook/read-policy.md").write_text(read_policy_page())
        (ROOT / "docs/handbook/errors.md").write_text(errors_page())
