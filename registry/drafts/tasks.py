"""Background work of drafts."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.drafts.operations import forget_drafts


@app.periodic(cron="50 3 * * *")
@app.task(queue="upkeep")
def forget_drafts_daily(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it in
    """Drafts that nobody went on with are not kept."""
    forget_drafts(at=timezone.now())
