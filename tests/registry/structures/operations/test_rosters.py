"""Rosters: own linked people, with trade, position and work, from a day on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from registry.cards.queries import CardRow
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId
from registry.structures.models import RosterEntry
from registry.structures.operations.ends import (
    end_affiliation,
    end_roster_entry,
    keep_affiliation,
    settle_end,
)
from registry.structures.operations.rosters import (
    NotLinkedError,
    OnRosterError,
    RosterData,
    RosterDaysError,
    RosterTradeError,
    RosterTradeUnregisteredError,
    add_to_roster,
    change_roster_entry,
    withdraw_roster_entry,
)
from registry.structures.operations.tenures import (
    end_tenure,
)
from registry.structures.queries import TenureRow, firms_of_expected, list_roster
from registry.workers.models import WorkerTrade
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.principals import make_principal
from registry.workers.queries import list_ended_links
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_worker, owner_of
from tests.factories.links import last_link, link
from tests.factories.shared import shared
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DATA = RosterData(trade="06-01", position="X001", work="足場")


class Scene:
    """A site, a firm on it, and one of the firm's workers."""

    def __init__(self) -> None:
        self.prime, self.firm = a_firm("元請建設"), a_firm("一次工業")
        self.site: SiteId = a_gate(self.prime).site_id
        self.tenure: TenureRow = a_tenure(self.site, self.prime, self.firm)
        self.card: CardRow = a_worker(self.firm, trades=("06-01", "01-01"))

    def add(self, data: RosterData = DATA, *, by: BusinessId | None = None, **more: Any) -> int:
        return add_to_roster(
            self.site, more.get("tenure", self.tenure.id), [(more.get("worker", self.card.worker_id), data)],
            from_on=more.get("from_on", STARTED), by=owner_of(by or self.firm), at=NOW,
        )  # fmt: skip


scene = shared(Scene)


def test_an_own_worker_is_put_on_the_roster_once(scene: Scene) -> None:
    assert [scene.add(), scene.add()] == [1, 0]
    (row,) = list_roster(scene.site, on=STARTED)
    assert (row.worker_id, row.business_id, row.trade, row.position, row.work) == (
        scene.card.worker_id, scene.firm, "06-01", "X001", "足場",
    )  # fmt: skip
    assert set(firms_of_expected(scene.site, on=STARTED)) == {scene.card.worker_id}


def test_the_primes_own_people_need_no_place(scene: Scene) -> None:
    own = a_worker(scene.prime, "元請の人")
    scene.add(tenure=None, worker=own.worker_id, by=scene.prime)
    assert {row.business_id for row in list_roster(scene.site, on=STARTED)} == {scene.prime}


def test_who_is_not_linked_is_not_listed(scene: Scene) -> None:
    with pytest.raises(NotLinkedError):
        scene.add(worker=a_worker(None, "よその人").worker_id)


def test_other_firms_do_not_fill_it(scene: Scene) -> None:
    for firm in (scene.prime, a_firm("別の会社")):
        with pytest.raises(NotAllowedError):
            scene.add(by=firm)


def test_an_invited_firm_has_no_roster_yet(scene: Scene) -> None:
    waiting = a_tenure(scene.site, scene.prime, a_firm("待つ会社"), accepted=False)
    with pytest.raises(NotFoundError):
        scene.add(tenure=waiting.id)


@pytest.mark.parametrize("data", [RosterData(trade="99-99"), RosterData(trade="06-01", position="ZZZ")])
def test_words_that_no_table_has_are_told(scene: Scene, data: RosterData) -> None:
    with pytest.raises(RosterTradeError):
        scene.add(data)


def test_days_outside_the_firms_own_are_told(scene: Scene) -> None:
    with pytest.raises(RosterDaysError):
        scene.add(from_on=STARTED - timedelta(days=1))


def test_twice_on_one_roster_is_told(scene: Scene) -> None:
    scene.add()
    with pytest.raises(OnRosterError):
        scene.add(from_on=STARTED + timedelta(days=3))


def test_a_changed_line_is_closed_and_a_new_one_written(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    day = STARTED + timedelta(days=5)
    change_roster_entry(row.id, RosterData(trade="01-01"), from_on=day, by=owner_of(scene.firm), at=NOW)
    assert [(one.trade, one.from_on, one.until_on) for one in list_roster(scene.site, on=STARTED)] == [
        ("06-01", STARTED, day), ("01-01", day, None),
    ]  # fmt: skip


def lines(scene: Scene) -> list[tuple[str, Any, Any]]:
    return [(one.trade, one.from_on, one.until_on) for one in list_roster(scene.site, on=STARTED)]


@pytest.mark.parametrize("days", [0, -3])
def test_a_change_from_the_first_day_or_before_takes_the_lines_place(scene: Scene, days: int) -> None:
    scene.add(from_on=STARTED + timedelta(days=5))
    (row,) = list_roster(scene.site, on=STARTED)
    day = row.from_on + timedelta(days=days)
    for _ in range(2):
        change_roster_entry(row.id, RosterData(trade="01-01"), from_on=day, by=owner_of(scene.firm), at=NOW)
    assert lines(scene) == [("01-01", day, None)]


def test_a_change_stays_within_the_firms_days_and_the_link(scene: Scene) -> None:
    late = a_worker(None, "あとの人").worker_id
    link(late, scene.firm, from_on=NOW.date(), principal=True)
    scene.add(worker=late, from_on=NOW.date())
    (row,) = list_roster(scene.site, on=STARTED)
    for day, error in ((STARTED - timedelta(days=1), RosterDaysError), (STARTED, NotLinkedError)):
        with pytest.raises(error):
            change_roster_entry(row.id, DATA, from_on=day, by=owner_of(scene.firm), at=NOW)
    end_roster_entry(row.id, until_on=NOW.date() + timedelta(days=2), by=owner_of(scene.firm), at=NOW)
    with pytest.raises(RosterDaysError):
        change_roster_entry(
            row.id, DATA, from_on=NOW.date() + timedelta(days=2), by=owner_of(scene.firm), at=NOW
        )  # fmt: skip


def test_a_change_that_runs_into_another_line_is_told(scene: Scene) -> None:
    scene.add()
    (first,) = list_roster(scene.site, on=STARTED)
    end_roster_entry(first.id, until_on=STARTED + timedelta(days=5), by=owner_of(scene.firm), at=NOW)
    scene.add(from_on=STARTED + timedelta(days=5))
    row = list_roster(scene.site, on=STARTED)[1]
    with pytest.raises(OnRosterError):
        change_roster_entry(
            row.id, RosterData(trade="01-01"), from_on=STARTED + timedelta(days=2), by=owner_of(scene.firm), at=NOW
        )
    assert len(lines(scene)) == 2


def test_a_line_that_was_a_mistake_holds_on_no_day(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    with pytest.raises(NotAllowedError):
        withdraw_roster_entry(row.id, by=owner_of(scene.prime), at=NOW)
    for _ in range(2):
        withdraw_roster_entry(row.id, by=owner_of(scene.firm), at=NOW)
    assert lines(scene) == []
    assert scene.add() == 1


def test_who_leaves_a_firm_leaves_its_rosters(scene: Scene) -> None:
    scene.add(from_on=STARTED)
    second = a_gate(scene.firm, name="自社の現場").site_id
    day = NOW.date()
    add_to_roster(second, None, [(scene.card.worker_id, DATA)], from_on=day, by=owner_of(scene.firm), at=NOW)
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=day, by=owner_of(scene.firm), at=NOW)
    assert lines(scene) == [("06-01", STARTED, day)]
    assert list_roster(second, on=STARTED) == []


@pytest.mark.parametrize("days", [4, -4])
def test_lines_follow_the_day_on_which_both_sides_agree(scene: Scene, days: int) -> None:
    scene.add()
    left, by = NOW.date() - timedelta(days=9), owner_of(scene.firm)
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=left, by=by, at=NOW)
    (ended,) = list_ended_links(since=left, business_id=scene.firm)
    day = left + timedelta(days=days)
    dispute = dispute_end(ended.id, day, reason="違います", by=worker_as_actor(scene.card.worker_id), at=NOW)
    assert lines(scene) == [("06-01", STARTED, left)]
    for _ in range(2):
        settle_end(dispute, agree=True, by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, day)]


@pytest.mark.parametrize("days", [4, -4])
def test_lines_follow_who_corrects_the_own_end(scene: Scene, days: int) -> None:
    scene.add()
    left, by = NOW.date() - timedelta(days=9), owner_of(scene.firm)
    for day in (left, left + timedelta(days=days)):
        end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=day, by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, left + timedelta(days=days))]


@pytest.mark.parametrize("place_lasts", [None, 9])
def test_lines_go_on_when_an_announced_end_is_taken_back(scene: Scene, place_lasts: int | None) -> None:
    scene.add()
    worker, by, left = scene.card.worker_id, owner_of(scene.firm), NOW.date() + timedelta(days=3)
    end_affiliation(last_link(worker, scene.firm), until_on=left, by=by, at=NOW)
    place_ends = NOW.date() + timedelta(days=place_lasts) if place_lasts else None
    if place_ends:
        end_tenure(scene.tenure.id, until_on=place_ends, by=by, at=NOW, on=NOW.date())
    assert lines(scene) == [("06-01", STARTED, left)]
    for _ in range(2):
        keep_affiliation(last_link(worker, scene.firm), by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, place_ends)]


@pytest.mark.parametrize("own_days", [0, 3, 9], ids=["before", "with", "after"])
def test_a_line_keeps_its_own_end_whatever_becomes_of_the_link_s(scene: Scene, own_days: int) -> None:
    scene.add()
    today, worker, by = NOW.date(), scene.card.worker_id, owner_of(scene.firm)
    left, own, later = (today + timedelta(days=days) for days in (3, own_days, 30))
    (row,) = list_roster(scene.site, on=STARTED)
    end_roster_entry(row.id, until_on=own, by=by, at=NOW)
    end_affiliation(last_link(worker, scene.firm), until_on=left, by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, min(own, left))]
    end_affiliation(last_link(worker, scene.firm), until_on=later, by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, own)]
    keep_affiliation(last_link(worker, scene.firm), by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, own)]


def test_what_a_line_became_keeps_the_own_end_too(scene: Scene) -> None:
    scene.add()
    today, worker, by = NOW.date(), scene.card.worker_id, owner_of(scene.firm)
    left, own = today + timedelta(days=3), today + timedelta(days=9)
    (row,) = list_roster(scene.site, on=STARTED)
    end_roster_entry(row.id, until_on=own, by=by, at=NOW)
    change_roster_entry(row.id, replace(DATA, work="型枠"), from_on=today, by=by, at=NOW)
    end_affiliation(last_link(worker, scene.firm), until_on=left, by=by, at=NOW)
    keep_affiliation(last_link(worker, scene.firm), by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, today), ("06-01", today, own)]


def test_lines_of_a_later_link_stay_when_the_earlier_end_moves(scene: Scene) -> None:
    scene.add()
    left, again, by = NOW.date() - timedelta(days=9), NOW.date() - timedelta(days=3), owner_of(scene.firm)
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=left, by=by, at=NOW)
    (ended,) = list_ended_links(since=left, business_id=scene.firm)
    link(scene.card.worker_id, scene.firm, from_on=again)
    scene.add(from_on=again)
    earlier = left - timedelta(days=2)
    end_affiliation(ended.id, until_on=earlier, by=by, at=NOW)
    assert lines(scene) == [("06-01", STARTED, earlier), ("06-01", again, None)]


@pytest.mark.parametrize(("place_lasts", "kept"), [(None, 14), (9, 9), (20, 14)])
def test_a_line_ends_with_its_place_or_with_a_link_that_has_an_end_already(
    scene: Scene, place_lasts: int | None, kept: int
) -> None:
    left, by = STARTED + timedelta(days=14), owner_of(scene.firm)
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=left, by=by, at=NOW)
    if place_lasts:
        day = STARTED + timedelta(days=place_lasts)
        end_tenure(scene.tenure.id, until_on=day, by=by, at=NOW, on=NOW.date())
    assert [scene.add(), scene.add()] == [1, 0]
    assert lines(scene) == [("06-01", STARTED, STARTED + timedelta(days=kept))]


def test_a_line_goes_on_with_a_link_that_goes_on_in_another_row(scene: Scene) -> None:
    worker, other, by = scene.card.worker_id, a_firm("主たる所属"), worker_as_actor(scene.card.worker_id)
    left, turned = NOW.date() + timedelta(days=9), NOW.date() - timedelta(days=3)
    end_affiliation(last_link(worker, scene.firm), until_on=left, by=owner_of(scene.firm), at=NOW)
    link(worker, other, from_on=turned)
    make_principal(worker, last_link(worker, other), from_on=turned, by=by, at=NOW)
    scene.add()
    assert lines(scene) == [("06-01", STARTED, left)]


def test_a_line_of_an_ended_link_does_not_hold_on_a_later_links_days(scene: Scene) -> None:
    worker, left = scene.card.worker_id, NOW.date() - timedelta(days=4)
    end_affiliation(last_link(worker, scene.firm), until_on=left, by=owner_of(scene.firm), at=NOW)
    link(worker, scene.firm, from_on=left)
    scene.add()
    assert lines(scene) == [("06-01", STARTED, left)]
    assert scene.add(from_on=left) == 1


def test_an_ended_line_keeps_the_days_before(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    day = STARTED + timedelta(days=5)
    for _ in range(2):
        end_roster_entry(row.id, until_on=day, by=owner_of(scene.firm), at=NOW)
    assert set(firms_of_expected(scene.site, on=day - timedelta(days=1))) == {scene.card.worker_id}
    assert firms_of_expected(scene.site, on=day) == {}
    with pytest.raises(RosterDaysError):
        end_roster_entry(row.id, until_on=STARTED, by=owner_of(scene.firm), at=NOW)


def test_a_firms_end_ends_its_people(scene: Scene) -> None:
    scene.add()
    day = STARTED + timedelta(days=5)
    end_tenure(scene.tenure.id, until_on=day, by=owner_of(scene.firm), at=NOW, on=NOW.date())
    assert firms_of_expected(scene.site, on=day) == {}


def test_a_roster_says_only_a_trade_of_the_workers_own(scene: Scene) -> None:
    for trade in ("02-01", "01-01", "06-01"):
        if trade == "02-01":
            with pytest.raises(RosterTradeUnregisteredError) as refused:
                scene.add(RosterData(trade=trade))
            assert refused.value.data["workers"] == str(scene.card.worker_id)
        else:
            scene.add(RosterData(trade=trade))
            withdraw_roster_entry(list_roster(scene.site, on=STARTED)[0].id, by=owner_of(scene.firm), at=NOW)
    lonely = a_worker(scene.firm, "職種なし").worker_id
    WorkerTrade.objects.filter(worker=lonely).delete()
    with pytest.raises(RosterTradeUnregisteredError):
        scene.add(RosterData(trade=""), worker=lonely)


def test_a_line_keeps_a_trade_that_was_never_registered(scene: Scene) -> None:
    scene.add()
    RosterEntry.objects.update(trade="02-01")
    (row,) = list_roster(scene.site, on=STARTED)
    by, day = owner_of(scene.firm), STARTED + timedelta(days=2)
    change_roster_entry(row.id, RosterData(trade="02-01", work="解体"), from_on=day, by=by, at=NOW)
    later = list_roster(scene.site, on=STARTED)[-1]
    assert (later.trade, later.work) == ("02-01", "解体")
    with pytest.raises(RosterTradeUnregisteredError):
        change_roster_entry(later.id, RosterData(trade="01-03"), from_on=day, by=by, at=NOW)
