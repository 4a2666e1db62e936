"""The worker's days: every reason in both languages, the numbers, edits with what was said before."""

import csv
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils.html import escape

from config.texts import ROOT, read_texts
from registry.businesses.models import Business
from registry.businesses.states import BusinessKind
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.ids import grouped
from registry.histories.operations.binder import bind_months
from registry.histories.operations.edits import approve_edits, decide_days, edit_day, refuse_edit
from registry.histories.queries import list_open_edits
from registry.histories.states import Reason
from tests.factories.cast import NOW, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.own_days import DAY, TODAY, Own
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
TEXTS = read_texts()
PARTS = ("cause", "consequence", "remedy", "who")


def test_the_table_of_reasons_is_the_list_that_pages_know() -> None:
    with (ROOT / "registry/codes/tables/touch_reasons.csv").open() as table:
        assert {row["code"] for row in csv.DictReader(table)} == set(Reason)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_stands_on_the_day_with_its_remedy(own: Own, language: str) -> None:
    own.gate.send(a_touch(1, own.card))
    bind_all()
    every = [number for place in range(len(Reason)) for number in (place, 1 << DAY.day - 1)]
    with connection.cursor() as cursor:
        cursor.execute(  # of a day that does not count: of one that counts in spite of them no consequence is told
            "UPDATE histories_month SET reasons = %s, uncounted = formal, formal = 0 WHERE worker_id = %s",
            [every, own.worker],
        )
    own.browser.cookies["django_language"] = language
    page = own.page()
    assert f'<html lang="{language}">' in page
    missing = [
        (reason, part)
        for reason in Reason
        for part in PARTS
        if escape(TEXTS[f"reason.{reason}.{part}"][language]) not in page
    ]
    assert missing == []
    assert [reason for reason in Reason if page.count(f">{reason}<") != 1] == []


def test_a_day_with_all_it_needs_lacks_nothing(own: Own) -> None:
    own.gate.send(a_touch(1, own.card))
    bind_all()
    page = own.page()
    assert "足りないこと" in page, "the roster"
    assert "7:58" in page
    assert "打刻の時刻は労働時間ではありません" in page


def test_a_touched_day_that_the_prime_refused_says_so_and_nothing_else_explains_it(own: Own) -> None:
    own.gate.send(a_touch(1, own.card, method="typed"))
    bind_all()
    assert "カードを読まずに、番号を入力した打刻です" in own.page()
    decide_days(own.gate.site_id, [(own.worker, DAY)], counts=False, reason="姿がない", by=owner_of(own.prime), at=NOW)
    bind_all()
    with time_machine.travel(NOW, tick=False):
        pages = [own.page(path) for path in ("/worker/", f"/worker/days/{DAY.year}-{DAY.month}/", TODAY)]
    for page in pages:
        assert "元請は、この日を認めていません" in page
        assert page.count("姿がない") == 1 + (page is pages[0]), "home has the message too"
        assert "元請に確かめてください" in page
        for untrue in ("日数に影響しません", "足りないこと", "TYPED_NUMBER", "数えられません</"):
            assert untrue not in page
    for page in pages[:2]:
        assert '<td class="ds-calendar__refused">' in page
        assert '<td class="ds-calendar__missing">' not in page


def test_an_edit_stands_beside_what_was_said_before(own: Own) -> None:
    own.enter()
    edit_day(own.worker, own.gate.site_id, DAY, work="墨出し", by=owner_of(own.prime), at=NOW)
    edit_day(own.worker, own.gate.site_id, DAY, trade="01-01", by=worker_as_actor(own.worker), at=NOW)
    bind_months([(own.worker, DAY.replace(day=1))])
    page = own.page()
    before, _, after = page.partition("はじめの内容：")
    assert "墨出し" in before
    assert "墨出し" not in after.partition("</li>")[0]
    assert after.index("所属会社") < after.index("本人")


def test_a_second_trade_is_a_registered_one_and_stands_beside_the_first(own: Own) -> None:
    own.gate.send(a_touch(1, own.card))
    path = f"/worker/days/{own.gate.site_id}/{DAY.year}-{DAY.month}-{DAY.day}/edit/"
    bind_all()
    offered = re.findall(r'<option value="([^"]*)"', own.page(path).partition('name="second_trade"')[2])
    assert offered == ["", "06-01", "01-01", "-"]
    answer = own.browser.post(path, {"second_trade": "06-01"})
    assert (answer.status_code, "1つ目と同じ" in answer.content.decode()) == (422, True)
    assert own.browser.post(path, {"second_trade": "01-01"}).status_code == 302
    bind_all()
    first, second = (code_names(Table.TRADES)[code] for code in ("06-01", "01-01"))
    page = own.page()
    assert f"{first}・{second}" in page
    assert f"2つ目の職種は{second}" in page
    file = own.browser.get(f"/worker/days/{DAY.year}-{DAY.month}/list.csv").content.decode("utf-8-sig")
    assert [row["職種"] for row in csv.DictReader(file.splitlines())] == [f"{first}・{second}"]


OLD = date(2026, 9, 10)
OLD_PAGE = "/worker/days/2026-9-10/"


def edit_late(own: Own, work: str) -> int:
    """The worker edits a day of September by its page."""
    own.enter(day=OLD, at=datetime(2026, 9, 10, 9, tzinfo=UTC))
    path = f"/worker/days/{own.gate.site_id}/2026-9-10/edit/"
    page = own.page(path)
    assert "訂正には元請の承認が必要です" in page
    assert "元請に承認を依頼する" in page
    answer = own.browser.post(path, {"work": work}, follow=True)
    assert "訂正の承認を元請に依頼しました" in answer.content.decode()
    return list_open_edits(own.gate.site_id)[0].id


def test_a_late_edit_waits_and_can_be_taken_back(own: Own) -> None:
    edit = edit_late(own, "墨出し")
    page = own.page(OLD_PAGE)
    assert "元請の承認待ち" in page
    assert "墨出し" not in page.partition("直した記録")[0], "the day says what it said"
    for said in ("訂正を取り下げました", "すでに元請が答えています"):
        answer = own.browser.post(f"/worker/edits/{edit}/withdraw/", follow=True)
        assert said in answer.content.decode()
    assert "訂正を取り下げる" not in own.page(OLD_PAGE)


def test_an_approved_late_edit_says_who_approved_and_what_was_first(own: Own) -> None:
    edit = edit_late(own, "墨出し")
    approve_edits([edit], by=owner_of(own.prime), at=NOW)
    bind_months([(own.worker, OLD.replace(day=1))])
    before, _, after = own.page(OLD_PAGE).partition("はじめの内容：")
    assert "墨出し" in before
    assert "墨出し" not in after.partition("</li>")[0]
    assert "見本建設株式会社（元請）" in after
    assert "承認された訂正" in after


def test_a_late_edit_that_one_person_asked_for_and_approved_is_marked(own: Own) -> None:
    Business.objects.filter(pk=own.prime).update(kind=BusinessKind.ONE_PERSON)
    edit = edit_late(own, "墨出し")
    assert "自己承認" not in own.page(OLD_PAGE)
    approve_edits([edit], by=owner_of(own.prime), at=NOW)
    assert "自己承認" in own.page(OLD_PAGE)


def test_a_refused_late_edit_says_why(own: Own) -> None:
    edit = edit_late(own, "墨出し")
    refuse_edit(edit, reason="型枠でした", by=owner_of(own.prime), at=NOW)
    page = own.page(OLD_PAGE)
    assert "否認の理由：型枠でした" in page
    assert "否認された訂正" in page


def test_another_worker_s_edits_do_not_exist(own: Own) -> None:
    edit, other = edit_late(own, "墨出し"), as_worker(a_worker(own.prime, "別").worker_id)
    assert other.post(f"/worker/edits/{edit}/withdraw/").status_code == 404
    assert own.browser.post("/worker/edits/0/withdraw/").status_code == 404


def test_each_number_leads_to_what_it_rests_on(own: Own) -> None:
    """Two trades on one day are two histories; a claim of another day stands beside (rulings 26, 28)."""
    own.gate.send(a_touch(1, own.card))
    own.enter(day=DAY - timedelta(days=1))
    edit_day(own.worker, own.gate.site_id, DAY, second_trade="01-01", by=worker_as_actor(own.worker), at=NOW)
    bind_all()
    for where in ("/worker/", "/worker/days/"):
        page = own.page(where)
        for text in (
            "1日",
            "就業履歴数 2件",
            "就業履歴数 1件",
            "就業履歴数 0件",
            "この数字の数え方",
            "就業日数は暦の日数です",
        ):
            assert text in page, (where, text)
        assert set(re.findall(r"\?show=(\w+)#days", page)) == {"formal", "claimed", "unapproved"}
    month = f"/worker/days/{DAY.year}-{DAY.month}/"
    for show, cards, said in (
        ("formal", 1, "「正式」の就業履歴だけ"),
        ("claimed", 1, "「申請中」"),
        ("unapproved", 0, "ありません"),
        ("x", 2, "就業日数"),
    ):
        page = own.page(f"{month}?show={show}")
        assert (page.count('<li class="ds-card">'), said in page) == (cards, True), show


def test_a_work_that_is_too_long_is_the_only_thing_that_is_said_to_be_wrong(own: Own) -> None:
    own.enter()
    path = f"/worker/days/{own.gate.site_id}/{DAY.year}-{DAY.month}-{DAY.day}/edit/"
    page = own.browser.post(path, {"work": "あ" * 201}).content.decode()
    assert ("200" in page, "どれかを入力してください" in page) == (True, False)
    assert "どれかを入力してください" in own.browser.post(path, {"work": ""}).content.decode()


def test_a_printed_month_says_whose_it_is(own: Own) -> None:
    page = own.page(f"/worker/days/{DAY.year}-{DAY.month}/")
    printed = page.partition('<p class="ds-printed">')[2].partition("</p>")[0]
    assert ("見本 太郎" in printed, grouped(own.worker) in printed) == (True, True)
