"""Writes of papers: asked for by a door, made by a job in a child process, thrown away after 30 days."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import override
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

import registry
from registry.audit.operations import move, note_act
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotFoundError, RegistryError
from registry.core.viewer import Viewer
from registry.disclosure.queries import viewer_for
from registry.papers.kinds.days import sheet_of
from registry.papers.models import Paper
from registry.papers.queries import PaperRow, get_paper, list_days, names_on_paper
from registry.papers.rules import Wish, may_ask
from registry.papers.states import (
    GIVEN_UP_AFTER,
    KEPT_FOR,
    MOST_MONTHS,
    MOST_ROWS,
    MOST_WAITING,
    PAPER_LIFE,
    QUIET_AFTER,
    RENDERING_SECONDS,
    SAME_WISH,
    PaperKind,
    PaperMove,
    PaperState,
)

_ROOT = Path(registry.__path__[0]).parent
# The task stands above this module; the queue knows it by name.
MAKE_PAPER = "registry.papers.tasks.make_paper"


class PaperTooLongError(RegistryError):
    """A list has more rows than a paper takes."""

    code = "PAPER_TOO_LONG"


class PaperNotMadeError(RegistryError):
    """A paper could not be set, or took too long."""

    code = "PAPER_NOT_MADE"


class PaperRightGoneError(RegistryError):
    """Who asked for the paper may not have it any more."""

    code = "PAPER_RIGHT_GONE"


class PapersWaitingError(RegistryError):
    """Somebody has asked for many papers that are not made yet."""

    code = "PAPERS_WAITING"


class PaperMonthsError(RegistryError):
    """A paper is asked for about months to come."""

    code = "PAPER_MONTHS"


class PaperSpanError(RegistryError):
    """The last month lies before the first, or a year and more after it."""

    code = "PAPER_SPAN"


@dataclass(frozen=True)
class HandedOut:
    """A paper as it leaves the registry."""

    row: PaperRow
    content: bytes = field(repr=False)
    names: Mapping[int, str] = field(repr=False)  # of those on it


@transaction.atomic
def ask_paper(wish: Wish, *, key: str = "", by: Actor, at: datetime) -> int:
    """Queue a paper. Returns its number; a repeated click, with the same form `key`, gets the same one.

    Who asks anew gets a paper with what holds now, also while one is being made.

    Raises `NotFoundError` where one may not ask, `PapersWaitingError` where too many wait, and of months that no paper
    has `PaperMonthsError` or `PaperSpanError`.
    """
    _check_months(wish, jst_day(at))
    if by.account_id is None or not may_ask(by, wish, on=jst_day(at)):
        raise NotFoundError
    same: dict[str, Any] = {
        "account_id": by.account_id, "kind": wish.kind, "site_id": wish.site_id,
        "worker_id": wish.worker_id, "first_month": wish.first_month,
        "last_month": wish.last_month,
    }  # fmt: skip
    own = Paper.objects.filter(**same)
    fresh = own.filter(state__in=[PaperState.QUEUED, PaperState.MADE], form_key=key, asked_at__gt=at - SAME_WISH)
    if key and (there := fresh.order_by("-id").first()):
        return there.pk
    if queued := own.select_for_update().filter(state=PaperState.QUEUED).first():
        queued.asked_at, queued.form_key = at, key
        queued.save(update_fields=["asked_at", "form_key"])
        _hand_to_worker(queued.pk)  # a worker may have read already what stands on it
        return queued.pk
    if Paper.objects.filter(account_id=by.account_id, state=PaperState.QUEUED).count() >= MOST_WAITING:
        raise PapersWaitingError
    paper, new = Paper.objects.get_or_create(
        **same, state=PaperState.QUEUED, defaults={"asked_at": at, "form_key": key}
    )
    if new:
        note_act("papers_paper", paper.pk, "ask", by=by, at=at)
        _hand_to_worker(paper.pk)
    return paper.pk


def _check_months(wish: Wish, today: date) -> None:
    """No month has yet to come, and of one person there is a year at most."""
    for month, name in ((wish.first_month, "first"), (wish.last_month, "last")):
        if month > today:
            raise PaperMonthsError(field=name)
    months = (wish.last_month.year - wish.first_month.year) * 12 + wish.last_month.month - wish.first_month.month + 1
    if months < 1 or (wish.kind is PaperKind.PERSON_DAYS and months > MOST_MONTHS):
        raise PaperSpanError(field="last", most=MOST_MONTHS)


def _hand_to_worker(paper_id: int) -> None:
    """Queue the job; while one waits already, no second one."""
    job = app.configure_task(MAKE_PAPER, queue="papers", queueing_lock=f"paper-{paper_id}")
    try:
        with transaction.atomic():
            job.defer(paper_id=paper_id)
    except AlreadyEnqueued:
        return


def make_paper(paper_id: int, *, at: datetime) -> None:
    """Make a queued paper with what its asker may see now. Harmless when repeated.

    What was asked for anew meanwhile is left to the job that this has queued.
    """
    paper = Paper.objects.filter(pk=paper_id, state=PaperState.QUEUED).first()
    if paper is None:
        return
    asked = paper.asked_at, paper.form_key
    content, people, failure = None, set[int](), ""
    try:
        content, people = _content(paper, at=at)
    except RegistryError as error:
        failure = error.code
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper_id)
        if paper.state != PaperState.QUEUED or (paper.asked_at, paper.form_key) != asked:
            return
        paper.content, paper.made_at, paper.failure = content, at if content else None, failure
        paper.people = sorted(people)
        paper.save(update_fields=["content", "made_at", "failure", "people"])
        step = PaperMove.FAIL if content is None else PaperMove.MAKE
        move(paper, PAPER_LIFE, step, by=Actor.system(), at=at, reason=failure)


def _content(paper: Paper, *, at: datetime) -> tuple[bytes, set[int]]:
    """The paper, and whose days stand on it."""
    wish = Wish(PaperKind(paper.kind), paper.first_month, paper.last_month, paper.site_id, paper.worker_id)
    try:
        with override("ja"):  # papers are in Japanese, whoever makes them
            days = list_days(viewer_for(paper.account_id), wish, at=at)
    except NotFoundError as error:
        raise PaperRightGoneError from error
    if len(days.lines) > MOST_ROWS:
        raise PaperTooLongError
    people = {line.row.worker_id for line in days.lines} | ({wish.worker_id} if wish.worker_id else set())
    return render(json.dumps(sheet_of(days)).encode()), people


def render(sheet: bytes) -> bytes:
    """A sheet as PDF, set by a child process under limits. Raises `PaperNotMadeError`."""
    try:
        child = subprocess.run(
            [sys.executable, "-s", "-m", "registry.papers.derive"],
            input=sheet, capture_output=True, cwd=_ROOT, env={}, timeout=RENDERING_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PaperNotMadeError from None
    if child.returncode or not child.stdout:
        raise PaperNotMadeError
    return child.stdout


@transaction.atomic
def hand_out_paper(viewer: Viewer, paper_id: int, *, at: datetime) -> HandedOut:
    """A made paper for who asked for it; it is a look at those on it (ruling 40).

    Raises `NotFoundError`, also when a site is not the asker's any more.
    """
    row = get_paper(viewer, paper_id)
    content, people = Paper.objects.values_list("content", "people").get(pk=paper_id)
    if content is None or not may_ask(viewer.actor(), row.wish, on=jst_day(at)):
        raise NotFoundError
    note_act("papers_paper", paper_id, "hand_out", by=viewer.actor(), at=at)
    return HandedOut(row, bytes(content), names_on_paper(viewer, row.wish, people, at=at))


def tidy_papers(*, at: datetime) -> None:
    """Throw away what is older than 30 days; hand to a worker again what was left lying, give it up after a day."""
    for paper_id in Paper.objects.filter(
        state__in=[PaperState.MADE, PaperState.FAILED], asked_at__lte=at - KEPT_FOR
    ).values_list("pk", flat=True):
        _expire(paper_id, at=at)
    for paper_id, asked_at in Paper.objects.filter(state=PaperState.QUEUED, asked_at__lte=at - QUIET_AFTER).values_list(
        "pk", "asked_at"
    ):
        if asked_at <= at - GIVEN_UP_AFTER:
            _give_up(paper_id, at=at)
        else:
            _hand_to_worker(paper_id)


@transaction.atomic
def _expire(paper_id: int, *, at: datetime) -> None:
    paper = Paper.objects.select_for_update().get(pk=paper_id)
    move(paper, PAPER_LIFE, PaperMove.EXPIRE, by=Actor.system(), at=at)
    paper.content = None
    paper.save(update_fields=["content"])


@transaction.atomic
def _give_up(paper_id: int, *, at: datetime) -> None:
    paper = Paper.objects.select_for_update().filter(pk=paper_id, state=PaperState.QUEUED).first()
    if paper is not None:
        paper.failure = PaperNotMadeError.code
        paper.save(update_fields=["failure"])
        move(paper, PAPER_LIFE, PaperMove.FAIL, by=Actor.system(), at=at, reason=paper.failure)
