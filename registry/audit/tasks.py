"""Background work of the audit log."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.audit.operations import make_look_partitions


@app.periodic(cron="45 3 * * *")
@app.task(queue="upkeep")
def make_look_partitions_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Looks are kept by months: those of the next two years always stand ready."""
    make_look_partitions(at=timezone.now())
