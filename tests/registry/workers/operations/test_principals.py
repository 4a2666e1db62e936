"""The principal employer: one at a time, said by the worker, without a link ending by it (ruling 14)."""

import json
from datetime import date, timedelta

import pytest

from registry.audit.models import Move
from registry.changes.models import Change
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId
from registry.notices.models import Notice
from registry.structures.models import RosterEntry
from registry.structures.operations.ends import end_affiliation
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.workers.models import Affiliation
from registry.workers.operations.ends import answer_end_dispute, dispute_end
from registry.workers.operations.links import LinkStartError
from registry.workers.operations.principals import PrincipalDayError, make_principal
from registry.workers.queries import list_ended_links, list_links
from tests.factories.cast import NOW, OFFICE, STARTED, a_firm, a_gate, a_worker, owner_of
from tests.factories.links import link, unlink
from tests.factories.shared import shared
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
TODAY, MOVED, TOMORROW = NOW.date(), date(2026, 11, 16), NOW.date() + timedelta(days=1)
Row = tuple[date, date | None, bool]


class Two:
    """A worker with a home firm, the principal one, and a host."""

    def __init__(self) -> None:
        self.home, self.host = a_firm(), a_firm("出向先の会社")
        self.worker = a_worker(self.home).worker_id
        self.by = worker_as_actor(self.worker)
        link(self.worker, self.host, from_on=date(2026, 11, 2))
        Notice.objects.all().delete()

    def id_of(self, firm: BusinessId) -> int:
        return Affiliation.objects.filter(worker=self.worker, business=firm).latest("from_on").pk

    def move(self, firm: BusinessId, from_on: date = MOVED, *, by: Actor | None = None) -> None:
        make_principal(self.worker, self.id_of(firm), from_on=from_on, by=by or self.by, at=NOW)

    def rows(self, firm: BusinessId) -> list[Row]:
        rows = Affiliation.objects.filter(worker=self.worker, business=firm).order_by("from_on")
        return list(rows.values_list("from_on", "until_on", "principal"))


two = shared(Two)


def test_from_that_day_on_the_host_is_principal_and_both_links_hold(two: Two) -> None:
    for _ in range(2):  # a second click
        two.move(two.host)
    assert two.rows(two.home) == [(STARTED, MOVED, True), (MOVED, None, False)]
    assert two.rows(two.host) == [(date(2026, 11, 2), MOVED, False), (MOVED, None, True)]
    assert [(row.business_id, row.from_on) for row in list_links(two.worker, on=TODAY)] == [
        (two.host, date(2026, 11, 2)), (two.home, STARTED),
    ]  # fmt: skip
    assert list_ended_links(since=STARTED, worker_id=two.worker) == []
    assert Change.objects.latest("pk").from_on == MOVED


def test_both_firms_are_told_what_has_changed_for_them(two: Two) -> None:
    two.move(two.host)
    told = dict(Notice.objects.values_list("account_id", "kind"))
    assert told == {
        owner_of(two.host).account_id: "principal_gained", owner_of(two.home).account_id: "principal_lost",
    }  # fmt: skip


def test_nobody_leaves_a_roster_by_it(two: Two) -> None:
    site = a_gate(two.home).site_id
    people = [(two.worker, RosterData(trade="06-01"))]
    add_to_roster(site, None, people, from_on=TODAY, by=owner_of(two.home), at=NOW)
    two.move(two.host)
    assert RosterEntry.objects.get().until_on is None


def test_back_again(two: Two) -> None:
    two.move(two.host)
    two.move(two.home, TODAY)
    assert two.rows(two.home) == [(STARTED, MOVED, True), (MOVED, TODAY, False), (TODAY, None, True)]
    assert two.rows(two.host)[-1] == (TODAY, None, False)
    two.move(two.host)  # from the earlier day after all: rows that begin later are principal, or not, as a whole
    assert two.rows(two.host)[1:] == [(MOVED, TODAY, True), (TODAY, None, True)]
    assert [principal for _, _, principal in two.rows(two.home)] == [True, False, False]


def test_a_firm_that_stands_by_name_goes_on_too() -> None:
    firm, worker = a_firm(), a_worker(None, employer_name="名前だけの会社").worker_id
    link(worker, firm, from_on=TODAY)
    chosen = Affiliation.objects.get(business=firm).pk
    make_principal(worker, chosen, from_on=TODAY, by=worker_as_actor(worker), at=NOW)
    assert [(row.business_name, row.principal) for row in list_links(worker, on=TODAY)] == [
        ("見本建設株式会社", True), ("名前だけの会社", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "error"),
    [
        (date(2026, 11, 1), PrincipalDayError),
        (date(2026, 9, 30), LinkStartError),
        (TOMORROW, LinkStartError),
    ],
)
def test_the_day_lies_within_the_link_and_the_span_of_starts(two: Two, day: date, error: type[Exception]) -> None:
    with pytest.raises(error):
        two.move(two.host, day)


def test_a_link_that_has_ended_is_never_the_principal_one(two: Two) -> None:
    unlink(two.worker, two.host, until_on=TODAY, by=two.by, at=NOW)
    with pytest.raises(PrincipalDayError):
        two.move(two.host)


def test_the_worker_alone_says_it(two: Two) -> None:
    for by in (owner_of(two.host), OFFICE, worker_as_actor(a_worker(None, "同僚").worker_id)):
        with pytest.raises(NotAllowedError):
            two.move(two.host, by=by)
    with pytest.raises(NotFoundError):
        make_principal(two.worker, 0, from_on=TODAY, by=two.by, at=NOW)


@pytest.mark.parametrize("until_on", [TOMORROW, date(2026, 11, 10)])
def test_the_end_of_a_link_that_went_on_is_one_end(two: Two, until_on: date) -> None:
    two.move(two.host)
    first = Affiliation.objects.filter(business=two.home).earliest("from_on").pk
    end_affiliation(first, until_on=until_on, by=two.by, at=NOW)
    (row,) = list_ended_links(since=STARTED, worker_id=two.worker)
    assert (row.from_on, row.until_on, row.ended_by) == (STARTED, until_on, "worker")
    assert two.rows(two.home)[-1][1] == until_on


def test_the_log_keeps_what_rows_said_that_were_turned_over_or_taken_away(two: Two) -> None:
    two.move(two.host)
    two.move(two.home, TODAY)
    assert not Move.objects.filter(move__in=["flip_rows", "drop_rows"]).exists()
    two.move(two.host)  # from the earlier day after all
    end_affiliation(two.id_of(two.home), until_on=date(2026, 11, 10), by=two.by, at=NOW)
    said = {
        one.move: [(row["business_id"], row["from_on"], row["principal"]) for row in json.loads(one.reason)]
        for one in Move.objects.filter(
            noun="workers_worker", subject_id=two.worker, move__in=["flip_rows", "drop_rows"]
        )
    }
    assert said == {
        "flip_rows": [(two.host, TODAY.isoformat(), False), (two.home, TODAY.isoformat(), True)],
        "drop_rows": [(two.home, MOVED.isoformat(), False), (two.home, TODAY.isoformat(), False)],
    }


def test_an_open_objection_goes_with_the_last_row_of_its_link(two: Two) -> None:
    unlink(two.worker, two.home, until_on=TODAY, by=owner_of(two.home), at=NOW)
    dispute = dispute_end(two.id_of(two.home), TOMORROW, reason="今日もいました", by=two.by, at=NOW)
    two.move(two.host)
    assert two.rows(two.home) == [(STARTED, MOVED, True), (MOVED, TODAY, False)]
    (ended,) = list_ended_links(since=MOVED, worker_id=two.worker)
    assert ended.dispute
    assert answer_end_dispute(dispute, agree=True, by=owner_of(two.home), at=NOW) == (TODAY, TOMORROW)


def test_an_objection_moves_the_end_before_the_day_of_the_change(two: Two) -> None:
    two.move(two.host)
    unlink(two.worker, two.home, until_on=TODAY, by=owner_of(two.home), at=NOW)
    wanted = date(2026, 11, 10)
    dispute = dispute_end(two.id_of(two.home), wanted, reason="この日まで", by=two.by, at=NOW)
    answer_end_dispute(dispute, agree=True, by=owner_of(two.home), at=NOW)
    assert two.rows(two.home) == [(STARTED, wanted, True)]
    (row,) = list_ended_links(since=STARTED, worker_id=two.worker)
    assert row.dispute is not None
