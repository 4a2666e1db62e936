"""Ends that have come stay in sight and can be corrected; invitations for days that are over hide nobody and no hole."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from registry.core.ids import BusinessId
from registry.histories.operations.binder import follow
from registry.sites.models import SitePeriod
from registry.structures.operations.ends import end_place
from registry.structures.operations.rosters import RosterData, add_to_roster, change_roster_entry
from registry.structures.operations.tenures import FirmPlace, accept_invitation, exchange_firm, invite_firm
from registry.structures.queries import TenureRow, get_tenure, list_roster, list_structure
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.shared import shared
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = timedelta(days=1)


class Scene:
    """A firm below a prime, with somebody on its roster; a firm beside."""

    def __init__(self) -> None:
        self.prime, self.firm, self.beside = a_firm("元請建設"), a_firm("一次工業"), a_firm("隣の工業")
        self.gate = a_gate(self.prime)
        self.site = self.gate.site_id
        self.tenure = a_tenure(self.site, self.prime, self.firm)
        a_tenure(self.site, self.prime, self.beside)
        self.worker = a_worker(self.firm, "名簿", trades=("06-01", "01-01")).worker_id
        people = [(self.worker, RosterData(trade="06-01"))]
        add_to_roster(self.site, self.tenure.id, people, from_on=STARTED, by=owner_of(self.firm), at=NOW)
        self.line = list_roster(self.site, on=STARTED)[0].id
        self.path = f"/business/sites/{self.site}"

    def by(self, firm: BusinessId) -> dict[str, Any]:
        return {"by": owner_of(firm), "at": NOW, "on": TODAY}

    def names(self) -> list[str]:
        return [row.name for row in list_structure(self.site, on=TODAY)]


scene = shared(Scene)


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_place_that_has_ended_by_mistake_goes_on(scene: Scene) -> None:
    prime, end = as_firm(scene.prime), f"{scene.path}/firms/{scene.tenure.id}/end/"
    assert "期間が終わった会社" not in page_of(prime, f"{scene.path}/structure/")
    prime.post(end, {"until_on": "2026/11/10"})
    assert scene.names() == ["隣の工業"]
    page = page_of(prime, f"{scene.path}/structure/")
    assert ("期間が終わった会社 1社" in page, f'href="{end}"' in page) == (True, True)
    assert "この会社の期間は2026年11月10日（火）までです" in page_of(prime, end)
    assert as_firm(scene.beside).get(end).status_code == 404
    assert prime.post(end, {"keep": "1"}).status_code == 302
    assert scene.names() == ["一次工業", "隣の工業"]


def test_the_next_page_shows_whose_firm_is_missing_and_that_it_is_not(scene: Scene) -> None:
    """The binder of days need not come first."""
    prime, end = as_firm(scene.prime), f"{scene.path}/firms/{scene.tenure.id}/end/"
    card = a_worker(scene.firm, "現場の人")
    people = [(card.worker_id, RosterData(trade="06-01"))]
    add_to_roster(scene.site, scene.tenure.id, people, from_on=STARTED, by=owner_of(scene.firm), at=NOW)
    scene.gate.send(a_touch(1, card, "2026-11-16T08:00:00+09:00"))
    bind_all()
    follow()  # its place in the feed is there from now on
    for values, lacks in (({"until_on": "2026/11/10"}, True), ({"keep": "1"}, False)):
        page = prime.post(end, values, follow=True).content.decode()
        assert ("所属会社が施工体制にない人" in page) is lacks


def test_who_has_left_the_roster_by_mistake_stands_on_it_again(scene: Scene) -> None:
    firm, end = as_firm(scene.firm), f"{scene.path}/roster/{scene.line}/end/"
    firm.post(end, {"until_on": "2026/11/10"})
    assert list_roster(scene.site, on=TODAY) == []
    page = page_of(firm, f"{scene.path}/roster/")
    assert ("名簿から外れた人 1人" in page, f'href="{end}"' in page) == (True, True)
    assert "名簿から外れた人" not in page_of(as_firm(scene.prime), f"{scene.path}/roster/")
    assert firm.post(end, {"keep": "1"}).status_code == 302
    assert [row.worker_id for row in list_roster(scene.site, on=TODAY)] == [scene.worker]


def test_who_stands_on_the_roster_with_other_words_has_not_left(scene: Scene) -> None:
    by = owner_of(scene.firm)
    change_roster_entry(scene.line, RosterData(trade="01-01"), from_on=TODAY, by=by, at=NOW)
    assert "名簿から外れた人" not in page_of(as_firm(scene.firm), f"{scene.path}/roster/")


def test_the_prime_is_not_told_to_ask_a_firm_above_for_days_before_the_site(scene: Scene) -> None:
    own = a_worker(scene.prime, "元請の人")
    SitePeriod.objects.filter(site=scene.site).update(from_on=TODAY - DAY)
    scene.gate.send(a_touch(1, own, "2026-11-16T08:00:00+09:00"))
    bind_all()
    page = page_of(as_firm(scene.prime), f"{scene.path}/roster/")
    assert ("現場の期間の前の日です" in page, "上位の会社に" in page) == (True, False)


class Overdue:
    """One firm never answered; another has the position since then, and a third stands below."""

    def __init__(self, scene: Scene) -> None:
        self.silent, self.holder = a_firm("返事のない会社"), a_firm("今の会社")
        place = FirmPlace(business_id=self.silent, from_on=STARTED)
        self.row = row_of(invite_firm(scene.site, None, place, **scene.by(scene.prime)))
        self.node = self.row.node_id

    def give_to_holder(self, scene: Scene, *, until_on: date | None = None) -> None:
        place = FirmPlace(business_id=self.holder, from_on=STARTED + 5 * DAY, until_on=until_on)
        taken = exchange_firm(self.node, place, **scene.by(scene.prime))
        accept_invitation(taken, by=owner_of(self.holder), at=NOW)


def row_of(tenure_id: int) -> TenureRow:
    row = get_tenure(tenure_id, on=TODAY)
    assert row
    return row


def test_a_position_is_called_after_who_holds_it(scene: Scene) -> None:
    overdue = Overdue(scene)
    overdue.give_to_holder(scene)
    prime = as_firm(scene.prime)
    for path in ("invite", "exchange"):
        assert prime.get(f"{scene.path}/structure/{overdue.node}/{path}/").context["above"] == "今の会社"
    assert "返事のない会社" in page_of(prime, f"{scene.path}/structure/"), "it can still be taken back"
    assert "返事のない会社" not in page_of(as_firm(overdue.holder), f"{scene.path}/structure/")


def test_a_position_is_called_after_who_holds_it_today_and_not_after_who_was_written_first(scene: Scene) -> None:
    later, now = a_firm("あとの会社"), a_firm("今の会社")
    first = row_of(
        invite_firm(scene.site, None, FirmPlace(business_id=later, from_on=TODAY + DAY), **scene.by(scene.prime))
    )
    place = FirmPlace(business_id=now, from_on=STARTED, until_on=TODAY + DAY)
    exchange_firm(first.node_id, place, **scene.by(scene.prime))
    page = as_firm(scene.prime).get(f"{scene.path}/structure/{first.node_id}/invite/")
    assert page.context["above"] == "今の会社"


def test_firms_below_a_position_stand_under_who_holds_it(scene: Scene) -> None:
    overdue = Overdue(scene)
    overdue.give_to_holder(scene)
    invite_firm(scene.site, overdue.node, FirmPlace(business_name="下の会社", from_on=STARTED), **scene.by(scene.prime))
    tree = as_firm(scene.prime).get(f"{scene.path}/structure/").context["tree"]
    below = {one["row"].name: [child["row"].name for child in one["children"]] for one in tree}
    assert (below["今の会社"], below["返事のない会社"]) == (["下の会社"], [])


def test_a_firm_sees_no_ends_of_firms_beside_it(scene: Scene) -> None:
    sub = a_tenure(scene.site, scene.prime, a_firm("二次工業"), below=scene.tenure.node_id)
    (beside,) = [row for row in list_structure(scene.site, on=TODAY) if row.name == "隣の工業"]
    for row in (sub, beside):
        end_place(row.id, until_on=TODAY, **scene.by(scene.prime))
    for firm, count in ((scene.prime, 2), (scene.firm, 1)):
        assert f"期間が終わった会社 {count}社" in page_of(as_firm(firm), f"{scene.path}/structure/")


def test_an_invitation_for_later_days_leaves_the_way_to_one_for_those_before(scene: Scene) -> None:
    firm = a_firm("あとから招待された会社")
    scene.gate.send(a_touch(1, a_worker(firm), "2026-11-16T08:00:00+09:00"))
    bind_all()
    prime, way = as_firm(scene.prime), f"/invite/?firm={firm}"
    for from_on, until_on, leads in ((TODAY, None, True), (STARTED, TODAY, False)):
        a_tenure(scene.site, scene.prime, firm, accepted=False, from_on=from_on, until_on=until_on)
        assert (way in page_of(prime, f"{scene.path}/structure/")) is leads


def test_an_unanswered_invitation_hides_no_hole(scene: Scene) -> None:
    overdue = Overdue(scene)
    overdue.give_to_holder(scene, until_on=TODAY - DAY)
    below = FirmPlace(business_name="下の会社", from_on=STARTED)
    invite_firm(scene.site, overdue.node, below, **scene.by(scene.prime))
    rows = [row for row in list_structure(scene.site, on=TODAY) if row.node_id == overdue.node]
    assert [(row.name, row.is_vacant) for row in rows] == [("今の会社", True), ("返事のない会社", False)]
