from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.accounts.states import Role
from registry.audit.models import Look
from registry.core.errors import NotFoundError
from registry.core.viewer import Viewer
from registry.disclosure.queries import viewer_for
from registry.histories.operations.binder import bind_months
from registry.histories.queries import list_days_of_worker
from registry.papers.operations import ask_paper, hand_out_paper, make_paper
from registry.papers.queries import get_paper, list_days, list_papers
from registry.papers.rules import Wish
from registry.papers.states import PaperKind, PaperState
from registry.workers.policy import WORKER_POLICY
from registry.workers.states import ALL_OF_DAYS
from tests.factories.cast import NOW, OFFICE, a_firm, a_gate, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.links import link, unlink
from tests.factories.papers import NOVEMBER, Days
from tests.factories.visitors import a_user, firm_viewer, worker_viewer

pytestmark = pytest.mark.django_db


def test_a_worker_gets_all_months_that_were_asked_for() -> None:
    days = Days()
    viewer = worker_viewer(days.worker)
    wish = Wish(PaperKind.WORKER_DAYS, date(2025, 12, 1), date(2026, 10, 1))
    assert [line.row.bound.day for line in list_days(viewer, wish, at=NOW).lines] == [
        date(2025, 12, 3),
        date(2026, 10, 30),
    ]


def test_the_rows_are_those_of_the_month() -> None:
    days = Days()
    found = list_days(worker_viewer(days.worker), days.wishes()[PaperKind.WORKER_DAYS], at=NOW)
    assert [line.row for line in found.lines] == list_days_of_worker(days.worker, NOVEMBER)
    assert [line.site for line in found.lines] == ["見本ビル新築工事", "近所の家", "見本ビル新築工事"]
    assert {line.trade for line in found.lines} != {"06-01"}


def test_a_person_s_list_holds_the_firm_s_days_alone() -> None:
    days = Days()
    found = list_days(firm_viewer(days.prime), days.wishes()[PaperKind.PERSON_DAYS], at=NOW)
    assert [line.row.bound.day.day for line in found.lines] == [5, 6, 19]
    assert (found.subject_id, found.firm) == (days.worker, "見本建設株式会社")


def test_a_prime_s_list_holds_all_its_sites() -> None:
    days = Days()
    further = a_gate(days.prime, name="次の現場")
    further.send(a_touch(1, days.other, "2026-11-18T08:00:00+09:00"))
    bind_months([(days.other.worker_id, NOVEMBER)])
    found = list_days(firm_viewer(days.prime), days.wishes()[PaperKind.SITES_DAYS], at=NOW)
    assert {(line.site, line.row.worker_id) for line in found.lines} == {
        ("見本ビル新築工事", days.worker), ("見本ビル新築工事", days.other.worker_id), ("次の現場", days.other.worker_id),
    }  # fmt: skip


def test_a_firm_gets_only_days_worked_under_it() -> None:
    days = Days()
    unlink(days.worker, days.prime, until_on=date(2026, 11, 10), by=OFFICE, at=NOW)
    link(days.worker, days.below, from_on=date(2026, 11, 10), principal=True)
    below = list_days(firm_viewer(days.below), days.wishes()[PaperKind.FIRM_DAYS], at=NOW)
    assert {line.row.worker_id for line in below.lines} == {days.other.worker_id}


OF_FIRMS = sorted(set(PaperKind) - {PaperKind.WORKER_DAYS})


@pytest.mark.parametrize("kind", OF_FIRMS)
def test_a_look_at_each_person_is_noted_once(kind: PaperKind) -> None:
    days = Days()
    viewer = firm_viewer(days.prime)
    list_days(viewer, days.wishes()[kind], at=NOW)
    looks = list(Look.objects.order_by("pk"))
    assert {(look.account_id, look.business_id) for look in looks} == {(viewer.account_id, days.prime)}
    on_sites = kind in {PaperKind.SITE_DAYS, PaperKind.SITES_DAYS}
    people = {days.worker, days.other.worker_id} if on_sites else {days.worker}
    assert sorted(one for look in looks for one in look.subjects) == sorted(people)
    assert all(set(WORKER_POLICY.names(look.items)) >= ALL_OF_DAYS for look in looks)


@pytest.mark.parametrize("kind", OF_FIRMS)
def test_each_time_a_paper_is_taken_is_one_look_at_those_on_it(kind: PaperKind) -> None:
    """Also of who left meanwhile, and never of who came later."""
    days = Days()
    viewer = firm_viewer(days.prime)
    paper_id = ask_paper(days.wishes()[kind], by=viewer.actor(), at=NOW)
    make_paper(paper_id, at=NOW)
    made = Look.objects.count()
    late = a_worker(days.prime, "遅刻")
    days.gate.send(a_touch(6, late, "2026-11-19T09:00:00+09:00"))
    bind_all()
    on_it = (
        {days.worker} if kind in {PaperKind.FIRM_DAYS, PaperKind.PERSON_DAYS} else {days.worker, days.other.worker_id}
    )
    for _ in range(2):
        handed = hand_out_paper(viewer, paper_id, at=NOW)
        looks = list(Look.objects.order_by("pk"))[made:]
        made += len(looks)
        assert sorted(one for look in looks for one in look.subjects) == sorted(on_it)
        assert all(set(WORKER_POLICY.names(look.items)) >= ALL_OF_DAYS for look in looks)
        assert set(handed.names) == on_it


def test_who_takes_the_own_paper_looks_at_nobody() -> None:
    days = Days()
    viewer = worker_viewer(days.worker)
    paper_id = ask_paper(days.wishes()[PaperKind.WORKER_DAYS], by=viewer.actor(), at=NOW)
    make_paper(paper_id, at=NOW)
    hand_out_paper(viewer, paper_id, at=NOW)
    assert Look.objects.count() == 0


@pytest.mark.parametrize("kind", PaperKind)
def test_strangers_and_other_firms_get_nothing(kind: PaperKind) -> None:
    days = Days()
    wish = days.wishes()[kind]
    with pytest.raises(NotFoundError):
        list_days(Viewer(), wish, at=NOW)
    other = firm_viewer(a_firm("別の会社"))
    if kind in {PaperKind.FIRM_DAYS, PaperKind.SITES_DAYS}:
        assert list_days(other, wish, at=NOW).lines == []
    else:
        with pytest.raises(NotFoundError):
            list_days(other, wish, at=NOW)


def test_queries_do_not_grow_with_days() -> None:
    days = Days()
    viewer, numbers = firm_viewer(days.prime), []
    for month in (date(2026, 10, 1), NOVEMBER):
        with CaptureQueriesContext(connection) as queries:
            found = list_days(viewer, Wish(PaperKind.SITE_DAYS, month, month, days.site), at=NOW)
        numbers.append((len(found.lines), len(queries)))
    assert numbers[0][0] < numbers[1][0]
    assert numbers[0][1] == numbers[1][1]


def test_a_list_of_papers_is_the_askers_alone() -> None:
    days = Days()
    asker, colleague = firm_viewer(days.prime), viewer_for(a_user(days.prime, Role.OWNER))
    for kind in (PaperKind.FIRM_DAYS, PaperKind.SITE_DAYS):
        ask_paper(days.wishes()[kind], by=asker.actor(), at=NOW)
    rows = list_papers(asker)
    assert [(row.wish.kind, row.site_name, row.state) for row in rows] == [
        (PaperKind.SITE_DAYS, "見本ビル新築工事", PaperState.QUEUED), (PaperKind.FIRM_DAYS, "", PaperState.QUEUED),
    ]  # fmt: skip
    assert rows[0].kept_until == NOW + timedelta(days=30)
    assert list_papers(colleague) == []
    with pytest.raises(NotFoundError):
        get_paper(colleague, rows[0].id)


def test_a_paper_is_shown_while_the_right_lasts() -> None:
    days = Days()
    asker = firm_viewer(days.prime)
    paper_id = ask_paper(days.wishes()[PaperKind.SITE_DAYS], by=asker.actor(), at=NOW)
    make_paper(paper_id, at=NOW)
    row = get_paper(asker, paper_id)
    assert (row.state, row.size > 10_000) == (PaperState.MADE, True)
    less = Viewer(asker.account_id, asker.kind, None, asker.business_id, frozenset({"business_workers"}))
    assert list_papers(less) == []
