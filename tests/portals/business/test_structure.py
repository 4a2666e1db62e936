"""The structure of a site as its firms see it: each its own path, with what is missing and whose turn it is."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from portals.business import lacking
from registry.accounts.states import Role
from registry.audit.models import Look
from registry.core.ids import BusinessId
from registry.core.short_codes import shown_code
from registry.histories.queries import waiting
from registry.structures.models import Tenure
from registry.structures.operations.keys import make_site_key
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import (
    FirmPlace,
    decline_invitation,
    end_tenure,
    exchange_firm,
    invite_firm,
    withdraw_tenure,
)
from registry.structures.queries import find_site_key, list_structure
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.shared import shared
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


class Scene:
    """A prime, a firm below it, one below that, and one beside."""

    def __init__(self) -> None:
        self.prime, self.first = a_firm("元請建設"), a_firm("一次工業")
        self.second, self.beside = a_firm("二次工業"), a_firm("隣の工業")
        self.site = a_gate(self.prime).site_id
        self.upper = a_tenure(self.site, self.prime, self.first)
        self.lower = a_tenure(self.site, self.prime, self.second, below=self.upper.node_id)
        self.other = a_tenure(self.site, self.prime, self.beside)
        self.path = f"/business/sites/{self.site}"

    def by(self, firm: BusinessId) -> dict[str, Any]:
        return {"by": owner_of(firm), "at": NOW, "on": TODAY}

    def states(self) -> list[tuple[str, str]]:
        return [(row.name, row.state) for row in list_structure(self.site, on=TODAY)]


scene = shared(Scene)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[1].split("</main", 1)[0])


class TestTree:
    """What stands on the page."""

    def test_the_prime_sees_everybody_and_nothing_to_do(self, scene: Scene) -> None:
        page = text(as_firm(scene.prime), f"{scene.path}/structure/")
        assert all(name in page for name in ("元請建設", "一次工業", "二次工業", "隣の工業", "3社", "承認済 3社"))
        assert "対応を待っている会社" not in page

    def test_it_counts_the_people_whom_the_roster_lists(self, scene: Scene) -> None:
        for firm, place in ((scene.prime, None), (scene.first, scene.upper.id), (scene.beside, scene.other.id)):
            people = [(a_worker(firm).worker_id, RosterData(trade="06-01"))]
            add_to_roster(scene.site, place, people, from_on=STARTED, by=owner_of(firm), at=NOW)
        prime, first = as_firm(scene.prime), as_firm(scene.first)
        page = text(prime, f"{scene.path}/structure/")
        assert "下請 3社" in page
        assert "名簿に載っている人 3人（うち自社 1人）" in page
        assert "3人、3社" in text(prime, f"{scene.path}/roster/")
        doors = text(prime, f"{scene.path}/")
        assert "下請 3社、対応を待っている会社 0社" in doors
        assert "名簿に載っている人 3人" in doors
        assert "端末に残っている打刻 0件" in doors
        assert "今月そろっている日 のべ0日、不足のある日 のべ0日" in doors
        assert "名簿に載っている人 1人（うち自社 1人）" in text(first, f"{scene.path}/structure/")
        assert "1人、1社" in text(first, f"{scene.path}/roster/")

    def test_the_prime_reads_whose_firm_has_no_place(self, scene: Scene) -> None:
        gate, stranger = a_gate(scene.prime, name="別の現場"), a_firm("無所属工業")
        a_tenure(gate.site_id, scene.prime, scene.first)
        card = a_worker(stranger, "迷子")
        gate.send(a_touch(1, card))
        bind_all()
        page = text(as_firm(scene.prime), f"/business/sites/{gate.site_id}/structure/")
        assert "所属会社が施工体制にない人" in page
        assert all(word in page.partition("所属会社が施工体制にない人")[2] for word in ("迷子", "無所属工業", "1日"))
        assert Look.objects.order_by("-pk")[0].subjects == [card.worker_id]
        below = text(as_firm(scene.first), f"/business/sites/{gate.site_id}/structure/")
        assert [word for word in ("迷子", "無所属工業", "施工体制にない人") if word in below] == []

    def test_a_firm_that_lacks_a_place_is_invited_from_the_first_of_its_days(self, scene: Scene) -> None:
        gate, stranger = a_gate(scene.prime, name="別の現場"), a_firm("無所属工業")
        gate.send(a_touch(1, a_worker(stranger, "迷子"), "2026-11-16T08:00:00+09:00"))
        bind_all()
        prime, path = as_firm(scene.prime), f"/business/sites/{gate.site_id}/structure/invite/"
        page = prime.get(f"/business/sites/{gate.site_id}/structure/").content.decode()
        assert f'href="{path}?firm={stranger}"' in page

        def asked(firm: BusinessId) -> dict[str, object]:
            initial: dict[str, object] = prime.get(path, {"firm": str(firm)}).context["form"].initial
            return initial

        assert asked(stranger) == {"business_id": stranger, "from_on": date(2026, 11, 16), "last_on": None}
        assert "無所属工業の人がこの現場で働いています" in text(prime, f"{path}?firm={stranger}")
        assert asked(scene.first) == {"from_on": TODAY}, "whose days lack nothing"
        refused = a_tenure(gate.site_id, scene.prime, stranger, from_on=date(2026, 11, 17), accepted=False)
        decline_invitation(refused.id, reason="手いっぱいです", by=owner_of(stranger), at=NOW)
        assert asked(stranger)["last_on"] is None, "a place that was declined has no days"
        later = a_tenure(gate.site_id, scene.prime, stranger, from_on=date(2026, 11, 18))
        end_tenure(later.id, until_on=date(2026, 11, 19), **scene.by(scene.prime))
        assert asked(stranger)["last_on"] == date(2026, 11, 17), "one that has ended has its own"

    def test_the_first_of_its_days_may_lie_months_back(self, scene: Scene) -> None:
        gate, stranger = a_gate(scene.prime, name="別の現場"), a_firm("無所属工業")
        card = a_worker(stranger, "迷子")
        gate.send(a_touch(1, card, "2026-09-28T08:00:00+09:00"), a_touch(2, card, "2026-11-16T08:00:00+09:00"))
        bind_all()
        path = f"/business/sites/{gate.site_id}/structure/invite/"
        asked = as_firm(scene.prime).get(path, {"firm": str(stranger)}).context["form"].initial
        assert asked["from_on"] == date(2026, 9, 28)

    def test_a_firm_is_offered_once_and_not_while_it_has_to_answer(self, scene: Scene) -> None:
        gate, stranger = a_gate(scene.prime, name="別の現場"), a_firm("無所属工業")
        gate.send(*(a_touch(n, a_worker(stranger, f"迷子{n}")) for n in (1, 2)))
        bind_all()
        prime, theirs, site = as_firm(scene.prime), as_firm(stranger), f"/business/sites/{gate.site_id}"
        asks = "招待か現場キーを頼んでください"

        def links() -> int:
            page: str = prime.get(f"{site}/structure/").content.decode()
            return page.count(f'href="{site}/structure/invite/?firm={stranger}"')

        home = theirs.get("/business/").content.decode()
        assert (links(), asks in home) == (1, True)
        a_tenure(gate.site_id, scene.prime, stranger, accepted=False)
        home = theirs.get("/business/").content.decode()
        assert (links(), asks in home, "招待が届いています" in home) == (0, False, True)
        assert text(prime, f"{site}/structure/").count("招待済み（返事を待っています）") == 2

    def test_an_invitation_for_days_that_are_over_stays_in_sight(self, scene: Scene) -> None:
        place = FirmPlace(business_id=a_firm("先月の会社"), from_on=STARTED, until_on=STARTED + timedelta(days=9))
        invite_firm(scene.site, None, place, **scene.by(scene.prime))
        page = text(as_firm(scene.prime), f"{scene.path}/structure/")
        assert ("対応を待っている会社 1社" in page, "先月の会社" in page) == (True, True)
        assert "2026年9月9日（水）まで" in text(as_firm(place.business_id or BusinessId(0)), "/business/invitations/")

    def test_a_firm_in_the_structure_finds_where_it_invites_below(self, scene: Scene) -> None:
        way = f'href="{scene.path}/structure/{scene.upper.node_id}/invite/"'
        for who, there in ((scene.first, True), (scene.second, False), (scene.prime, False)):
            assert (way in as_firm(who).get(f"{scene.path}/structure/").content.decode()) is there

    def test_only_whom_a_page_shows_is_looked_at(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "MANY", 1)
        monkeypatch.setattr(lacking, "MANY", 1)
        gate, prime = a_gate(scene.prime, name="別の現場"), as_firm(scene.prime)
        firms = (scene.prime, scene.prime, a_firm("無所属工業"), a_firm("無番工業"))
        cards = [a_worker(firm) for firm in firms]
        gate.send(*(a_touch(n + 1, card, f"2026-11-{16 + n}T08:00:00+09:00") for n, card in enumerate(cards)))
        bind_all()
        for page, shown in (("roster", cards[0]), ("structure", cards[2])):
            assert "続きが表示されます" in text(prime, f"/business/sites/{gate.site_id}/{page}/")
            assert Look.objects.order_by("-pk")[0].subjects == [shown.worker_id], page

    def test_what_is_missing_stands_first_with_whose_turn_it_is(self, scene: Scene) -> None:
        declined = a_tenure(scene.site, scene.prime, a_firm("断った会社"), accepted=False)
        decline_invitation(
            declined.id, reason="手いっぱいです", by=owner_of(BusinessId(declined.business_id or 0)), at=NOW
        )  # fmt: skip
        a_tenure(scene.site, scene.prime, a_firm("待つ会社"), accepted=False)
        invite_firm(scene.site, None, FirmPlace(business_name="無番工業", from_on=STARTED), **scene.by(scene.prime))
        end_tenure(scene.upper.id, until_on=TODAY, **scene.by(scene.prime))
        page = text(as_firm(scene.prime), f"{scene.path}/structure/")
        waiting = page.split("対応を待っている会社 4社")[1].split("元請建設")[0]
        order = [waiting.index(name) for name in ("断った会社", "一次工業", "待つ会社", "無番工業")]
        assert order == sorted(order)
        assert "手いっぱいです" in waiting

    def test_a_firm_sees_its_way_up_and_what_hangs_below_and_nobody_beside(self, scene: Scene) -> None:
        page = text(as_firm(scene.first), f"{scene.path}/structure/")
        assert all(name in page for name in ("元請建設", "一次工業", "二次工業"))
        assert "隣の工業" not in page
        page = text(as_firm(scene.second), f"{scene.path}/structure/")
        assert "一次工業" in page
        assert "隣の工業" not in page

    @pytest.mark.parametrize(("until_on", "status"), [(TODAY, 200), (date(2026, 10, 2), 200), (date(2026, 10, 1), 404)])
    def test_a_firm_whose_place_has_ended_sees_no_successor_and_fills_its_roster_for_a_month(
        self, scene: Scene, until_on: date, status: int
    ) -> None:
        after = FirmPlace(business_id=a_firm("後の会社"), from_on=until_on)
        exchange_firm(scene.upper.node_id, after, **scene.by(scene.prime))
        client = as_firm(scene.first)
        page = text(client, f"{scene.path}/structure/")
        assert "期間は終わりました" in page
        assert not any(name in page for name in ("後の会社", "二次工業"))
        assert "二次工業" not in text(client, f"{scene.path}/roster/")
        assert "後の会社" not in text(client, f"{scene.path}/roster/add/", status)

    def test_an_empty_structure_says_how_to_begin(self, scene: Scene) -> None:
        empty = a_gate(scene.prime, name="新しい現場").site_id
        assert "まだ会社が入っていません" in text(as_firm(scene.prime), f"/business/sites/{empty}/structure/")


class TestPlace:
    """One firm's page, and what leads on from it."""

    def test_upper_firms_handle_what_is_below_and_not_themselves(self, scene: Scene) -> None:
        client = as_firm(scene.first)
        assert "会社を入れ替える" in text(client, f"{scene.path}/firms/{scene.lower.id}/")
        own = text(client, f"{scene.path}/firms/{scene.upper.id}/")
        assert "この下に招待する" in own
        assert "会社を入れ替える" not in own

    @pytest.mark.parametrize("page", ["", "end/", "join/"])
    def test_places_beside_do_not_exist(self, scene: Scene, page: str) -> None:
        text(as_firm(scene.first), f"{scene.path}/firms/{scene.other.id}/{page}", 404)

    @pytest.mark.parametrize("page", ["invite/", "exchange/", "key/"])
    def test_nor_do_their_positions(self, scene: Scene, page: str) -> None:
        client = as_firm(scene.first)
        text(client, f"{scene.path}/structure/{scene.other.node_id}/{page}", 404)
        assert client.post(f"{scene.path}/structure/{scene.other.node_id}/{page}").status_code == 404

    @pytest.mark.parametrize("page", ["invite/", "key/"])
    def test_only_the_prime_fills_the_first_tier(self, scene: Scene, page: str) -> None:
        text(as_firm(scene.first), f"{scene.path}/structure/{page}", 404)

    def test_nobody_exchanges_the_firm_above(self, scene: Scene) -> None:
        client = as_firm(scene.second)
        for page in ("exchange", "invite"):
            text(client, f"{scene.path}/structure/{scene.upper.node_id}/{page}/", 404)

    def test_an_acceptance_is_undone_once_however_often_one_clicks(self, scene: Scene) -> None:
        client = as_firm(scene.prime)
        assert "承認を取り消す" in text(client, f"{scene.path}/firms/{scene.other.id}/")
        assert "承認を取り消す" not in text(client, f"{scene.path}/firms/{scene.upper.id}/")
        for _ in range(2):
            page = client.post(f"{scene.path}/firms/{scene.other.id}/withdraw/", follow=True)
            assert "取り下げました" in page.content.decode()
        assert ("隣の工業", "accepted") not in scene.states()

    def test_the_firm_itself_undoes_its_acceptance(self, scene: Scene) -> None:
        page = as_firm(scene.beside).post(f"{scene.path}/firms/{scene.other.id}/withdraw/", follow=True)
        assert page.redirect_chain[-1][0] == "/business/sites/"

    def test_one_in_use_is_refused_with_what_to_do(self, scene: Scene) -> None:
        page = as_firm(scene.prime).post(f"{scene.path}/firms/{scene.upper.id}/withdraw/", follow=True)
        assert all(part in page.content.decode() for part in ("下に会社が入っています", "期間を終える"))

    def test_nobody_beside_withdraws(self, scene: Scene) -> None:
        as_firm(scene.first).post(f"{scene.path}/firms/{scene.other.id}/withdraw/")
        assert ("隣の工業", "accepted") in scene.states()

    def test_the_end_is_asked_with_a_day_and_refused_before_the_beginning(self, scene: Scene) -> None:
        client, path = as_firm(scene.prime), f"{scene.path}/firms/{scene.other.id}/end/"
        for day, words in (("2001/1/1", "始まりの日より前"), ("きのう", "日付"), ("", "このままでは先に進めません")):
            page = client.post(path, {"until_on": day})
            assert page.status_code == 422
            assert words in page.content.decode()
        for _ in range(2):
            client.post(path, {"until_on": "令和8年11月30日"})
        assert str(Tenure.objects.get(pk=scene.other.id).until_on) == "2026-12-01"


class TestInviting:
    """By ID and by name."""

    def test_wrong_input_is_told_beside_its_field_and_kept(self, scene: Scene) -> None:
        client, path = as_firm(scene.prime), f"{scene.path}/structure/invite/"
        digits = str(scene.beside)
        for typed, words in (
            ({"business_id": digits[:4] + str((int(digits[4]) + 1) % 10) + digits[5:]}, "1桁"),
            ({"business_id": str(scene.site)}, "事業者ID"),
            ({"business_id": digits, "business_name": "両方"}, "どちらか一方"),
            ({}, "どちらか一方"),
            ({"business_id": digits, "from_on": "2026/13/45"}, "日付"),
            ({"business_id": digits, "last_on": "2026/8/1"}, "始まりの日より前"),
            ({"business_id": str(scene.prime)}, "系列の上位"),
            ({"business_name": "名" * 201}, "200"),
        ):
            page = client.post(path, {"from_on": "2026/9/1", "work": "足場の工事", **typed})
            assert page.status_code == 422, typed
            assert words in page.content.decode(), typed
            assert "足場の工事" in page.content.decode()
        assert len(scene.states()) == 3

    def test_the_button_says_what_it_does(self, scene: Scene) -> None:
        client, places = as_firm(scene.prime), f"{scene.path}/structure"
        for path, words in (
            (f"{places}/invite/", "招待する"), (f"{places}/{scene.lower.node_id}/exchange/", "入れ替える"),
        ):  # fmt: skip
            assert re.search(rf'<button class="ds-button"[^>]*>{words}<', client.get(path).content.decode()), path

    def test_the_end_of_a_place_is_moved_and_taken_back_by_who_stands_above(self, scene: Scene) -> None:
        prime, firm = as_firm(scene.prime), as_firm(scene.first)
        path = f"{scene.path}/firms/{scene.upper.id}/end/"
        for typed, shown in (("2026/12/10", "2026年12月10日（木）"), ("2026/12/31", "2026年12月31日（木）")):
            assert f"最後の日を{shown}にしました" in prime.post(path, {"until_on": typed}, follow=True).content.decode()
            assert f"最後の日を{shown}にしました" in firm.get("/business/").content.decode(), "once, as it is now"
        assert "期間の終わりを取りやめる" not in firm.get(path).content.decode()
        for longer in ({"until_on": "2027/1/31"}, {"keep": "1"}):
            refused = firm.post(path, longer)
            assert (refused.status_code, "上位の会社に、最後の日を直して" in refused.content.decode()) == (422, True)
        assert "これからも続きます" in prime.post(path, {"keep": "1"}, follow=True).content.decode()
        assert "期間の終わりを取りやめました" in firm.get("/business/").content.decode()

    @pytest.mark.parametrize(
        ("answer", "late", "said"),
        [
            ("accept", "decline", "すでに自社のどなたかが承認"), ("decline", "accept", "すでに自社のどなたかが断って"),
            ("withdraw", "accept", "元請建設が取り下げて"),
        ],
    )  # fmt: skip
    def test_a_page_that_was_left_open_says_what_became_of_the_invitation(
        self, scene: Scene, answer: str, late: str, said: str
    ) -> None:
        invited = a_firm("招待先")
        tenure = a_tenure(scene.site, scene.prime, invited, accepted=answer == "accept")
        if answer == "decline":
            decline_invitation(tenure.id, reason="手いっぱい", by=owner_of(invited), at=NOW)
        elif answer == "withdraw":
            withdraw_tenure(tenure.id, **scene.by(scene.prime))
        path = f"/business/invitations/{tenure.id}/{late}/"
        assert said in as_firm(invited).post(path, {"reason": "やはり行けません"}, follow=True).content.decode()

    def test_two_clicks_invite_once(self, scene: Scene) -> None:
        client, firm = as_firm(scene.first), a_firm("三次工業")
        for _ in range(2):
            page = client.post(
                f"{scene.path}/structure/{scene.lower.node_id}/invite/", {"business_id": str(firm), "from_on": "2026/11/1"}
            )  # fmt: skip
            assert page.status_code == 302
        assert scene.states().count(("三次工業", "invited")) == 1

    def test_a_named_firm_is_joined_with_its_id(self, scene: Scene) -> None:
        client = as_firm(scene.prime)
        named = invite_firm(
            scene.site, None, FirmPlace(business_name="無番工業", from_on=STARTED), **scene.by(scene.prime)
        )  # fmt: skip
        path = f"{scene.path}/firms/{named}/join/"
        assert client.post(path, {"business_id": ""}).status_code == 422
        assert client.post(path, {"business_id": str(a_firm("無番工業株式会社"))}).status_code == 302
        assert ("無番工業株式会社", "invited") in scene.states()


class TestKeys:
    """The key on both sides."""

    def test_a_key_is_made_shown_again_and_taken_back(self, scene: Scene) -> None:
        client, path = as_firm(scene.prime), f"{scene.path}/structure/key/"
        assert "現場キーを出す" in text(client, path)
        for _ in range(2):
            client.post(path)
        key = find_site_key(scene.site, None, on=TODAY)
        assert key
        assert shown_code(key.code) in text(client, path)
        for _ in range(2):
            client.post(path, {"withdraw": "1"})
        assert find_site_key(scene.site, None, on=TODAY) is None

    def test_the_firm_types_it_sees_the_site_and_enters_once(self, scene: Scene) -> None:
        as_firm(scene.first).post(f"{scene.path}/structure/{scene.upper.node_id}/key/")
        key = find_site_key(scene.site, scene.upper.node_id, on=TODAY)
        assert key
        newcomer = a_firm("三番目の工業")
        client = as_firm(newcomer)
        page = client.post("/business/sites/join/", {"key": f"{key.code[:5].lower()}-{key.code[5:]}"}).content.decode()
        assert all(
            words in page for words in ("見本ビル新築工事", "一次工業", "元請建設", "施工体制に入る", 'name="draft_of"')
        )
        assert ("三番目の工業", "accepted") not in scene.states()
        wrong = client.post("/business/sites/join/", {"key": key.code, "from_on": "あした", "work": "塗装"})
        assert wrong.status_code == 422
        assert "塗装" in wrong.content.decode()
        for _ in range(2):
            answer = client.post("/business/sites/join/", {"key": key.code, "from_on": "2026/11/2", "work": "塗装"})
            assert answer.headers["Location"] == f"{scene.path}/roster/"
        assert scene.states().count(("三番目の工業", "accepted")) == 1
        row = Tenure.objects.get(business=newcomer)
        assert (row.from_on, row.work) == (TODAY - timedelta(days=18), "塗装")

    def test_the_day_since_when_its_people_work_there_stands_in_the_form(self, scene: Scene) -> None:
        newcomer = a_firm("三番目の工業")
        gate = a_gate(scene.prime, name="別の現場")
        gate.send(a_touch(1, a_worker(newcomer), "2026-11-11T08:00:00+09:00"))
        bind_all()
        key = make_site_key(gate.site_id, None, **scene.by(scene.prime))
        form = as_firm(newcomer).post("/business/sites/join/", {"key": key.code}).context["form"]
        assert form["from_on"].value() == "2026/11/11"

    @pytest.mark.parametrize("typed", ["", "ABCDEFGHJK", "\x00" * 10, "x" * 31])
    def test_a_wrong_key_is_told_with_what_to_do(self, scene: Scene, typed: str) -> None:
        page = as_firm(scene.beside).post("/business/sites/join/", {"key": typed})
        assert page.status_code == 422

    def test_a_site_manager_does_not_answer_for_the_firm(self, scene: Scene) -> None:
        assert as_firm(scene.beside, Role.SITE_MANAGER).get("/business/sites/join/").status_code == 404
