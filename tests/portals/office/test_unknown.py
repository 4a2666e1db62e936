"""The office's pages of cards that are nobody's, and of sites that nobody has registered."""

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId, IdKind, grouped, id_of_body
from registry.touches.operations.presence import adopt_orphans
from tests.factories.cast import Gate, a_touch, a_worker
from tests.factories.days import days_of
from tests.factories.visitors import as_office

pytestmark = pytest.mark.django_db
LIST = "/office/unknown-cards/"


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


@pytest.fixture
def office(gate: Gate, card: CardRow) -> Client:
    gate.send({**a_touch(1, card), "card": f"{card.worker_id}-07"}, {**a_touch(2, card), "card": "", "token": "<b>04"})
    return as_office()


def where(gate: Gate, seq: int) -> str:
    return f"{LIST}{gate.device.device_id}/{seq}/"


def test_an_owner_is_named_and_the_day_is_his(office: Client, gate: Gate, card: CardRow) -> None:
    page = office.get(LIST).content.decode()
    number = f"{grouped(card.worker_id)}-07"
    assert (number in page, "&lt;b&gt;04" in page) == (True, True)
    without = office.post(where(gate, 1), {"card": grouped(card.worker_id)})
    assert (without.status_code, "カードの枝番がありません" in without.content.decode()) == (422, True)
    for wrong in ("", "1234", f"{card.worker_id}-55"):
        answer = office.post(where(gate, 1), {"card": wrong})
        assert (answer.status_code, wrong in answer.content.decode()) == (422, True)
    for _ in range(2):
        assert office.post(where(gate, 1), {"card": card.number}).status_code == 302
    adopt_orphans()
    assert len(days_of(card.worker_id)) == 1
    assert number not in office.get(LIST).content.decode()


def test_the_home_says_how_many_wait_and_since_when(office: Client, gate: Gate) -> None:
    home = office.get("/office/").content.decode()
    tile = home.partition(f'href="{LIST}">持ち主の分からないカードの打刻</a></h2>')[2].partition("</li>")[0]
    assert "2件が待っています" in tile
    assert "いちばん古いものも今日からです" in tile
    assert (
        "待っているものはありません"
        in home.partition('href="/office/unknown-sites/">登録のない現場IDの打刻</a></h2>')[2]
    )
    assert "持ち主の分からないカード" not in as_office(Role.DESK).get("/office/").content.decode()


def test_the_home_counts_all_and_knows_the_oldest_of_many(gate: Gate, card: CardRow) -> None:
    moments = ["2026-11-16T08:00:00+09:00", *["2026-11-20T07:00:00+09:00"] * 101]
    unknown = [{**a_touch(n, card, at), "card": "", "token": f"04{n:04}"} for n, at in enumerate(moments, start=1)]
    on_unknown = [
        {**a_touch(n, card, at), "site": str(id_of_body(f"98765432{n}", IdKind.SITE))}
        for n, at in enumerate(moments, start=201)
    ]
    gate.send(*unknown, *on_unknown)
    home = as_office().get("/office/").content.decode()
    assert home.count("102件が待っています") == 2
    assert home.count("いちばん古いものは2026年11月16日（月）から4日待っています") == 2


def test_what_is_nobody_s_leaves_the_list_and_can_be_taken_back(office: Client, gate: Gate) -> None:
    path = where(gate, 2)
    assert f'href="{path}discard/"' in office.get(path).content.decode()
    unsaid = office.post(f"{path}discard/", {"reason": ""})
    assert (unsaid.status_code, [*unsaid.context["form"].errors]) == (422, ["reason"])
    for said in ("打刻1件を、持ち主なしとして処理しました", "すでに処理されています"):
        page = office.post(f"{path}discard/", {"reason": "試しのカード"}, follow=True).content.decode()
        assert said in page
    waiting, _, discarded = page.partition("持ち主なしとして処理した打刻</h2>")
    assert ("&lt;b&gt;04" in waiting, "&lt;b&gt;04" in discarded) == (False, True)
    one = office.get(path).content.decode()
    assert "取り消して、持ち主を探す" in one
    assert ["理由：試しのカード" in text for text in (waiting, discarded, one)] == [False, True, True]
    taken_up = office.post(path, {"take_up": "1"}, follow=True).content.decode()
    assert "打刻1件を、持ち主の分からない打刻に戻しました" in taken_up
    assert "&lt;b&gt;04" in office.get(LIST).content.decode()
    assert office.get(where(gate, 99)).status_code == 404


def test_the_desk_names_nobody(office: Client, gate: Gate) -> None:
    desk = as_office(Role.DESK)
    path = f"{where(gate, 1)}discard/"
    assert {desk.get(LIST).status_code, desk.post(path, {"reason": "試し"}).status_code} <= {403, 404}


SITES = "/office/unknown-sites/"


def test_the_site_that_was_meant_is_named(gate: Gate, card: CardRow) -> None:
    office, wrong = as_office(), id_of_body("98765432109", IdKind.SITE)
    where = f"{SITES}{wrong}/"
    gate.send({**a_touch(1, card), "site": str(wrong)})
    page = office.get(SITES).content.decode()
    assert all(text in page for text in (f'href="{where}"', "打刻1件", "ゲートのPC", "見本ビル新築工事"))
    for typed in ("", "1234", str(wrong)):
        answer = office.post(where, {"site_id": typed})
        assert (answer.status_code, typed in answer.content.decode()) == (422, True)
    for said in ("打刻1件の現場を決めました", "すでに処理されています"):
        assert said in office.post(where, {"site_id": str(gate.site_id)}, follow=True).content.decode()
    adopt_orphans()
    assert [one.site_id for one in days_of(card.worker_id)] == [gate.site_id]
    assert (office.get(where).status_code, "登録のない現場IDの打刻はありません" in office.get(SITES).content.decode()) == (
        404, True,
    )  # fmt: skip


def test_a_site_that_nobody_knows_leaves_the_list(gate: Gate, card: CardRow) -> None:
    office, wrong = as_office(), id_of_body("98765432109", IdKind.SITE)
    gate.send({**a_touch(1, card), "site": str(wrong)})
    assert as_office(Role.DESK).post(f"{SITES}{wrong}/", {"discard": "1"}).status_code in {403, 404}
    page = office.post(f"{SITES}{wrong}/", {"discard": "1"}, follow=True).content.decode()
    assert "登録のない現場IDの打刻はありません" in page


def test_a_number_that_no_touch_can_name_is_not_found() -> None:
    assert as_office().get(f"{SITES}{2**63}/").status_code == 404
