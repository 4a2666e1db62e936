"""Background work of papers."""

from django.utils import timezone
from procrastinate.contrib.django import app

from registry.papers import operations


@app.task(queue="papers")
def make_paper(paper_id: int) -> None:
    """Make a paper that somebody waits for."""
    operations.make_paper(paper_id, at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue="papers")
def tidy_papers(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands every periodic task its moment
    """Throw old papers away, take up what was left lying."""
    operations.tidy_papers(at=timezone.now())
