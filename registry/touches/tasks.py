"""Background work of touches."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.touches.operations.log import forget_refused


@app.periodic(cron="50 3 * * *")
@app.task(queue="upkeep")
def forget_refused_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """What can never be read as a touch is kept for thirteen months."""
    forget_refused(at=timezone.now())
