"""Rosters on their pages: who is listed, who may see them, how a line is put, changed, ended and taken back."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from registry.audit.models import Look
from registry.core.ids import BusinessId
from registry.histories.operations.binder import follow
from registry.structures.operations.ends import end_affiliation
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import end_tenure
from registry.structures.queries import RosterRow, list_roster
from registry.workers.models import WorkerTrade
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.links import last_link
from tests.factories.shared import shared
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


class Scene:
    """A firm below a prime, with two people of whom one is on the roster; a firm beside."""

    def __init__(self) -> None:
        self.prime, self.firm, self.beside = a_firm("元請建設"), a_firm("一次工業"), a_firm("隣の工業")
        self.site = a_gate(self.prime).site_id
        self.tenure = a_tenure(self.site, self.prime, self.firm)
        a_tenure(self.site, self.prime, self.beside)
        self.listed, self.free = (
            a_worker(self.firm, "名簿", trades=("06-01", "01-01")).worker_id,
            a_worker(self.firm, "待機").worker_id,
        )
        people = [(self.listed, RosterData(trade="06-01", position="X001", work="足場"))]
        add_to_roster(self.site, self.tenure.id, people, from_on=STARTED, by=owner_of(self.firm), at=NOW)
        self.path = f"/business/sites/{self.site}/roster/"
        self.line = f"{self.path}{self.rows()[0].id}/"

    def rows(self) -> list[RosterRow]:
        return list_roster(self.site, on=STARTED)


scene = shared(Scene)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(
        r"<r[pt]>[^<]*</r[pt]>|<[^>]+>", "", answer.content.decode().split("<main", 1)[1].split("</main", 1)[0]
    )


class TestReading:
    """Who sees a roster, and what stands in the log of looks."""

    def test_the_firm_and_those_above_see_it_and_those_beside_do_not(self, scene: Scene) -> None:
        for firm, sees in ((scene.prime, True), (scene.firm, True), (scene.beside, False)):
            page = text(as_firm(firm), scene.path)
            assert all((word in page) is sees for word in ("名簿 太郎", "足場", "職長"))

    def test_nothing_but_what_is_shown_is_read_of_people(self, scene: Scene) -> None:
        page = as_firm(scene.prime).get(scene.path).content.decode()
        assert not any(word in page for word in ("例町", "090-0000-1111", "1980"))
        look = Look.objects.order_by("-pk")[0]
        assert (look.subjects, look.relation) == ([scene.listed], "upper_firm")
        assert set(WORKER_POLICY.names(look.items)) == {
            "id", "family_name", "middle_name", "given_name", "family_kana", "given_kana", "roster",
        }  # fmt: skip

    def test_who_has_no_part_in_the_site_finds_nothing(self, scene: Scene) -> None:
        client = as_firm(a_firm("よその会社"))
        for path in (scene.path, f"{scene.path}add/", scene.line, f"{scene.line}end/"):
            assert client.get(path).status_code == 404
        assert client.post(f"{scene.line}withdraw/").status_code == 404

    def test_only_the_firm_itself_changes_its_lines(self, scene: Scene) -> None:
        client = as_firm(scene.prime)
        for path in (scene.line, f"{scene.line}end/"):
            assert client.get(path).status_code == 404
            assert client.post(path, {"trade": "01-01", "from_on": "2026/11/1"}).status_code == 404
        assert client.post(f"{scene.line}withdraw/").status_code == 404
        assert scene.rows()[0].until_on is None


class TestAdding:
    """Putting people on it."""

    def test_who_stands_there_already_is_not_offered(self, scene: Scene) -> None:
        page = text(as_firm(scene.firm), f"{scene.path}add/")
        assert "待機 太郎" in page
        assert "名簿 太郎" not in page

    def test_a_firm_whose_people_all_stand_there_is_not_told_to_link_them(self, scene: Scene) -> None:
        own = [(scene.free, RosterData(trade="06-01"))]
        add_to_roster(scene.site, scene.tenure.id, own, from_on=STARTED, by=owner_of(scene.firm), at=NOW)
        page = text(as_firm(scene.firm), f"{scene.path}add/")
        assert ("すでに名簿に載っています" in page, "だけを載せられます" in page) == (True, False)
        assert "だけを載せられます" in text(as_firm(scene.beside), f"{scene.path}add/")

    def test_two_clicks_list_somebody_once_with_the_first_trade(self, scene: Scene) -> None:
        client = as_firm(scene.firm)
        for _ in range(2):
            client.post(f"{scene.path}add/", {"workers": [str(scene.free)], "from_on": "2026/11/1", "work": "型枠"})
        found = [row for row in scene.rows() if row.worker_id == scene.free]
        assert [(row.trade, row.work) for row in found] == [("06-01", "型枠")]

    def test_the_first_people_stand_on_it_from_the_first_day_of_the_place(self, scene: Scene) -> None:
        first = [
            as_firm(firm).get(f"{scene.path}add/").context["form"]["from_on"].value()
            for firm in (scene.firm, scene.beside)
        ]
        assert first == ["2026/11/20", "2026/09/01"], "who comes later comes today"

    def test_people_are_put_under_a_place_that_has_ended_lately(self, scene: Scene) -> None:
        end_tenure(scene.tenure.id, until_on=date(2026, 11, 10), by=owner_of(scene.firm), at=NOW, on=TODAY)
        data = {"workers": [str(scene.free)], "from_on": "2026/11/2", "trade": "", "position": ""}
        assert as_firm(scene.firm).post(f"{scene.path}add/", data).status_code == 302
        found = list_roster(scene.site, on=date(2026, 11, 2))
        assert [row.until_on for row in found if row.worker_id == scene.free] == [date(2026, 11, 10)]

    def test_who_has_two_lines_is_counted_once(self, scene: Scene) -> None:
        client = as_firm(scene.firm)
        client.post(scene.line, {"trade": "01-01", "from_on": "2026/11/25"})
        page = text(client, scene.path)
        assert ("一次工業 1人" in page, len(scene.rows())) == (True, 2)

    def test_who_leaves_the_firm_on_a_known_day_is_listed_until_then(self, scene: Scene) -> None:
        by, left = owner_of(scene.firm), date(2026, 11, 24)
        end_affiliation(last_link(scene.free, scene.firm), until_on=left, by=by, at=NOW)
        client = as_firm(scene.firm)
        client.post(f"{scene.path}add/", {"workers": [str(scene.free)], "from_on": "2026/11/18"})
        assert [row.until_on for row in scene.rows() if row.worker_id == scene.free] == [left]
        assert "（2026年11月23日（月）まで）" in text(client, scene.path)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({}, "このままでは先に進めません"),
            ({"workers": ["1"]}, "選"),
            ({"from_on": "2026/2/30"}, "2026年2月に30日はありません"),
            ({"from_on": "2026/8/1"}, "会社がこの現場に入ったのは2026年9月1日（火）で"),
            ({"trade": "99-99"}, "候補にありません"),
            ({"trade": "02-01"}, "候補にありません"),
            ({"position": "'; --"}, "選"),
            ({"work": "作" * 201}, "200"),
        ],
    )
    def test_wrong_input_is_told_and_kept(self, scene: Scene, typed: dict[str, Any], words: str) -> None:
        values = {"workers": [str(scene.free)], "from_on": "2026/11/1", **typed} if typed else {"from_on": "2026/11/1"}
        page = as_firm(scene.firm).post(f"{scene.path}add/", values)
        assert page.status_code == 422
        assert words in page.content.decode()
        assert len(scene.rows()) == 1

    def test_only_trades_of_the_people_are_offered_and_each_gets_his_own(self, scene: Scene) -> None:
        other = a_worker(scene.firm, "電工", trades=("01-01",)).worker_id
        client = as_firm(scene.firm)
        offered = set(re.findall(r'value="(\d\d-\d\d)"', client.get(f"{scene.path}add/").content.decode()))
        assert offered == {"06-01", "01-01"}
        both = {"workers": [str(scene.free), str(other)], "from_on": "2026/11/1", "trade": "01-01"}
        page = client.post(f"{scene.path}add/", both)
        assert (page.status_code, len(scene.rows())) == (422, 1)
        assert "この職種を登録していません：待機 太郎。" in page.content.decode()
        client.post(f"{scene.path}add/", {**both, "trade": ""})
        assert {row.worker_id: row.trade for row in scene.rows()} == {
            scene.listed: "06-01",
            scene.free: "06-01",
            other: "01-01",
        }
        lonely = a_worker(scene.firm, "職種なし").worker_id
        WorkerTrade.objects.filter(worker=lonely).delete()
        page = client.post(f"{scene.path}add/", {"workers": [str(lonely)], "from_on": "2026/11/1"})
        assert "先に運営に申し出て職種を登録" in page.content.decode()

    def test_a_refusal_names_the_person(self, scene: Scene) -> None:
        late = a_worker(scene.firm, "新人", at=NOW).worker_id
        page = as_firm(scene.firm).post(f"{scene.path}add/", {"workers": [str(late)], "from_on": "2026/10/1"})
        assert "新人 太郎" in page.content.decode()
        assert page.status_code == 422

    def test_a_firm_with_many_people_turns_pages_and_searches(self, scene: Scene) -> None:
        for number in range(51):
            a_worker(scene.firm, f"多数{number}", family_kana="タスウ" if number else "ンン")
        client = as_firm(scene.firm)
        first = text(client, f"{scene.path}add/")
        assert "名前で探す" in first
        assert "多数0 太郎" not in first
        assert "多数0 太郎" in text(client, f"{scene.path}add/?start=50")
        found = client.post(f"{scene.path}add/", {"words": "たいき"}, follow=True)
        assert "たいき" not in found.redirect_chain[-1][0]
        found = client.post(f"{scene.path}add/", {"words": "待機"}, follow=True)
        assert "待機 太郎" in found.content.decode()
        assert "多数1 太郎" not in found.content.decode()

    def test_a_firm_with_two_places_says_under_which(self, scene: Scene) -> None:
        upper = a_tenure(scene.site, scene.prime, a_firm("もう一つの一次"))
        second = a_tenure(scene.site, scene.prime, scene.firm, below=upper.node_id)
        client = as_firm(scene.firm)
        assert "どの場所の名簿に載せますか" in text(client, f"{scene.path}add/")
        typed = {"workers": [str(scene.listed)], "from_on": "2026/11/1"}
        assert client.post(f"{scene.path}add/", typed).status_code == 422
        assert client.post(f"{scene.path}add/", {**typed, "tenure": "0"}).status_code == 422
        assert client.post(f"{scene.path}add/", {**typed, "tenure": str(second.id)}).status_code == 302
        assert {row.tenure_id for row in scene.rows()} == {scene.tenure.id, second.id}


class TestChanging:
    """A line from a day on."""

    TYPED = {"trade": "01-01", "position": "", "work": "解体", "hazardous": "on", "from_on": "2026/11/10"}

    def test_the_days_before_stay_as_they_were(self, scene: Scene) -> None:
        client = as_firm(scene.firm)
        assert "足場" in client.get(scene.line).content.decode()
        for _ in range(2):
            assert client.post(scene.line, self.TYPED).status_code == 302
        assert [(row.trade, row.work, row.hazardous, str(row.until_on)) for row in scene.rows()] == [
            ("06-01", "足場", False, "2026-11-10"), ("01-01", "解体", True, "None"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"from_on": "2026/8/31"}, "会社がこの現場に入ったのは"),
            ({"from_on": ""}, "このままでは先に進めません"),
            ({"from_on": "いつか"}, "日付"),
            ({"trade": ""}, "このままでは先に進めません"),
            ({"trade": "99-99"}, "候補にありません"),
            ({"trade": "02-01"}, "候補にありません"),
            ({"work": "作" * 201}, "200"),
        ],
    )
    def test_wrong_input_changes_nothing(self, scene: Scene, typed: dict[str, str], words: str) -> None:
        page = as_firm(scene.firm).post(scene.line, {**self.TYPED, **typed})
        assert page.status_code == 422
        assert words in page.content.decode()
        assert [row.trade for row in scene.rows()] == ["06-01"]

    def test_a_line_is_ended_from_a_day_and_a_mistake_taken_back(self, scene: Scene) -> None:
        client = as_firm(scene.firm)
        refused = client.post(f"{scene.line}end/", {"until_on": "2026/8/31"})
        assert (refused.status_code, "期間の外か、始まりより前" in refused.content.decode()) == (422, True)
        for _ in range(2):
            assert client.post(f"{scene.line}end/", {"until_on": "2026/11/30"}).status_code == 302
        assert str(scene.rows()[0].until_on) == "2026-12-01"
        said = client.post(f"{scene.line}end/", {"until_on": "2026/12/15"}, follow=True).content.decode()
        assert "名簿に載るのは2026年12月15日（火）までになりました" in said
        page = client.get(f"{scene.line}end/").content.decode()
        assert ('value="2026/12/15"' in page, "外すのを取りやめる" in page) == (True, True)
        assert (
            "これからも名簿に載ります" in client.post(f"{scene.line}end/", {"keep": "1"}, follow=True).content.decode()
        )
        assert scene.rows()[0].until_on is None
        for _ in range(2):
            page = client.post(f"{scene.line}withdraw/", follow=True).content.decode()
            assert "載せたことを取り消しました" in page
        assert scene.rows() == []

    def test_numbers_that_are_nothing_are_not_found(self, scene: Scene) -> None:
        client = as_firm(scene.firm)
        for number in (0, 10**12, 10**18):
            assert client.get(f"{scene.path}{number}/").status_code == 404
            assert client.post(f"{scene.path}{number}/withdraw/").status_code == 404


def test_a_prime_lists_its_own_people_without_a_place() -> None:
    prime: BusinessId = a_firm("元請建設")
    site, worker = a_gate(prime).site_id, a_worker(prime).worker_id
    as_firm(prime).post(f"/business/sites/{site}/roster/add/", {"workers": [str(worker)], "from_on": "2026/11/1"})
    assert [row.tenure_id for row in list_roster(site, on=TODAY)] == [None]


class TestLacking:
    """Who works without a line: the to-do counts them, the page names them, the form has them ticked."""

    def test_they_are_named_and_ticked_from_their_first_day(self, scene: Scene) -> None:
        gate, client = a_gate(scene.firm, name="自社の現場"), as_firm(scene.firm)
        cards = [a_worker(scene.firm, name) for name in ("無名簿", "二人目")]
        follow()  # as the binder has done before
        days = ("2026-10-30", "2026-11-19")
        gate.send(*(a_touch(n + 1, cards[n], f"{day}T08:00:00+09:00") for n, day in enumerate(days)))
        bind_all()
        path = f"/business/sites/{gate.site_id}/roster/"
        page = text(client, path)
        assert "作業員名簿にない自社の人" in page
        assert all(word in page for word in ("無名簿 太郎", "二人目 太郎", "2026年10月30日", "2026年11月19日"))
        ids = {card.worker_id for card in cards}
        assert set(Look.objects.order_by("-pk")[0].subjects) == ids
        form = client.get(f"{path}add/lacking/")
        assert form.content.decode().count(" checked") == len(cards)
        assert form.context["form"].initial["from_on"] == date(2026, 10, 30)
        data = {"workers": [str(one) for one in ids], "from_on": "2026/10/30", "trade": "", "position": ""}
        assert client.post(f"{path}add/lacking/", data).status_code == 302
        assert {row.worker_id for row in list_roster(gate.site_id, on=TODAY)} == ids
        assert "作業員名簿にない自社の人" not in text(client, path)
        assert "名簿に載せられる人がいません" in text(client, f"{path}add/lacking/")

    def test_who_has_left_since_is_named_and_put_on_it_for_the_days_before(self, scene: Scene) -> None:
        gate, client, card = a_gate(scene.firm, name="自社の現場"), as_firm(scene.firm), a_worker(scene.firm, "退職者")
        gate.send(a_touch(1, card, "2026-11-18T08:00:00+09:00"))
        left = date(2026, 11, 19)
        end_affiliation(last_link(card.worker_id, scene.firm), until_on=left, by=owner_of(scene.firm), at=NOW)
        bind_all()
        path = f"/business/sites/{gate.site_id}/roster/add/lacking/"
        assert "退職者 太郎" in text(client, path)
        data = {"workers": [str(card.worker_id)], "from_on": "2026/11/18", "trade": "", "position": ""}
        assert client.post(path, data).status_code == 302
        (row,) = list_roster(gate.site_id, on=date(2026, 11, 18))
        assert (row.worker_id, row.from_on, row.until_on) == (card.worker_id, date(2026, 11, 18), left)

    def test_a_line_that_begins_too_late_is_to_be_changed(self, scene: Scene) -> None:
        gate, client, card = (
            a_gate(scene.firm, name="自社の現場"),
            as_firm(scene.firm),
            a_worker(scene.firm),
        )
        gate.send(a_touch(1, card, "2026-11-18T08:00:00+09:00"))
        people = [(card.worker_id, RosterData(trade="06-01"))]
        add_to_roster(gate.site_id, None, people, from_on=TODAY, by=owner_of(scene.firm), at=NOW)
        bind_all()
        page = text(client, f"/business/sites/{gate.site_id}/roster/")
        assert ("名簿の開始日を直す" in page, "この人たちを名簿に載せる" in page) == (True, False)
        page = client.get(f"/business/sites/{gate.site_id}/roster/").content.decode()
        way = re.search(r'href="([^"]+\?from=2026-11-18)"', page)
        assert way
        assert client.get(way[1]).context["form"]["from_on"].value() == "2026/11/18"
        assert client.get(way[1].replace("2026-11-18", "x")).context["form"]["from_on"].value() == "2026/11/20"

    def test_no_line_begins_before_the_firm_has_its_place(self, scene: Scene) -> None:
        """The link leads to the first day that a line can have; where there is none, only who acts is said."""
        gate, firm = a_gate(scene.prime, name="別の現場"), a_firm("あとの工業")
        cards, begins = [a_worker(firm, name) for name in ("初日から", "遅れて")], date(2026, 11, 17)
        place = a_tenure(gate.site_id, scene.prime, firm, from_on=begins)
        gate.send(*(a_touch(n, card, "2026-11-16T08:00:00+09:00") for n, card in enumerate(cards, start=1)))
        for card, day in zip(cards, (begins, TODAY), strict=True):
            people = [(card.worker_id, RosterData(trade="06-01"))]
            add_to_roster(gate.site_id, place.id, people, from_on=day, by=owner_of(firm), at=NOW)
        bind_all()
        page = as_firm(firm).get(f"/business/sites/{gate.site_id}/roster/").content.decode()
        assert page.count("会社の期間に入っていない日です") == 2
        assert re.findall(r"\?from=([0-9-]+)", page) == ["2026-11-17"]
