"""Background work of accounts."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.accounts.operations import forget_allowances, forget_sessions, forget_tries


@app.periodic(cron="40 3 * * *")
@app.task(queue="upkeep")
def forget_allowances_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Limits that are free again need no row."""
    forget_allowances(at=timezone.now())


@app.periodic(cron="45 3 * * *")
@app.task(queue="upkeep")
def forget_tries_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Wrong tries at the door that no longer count need no row."""
    forget_tries(at=timezone.now())


@app.periodic(cron="35 3 * * *")
@app.task(queue="upkeep")
def forget_sessions_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Sessions that have run out need no row."""
    forget_sessions(at=timezone.now())
