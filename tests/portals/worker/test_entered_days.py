"""Days that a worker enters by hand, on his pages: how they stand, refused or taken back, and how they are typed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from portals.base.templatetags.ds import jmoment
from registry.core.ids import grouped
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months, follow
from registry.histories.operations.claims import (
    ClaimData,
    approve_claims,
    enter_claims,
    refuse_claim,
    withdraw_claim,
)
from registry.histories.queries import list_claims_of_worker
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.own_days import DAY, Own
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db


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


def test_times_are_understood_as_people_type_them(own: Own) -> None:
    form = {"day": "2026/11/19", "site_id": str(own.gate.site_id), "begins_at": "７：３０", "ends_at": "17時"}
    wrong = own.browser.post("/worker/days/new/", {**form, "begins_at": "朝"})
    assert (wrong.status_code, "時刻として読み取れません" in wrong.content.decode()) == (422, True)
    assert 'value="朝"' in wrong.content.decode(), "what was typed stays"
    assert own.browser.post("/worker/days/new/", form).status_code == 302
    (claim,) = list_claims_of_worker(own.worker, DAY)
    assert (claim.begins_at, claim.ends_at) == (time(7, 30), time(17))


def test_the_page_after_an_entry_has_the_day_already(own: Own) -> None:
    follow()  # the binder has worked, and stands still now
    form = {"day": f"{DAY:%Y/%m/%d}", "site_id": str(own.gate.site_id)}
    page = own.browser.post("/worker/days/new/", form, follow=True).content.decode()
    assert page.count('<li class="ds-card">') == page.count("ds-calendar__word") == 1
    own.browser.post(f"/worker/claims/{Claim.objects.get().pk}/withdraw/")
    assert '<li class="ds-card">' not in own.page(f"/worker/days/{DAY.year}-{DAY.month}/")


def test_another_worker_s_claims_do_not_exist(own: Own) -> None:
    claim, other = own.enter(), as_worker(a_worker(own.prime, "別").worker_id)
    for path in (f"/worker/claims/{claim}/answer/", f"/worker/claims/{claim}/withdraw/"):
        assert other.post(path, {"note": "x"}).status_code == 404
    assert own.browser.post(f"/worker/claims/{claim}/withdraw/").status_code == 302


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
