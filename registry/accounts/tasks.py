"""Background work of accounts."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.accounts.operations import forget_allowances


@app.periodic(cron="40 3 * * *")
@app.task(queue="upkeep")
def forget_allowances_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Limits that are free again need no row."""
    forget_allowances(at=timezone.now())
