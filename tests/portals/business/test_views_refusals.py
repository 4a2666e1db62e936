"""Days that the prime may doubt, those that it does not let count, and refusals taken back."""

import re
from datetime import date, timedelta

import pytest

from portals.business import views_refusals, views_site_days
from registry.histories.models import Claim, DayDecision
from registry.histories.operations.claims import refuse_claim
from registry.histories.operations.edits import decide_days, edit_day
from registry.histories.queries import list_open_edits
from registry.histories.states import Standing
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, a_touch, owner_of
from tests.factories.days import bind_all, days_of
from tests.factories.site_days import Place
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
MONTH = f"{DAY.year}-{DAY.month}"


def test_days_that_wait_are_refused_with_a_reason_which_the_worker_reads(place: Place) -> None:
    close_site(place.gate.site_id, from_on=DAY, by=owner_of(place.prime), at=NOW)
    bind_all()
    path, prime = f"/business/sites/{place.gate.site_id}/days/decide/", place.browsers["prime"]
    chosen = {"day": [f"{one.worker_id}:{DAY}" for one in (place.own, place.theirs)]}
    asked = prime.post(path, {**chosen, "not": "1"}).content.decode()
    assert [text for text in ("2件を認めない理由", "元 太郎", "下 太郎", 'name="draft_of"') if text not in asked] == []
    empty = prime.post(path, {**chosen, "reason": " "})
    assert (empty.status_code, "下 太郎" in empty.content.decode()) == (422, True)
    assert DayDecision.objects.count() == 0
    for said in ("2件を認めませんでした", "すでに答えが出ています"):
        answer = prime.post(path, {**chosen, "reason": "作業がありませんでした"}, follow=True)
        assert said in answer.content.decode()
        bind_all()
    worker = as_worker(place.theirs.worker_id)
    for page in ("/worker/", f"/worker/days/{MONTH}-{DAY.day}/"):
        assert "理由：作業がありませんでした" in worker.get(page).content.decode()
    month = f"/business/workers/{place.theirs.worker_id}/days/{MONTH}/"
    assert "元請は、この日を認めていません" in place.page("below", month)


def test_two_tabs_that_say_different_things_of_a_day_do_not_both_succeed(place: Place) -> None:
    close_site(place.gate.site_id, from_on=DAY, by=owner_of(place.prime), at=NOW)
    bind_all()
    path, prime = f"/business/sites/{place.gate.site_id}/days/decide/", place.browsers["prime"]
    chosen = {"day": f"{place.theirs.worker_id}:{DAY}"}
    for sent, said in (
        ({"counts": "1"}, "1件を就業日数に数えます"),
        ({"counts": "1"}, "すでに答えが出ています"),
        ({"reason": "作業がありません"}, "1件に、別の答えが出ています"),
    ):
        assert said in prime.post(path, {**chosen, **sent}, follow=True).content.decode()
    assert DayDecision.objects.values_list("counts", "reason").get() == (True, "")


def typed(place: Place, day: str = "2026-11-19") -> str:
    """A day by a typed number; returns how forms name it."""
    place.gate.send(a_touch(7, place.theirs, f"{day}T07:58:00+09:00", method="typed"))
    bind_all()
    return f"{place.theirs.worker_id}:{day}"


def test_a_day_by_a_typed_number_can_be_refused_until_the_end_of_the_next_month(place: Place) -> None:
    key, prime, site = typed(place), place.browsers["prime"], place.gate.site_id
    page = place.page("prime", f"/business/sites/{site}/days/2026-11/")
    assert ("確かめたほうがよい日" in page, f'value="{key}"' in page) == (True, True)
    assert f'value="{key}"' not in place.page("below", f"/business/sites/{site}/days/2026-11/")
    path = f"/business/sites/{site}/days/decide/"
    assert "理由" in prime.post(path, {"day": key, "not": "1"}).content.decode()
    prime.post(path, {"day": key, "not": "1", "reason": "本人は来ていません"})
    bind_all()
    (day,) = [one for one in days_of(place.theirs.worker_id) if one.day == date(2026, 11, 19)]
    assert day.standing is Standing.NONE
    assert "確かめたほうがよい日" not in place.page("prime", f"/business/sites/{site}/days/2026-11/")


def test_a_day_that_counts_again_is_not_said_to_wait(place: Place) -> None:
    key, prime, site = typed(place), place.browsers["prime"], f"/business/sites/{place.gate.site_id}/days"
    prime.post(f"{site}/decide/", {"day": key, "not": "1", "reason": "本人は来ていません"})
    prime.post(f"{site}/take-back/", {"day": key})
    bind_all()
    worker = as_worker(place.theirs.worker_id)
    said = worker.get("/worker/days/2026-11-19/").content.decode() + worker.get("/worker/").content.decode()
    assert [text for text in ("判断を取り消しました", "判断が、取り消されました") if text not in said] == []
    assert "待っています" not in said


def test_a_reason_that_was_begun_for_some_days_is_offered_for_those_alone(place: Place) -> None:
    close_site(place.gate.site_id, from_on=DAY, by=owner_of(place.prime), at=NOW)
    bind_all()
    prime, path = place.browsers["prime"], f"/business/sites/{place.gate.site_id}/days/decide/?back={MONTH}"
    first, second = [f"{one.worker_id}:{DAY}" for one in (place.own, place.theirs)]

    def ask(*days: str) -> str:
        return prime.post(path, {"day": days, "not": "1"}).content.decode()

    (word,) = re.findall(r'name="draft_of" value="([^"]+)"', ask(first, second))
    typed = {"day": [first, second], "reason": "記録がありま", "draft_of": word}
    assert prime.post(path, {**typed, "draft": "auto"}).status_code == 200
    offered = ["記録がありま" in ask(*days) for days in ([first, second], [second, first], [first], [second])]
    assert offered == [True, True, False, False]
    answer = prime.post(path, {**typed, "draft": "forget"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/business/sites/{place.gate.site_id}/days/{MONTH}/"
    assert "選ばれていません" not in answer.content.decode()
    assert "記録がありま" not in ask(first, second)


def actions(page: str, part: str) -> set[str]:
    """The addresses on a page, of forms and links, that hold a word."""
    return {one for one in re.findall(r'(?:action|href)="([^"]+)"', page) if part in one}


def test_who_answers_in_an_earlier_month_stays_there(place: Place) -> None:
    key, prime, earlier = (
        typed(place, "2026-10-15"),
        place.browsers["prime"],
        f"/business/sites/{place.gate.site_id}/days/2026-10/",
    )
    (path,) = actions(place.page("prime", earlier), "/decide/")
    asked = prime.post(path, {"day": key, "not": "1"}).content.decode()
    assert actions(asked, "/days/2026-10/") == {earlier}, "the way back"
    assert prime.post(path, {"day": key, "counts": "1"}).headers["Location"] == earlier
    assert prime.post(path.partition("?")[0], {}).headers["Location"] == earlier.removesuffix("2026-10/")


def test_who_answers_what_waits_in_any_month_stays_in_the_one_that_is_shown(place: Place) -> None:
    worker, site = place.theirs.worker_id, place.gate.site_id
    claims = [place.enter(worker, DAY - timedelta(days=days)) for days in (1, 2)]
    for work in ("型枠", "鉄筋"):
        edit_day(worker, site, date(2026, 9, 3), work=work, by=worker_as_actor(worker), at=NOW)
    edits, earlier = [one.id for one in list_open_edits(site)], f"/business/sites/{site}/days/2026-10/"
    page, prime, reason = place.page("prime", earlier), place.browsers["prime"], {"reason": "記録がありません"}
    found = {one.partition("?")[0]: one for one in actions(page, "/approve/") | actions(page, "/refuse/")}
    for path, sent in (
        (f"/business/sites/{site}/claims/approve/", {"claim": claims[0]}),
        (f"/business/sites/{site}/claims/{claims[1]}/refuse/", reason),
        (f"/business/sites/{site}/edits/approve/", {"edit": edits[0]}),
        (f"/business/sites/{site}/edits/{edits[1]}/refuse/", reason),
    ):
        if sent == reason:
            assert earlier in actions(prime.get(found[path]).content.decode(), "/days/"), "the way back"
        assert prime.post(found[path], sent).headers["Location"] == earlier, path
    assert Claim.objects.exclude(state="open").count() == len(claims)
    assert list_open_edits(site) == []


def test_who_finds_a_doubtful_day_right_is_not_asked_again(place: Place) -> None:
    key, prime, site = typed(place), place.browsers["prime"], place.gate.site_id
    prime.post(f"/business/sites/{site}/days/decide/", {"day": key, "counts": "1"})
    bind_all()
    (day,) = [one for one in days_of(place.theirs.worker_id) if one.day == date(2026, 11, 19)]
    assert day.standing is Standing.FORMAL
    assert f'value="{key}"' not in place.page("prime", f"/business/sites/{site}/days/2026-11/")


def test_a_typed_number_is_not_doubted_later(place: Place) -> None:
    key, prime, site = typed(place, "2026-09-10"), place.browsers["prime"], place.gate.site_id
    assert f'value="{key}"' not in place.page("prime", f"/business/sites/{site}/days/2026-9/")
    said = prime.post(f"/business/sites/{site}/days/decide/", {"day": key, "counts": "1"}, follow=True).content.decode()
    assert "すでに答えが出ています" in said
    assert not DayDecision.objects.exists()


def test_what_the_prime_refused_is_listed_and_taken_back(place: Place) -> None:
    claim = place.enter(place.theirs.worker_id)
    close_site(place.gate.site_id, from_on=DAY, by=owner_of(place.prime), at=NOW)
    refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    decide_days(
        place.gate.site_id,
        [(place.own.worker_id, DAY)],
        counts=False,
        reason="作業なし",
        by=owner_of(place.prime),
        at=NOW,
    )
    site, prime = f"/business/sites/{place.gate.site_id}/days", place.browsers["prime"]
    page = place.page("prime", f"{site}/{MONTH}/")
    for text in ("認めなかった日", "理由：記録がありません", "理由：作業なし", "直接入力の否認", "打刻のある日"):
        assert text in page
    assert "認めなかった日" not in place.page("below", f"{site}/{MONTH}/"), "what the prime said is the prime's affair"
    for field, key in (("claim", str(claim)), ("day", f"{place.own.worker_id}:{DAY}")):
        typed = {field: key}
        assert place.browsers["below"].post(f"{site}/take-back/", typed).status_code == 404
        for said in ("答えを取り消し、その前に戻しました", "すでに取り消されています"):
            assert said in prime.post(f"{site}/take-back/", typed, follow=True).content.decode()
    bind_all()
    page = place.page("prime", f"{site}/{MONTH}/")
    assert ("認めなかった日" in page, 'name="claim"' in page, 'name="day"' in page) == (False, True, True)
    for wrong in ({}, {"claim": "0"}, {"claim": "x"}, {"day": "1"}, {"day": "x:2026-02-30"}, {"claim": "9" * 30}):
        assert prime.post(f"{site}/take-back/", wrong).status_code == 404, wrong
    worker = as_worker(place.own.worker_id).get(f"/worker/days/{MONTH}-{DAY.day}/").content.decode()
    assert "この日についての判断を取り消しました" in worker


def test_a_refusal_stays_where_the_day_was_entered_again(place: Place) -> None:
    claim = place.enter(place.theirs.worker_id)
    refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    place.enter(place.theirs.worker_id)
    path = f"/business/sites/{place.gate.site_id}/days/take-back/"
    answer = place.browsers["prime"].post(path, {"claim": str(claim)}, follow=True).content.decode()
    assert ("認めなかった日" in answer, "否認を取り消しました" in answer) == (True, False)


def test_all_that_was_refused_can_be_reached_and_taken_back_page_by_page(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (views_refusals, views_site_days):
        monkeypatch.setattr(module, "LINES", 2)
    by, days, site = owner_of(place.prime), [DAY - timedelta(days=back) for back in range(2, 7)], place.gate.site_id
    decide_days(site, [(place.own.worker_id, day) for day in days], counts=False, reason="作業なし", by=by, at=NOW)
    month, prime = f"/business/sites/{site}/days/{MONTH}/", place.browsers["prime"]
    shown = r'name="day" value="\d+:(\d{4}-\d\d-\d\d)"'
    page = place.page("prime", month)
    assert (re.findall(shown, page), actions(page, "/refused/")) == (
        [f"{days[4]}", f"{days[3]}"],
        {f"{month}refused/"},
    )
    found, path = [], f"{month}refused/"
    while path:
        page = place.page("prime", path)
        found += re.findall(shown, page)
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        path, last = (f"{month}refused/{following[0]}" if following else ""), path
    assert found == [f"{day}" for day in reversed(days)]
    assert place.browsers["below"].get(last).status_code == 404
    (back,) = actions(page, "/take-back/")
    answer = prime.post(back, {"day": f"{place.own.worker_id}:{days[0]}"}, follow=True)
    said = [one for one, _status in answer.redirect_chain]
    assert said == [last, f"{month}refused/"], "the last one of its page is gone, so the list begins anew"
    for day in days[1:]:
        prime.post(f"/business/sites/{site}/days/take-back/", {"day": f"{place.own.worker_id}:{day}"})
    assert "認めなかった日はありません" in place.page("prime", f"{month}refused/")
    assert "/refused/" not in place.page("prime", month)


def test_a_refusal_of_a_day_that_was_entered_anew_is_not_offered_to_be_taken_back(place: Place) -> None:
    claim, site = place.enter(place.theirs.worker_id), place.gate.site_id
    refuse_claim(claim, reason="名簿にない人です", by=owner_of(place.prime), at=NOW)
    month, key = f"/business/sites/{site}/days/{MONTH}/", f'name="claim" value="{claim}"'
    assert key in place.page("prime", month)
    place.enter(place.theirs.worker_id)
    page = place.page("prime", month)
    assert (key in page, "この否認は取り消せません" in page) == (False, True)
    answer = place.browsers["prime"].post(f"/business/sites/{site}/days/take-back/", {"claim": claim}, follow=True)
    said = answer.content.decode()
    assert "前の入力の否認は、取り消せません。新しい入力を確かめて" in said
    assert "二重には登録していません" not in said


def test_of_two_reasons_for_one_refusal_the_second_is_told_that_the_first_holds(place: Place) -> None:
    claim, prime = place.enter(place.theirs.worker_id), place.browsers["prime"]
    path = f"/business/sites/{place.gate.site_id}/claims/{claim}/refuse/"
    for _click in range(2):
        answer = prime.post(path, {"reason": "名簿にない人です"}, follow=True)
        assert "否認しました。" in answer.content.decode()
    answer = prime.post(path, {"reason": "この日は休みでした"})
    page = answer.content.decode()
    assert (answer.status_code, "否認しました。" in page) == (422, False)
    said = ("すでに否認されています。本人に伝えた理由は「名簿にない人です」です", "この日は休みでした")
    assert [text for text in said if text not in page] == []
