"""The worker's home and own data."""

from datetime import date

import pytest
import time_machine

from registry.businesses.queries import list_users
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim, refuse_claim
from registry.histories.operations.edits import decide_days
from registry.histories.operations.unregistered import join_unregistered_site
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.workers.operations.links import ask_for_link
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.photos import a_kept_photo
from tests.factories.visitors import account_of_worker, as_worker, worker_as_actor

pytestmark = pytest.mark.django_db


def test_home_says_what_of_today_has_arrived() -> None:
    firm = a_firm()
    card, gate = a_worker(firm), a_gate(firm)
    client = as_worker(card.worker_id)
    assert "今日の打刻はまだありません" in client.get("/worker/").content.decode()

    gate.send(a_touch(1, card))
    bind_all()

    page = client.get("/worker/").content.decode()
    assert "今日の打刻は届いています" in page
    assert "見本ビル新築工事" in page


def test_home_takes_no_day_entered_by_hand_for_a_touch() -> None:
    firm = a_firm()
    card, gate = a_worker(firm), a_gate(firm)
    entered = ClaimData(site_id=gate.site_id, day=NOW.date())
    enter_claim(card.worker_id, entered, by=worker_as_actor(card.worker_id), at=NOW)
    bind_months({(card.worker_id, NOW.date().replace(day=1))})

    page = as_worker(card.worker_id).get("/worker/").content.decode()

    assert ("今日の打刻はまだありません" in page, "打刻なし（直接入力）" in page) == (True, True)


def test_home_asks_for_at_most_three_things() -> None:
    card = a_worker(None)
    for number in range(4):
        firm = a_firm(f"{number}番の会社")
        ask_for_link(card.worker_id, firm, from_on=NOW.date(), principal=False, by=owner_of(firm), at=NOW)
    page = as_worker(card.worker_id).get("/worker/")
    assert [one["url"] for one in page.context["to_do"]] == ["/worker/links/"] * 3


def test_home_leads_to_an_own_site_without_an_id_until_it_is_joined() -> None:
    card, firm = a_worker(None), a_firm()
    by, browser = worker_as_actor(card.worker_id), as_worker(card.worker_id)
    site_id = open_unregistered_site(BoardData(name="町道の補修"), by=by, at=NOW)
    open_unregistered_site(BoardData(name="会社の現場"), by=owner_of(firm), at=NOW)
    (line,) = browser.get("/worker/").context["to_do"]
    assert line["text"] == "仮現場「町道の補修」：現場IDが付くまで、ここの就業日は未承認です"
    assert browser.get(line["url"]).status_code == 200
    join_unregistered_site(site_id, a_gate(firm).site_id, by=by, at=NOW)
    assert browser.get("/worker/").context["to_do"] == []


def test_home_asks_for_an_answer_to_refusals_of_any_month_and_of_touches() -> None:
    firm = a_firm()
    card, gate = a_worker(firm), a_gate(firm)
    day, by, prime = date(2026, 10, 30), worker_as_actor(card.worker_id), owner_of(firm)
    claim = enter_claim(card.worker_id, ClaimData(site_id=gate.site_id, day=day), by=by, at=NOW)
    refuse_claim(claim, reason="記録なし", by=prime, at=NOW)
    gate.send(a_touch(1, card))
    bind_all()
    decide_days(gate.site_id, [(card.worker_id, NOW.date())], counts=False, reason="作業なし", by=prime, at=NOW)
    bind_all()
    browser = as_worker(card.worker_id)
    with time_machine.travel(NOW, tick=False):
        page = browser.get("/worker/")
    assert [one["url"] for one in page.context["to_do"]] == ["/worker/days/2026-11-20/", "/worker/days/2026-10-30/"]


def test_home_shows_own_messages_and_nobody_elses() -> None:
    card, firm = a_worker(None), a_firm()
    day = {"firm": "見本建設株式会社", "day": "2026-11-20"}
    write_notice(NoticeKind.LINKED, account_id=account_of_worker(card.worker_id), data=day, at=NOW)
    write_notice(NoticeKind.CODE_SENT_AGAIN, account_id=list_users(firm)[0].account.id, data={}, at=NOW)
    kinds = {one.row.kind for one in as_worker(card.worker_id).get("/worker/").context["notices"]}
    assert kinds == {NoticeKind.REGISTERED, NoticeKind.LINKED}


def test_own_data_is_all_that_is_registered() -> None:
    card = a_worker(a_firm())
    page = as_worker(card.worker_id).get("/worker/own/").content.decode()
    assert all(text in page for text in ("太郎", "ミホン", "1980年5月5日", "東京都例町9-9", "見本建設株式会社"))


def test_the_own_photo_is_a_picture_that_nobody_keeps() -> None:
    card = a_worker(None, photo_key=a_kept_photo())
    answer = as_worker(card.worker_id).get("/worker/photo/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert as_worker(a_worker(None).worker_id).get("/worker/photo/").status_code == 404
