"""Roster lines that a link's end took back: they hold again where that end moves behind their first day."""

from datetime import date, timedelta

import pytest

from registry.core.ids import SiteId
from registry.histories.queries import list_days_of_worker
from registry.structures.operations.ends import end_affiliation, settle_end
from registry.structures.operations.rosters import (
    RosterData,
    add_to_roster,
    change_roster_entry,
    withdraw_roster_entry,
)
from registry.structures.operations.tenures import end_tenure, withdraw_tenure
from registry.structures.queries import TenureRow, list_roster
from registry.workers.operations.ends import dispute_end
from registry.workers.queries import list_ended_links
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.links import last_link, link
from tests.factories.shared import shared
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
EARLY, BEGINS, LATE, LATER = date(2026, 11, 10), date(2026, 11, 12), date(2026, 11, 20), date(2026, 11, 25)


class Scene:
    """A firm below a prime, and one of its workers, whose link ends."""

    def __init__(self) -> None:
        self.prime, self.firm = a_firm("元請建設"), a_firm("一次工業")
        self.gate = a_gate(self.prime)
        self.site: SiteId = self.gate.site_id
        self.tenure: TenureRow = a_tenure(self.site, self.prime, self.firm)
        self.card = a_worker(self.firm, trades=("06-01", "01-01"))
        self.worker, self.by = self.card.worker_id, owner_of(self.firm)

    def add(self, from_on: date = BEGINS) -> int:
        people = [(self.worker, RosterData(trade="06-01"))]
        return add_to_roster(self.site, self.tenure.id, people, from_on=from_on, by=self.by, at=NOW)

    def last_line(self) -> int:
        return list_roster(self.site, on=STARTED)[-1].id

    def leave(self, *days: date) -> None:
        for until_on in days:
            end_affiliation(last_link(self.worker, self.firm), until_on=until_on, by=self.by, at=NOW)

    def lines(self) -> list[object]:
        rows = sorted(list_roster(self.site, on=STARTED), key=lambda row: row.from_on)
        return [(row.trade, row.from_on, row.until_on) for row in rows]


scene = shared(Scene)


@pytest.mark.parametrize("days", [(EARLY, LATE), (EARLY, date(2026, 11, 11), LATE), (LATE, EARLY, LATE)])
def test_a_line_that_went_with_a_wrong_end_holds_again(scene: Scene, days: tuple[date, ...]) -> None:
    scene.add()
    scene.leave(*days[:-1])
    assert scene.lines() == []
    scene.leave(days[-1])
    assert scene.lines() == [("06-01", BEGINS, LATE)]
    scene.leave(LATER)
    assert scene.lines() == [("06-01", BEGINS, LATER)]


def test_it_lasts_as_long_as_its_link_where_it_had_ended_with_it(scene: Scene) -> None:
    scene.add()
    scene.leave(LATE, EARLY, LATER)
    assert scene.lines() == [("06-01", BEGINS, LATER)]


def test_so_it_does_when_the_other_side_agrees_and_its_days_are_right(scene: Scene) -> None:
    scene.add()
    scene.gate.send(a_touch(1, scene.card, "2026-11-13T07:58:00+09:00"))
    scene.leave(EARLY)
    (ended,) = list_ended_links(since=EARLY, business_id=scene.firm)
    dispute = dispute_end(ended.id, LATE, reason="違います", by=worker_as_actor(scene.worker), at=NOW)
    settle_end(dispute, agree=True, by=scene.by, at=NOW)
    bind_all()
    (day,) = list_days_of_worker(scene.worker, date(2026, 11, 1))
    assert (scene.lines(), day.bound.reasons) == ([("06-01", BEGINS, LATE)], ())


def test_a_line_that_somebody_took_back_stays_so(scene: Scene) -> None:
    scene.add()
    withdraw_roster_entry(scene.last_line(), by=scene.by, at=NOW)
    scene.leave(EARLY, LATE)
    assert scene.lines() == []


def test_an_end_that_stays_before_its_first_day_leaves_it(scene: Scene) -> None:
    scene.add()
    scene.leave(EARLY, BEGINS)
    assert scene.lines() == []


def test_the_line_before_a_change_ends_where_the_changed_one_holds_again(scene: Scene) -> None:
    scene.add(STARTED)
    change_roster_entry(scene.last_line(), RosterData(trade="01-01"), from_on=BEGINS, by=scene.by, at=NOW)
    scene.leave(EARLY)
    assert scene.lines() == [("06-01", STARTED, EARLY)]
    scene.leave(LATE)
    assert scene.lines() == [("06-01", STARTED, BEGINS), ("01-01", BEGINS, LATE)]


def test_no_second_line_stands_where_one_of_a_later_link_does(scene: Scene) -> None:
    scene.add(date(2026, 11, 16))
    scene.leave(EARLY)
    link(scene.worker, scene.firm, from_on=BEGINS)
    scene.add()
    scene.leave(date(2026, 11, 15), LATE)
    assert scene.lines() == [("06-01", BEGINS, LATE)]


def test_it_holds_no_longer_than_its_place(scene: Scene) -> None:
    scene.add()
    scene.leave(EARLY)
    day = BEGINS + timedelta(days=3)
    end_tenure(scene.tenure.id, until_on=day, by=scene.by, at=NOW, on=TODAY)
    scene.leave(LATE)
    assert scene.lines() == [("06-01", BEGINS, day)]


def test_it_stays_away_where_its_place_has_none_of_its_days_any_more(scene: Scene) -> None:
    scene.add()
    scene.leave(EARLY)
    end_tenure(scene.tenure.id, until_on=BEGINS, by=scene.by, at=NOW, on=TODAY)
    scene.leave(LATE)
    assert scene.lines() == []


def test_it_stays_away_where_its_place_was_withdrawn(scene: Scene) -> None:
    scene.add()
    scene.leave(EARLY)
    withdraw_tenure(scene.tenure.id, by=owner_of(scene.prime), at=NOW, on=TODAY)
    scene.leave(LATE)
    assert scene.lines() == []
