"""The end of a link afterwards: taken back by who announced it, objected to by the other side."""

from datetime import date
from typing import Any

import pytest

from registry.changes.models import Change
from registry.core.actor import Actor
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.notices.models import Notice
from registry.workers.models import Affiliation, EndDispute
from registry.workers.operations.ends import (
    DisputedError,
    LinkOverError,
    NotEndedError,
    answer_end_dispute,
    dispute_end,
    withdraw_end,
)
from registry.workers.operations.links import LinkEndedError, LinkEndError, LinkOverlapsError, PrincipalTwiceError
from registry.workers.queries import list_ended_links
from tests.factories.cast import NOW, OFFICE, a_firm, a_worker, owner_of
from tests.factories.links import link, unlink
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
BEGAN, ENDED, LATER = date(2026, 10, 5), date(2026, 11, 11), date(2026, 11, 16)
OTHER = {"business": "worker", "worker": "business"}


class Sides:
    """A worker and a firm whose link one side has ended."""

    def __init__(self, ended_by: str = "business", until_on: date = ENDED) -> None:
        self.firm, self.worker = a_firm(), a_worker(None).worker_id
        self.by = {"business": owner_of(self.firm), "worker": worker_as_actor(self.worker), "office": OFFICE}
        link(self.worker, self.firm, from_on=BEGAN, principal=True)
        self.row = Affiliation.objects.get(worker=self.worker).pk
        unlink(self.worker, self.firm, until_on=until_on, by=self.by[ended_by], at=NOW)
        Notice.objects.all().delete()

    def dispute(self, side: str, until_on: date = LATER, *, by: Actor | None = None) -> int:
        return dispute_end(self.row, until_on, reason="この日までいました", by=by or self.by[side], at=NOW)

    def answer(self, dispute: int, side: str, *, agree: bool) -> Any:
        return answer_end_dispute(dispute, agree=agree, by=self.by[side], at=NOW)

    def end(self) -> date | None:
        return Affiliation.objects.get(pk=self.row).until_on

    def told(self) -> list[str]:
        return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("ended_by", OTHER)
class TestBothSides:
    """The same from both sides."""

    def test_the_other_side_agrees_and_the_day_moves(self, ended_by: str) -> None:
        sides = Sides(ended_by)
        one = sides.dispute(OTHER[ended_by])
        assert (sides.end(), sides.told()) == (ENDED, ["end_disputed"])
        assert sides.answer(one, ended_by, agree=True) == (ENDED, LATER)
        assert sides.answer(one, ended_by, agree=True) is None  # a second click
        assert (sides.end(), sides.told()) == (LATER, ["end_disputed_agreed", "end_agreed"])
        assert Change.objects.filter(kind="affiliation").order_by("-pk")[0].from_on == ENDED

    def test_or_keeps_its_day_and_both_words_stay(self, ended_by: str) -> None:
        sides = Sides(ended_by)
        one = sides.dispute(OTHER[ended_by])
        for _ in range(2):
            assert sides.answer(one, ended_by, agree=False) is None
        assert (sides.end(), EndDispute.objects.get().state) == (ENDED, "kept")
        assert sides.told() == ["end_disputed_kept", "end_kept"]
        with pytest.raises(MoveRefusedError):
            sides.answer(one, ended_by, agree=True)

    def test_who_objected_takes_it_back_and_does_not_agree_with_himself(self, ended_by: str) -> None:
        sides = Sides(ended_by)
        one = sides.dispute(OTHER[ended_by])
        with pytest.raises(NotAllowedError):
            sides.answer(one, OTHER[ended_by], agree=True)
        sides.answer(one, OTHER[ended_by], agree=False)
        assert (sides.end(), EndDispute.objects.get().state) == (ENDED, "withdrawn")

    def test_nobody_objects_to_the_own_day_or_to_the_same(self, ended_by: str) -> None:
        sides = Sides(ended_by)
        for side, day in ((ended_by, LATER), (OTHER[ended_by], ENDED)):
            with pytest.raises(NotEndedError):
                sides.dispute(side, day)

    def test_repeated_it_is_one_and_another_day_waits_for_the_answer(self, ended_by: str) -> None:
        sides = Sides(ended_by)
        assert sides.dispute(OTHER[ended_by]) == sides.dispute(OTHER[ended_by])
        with pytest.raises(DisputedError):
            sides.dispute(OTHER[ended_by], date(2026, 11, 20))
        assert sides.told() == ["end_disputed"]


AHEAD = date(2026, 11, 21)  # the link holds today for the last time


@pytest.mark.parametrize("ended_by", OTHER)
def test_who_announced_an_end_takes_it_back_while_the_link_holds(ended_by: str) -> None:
    sides = Sides(ended_by, AHEAD)
    with pytest.raises(LinkEndedError):
        withdraw_end(sides.row, by=sides.by[OTHER[ended_by]], at=NOW)
    assert [withdraw_end(sides.row, by=sides.by[ended_by], at=NOW) for _ in range(2)] == [AHEAD, None]
    assert (sides.end(), sides.told()) == (None, ["end_withdrawn"])
    assert Change.objects.filter(kind="affiliation").order_by("-pk")[0].from_on == AHEAD
    assert list_ended_links(since=BEGAN, worker_id=sides.worker) == []


def test_the_office_takes_back_any_end_and_both_sides_are_told() -> None:
    sides = Sides("worker", AHEAD)
    assert withdraw_end(sides.row, by=OFFICE, at=NOW) == AHEAD
    assert sides.told() == ["end_withdrawn"] * 2


def test_an_end_that_has_come_or_is_disputed_is_not_taken_back() -> None:
    sides = Sides("business", NOW.date())
    with pytest.raises(LinkOverError):
        withdraw_end(sides.row, by=sides.by["business"], at=NOW)
    sides = Sides("business", AHEAD)
    sides.dispute("worker", LATER)
    with pytest.raises(DisputedError):
        withdraw_end(sides.row, by=sides.by["business"], at=NOW)
    with pytest.raises(NotAllowedError):
        withdraw_end(sides.row, by=owner_of(a_firm("別の会社")), at=NOW)


def test_an_end_stands_where_another_principal_employer_has_the_days_after_it() -> None:
    sides = Sides("business", AHEAD)
    Affiliation.objects.create(
        worker_id=sides.worker, business_id=a_firm("次の会社"), from_on=AHEAD, principal=True, position=""
    )
    with pytest.raises(PrincipalTwiceError):
        withdraw_end(sides.row, by=sides.by["business"], at=NOW)
    assert sides.end() == AHEAD


def test_a_link_keeps_a_day_at_least() -> None:
    with pytest.raises(LinkEndError):
        Sides().dispute("worker", BEGAN)


def test_an_open_link_has_no_end_to_object_to() -> None:
    firm, worker = a_firm(), a_worker(None).worker_id
    link(worker, firm, from_on=BEGAN, principal=True)
    with pytest.raises(NotEndedError):
        dispute_end(Affiliation.objects.get().pk, LATER, reason="なぜ", by=worker_as_actor(worker), at=NOW)


def test_both_sides_may_object_to_the_offices_day() -> None:
    sides = Sides("office")
    sides.answer(sides.dispute("worker"), "business", agree=True)
    assert sides.end() == LATER


def test_strangers_neither_object_nor_answer() -> None:
    sides = Sides()
    stranger = owner_of(a_firm("別の会社"))
    with pytest.raises(NotAllowedError):
        sides.dispute("worker", by=stranger)
    one = sides.dispute("worker")
    with pytest.raises(NotAllowedError):
        answer_end_dispute(one, agree=True, by=stranger, at=NOW)
    for act in (
        lambda: dispute_end(0, LATER, reason="x", by=stranger, at=NOW),
        lambda: sides.answer(0, "worker", agree=False),
    ):
        with pytest.raises(NotFoundError):
            act()


@pytest.mark.parametrize(("same_firm", "error"), [(True, LinkOverlapsError), (False, PrincipalTwiceError)])
def test_a_later_day_does_not_run_into_the_next_link(same_firm: bool, error: type[Exception]) -> None:
    sides = Sides()
    following = sides.firm if same_firm else a_firm("次の会社")
    link(sides.worker, following, from_on=ENDED, principal=not same_firm)
    one = sides.dispute("worker")
    with pytest.raises(error):
        sides.answer(one, "business", agree=True)
    assert (sides.end(), EndDispute.objects.get().state) == (ENDED, "open")


def test_ended_links_are_listed_with_the_last_objection() -> None:
    sides = Sides()
    sides.dispute("worker")
    for mine in ({"worker_id": sides.worker}, {"business_id": sides.firm}):
        (row,) = list_ended_links(since=ENDED, **mine)
        assert row.dispute
        assert (row.until_on, row.ended_by, row.dispute.until_on, row.dispute.asked_by) == (
            ENDED,
            "business",
            LATER,
            "worker",
        )
    assert list_ended_links(since=LATER, worker_id=sides.worker) == []
