"""Links: asked by one side, accepted by the other, ended by either (ruling 14)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.accounts.states import Role
from registry.businesses.queries import list_users
from registry.changes.models import Change
from registry.core.actor import Actor
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, WorkerId
from registry.notices.models import Notice
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.workers.models import Affiliation, LinkRequest
from registry.workers.operations.links import (
    EmployerUnknownError,
    LinkedAlreadyError,
    LinkEndedError,
    LinkEndError,
    LinkOverlapsError,
    LinkRequestLateError,
    LinkStartError,
    PrincipalTwiceError,
    accept_link,
    ask_for_link,
    decline_link,
    end_link,
    rows_of_link,
    write_link,
)
from registry.workers.queries import list_links
from tests.factories.cast import NOW, OFFICE, a_firm, a_worker, owner_of
from tests.factories.links import link, unlink
from tests.factories.shared import shared
from tests.factories.visitors import account_of_worker, user_as_actor, worker_as_actor

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)
NOBODY, NO_FIRM = WorkerId(12345678901821), BusinessId(12345678901822)


class Sides:
    """A worker and a firm that know nothing of each other."""

    def __init__(self) -> None:
        self.firm, self.worker = a_firm(), a_worker(None).worker_id
        self.by_firm, self.by_worker = owner_of(self.firm), worker_as_actor(self.worker)
        Notice.objects.all().delete()

    def by(self, side: str) -> Actor:
        return self.by_firm if side == "business" else self.by_worker

    def link(self, **more: Any) -> None:
        values = {"from_on": TODAY, "principal": True, "position": "", "by": OFFICE, "at": NOW, **more}
        write_link(self.worker, self.firm, **values)

    def ask(self, side: str, **more: Any) -> int:
        values = {"from_on": TODAY, "principal": False, "by": self.by(side), "at": NOW, **more}
        return ask_for_link(self.worker, self.firm, **values)

    def unlink(self, until_on: date = TOMORROW, *, by: Actor) -> None:
        unlink(self.worker, self.firm, until_on=until_on, by=by, at=NOW)

    def links(self) -> list[tuple[date, date | None]]:
        rows = Affiliation.objects.filter(worker=self.worker, business=self.firm).order_by("from_on")
        return list(rows.values_list("from_on", "until_on"))

    def told(self) -> list[tuple[str, int]]:
        return list(Notice.objects.order_by("pk").values_list("kind", "account_id"))

    @property
    def owner(self) -> int:
        return list_users(self.firm)[0].account.id


sides = shared(Sides)


OTHER = {"business": "worker", "worker": "business"}


@pytest.mark.parametrize("side", OTHER)
class TestAsking:
    """The same from both sides."""

    def test_a_question_is_no_link_yet_and_is_told_to_the_other_side(self, sides: Sides, side: str) -> None:
        sides.ask(side)
        told = sides.owner if side == "worker" else account_of_worker(sides.worker)
        assert sides.links() == []
        assert sides.told() == [("link_asked", told)]

    def test_accepted_it_holds_from_the_day_asked_for(self, sides: Sides, side: str) -> None:
        request = sides.ask(side, from_on=date(2026, 10, 1))
        accept_link(request, by=sides.by(OTHER[side]), at=NOW)
        accept_link(request, by=sides.by(OTHER[side]), at=NOW)  # a second click
        assert sides.links() == [(date(2026, 10, 1), None)]
        assert Change.objects.filter(kind="affiliation").get().from_on == date(2026, 10, 1)

    def test_nobody_accepts_his_own_question(self, sides: Sides, side: str) -> None:
        request = sides.ask(side)
        with pytest.raises(NotAllowedError):
            accept_link(request, by=sides.by(side), at=NOW)

    def test_a_question_from_the_other_side_is_the_answer(self, sides: Sides, side: str) -> None:
        assert sides.ask(side) == sides.ask(OTHER[side])
        assert sides.links() == [(TODAY, None)]

    def test_what_holds_already_is_not_asked_for(self, sides: Sides, side: str) -> None:
        sides.link(principal=False)
        Notice.objects.all().delete()
        for from_on in (TODAY, date(2026, 10, 1)):
            with pytest.raises(LinkedAlreadyError) as refused:
                sides.ask(side, from_on=from_on)
            assert (refused.value.field, refused.value.data) == ("business_id", {"day": TODAY})
        assert (LinkRequest.objects.count(), sides.told()) == (0, [])

    def test_days_that_an_ended_link_has_are_not_asked_for(self, sides: Sides, side: str) -> None:
        sides.link(from_on=date(2026, 10, 1))
        sides.unlink(TODAY, by=OFFICE)
        with pytest.raises(LinkOverlapsError):
            sides.ask(side, from_on=date(2026, 11, 19))
        assert sides.ask(side, from_on=TODAY)

    def test_a_question_is_not_accepted_once_the_office_has_linked(self, sides: Sides, side: str) -> None:
        request = sides.ask(side)
        sides.link()
        with pytest.raises(LinkedAlreadyError):
            accept_link(request, by=sides.by(OTHER[side]), at=NOW)
        decline_link(request, by=sides.by(OTHER[side]), at=NOW)

    def test_asking_twice_asks_once(self, sides: Sides, side: str) -> None:
        assert sides.ask(side) == sides.ask(side)
        assert (LinkRequest.objects.count(), len(sides.told())) == (1, 1)

    def test_declined_it_is_told_and_cannot_be_accepted(self, sides: Sides, side: str) -> None:
        request = sides.ask(side)
        for _ in range(2):
            decline_link(request, by=sides.by(OTHER[side]), at=NOW)
        assert [kind for kind, _ in sides.told()] == ["link_asked_declined", "link_declined"]
        with pytest.raises(MoveRefusedError):
            accept_link(request, by=sides.by(OTHER[side]), at=NOW)

    def test_the_asking_side_takes_it_back_quietly(self, sides: Sides, side: str) -> None:
        request = sides.ask(side)
        decline_link(request, by=sides.by(side), at=NOW)
        assert LinkRequest.objects.get().state == "withdrawn"
        assert len(sides.told()) == 1
        assert sides.ask(side) != request  # and may ask again

    def test_either_ends_a_link_and_the_other_is_told(self, sides: Sides, side: str) -> None:
        sides.link()
        Notice.objects.all().delete()
        sides.unlink(by=sides.by(side))
        told = sides.owner if side == "worker" else account_of_worker(sides.worker)
        assert sides.links() == [(TODAY, TOMORROW)]
        assert sides.told() == [("unlinked", told)]


@pytest.mark.parametrize("start", [date(2026, 9, 30), TOMORROW])
@pytest.mark.parametrize("side", OTHER)
def test_a_link_starts_between_the_first_of_last_month_and_today(sides: Sides, side: str, start: date) -> None:
    with pytest.raises(LinkStartError) as refused:
        sides.ask(side, from_on=start)
    assert refused.value.field == "from_on"


@pytest.mark.parametrize("start", [date(2026, 10, 1), TODAY])
def test_the_edges_of_that_span_are_inside(sides: Sides, start: date) -> None:
    link(sides.worker, sides.firm, from_on=start)
    assert sides.links() == [(start, None)]


def test_two_links_on_one_day_are_one_too_many(sides: Sides) -> None:
    sides.link()
    with pytest.raises(LinkOverlapsError):
        sides.link(principal=False)


def test_there_is_one_principal_employer_at_a_time(sides: Sides) -> None:
    sides.link()
    with pytest.raises(PrincipalTwiceError):
        write_link(sides.worker, a_firm("別の会社"), from_on=TODAY, principal=True, position="", by=OFFICE, at=NOW)
    link(sides.worker, a_firm("三つ目の会社"), from_on=TODAY, principal=False)


@pytest.mark.parametrize("asked_by", ["worker", "business"])
def test_who_has_a_principal_employer_gets_a_further_one_and_both_are_told(sides: Sides, asked_by: str) -> None:
    link(sides.worker, a_firm("今の会社"), from_on=TODAY, principal=True)
    Notice.objects.all().delete()
    request = sides.ask(asked_by, principal=True)
    accept_link(request, by=sides.by("business" if asked_by == "worker" else "worker"), at=NOW)
    assert Affiliation.objects.get(worker=sides.worker, business=sides.firm).principal is False
    told = {
        account: [row.kind for row in list_notices(account)]
        for account in (account_of_worker(sides.worker), list_users(sides.firm)[0].account.id)
    }
    assert list(told.values()) == [[NoticeKind.LINK_ACCEPTED_FURTHER]] * 2, "each once, and nobody is asked any more"


@pytest.mark.parametrize("days", [-5, 5], ids=["ended", "to end"])
def test_a_link_is_the_principal_one_once_the_former_one_has_ended(sides: Sides, days: int) -> None:
    former, ends = a_firm("前の会社"), TODAY + timedelta(days=days)
    link(sides.worker, former, from_on=TODAY - timedelta(days=15), principal=True)
    unlink(sides.worker, former, until_on=ends, by=OFFICE, at=NOW)
    began = TODAY - timedelta(days=10)
    accept_link(sides.ask("business", principal=True, from_on=began), by=sides.by_worker, at=NOW)
    rows = Affiliation.objects.filter(worker=sides.worker, business=sides.firm).order_by("from_on")
    assert list(rows.values_list("from_on", "until_on", "principal", "goes_on")) == [
        (began, ends, False, True), (ends, None, True, False),
    ]  # fmt: skip
    (told,) = [row.kind for row in list_notices(list_users(sides.firm)[0].account.id) if row.about]
    assert told is NoticeKind.LINK_ACCEPTED
    held = next(row for row in list_links(sides.worker, on=TODAY) if row.business_id == sides.firm)
    assert (held.from_on, held.until_on) == (began, None), "the whole link has no end"


def test_what_was_asked_says_what_became_of_it(sides: Sides) -> None:
    owner = list_users(sides.firm)[0].account.id
    accept_link(sides.ask("worker"), by=sides.by_firm, at=NOW)
    (told,) = list_notices(owner)
    assert (told.kind, "見本" in told.data["name"]) == (NoticeKind.LINK_ACCEPTED, True), "linked now, so by name"


def test_accepting_what_overlaps_changes_nothing(sides: Sides) -> None:
    request = sides.ask("worker")
    sides.link()
    with pytest.raises(LinkedAlreadyError):
        accept_link(request, by=sides.by_firm, at=NOW)
    sides.unlink(by=OFFICE)  # it has ended, and had the first of the days
    with pytest.raises(LinkOverlapsError):
        accept_link(request, by=sides.by_firm, at=NOW)
    assert LinkRequest.objects.get().state == "asked"


def test_a_question_that_lay_too_long_is_not_accepted(sides: Sides) -> None:
    request = sides.ask("worker", from_on=date(2026, 10, 1))
    later = NOW + timedelta(days=15)  # in December: the first of last month is 1 November
    with pytest.raises(LinkRequestLateError) as refused:
        accept_link(request, by=sides.by_firm, at=later)
    assert refused.value.data == {"day": date(2026, 10, 1), "earliest": date(2026, 11, 1)}
    decline_link(request, by=sides.by_firm, at=later)  # the way on
    anew = sides.ask("business", from_on=date(2026, 11, 1), at=later)
    accept_link(anew, by=sides.by_worker, at=later)
    assert sides.links() == [(date(2026, 11, 1), None)]


def test_a_link_with_a_firm_by_name_is_ended_by_the_worker_or_the_office_alone(sides: Sides) -> None:
    worker = a_worker(None, employer_name="名前だけの会社").worker_id
    row = Affiliation.objects.get(worker=worker)
    for by in (sides.by_firm, sides.by_worker):
        with pytest.raises(NotAllowedError):
            end_link(row.pk, until_on=TODAY, by=by, at=NOW)
    assert end_link(row.pk, until_on=TOMORROW, by=OFFICE, at=NOW) == (None, TOMORROW)
    assert sides.told()[-1] == ("unlinked_by_name", account_of_worker(worker))
    assert end_link(row.pk, until_on=TODAY, by=OFFICE, at=NOW) == (TOMORROW, TODAY)
    with pytest.raises(NotFoundError):
        end_link(0, until_on=TODAY, by=OFFICE, at=NOW)


def test_a_link_can_be_made_again_after_its_end(sides: Sides) -> None:
    sides.link(from_on=date(2026, 10, 1))
    sides.unlink(TODAY, by=sides.by_worker)
    sides.link()
    assert sides.links() == [(date(2026, 10, 1), TODAY), (TODAY, None)]


def test_the_rows_of_a_link_stand_in_the_order_of_their_days() -> None:
    days = [
        (3, date(2026, 9, 1), None),
        (1, date(2026, 7, 1), date(2026, 8, 1)),
        (2, date(2026, 8, 1), date(2026, 9, 1)),
    ]
    rows = [
        Affiliation(pk=pk, worker_id=1, business_id=1, from_on=from_on, until_on=until_on, goes_on=until_on is not None)
        for pk, from_on, until_on in days
    ]
    assert [row.pk for row in rows_of_link(rows[0], rows)] == [1, 2, 3]


def test_an_end_reads_and_locks_the_links_once(sides: Sides) -> None:
    sides.link()
    with CaptureQueriesContext(connection) as queries:
        sides.unlink(by=sides.by_worker)
    read = [one["sql"] for one in queries if 'FROM "workers_affiliation"' in one["sql"] and "FOR UPDATE" in one["sql"]]
    assert len(read) == 1


@pytest.mark.parametrize("until_on", [TODAY, date(2026, 11, 1)])
def test_a_link_has_a_day_at_least(sides: Sides, until_on: date) -> None:
    sides.link()
    with pytest.raises(LinkEndError):
        sides.unlink(until_on, by=sides.by_worker)
    assert sides.links() == [(TODAY, None)]


def test_a_second_click_ends_nothing_and_who_ended_it_may_correct_the_day(sides: Sides) -> None:
    sides.link()
    Notice.objects.all().delete()
    for _ in range(2):
        sides.unlink(by=sides.by_worker)
    sides.unlink(by=sides.by_firm)  # the other side on the same day: it is so already
    assert sides.told() == [("unlinked", sides.owner)]
    later = date(2026, 12, 1)
    sides.unlink(later, by=sides.by_worker)
    assert sides.links() == [(TODAY, later)]
    assert Change.objects.filter(kind="affiliation").order_by("-pk")[0].from_on == TOMORROW


def test_the_other_side_disputes_the_day_and_does_not_set_it(sides: Sides) -> None:
    sides.link()
    sides.unlink(by=sides.by_worker)
    with pytest.raises(LinkEndedError):
        sides.unlink(date(2026, 12, 1), by=sides.by_firm)
    sides.unlink(date(2026, 12, 1), by=OFFICE)
    assert sides.links() == [(TODAY, date(2026, 12, 1))]


def test_there_must_be_a_link(sides: Sides) -> None:
    with pytest.raises(NotFoundError):
        sides.unlink(by=sides.by_firm)


def test_who_only_looks_on_for_a_firm_neither_asks_answers_nor_ends(sides: Sides) -> None:
    viewer = user_as_actor(sides.firm, Role.SITE_VIEWER)
    request = sides.ask("worker")
    for act in (accept_link, decline_link):
        with pytest.raises(NotAllowedError):
            act(request, by=viewer, at=NOW)
    accept_link(request, by=sides.by_firm, at=NOW)
    with pytest.raises(NotAllowedError):
        sides.unlink(by=viewer)
    with pytest.raises(NotAllowedError):
        sides.ask("business", by=viewer)
    assert sides.links() == [(TODAY, None)]


def test_those_who_only_look_on_are_not_told(sides: Sides) -> None:
    user_as_actor(sides.firm, Role.SITE_VIEWER)
    sides.ask("worker")
    assert sides.told() == [("link_asked", sides.owner)]


def test_strangers_neither_answer_nor_end(sides: Sides) -> None:
    request = sides.ask("worker")
    sides.link(principal=False)
    for by in (owner_of(a_firm("別の会社")), worker_as_actor(a_worker(None).worker_id)):
        for act in (accept_link, decline_link):
            with pytest.raises(NotAllowedError):
                act(request, by=by, at=NOW)
        with pytest.raises(NotAllowedError):
            sides.unlink(by=by)


def test_the_office_ends_a_link(sides: Sides) -> None:
    sides.link()
    sides.unlink(by=OFFICE)
    assert sides.links() == [(TODAY, TOMORROW)]


def test_who_does_not_exist_is_said(sides: Sides) -> None:
    with pytest.raises(NotFoundError):
        ask_for_link(NOBODY, sides.firm, from_on=TODAY, principal=True, by=sides.by_firm, at=NOW)
    with pytest.raises(EmployerUnknownError):
        ask_for_link(sides.worker, NO_FIRM, from_on=TODAY, principal=True, by=sides.by_worker, at=NOW)
    with pytest.raises(NotFoundError):
        accept_link(0, by=sides.by_firm, at=NOW)
