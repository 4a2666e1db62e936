"""仮現場: opened by worker and firm, phones paired, touches made, the site ID given; what strangers and the prime see (ruling 30)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.cards.models import Card
from registry.core.ids import BusinessId
from registry.histories.queries import list_waiting_of_site
from registry.sites.models import UnregisteredSite
from registry.touches.models import Device
from registry.touches.operations.devices import add_pairing, register_device
from tests.factories.cast import NOW, Gate, a_firm, a_touch, a_worker
from tests.factories.days import bind_all, days_of
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db
BOARD = {
    "name": "町道の補修", "address": "見本県見本町1", "labour_insurance": "１３−１−０１−１２３４５６−０００",
    "building_confirmation": "第7号", "corins": "1234-5678",
}  # fmt: skip


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def opened(client: Client, portal: str, **more: str) -> str:
    """Open one; the address of its page."""
    answer = client.post(f"/{portal}/unregistered/new/", {**BOARD, **more})
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


@pytest.fixture
def firm() -> BusinessId:
    return a_firm("下請の会社")


@pytest.mark.parametrize("portal", ["worker", "business"])
def test_opened_with_what_the_board_shows(portal: str, firm: BusinessId) -> None:
    client = as_firm(firm) if portal == "business" else as_worker(a_worker(None).worker_id)
    assert "仮現場はありません" in text_of(client.get(f"/{portal}/unregistered/"))
    form = text_of(client.get(f"/{portal}/unregistered/new/"))
    key = re.findall(r'name="form_key" value="([^"]+)"', form)[0]
    where = opened(client, portal, form_key=key)
    assert opened(client, portal, form_key=key) == where, "a second click"
    page = text_of(client.get(where))
    for text in ("町道の補修", "見本県見本町1", "13-1-01-123456-000", "第7号", "1234-5678", "未登録", "現場IDを付ける"):
        assert text in page
    assert "町道の補修" in text_of(client.get(f"/{portal}/unregistered/"))
    assert ("自社の技能者は、自分のスマートフォンで" in page) == (portal == "business")


def test_a_board_without_a_name_shows_none(firm: BusinessId) -> None:
    client = as_firm(firm)
    page = text_of(client.get(opened(client, "business", name="")))
    assert ("<h1>見本県見本町1</h1>" in page, "現場名</dt>" in page) == (True, False)


def test_each_wrong_field_says_cause_consequence_and_remedy(firm: BusinessId) -> None:
    wrong = {"labour_insurance": "13-1-01", "building_confirmation": "なし", "corins": "x" * 61}
    client = as_firm(firm)
    answer = client.post("/business/unregistered/new/", wrong)
    page = text_of(answer)
    assert (answer.status_code, "60文字以内" in page, 'value="13-1-01"' in page) == (422, True, True)
    page = text_of(client.post("/business/unregistered/new/", {**wrong, "corins": "―"}))
    for cause in ("現場名と住所の、どちらも", "労働保険番号の形ではありません", "14けた", "番号に数字がありません"):
        assert cause in page
    assert page.count("仮現場はまだ開いていません") >= 4
    assert not UnregisteredSite.objects.exists()


def test_a_phone_is_paired_by_a_short_code_and_taken_off(firm: BusinessId) -> None:
    client, card = as_firm(firm), a_worker(firm)
    where = opened(client, "business")
    page = text_of(client.post(f"{where}code/"))
    assert "打刻プログラムに、このコードを入力するか" in page
    code = re.findall(r'id="pairing-code">([^<]+)<', page)[0]
    device = register_device(code, store="e" * 32, name="現場の電話", dense=True, at=NOW)
    Gate(device, UnregisteredSite.objects.get().pk, "e" * 32).send(a_touch(1, card))
    assert "現場の電話" in text_of(client.get(where))
    bind_all()
    month = text_of(client.get(f"/business/workers/{card.worker_id}/days/2026-11/"))
    assert ("町道の補修" in month, "未承認" in month, "仮現場での打刻" in month, "/edit/" in month) == (
        True,
        True,
        True,
        False,
    )
    for _ in range(2):
        client.post(where, {"revoke": str(device.device_id)})
    assert (Device.objects.get().state, "現場の電話" in text_of(client.get(where))) == ("revoked", False)


def test_a_phone_that_is_lost_after_the_joining_is_taken_off_too(firm: BusinessId, gate: Gate) -> None:
    client = as_firm(firm)
    where = opened(client, "business")
    code = re.findall(r'id="pairing-code">([^<]+)<', text_of(client.post(f"{where}code/")))[0]
    device = register_device(code, store="e" * 32, name="現場の電話", dense=True, at=NOW)
    client.post(f"{where}join/", {"site_id": str(gate.site_id), "sure": str(gate.site_id)})
    page = text_of(client.get(where))
    assert ("現場IDが付きました" in page, "現場の電話" in page, "/code/" in page) == (True, True, False)
    client.post(where, {"revoke": str(device.device_id)})
    assert Device.objects.get(pk=device.device_id).state == "revoked"
    assert "現場の電話" not in text_of(client.get(where))


def test_the_own_phone_touches_from_the_page(firm: BusinessId) -> None:
    card = a_worker(firm)
    worker, ours = as_worker(card.worker_id), opened(as_firm(firm), "business").replace("/business/", "/worker/")
    assert "まだありません" in text_of(worker.get(ours))
    for _ in range(2):
        page = text_of(worker.post(ours, {"direction": "in"}, follow=True))
        assert "12:00 入場を保存しました" in page
    assert page.count("<strong>12:00</strong>") == 1
    assert (worker.get(f"{ours}code/").status_code, worker.get(f"{ours}join/").status_code) == (404, 404), "the firm's"
    (day,) = days_of(card.worker_id)
    assert day.standing == "unapproved"
    page = text_of(worker.get("/worker/days/2026-11-20/"))
    assert ("仮現場での打刻" in page, "町道の補修" in page, "/edit/" in page) == (True, True, False)
    where = f"/worker/days/{day.site_id}/2026-11-20/edit/"
    assert (worker.get(where).status_code, worker.post(where, {"work": "x"}).status_code) == (404, 404)
    files = text_of(worker.get("/worker/days/2026-11/list.csv"))
    assert ("町道の補修" in files, str(day.site_id) in files) == (True, False), "its number is no site ID"


def test_without_a_card_the_touch_is_refused_with_a_way_on() -> None:
    worker = as_worker(a_worker(None).worker_id)
    where = opened(worker, "worker")
    Card.objects.all().delete()
    answer = worker.post(where, {"direction": "in"})
    assert (answer.status_code, '/worker/days/new/"' in text_of(answer)) == (422, True)


def test_a_device_of_another_site_leaves_this_one_alone(firm: BusinessId, gate: Gate) -> None:
    client = as_firm(firm)
    where = opened(client, "business")
    code = re.findall(r'id="pairing-code">([^<]+)<', text_of(client.post(f"{where}code/")))[0]
    add_pairing(gate.device.device_id, code, at=NOW - timedelta(minutes=1))
    page = text_of(client.post(where, {"revoke": str(gate.device.device_id)}, follow=True))
    assert ("端末をはずしました" in page, "ゲートのPC" in page, Device.objects.get().state) == (True, False, "active")


def test_the_site_id_is_given_and_the_prime_recognises_the_board(
    firm: BusinessId, gate: Gate, prime: BusinessId
) -> None:
    card = a_worker(firm)
    worker = as_worker(card.worker_id)
    where = opened(worker, "worker")
    worker.post(where, {"direction": "in"})
    bind_all()
    for typed, said in (("12345678901821", "技能者"), ("", "入力"), ("12345678901824", "現場がありません")):
        answer = worker.post(f"{where}join/", {"site_id": typed})
        assert (answer.status_code, said in text_of(answer)) == (422, True), said
    sure = text_of(worker.post(f"{where}join/", {"site_id": str(gate.site_id)}))
    for text in ("「見本ビル新築工事」の現場IDを付けますか", "東京都現場町4-5", "町道の補修", "13-1-01-123456-000"):
        assert text in sure
    page = text_of(worker.post(f"{where}join/", {"site_id": str(gate.site_id), "sure": str(gate.site_id)}, follow=True))
    assert "1日分に「見本ビル新築工事」の現場IDを付けました" in page
    again = worker.post(f"{where}join/", {"site_id": str(gate.site_id), "sure": str(gate.site_id)})
    assert again.headers["Location"] == where
    assert ("これからは、その現場の端末で" in page, "direction" in page, "join/" in page) == (True, False, False)
    worker.post(where, {"direction": "out"})
    assert [len(day.reasons) > 0 for day in days_of(card.worker_id)] == [True], "no touch on a closed one"
    owner = as_firm(prime)
    board = text_of(owner.get(f"/business/sites/{gate.site_id}/days/"))
    for text in ("仮現場から付けられた現場ID", "町道の補修", "13-1-01-123456-000", "第7号", "1234-5678"):
        assert text in board
    (row,) = list_waiting_of_site(gate.site_id)
    chosen = {"day": f"{row.worker_id}:{row.bound.day}", "counts": "1"}
    assert "1件を就業日数に数えます" in text_of(
        owner.post(f"/business/sites/{gate.site_id}/days/decide/", chosen, follow=True)
    )
    assert [day.standing for day in days_of(card.worker_id)] == ["formal"]


def test_strangers_find_nothing(firm: BusinessId, prime: BusinessId) -> None:
    ours, mine = opened(as_firm(firm), "business"), opened(as_worker(a_worker(None).worker_id), "worker")
    other, viewer = as_firm(prime), as_firm(firm, Role.SITE_VIEWER)
    stranger = as_worker(a_worker(None, "別").worker_id)
    for where in (ours, mine.replace("/worker/", "/business/")):
        for part in ("", "code/", "join/"):
            assert {other.get(where + part).status_code, viewer.get(where + part).status_code} == {404}
            assert stranger.get((where + part).replace("/business/", "/worker/")).status_code == 404
            assert Client().get(where + part).status_code == 302
    assert "町道の補修" not in text_of(other.get("/business/unregistered/")) + text_of(
        stranger.get("/worker/unregistered/")
    )
