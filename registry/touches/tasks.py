"""Background work of touches."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.touches.operations.log import forget_refused, make_partitions


@app.periodic(cron="50 3 * * *")
@app.task(queue="upkeep")
def forget_refused_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """What can never be read as a touch is kept for thirteen months."""
    forget_refused(at=timezone.now())


@app.periodic(cron="55 3 * * *")
@app.task(queue="upkeep")
def make_partitions_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """The log is kept by months: those of the next two years always stand ready."""
    make_partitions(at=timezone.now())
