"""The worker's days: every reason in both languages, the standing of claims, edits with what was said before."""

import csv
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils.html import escape

from config.texts import ROOT, read_texts
from portals.base.templatetags.ds import jmoment
from registry.businesses.models import Business
from registry.businesses.states import BusinessKind
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.ids import WorkerId, grouped
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months, follow
from registry.histories.operations.claims import (
    ClaimData,
    approve_claims,
    enter_claim,
    enter_claims,
    refuse_claim,
    withdraw_claim,
)
from registry.histories.operations.edits import approve_edits, decide_days, edit_day, refuse_edit
from registry.histories.queries import list_claims_of_worker, list_open_edits
from registry.histories.states import Reason
from registry.sites.operations import close_site
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
TEXTS = read_texts()
PARTS = ("cause", "consequence", "remedy", "who")
DAY = NOW.date()
TODAY = f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day}/"


class Own:
    """A worker of the prime on its site."""

    def __init__(self) -> None:
        self.prime = a_firm()
        self.gate: Gate = a_gate(self.prime)
        self.card = a_worker(self.prime, trades=("06-01", "01-01"))
        self.worker: WorkerId = self.card.worker_id
        self.browser: Client = as_worker(self.worker)

    def enter(self, *, at: datetime = NOW, day: date = DAY) -> int:
        """The worker enters a day."""
        data = ClaimData(day=day, site_id=self.gate.site_id, note="カードを忘れた")
        claim = enter_claim(self.worker, data, by=worker_as_actor(self.worker), at=at)
        bind_months([(self.worker, day.replace(day=1))])
        return claim

    def page(self, path: str = TODAY) -> str:
        """What stands on a page."""
        return self.browser.get(path).content.decode()


@pytest.fixture
def own() -> Own:
    return Own()


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


def test_an_open_claim_says_how_long_it_waits(own: Own) -> None:
    own.enter()
    assert "承認の期限まであと41日です" in own.page()
    assert "打刻なし（直接入力）" in own.page()


def test_a_claim_that_nobody_answers_is_shown_as_unapproved(own: Own) -> None:
    own.enter(day=date(2026, 9, 30), at=NOW.replace(month=10))
    page = own.page("/worker/days/2026-9-30/")
    assert "元請は期限のあとでも承認できます" in page
    assert "承認待ち" not in page


def test_late_and_own_approval_are_marked(own: Own) -> None:
    claim = own.enter()
    approve_claims([claim], by=owner_of(own.prime), at=NOW + timedelta(days=42))
    assert "期限後承認です" in own.page()
    assert "自己承認" not in own.page()


def test_a_self_declared_day_says_that_it_stays_unapproved(own: Own) -> None:
    own.enter(day=date(2026, 9, 5))
    page = own.page("/worker/days/2026-9-5/")
    assert "自己申告" in page
    assert "承認待ち" not in page


def test_a_day_on_a_site_without_id_waits_for_nobody_and_says_what_to_do(own: Own) -> None:
    form = {"day": "2026/11/10", "site_name": "近所の家"}
    answer = own.browser.post("/worker/days/new/", form, follow=True).content.decode()
    assert "元請の承認を待っています" not in answer
    assert "未承認の日数に残ります" in answer
    page = own.page("/worker/days/2026-11-10/")
    assert "現場IDがわかったら" in page
    for untrue in ("承認待ち", "承認の期限", "元請の承認", "足りないことはありません"):
        assert untrue not in page


def test_an_entry_after_the_deadline_is_not_said_to_wait(own: Own) -> None:
    form = {"day": "2026/9/5", "site_id": str(own.gate.site_id)}
    answer = own.browser.post("/worker/days/new/", form, follow=True).content.decode()
    assert "元請の承認を待っています" not in answer
    assert "期限を過ぎた自己申告" in answer


def test_a_refusal_shows_its_reason_and_the_way_to_answer(own: Own) -> None:
    claim = own.enter()
    refuse_claim(claim, reason="記録がありません", by=owner_of(own.prime), at=NOW)
    page = own.page()
    assert "否認の理由：記録がありません" in page
    assert f"/worker/claims/{claim}/answer/" in page


def test_a_refused_day_that_was_entered_anew_asks_for_nothing_more(own: Own) -> None:
    claim = own.enter()
    refuse_claim(claim, reason="記録がありません", by=owner_of(own.prime), at=NOW)
    answer = f"/worker/claims/{claim}/answer/"
    assert "就業日を元請が認めていません" in own.page("/worker/")
    assert answer in own.page()
    approve_claims([own.enter()], by=owner_of(own.prime), at=NOW)
    assert "就業日を元請が認めていません" not in own.page("/worker/")
    page = own.page()
    assert answer not in page
    assert "入力し直し済み" in page
    assert "否認の理由：記録がありません" in page
    assert "答える必要はありません" in own.browser.get(answer, follow=True).content.decode()
    sent = own.browser.post(answer, {"note": "職長と入場"})
    assert (sent.status_code, "新しい入力が届いています" in sent.content.decode()) == (422, True)


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


def test_an_entered_day_that_was_refused_and_entered_anew_waits_again(own: Own) -> None:
    claim = own.enter()
    refuse_claim(claim, reason="記録がありません", by=owner_of(own.prime), at=NOW)
    bind_months([(own.worker, DAY.replace(day=1))])
    assert "「否認に答える」から説明を送れます" in own.page()
    own.enter()
    page = own.page(f"/worker/days/{DAY.year}-{DAY.month}/")
    assert ("元請は、この日を認めていません" in page, "申請中" in page) == (False, True)


def test_hours_entered_by_hand_stand_on_the_day_and_what_cannot_be_is_told_beside_the_field(own: Own) -> None:
    form = {"day": f"{DAY:%Y/%m/%d}", "site_id": str(own.gate.site_id), "begins_at": "20:00", "ends_at": "12:01"}
    answer = own.browser.post("/worker/days/new/", form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["ends_at"])
    answer = own.browser.post("/worker/days/new/", form | {"begins_at": "", "ends_at": "17:00"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["begins_at"])
    own.browser.post("/worker/days/new/", form | {"ends_at": "5:00"})
    bind_months([(own.worker, DAY.replace(day=1))])
    assert own.page().count("20:00–翌5:00") == 2, "on the day, and on the card of its entry"
    assert "20:00–翌5:00" in own.page(f"/worker/days/{DAY.year}-{DAY.month}/")


def test_the_page_after_an_entry_has_the_day_already(own: Own) -> None:
    follow()  # the binder has worked, and stands still now
    form = {"day": f"{DAY:%Y/%m/%d}", "site_id": str(own.gate.site_id)}
    page = own.browser.post("/worker/days/new/", form, follow=True).content.decode()
    assert page.count('<li class="ds-card">') == page.count("ds-calendar__word") == 1
    own.browser.post(f"/worker/claims/{Claim.objects.get().pk}/withdraw/")
    assert '<li class="ds-card">' not in own.page(f"/worker/days/{DAY.year}-{DAY.month}/")


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


def test_another_worker_s_claims_do_not_exist(own: Own) -> None:
    claim, other = own.enter(), as_worker(a_worker(own.prime, "別").worker_id)
    for path in (f"/worker/claims/{claim}/answer/", f"/worker/claims/{claim}/withdraw/"):
        assert other.post(path, {"note": "x"}).status_code == 404
    assert own.browser.post(f"/worker/claims/{claim}/withdraw/").status_code == 302


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


def test_times_are_understood_as_people_type_them(own: Own) -> None:
    form = {"day": "2026/11/19", "site_id": str(own.gate.site_id), "begins_at": "７：３０", "ends_at": "17時"}
    wrong = own.browser.post("/worker/days/new/", {**form, "begins_at": "朝"})
    assert (wrong.status_code, "時刻として読み取れません" in wrong.content.decode()) == (422, True)
    assert 'value="朝"' in wrong.content.decode(), "what was typed stays"
    assert own.browser.post("/worker/days/new/", form).status_code == 302
    (claim,) = list_claims_of_worker(own.worker, DAY)
    assert (claim.begins_at, claim.ends_at) == (time(7, 30), time(17))


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


def test_a_refusal_of_long_ago_offers_no_answer_and_says_who_can_help(own: Own) -> None:
    claim, by = own.enter(), owner_of(own.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    waiting = own.enter(day=DAY - timedelta(days=1))
    close_site(own.gate.site_id, from_on=date(2027, 1, 10), by=by, at=NOW)
    bind_months([(own.worker, DAY.replace(day=1))])
    answer, before = f"/worker/claims/{claim}/answer/", f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day - 1}/"
    for at, offered in ((datetime(2027, 2, 10, 3, tzinfo=UTC), True), (datetime(2027, 2, 11, 3, tzinfo=UTC), False)):
        with time_machine.travel(at, tick=False):
            own.browser = logged_in(str(own.worker))
            page, open_page = own.page(), own.page(before)
            month = own.page(f"/worker/days/{DAY.year}-{DAY.month}/")
            assert ("「否認に答える」から説明を送れます" in page, "「否認に答える」から" in month) == (offered, offered)
            assert (answer in page, "答えられる期限は2027年2月10日（水）でした" in page) == (
                offered,
                not offered,
            )
            assert ("元請が現場を開き直すと、承認できる" in open_page) is not offered
            assert ("期限のあとでも承認できます" in open_page) is offered
    with time_machine.travel(at, tick=False):
        sent = own.browser.post(answer, {"note": "職長と入場"})
        assert (sent.status_code, "この日は、否認されたまま残ります" in sent.content.decode()) == (422, True)
        assert "期限が終わっています" in own.browser.get(answer, follow=True).content.decode()
    assert list(Claim.objects.order_by("pk").values_list("pk", "state")) == [(claim, "refused"), (waiting, "open")]


def test_an_entry_that_was_taken_back_stays_to_be_read_and_counts_for_nothing(own: Own) -> None:
    later = NOW + timedelta(minutes=7)
    withdraw_claim(own.enter(), by=worker_as_actor(own.worker), at=later)
    enter_claims([own.worker], ClaimData(day=DAY, site_name="近所の家"), by=owner_of(own.prime), at=NOW)
    (claim,) = list_claims_of_worker(own.worker, DAY)
    withdraw_claim(claim.id, by=owner_of(own.prime), at=later)
    bind_all()
    page = own.page()
    said = (
        "取り下げた入力",
        f"{jmoment(NOW)}に入力（本人）",
        f"{jmoment(later)}に取下げ（本人）",
        f"{jmoment(NOW)}に入力（所属会社）",
    )
    assert [text for text in (*said, "近所の家", "カードを忘れた") if text not in page] == []
    assert "に取下げ（見本建設株式会社）" in page
    assert "<h2>直接入力</h2>" not in page, "it is no entry that waits"
    assert "取り下げた入力" not in own.page(f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day - 1}/")


def test_a_day_that_counts_by_touches_is_not_entered_and_its_correction_is_named(own: Own) -> None:
    own.gate.send(a_touch(1, own.card))
    bind_all()
    form = {"day": f"{DAY:%Y/%m/%d}", "site_id": str(own.gate.site_id), "work": "墨出し"}
    answer = own.browser.post("/worker/days/new/", form)
    page = answer.content.decode()
    edit = f"/worker/days/{own.gate.site_id}/{DAY.year}-{DAY.month}-{DAY.day}/edit/"
    said = ("すでに正式な日数に数えられています", "入力は登録していません", f'<a href="{edit}">', 'value="墨出し"')
    assert (answer.status_code, [text for text in said if text not in page]) == (422, [])
    assert own.browser.get(edit).status_code == 200
    assert Claim.objects.count() == 0
    assert own.browser.post("/worker/days/new/", {**form, "day": "2026/11/19"}).status_code == 302


def test_an_empty_or_refused_day_leads_to_a_form_of_this_day_and_site(own: Own) -> None:
    empty = f"/worker/days/new/{DAY.year}-{DAY.month}-{DAY.day}/"
    assert f'href="{empty}"' in own.page()
    refuse_claim(own.enter(day=date(2026, 11, 10)), reason="記録がありません", by=owner_of(own.prime), at=NOW)
    bind_months([(own.worker, DAY.replace(day=1))])
    at_site = f"/worker/days/new/at/{own.gate.site_id}/2026-11-10/"
    assert f'href="{at_site}"' in own.page("/worker/days/2026-11-10/")
    assert 'value="2026/11/10"' in own.page("/worker/days/new/2026-11-10/")
    page = own.page(at_site)
    assert ('value="2026/11/10"' in page, f'value="{grouped(own.gate.site_id)}"' in page) == (True, True)
    form = {"day": "2026/11/10", "site_id": str(own.gate.site_id)}
    assert own.browser.post(at_site, form).status_code == 302
    assert own.browser.get("/worker/days/new/2026-13-1/").status_code == 404
