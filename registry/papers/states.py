"""Kinds of papers, who may ask for each, and the life of a paper."""

from datetime import timedelta
from enum import StrEnum

from registry.accounts.states import Permission
from registry.core.workflow import Step, Workflow

KEPT_FOR = timedelta(days=30)
SAME_WISH = timedelta(minutes=1)  # the same form sent again within it is a repeated click
QUIET_AFTER = timedelta(minutes=10)  # a queued paper of which nothing was heard is handed to a worker again
GIVEN_UP_AFTER = timedelta(days=1)
MOST_WAITING = 20  # queued papers of one account
MOST_ROWS = 10_000
MOST_MONTHS = 12  # of one of a firm's people; a worker's own days have no limit
RENDERING_SECONDS = 120
RENDERING_MEMORY = 4 * 1024 * 1024 * 1024


class PaperKind(StrEnum):
    """What can be printed: 就業履歴一覧 of one worker, of a firm's people or one of them, of a site or all of a prime's."""

    WORKER_DAYS = "worker_days"
    FIRM_DAYS = "firm_days"
    PERSON_DAYS = "person_days"
    SITE_DAYS = "site_days"
    SITES_DAYS = "sites_days"


RIGHTS = {
    PaperKind.WORKER_DAYS: Permission.WORKER_OWN,
    PaperKind.FIRM_DAYS: Permission.BUSINESS_WORKERS,
    PaperKind.PERSON_DAYS: Permission.BUSINESS_WORKERS,
    PaperKind.SITE_DAYS: Permission.SITE_MANAGE,
    PaperKind.SITES_DAYS: Permission.SITE_MANAGE,
}
# Whoever only looks at sites has the same lists as files.
RIGHTS_TO_SEE = RIGHTS | {PaperKind.SITE_DAYS: Permission.SITE_VIEW, PaperKind.SITES_DAYS: Permission.SITE_VIEW}


class PaperState(StrEnum):
    """Where a paper is."""

    QUEUED = "queued"
    MADE = "made"
    FAILED = "failed"
    EXPIRED = "expired"


class PaperMove(StrEnum):
    """What happens to a paper."""

    MAKE = "make"
    FAIL = "fail"
    EXPIRE = "expire"


PAPER_LIFE = Workflow(
    "papers_paper",
    PaperState.QUEUED,
    (
        Step(PaperMove.MAKE, (PaperState.QUEUED,), PaperState.MADE),
        Step(PaperMove.FAIL, (PaperState.QUEUED,), PaperState.FAILED),
        Step(PaperMove.EXPIRE, (PaperState.MADE, PaperState.FAILED), PaperState.EXPIRED),
    ),
)
