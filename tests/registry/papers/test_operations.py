import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from registry.audit.models import Move
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.errors import NotFoundError
from registry.core.viewer import Viewer
from registry.papers import operations
from registry.papers.models import Paper
from registry.papers.operations import (
    PaperMonthsError,
    PaperSpanError,
    PapersWaitingError,
    ask_paper,
    hand_out_paper,
    make_paper,
    render,
    tidy_papers,
)
from registry.papers.rules import Wish
from registry.papers.states import KEPT_FOR, MOST_WAITING, PaperKind, PaperState
from registry.workers.models import Worker
from tests.factories.cast import NOW, a_firm, a_worker, owner_of
from tests.factories.papers import NAME, NOVEMBER, Days, page_texts, tables_of
from tests.factories.visitors import firm_viewer, worker_viewer

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=30)
OWN = Wish(PaperKind.WORKER_DAYS, NOVEMBER, NOVEMBER)


def jobs() -> list[int]:
    """The papers that wait for a worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE task_name = 'registry.papers.tasks.make_paper' ORDER BY id"
        )
        return [json.loads(row[0])["paper_id"] for row in cursor.fetchall()]


def a_paper(at: datetime = NOW) -> tuple[Viewer, int]:
    """A worker who has asked for the own month."""
    viewer = worker_viewer(a_worker(None).worker_id)
    return viewer, ask_paper(OWN, by=viewer.actor(), at=at)


def state_of(paper_id: int) -> tuple[str, str, bool]:
    """State, failure, and whether there is a file."""
    paper = Paper.objects.get(pk=paper_id)
    return paper.state, paper.failure, paper.content is not None


def test_asking_queues_a_job_and_is_noted() -> None:
    viewer, paper_id = a_paper()
    assert jobs() == [paper_id]
    assert state_of(paper_id) == (PaperState.QUEUED, "", False)
    assert Move.objects.filter(
        noun="papers_paper", subject_id=paper_id, move="ask", account_id=viewer.account_id
    ).exists()


def test_a_repeated_click_gets_the_same_paper() -> None:
    by = worker_viewer(a_worker(None).worker_id).actor()
    first = ask_paper(OWN, key="form", by=by, at=NOW)
    again = ask_paper(OWN, key="form", by=by, at=SOON)
    make_paper(first, at=SOON)
    just_made = ask_paper(OWN, key="form", by=by, at=SOON)
    later = ask_paper(OWN, key="form", by=by, at=NOW + timedelta(minutes=2))
    assert (again, just_made) == (first, first)
    assert later != first
    assert jobs() == [first, later]


def test_who_asks_anew_gets_a_paper_with_what_holds_now() -> None:
    by = worker_viewer(a_worker(None).worker_id).actor()
    first = ask_paper(OWN, key="form", by=by, at=NOW)
    make_paper(first, at=NOW)
    again = ask_paper(OWN, key="another form", by=by, at=SOON)
    assert again != first
    assert ask_paper(OWN, key="a third one", by=by, at=SOON) == again, "one of them waits at a time"


def test_a_paper_asked_for_anew_while_it_is_made_is_made_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    by = worker_viewer(a_worker(None).worker_id).actor()
    paper_id = ask_paper(OWN, key="form", by=by, at=NOW)

    def asked_meanwhile(sheet: bytes) -> bytes:
        assert ask_paper(OWN, key="another form", by=by, at=SOON) == paper_id
        return render(sheet)

    monkeypatch.setattr(operations, "render", asked_meanwhile)
    make_paper(paper_id, at=SOON)
    assert state_of(paper_id) == (PaperState.QUEUED, "", False)
    monkeypatch.undo()
    make_paper(paper_id, at=SOON)
    assert state_of(paper_id) == (PaperState.MADE, "", True)


def test_others_cannot_ask() -> None:
    days = Days()
    for wish in (OWN, days.wishes()[PaperKind.SITE_DAYS]):
        with pytest.raises(NotFoundError):
            ask_paper(wish, by=firm_viewer(a_firm("別の会社")).actor(), at=NOW)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        (date(2026, 12, 1), date(2026, 12, 1), PaperMonthsError), (NOVEMBER, date(2026, 12, 1), PaperMonthsError),
        (NOVEMBER, date(2026, 10, 1), PaperSpanError), (date(2025, 11, 1), NOVEMBER, PaperSpanError),
        (date(2025, 12, 1), NOVEMBER, None),
    ],
)  # fmt: skip
def test_a_paper_of_one_person_has_up_to_twelve_months_none_to_come(
    first: date, last: date, error: type[Exception] | None
) -> None:
    days = Days()
    by, wish = owner_of(days.prime), Wish(PaperKind.PERSON_DAYS, first, last, worker_id=days.worker)
    if error:
        with pytest.raises(error):
            ask_paper(wish, by=by, at=NOW)
    else:
        assert ask_paper(wish, by=by, at=NOW)


def test_only_so_many_wait() -> None:
    viewer, first = a_paper()
    for year in range(2000, 2000 + MOST_WAITING - 1):
        month = NOVEMBER.replace(year=year)
        ask_paper(Wish(PaperKind.WORKER_DAYS, month, month), by=viewer.actor(), at=NOW)
    further = Wish(PaperKind.WORKER_DAYS, NOVEMBER.replace(year=1999), NOVEMBER)
    with pytest.raises(PapersWaitingError):
        ask_paper(further, by=viewer.actor(), at=NOW)
    make_paper(first, at=NOW)
    assert ask_paper(further, by=viewer.actor(), at=NOW) > first


def test_a_paper_is_made_and_handed_out() -> None:
    days = Days()
    viewer = worker_viewer(days.worker)
    paper_id = ask_paper(OWN, by=viewer.actor(), at=NOW)
    make_paper(paper_id, at=SOON)
    assert state_of(paper_id) == (PaperState.MADE, "", True)
    paper = hand_out_paper(viewer, paper_id, at=SOON)
    (first, *_) = page_texts(paper.content)
    for text in (
        "就業履歴一覧",
        NAME.replace("\u202e", ""),
        "打刻の時刻は労働時間ではありません。",
        "2026/11/20（金）12:00",
        "1 / ",
    ):
        assert text in first
    assert len(tables_of(paper.content)[0]) == 1 + 3
    noted = Move.objects.filter(noun="papers_paper", subject_id=paper_id).order_by("pk").values_list("move", flat=True)
    assert list(noted) == ["ask", "make", "hand_out"]


def test_a_paper_is_in_japanese_whoever_makes_it() -> None:
    viewer = worker_viewer(Days().worker)
    paper_id = ask_paper(OWN, by=viewer.actor(), at=NOW)
    with override("en"):
        make_paper(paper_id, at=SOON)
    cells = {cell for row in tables_of(hand_out_paper(viewer, paper_id, at=SOON).content)[0] for cell in row}
    assert cells & set(code_names(Table.TRADES).values())


def test_making_again_changes_nothing() -> None:
    _viewer, paper_id = a_paper()
    make_paper(paper_id, at=NOW)
    made = Paper.objects.get(pk=paper_id)
    make_paper(paper_id, at=SOON)
    assert Paper.objects.get(pk=paper_id).made_at == made.made_at == NOW
    make_paper(paper_id + 1, at=NOW)


def test_nobody_else_gets_a_paper() -> None:
    _viewer, paper_id = a_paper()
    make_paper(paper_id, at=NOW)
    other = worker_viewer(a_worker(None, "別人").worker_id)
    for who in (other, Viewer(), firm_viewer(a_firm())):
        with pytest.raises(NotFoundError):
            hand_out_paper(who, paper_id, at=NOW)


def test_what_is_not_made_is_not_handed_out() -> None:
    viewer, paper_id = a_paper()
    with pytest.raises(NotFoundError):
        hand_out_paper(viewer, paper_id, at=NOW)


def test_rights_are_those_of_the_moment_of_making() -> None:
    viewer, paper_id = a_paper()
    Worker.objects.filter(pk=viewer.worker_id or 0).update(account_id=firm_viewer(a_firm()).account_id or 0)
    make_paper(paper_id, at=NOW)
    assert state_of(paper_id) == (PaperState.FAILED, "PAPER_RIGHT_GONE", False)


def test_a_list_that_is_too_long_fails_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    days = Days()
    monkeypatch.setattr(operations, "MOST_ROWS", 2)
    paper_id = ask_paper(OWN, by=worker_viewer(days.worker).actor(), at=NOW)
    make_paper(paper_id, at=NOW)
    assert state_of(paper_id) == (PaperState.FAILED, "PAPER_TOO_LONG", False)


@pytest.mark.parametrize("limit", [{"RENDERING_SECONDS": 0.001}, {"_ROOT": "/"}])
def test_a_child_that_dies_or_lingers_fails_the_paper(monkeypatch: pytest.MonkeyPatch, limit: dict[str, Any]) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(operations, name, value)
    _viewer, paper_id = a_paper()
    make_paper(paper_id, at=NOW)
    assert state_of(paper_id) == (PaperState.FAILED, "PAPER_NOT_MADE", False)


def test_after_thirty_days_only_the_wish_is_left() -> None:
    viewer, paper_id = a_paper()
    make_paper(paper_id, at=NOW)
    tidy_papers(at=NOW + KEPT_FOR - timedelta(seconds=1))
    assert state_of(paper_id) == (PaperState.MADE, "", True)
    tidy_papers(at=NOW + KEPT_FOR)
    assert state_of(paper_id) == (PaperState.EXPIRED, "", False)
    with pytest.raises(NotFoundError):
        hand_out_paper(viewer, paper_id, at=NOW + KEPT_FOR)


def test_what_was_left_lying_is_taken_up_again_once_and_given_up_after_a_day() -> None:
    _viewer, paper_id = a_paper()
    with connection.cursor() as cursor:  # a worker took the job and died
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    tidy_papers(at=NOW + timedelta(minutes=9))
    assert jobs() == [paper_id]
    for minutes in (10, 20):
        tidy_papers(at=NOW + timedelta(minutes=minutes))
    assert jobs() == [paper_id, paper_id]
    tidy_papers(at=NOW + timedelta(days=1))
    assert state_of(paper_id) == (PaperState.FAILED, "PAPER_NOT_MADE", False)
