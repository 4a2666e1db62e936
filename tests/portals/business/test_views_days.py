"""Days in the firm's portal: entered for people, corrected, looked over; what others have is not there."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest

from registry.audit.models import Look
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, answer_refusal, enter_claim, refuse_claim
from registry.histories.operations.edits import edit_day
from registry.histories.queries import list_open_edits
from registry.structures.operations.rosters import RosterData, add_to_roster
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.links import link
from tests.factories.site_days import Place, many_sites, names
from tests.factories.visitors import as_firm, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
MONTH = f"{DAY.year}-{DAY.month}"


def test_a_firm_confirms_its_people_s_claims_once(place: Place) -> None:
    claim = place.enter(place.theirs.worker_id)
    assert "確認する" in place.page("below", f"/business/days/{MONTH}/")
    for _ in range(2):
        assert place.browsers["below"].post(f"/business/claims/{claim}/confirm/").status_code == 302
    assert "自社は確認済" in place.page("below", f"/business/days/{MONTH}/")
    assert "確認する" not in place.page("prime", f"/business/days/{MONTH}/"), "the prime approves, it does not confirm"
    assert place.browsers["prime"].post(f"/business/claims/{claim}/confirm/").status_code == 404
    assert place.browsers["below"].post("/business/claims/0/confirm/").status_code == 404


def test_a_claim_taken_back_is_not_confirmed(place: Place) -> None:
    claim = place.enter(place.theirs.worker_id)
    Claim.objects.filter(pk=claim).update(state="withdrawn")
    answer = place.browsers["below"].post(f"/business/claims/{claim}/confirm/", follow=True)
    assert "取り下げられたか" in answer.content.decode()
    assert Claim.objects.get(pk=claim).employer_confirmed_at is None


def test_only_own_people_can_be_chosen(place: Place) -> None:
    page = place.page("below", "/business/days/new/")
    assert f'value="{place.theirs.worker_id}"' in page
    assert f'value="{place.own.worker_id}"' not in page
    data = {"workers": [str(place.own.worker_id)], "day": "2026/11/19", "site_id": str(place.gate.site_id)}
    answer = place.browsers["below"].post("/business/days/new/", data)
    assert answer.status_code == 422
    assert Claim.objects.count() == 0


def test_a_firm_with_many_people_turns_pages_and_searches_whom_to_enter_a_day_for(place: Place) -> None:
    for number in range(51):
        a_worker(place.below, f"多数{number}", family_kana="タスウ" if number else "ンン")
    path, client = "/business/days/new/", place.browsers["below"]
    looks = Look.objects.count()
    first = client.get(path)
    assert [len(one.subjects) for one in Look.objects.order_by("pk")[looks:]] == [50], (
        "a look at those alone who are shown"
    )
    assert "多数0 太郎" not in first.content.decode()
    assert "多数0 太郎" in client.get(f"{path}?start=50").content.decode()
    found = client.post(path, {"words": "下"}, follow=True).content.decode()
    assert ("下 太郎" in found, "多数1 太郎" in found) == (True, False)
    assert "関連付けられていません" in client.post(path, {"words": "いない"}, follow=True).content.decode()


def test_the_firm_s_own_sites_are_offered_first(place: Place) -> None:
    site = place.gate.site_id
    for who in ("prime", "below"):
        offered = place.page(who, "/business/days/new/").partition('name="own_site"')[2].partition("</select>")[0]
        assert f'value="{site}"' in offered
    a_gate(a_firm("よその会社"), name="よその現場")
    assert "よその現場" not in place.page("below", "/business/days/new/")
    data = {"workers": [str(place.theirs.worker_id)], "day": "2026/11/19"}
    said = {**data, "own_site": str(site), "site_name": "ほかの現場"}
    assert "現場が二つ指定されています" in place.browsers["below"].post("/business/days/new/", said).content.decode()
    assert place.browsers["below"].post("/business/days/new/", {**data, "own_site": str(site)}).status_code == 302
    assert Claim.objects.get().site_id == site


def test_a_site_that_is_known_is_no_other_one_however_many_there_are(place: Place) -> None:
    many_sites(place.prime, 51)
    said = {"workers": [str(place.own.worker_id)], "day": "2026/11/19", "site_name": "見本ビル新築工事"}
    assert "この名前の現場は登録" in place.browsers["prime"].post("/business/days/new/", said).content.decode()


def test_a_person_s_month_holds_what_was_worked_for_the_firm(place: Place) -> None:
    path = f"/business/workers/{place.theirs.worker_id}/days/{MONTH}/"
    assert "下 太郎" in place.page("below", path)
    assert place.browsers["prime"].get(path).status_code == 404


def test_a_person_s_days_for_others_stand_without_site_and_firm(place: Place) -> None:
    """A man of the prime works at another firm's site, whose roster he stands on."""
    guest, host = place.own.worker_id, a_firm("よその会社")
    gate = a_gate(host, name="よその現場")
    link(guest, host, from_on=DAY, principal=False)
    people = [(guest, RosterData(trade="01-01", position="X001"))]
    add_to_roster(gate.site_id, None, people, from_on=DAY, by=owner_of(host), at=NOW)
    gate.send(a_touch(1, place.own))
    bind_all()
    page = place.page("prime", f"/business/workers/{guest}/days/{MONTH}/")
    assert "ほかの会社で働いた日" in page
    assert "職長" in page.partition("ほかの会社で働いた日")[2]
    assert [text for text in ("よその会社", "よその現場") if text in page] == []


def test_a_linked_person_without_days_has_an_empty_month(place: Place) -> None:
    month = f"/business/workers/{place.own.worker_id}/days/2026-10/"
    assert "この月に自社で働いた記録がありません" in place.page("prime", month)
    record = place.page("prime", f"/business/workers/{place.own.worker_id}/")
    assert f'href="/business/workers/{place.own.worker_id}/days/' in record
    assert "就業履歴を見る" not in place.page("below", f"/business/workers/{place.own.worker_id}/")


def test_a_firm_s_month_says_on_which_sites_its_people_were(place: Place) -> None:
    further = a_gate(place.prime, name="もう一つの現場")
    further.send(a_touch(1, place.theirs, "2026-11-18T08:00:00+09:00"))
    enter_claim(
        place.theirs.worker_id,
        ClaimData(day=DAY - timedelta(days=4), site_name="近所の家"),
        by=worker_as_actor(place.theirs.worker_id),
        at=NOW,
    )
    bind_all()
    row = place.page("below", f"/business/days/{MONTH}/").partition("下 太郎</a>")[2].partition("</tr>")[0]
    assert [word for word in ("見本ビル新築工事", "もう一つの現場", "現場IDのない現場") if word not in row] == []


def entered_by_below(place: Place) -> int:
    """The firm below enters yesterday for its man, by its page."""
    yesterday = DAY - timedelta(days=1)
    people, site = [str(place.theirs.worker_id)], str(place.gate.site_id)
    data = {"workers": people, "day": f"{yesterday:%Y/%m/%d}", "site_id": site}
    assert place.browsers["below"].post("/business/days/new/", data).status_code == 302
    bind_all()
    return Claim.objects.get().pk


def test_who_was_left_out_because_the_day_is_there_already_is_named(place: Place) -> None:
    entered_by_below(place)
    colleague, yesterday = a_worker(place.below, "同僚").worker_id, DAY - timedelta(days=1)
    people = [str(place.theirs.worker_id), str(colleague)]
    data = {"workers": people, "day": f"{yesterday:%Y/%m/%d}", "site_id": str(place.gate.site_id)}
    answer = place.browsers["below"].post("/business/days/new/", data, follow=True).content.decode()
    assert "1人の就業した日を入力しました" in answer
    assert "すでに入力されているか、打刻で数えられているため、入力していません：下 太郎" in answer


def test_an_employer_reads_why_its_entry_was_refused_and_who_acts(place: Place) -> None:
    claim = entered_by_below(place)
    refuse_claim(claim, reason="名簿にない人です", by=owner_of(place.prime), at=NOW)
    bind_all()
    page = place.page("below", f"/business/workers/{place.theirs.worker_id}/days/{MONTH}/")
    refused = page.partition("元請は、この日を認めていません")[2].partition("</li>")[0]
    assert ("理由：名簿にない人です" in refused, "本人が否認に答えると" in refused) == (True, True)
    assert "足りないこと" not in refused
    assert "日が正しいときは、本人に否認へ答えてもらうか" in place.page("below", "/business/")


def test_an_employer_takes_back_what_it_entered_itself_and_nothing_else(place: Place) -> None:
    claim, by_worker = entered_by_below(place), place.enter(place.theirs.worker_id, DAY - timedelta(days=2))
    path = f"/business/claims/{claim}/withdraw/"
    bind_all()
    page = place.page("below", f"/business/workers/{place.theirs.worker_id}/days/{MONTH}/")
    assert (path in page, f"/business/claims/{by_worker}/withdraw/" in page) == (True, False)
    assert place.browsers["below"].post(f"/business/claims/{by_worker}/withdraw/").status_code == 404
    assert place.browsers["prime"].post(path).status_code == 404
    for _ in range(2):
        assert "取り下げました" in place.browsers["below"].post(path, follow=True).content.decode()
    assert Claim.objects.get(pk=claim).state == "withdrawn"


def test_days_of_others_are_not_edited(place: Place) -> None:
    path = f"/business/workers/{place.theirs.worker_id}/days/{place.gate.site_id}/{MONTH}-{DAY.day}/edit/"
    assert place.browsers["prime"].post(path, {"work": "x"}).status_code == 404
    assert place.browsers["below"].post(path.replace(f"-{DAY.day}/", "-1/"), {"work": "x"}).status_code == 404
    empty = place.browsers["below"].post(path, {"work": ""})
    assert empty.status_code == 422
    assert place.browsers["below"].post(path, {"position": "X001"}).status_code == 302


def test_a_site_s_day_shows_each_firm_its_own(place: Place) -> None:
    path = f"/business/sites/{place.gate.site_id}/days/{MONTH}-{DAY.day}/"
    assert "元 太郎" in place.page("prime", path)
    assert "下 太郎" in place.page("below", path)
    assert "元 太郎" not in place.page("below", path)
    assert place.browsers["prime"].get(path.replace(f"-{DAY.day}/", "-31/")).status_code == 404
    assert "元 太郎" not in place.page("prime", path.replace(f"-{DAY.day}/", "-1/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"元 太郎", "下 太郎"}),
        ("?firm={below}", {"下 太郎"}),
        ("?site={site}&incomplete=on", {"元 太郎", "下 太郎"}),
        ("?state=formal", {"元 太郎", "下 太郎"}),
        ("?state=waiting", set()),
        ("?site=abc&firm=1&state=x", {"元 太郎", "下 太郎"}),
    ],
)
def test_all_sites_are_filtered_by_the_address(place: Place, query: str, found: set[str]) -> None:
    asked = query.format(below=place.below, site=place.gate.site_id)
    page = place.page("prime", f"/business/sites/days/{MONTH}/{asked}")
    assert {name for name in ("元 太郎", "下 太郎") if name in page} == found
    assert names(place.browsers["prime"].get(f"/business/sites/days/{MONTH}/list.csv{asked}")) == found
    assert names(place.browsers["below"].get(f"/business/sites/days/{MONTH}/list.csv{asked}")) == set()


def test_all_sites_come_in_pages_and_those_that_lag_first(place: Place) -> None:
    further = a_gate(place.prime, name="遅れた現場")
    further.send(*(a_touch(n, a_worker(None, f"第{n}")) for n in range(1, 52)))
    bind_all()
    page = place.page("prime", f"/business/sites/days/{MONTH}/")
    assert page.index("遅れた現場") < page.index("見本ビル新築工事", page.index("現場ごと"))
    assert "start=50" in page
    second = place.page("prime", f"/business/sites/days/{MONTH}/?start=50")
    assert second.count("第") + page.count("第") == 51


LATE = "2026-9-10"


def ask_late(place: Place, **said: str) -> int:
    """The employer edits a day of September by its page; returns what waits."""
    place.gate.send(a_touch(3, place.theirs, "2026-09-10T07:58:00+09:00"))
    bind_all()
    path = f"/business/workers/{place.theirs.worker_id}/days/{place.gate.site_id}/{LATE}/edit/"
    assert "元請に承認を依頼する" in place.page("below", path)
    answer = place.browsers["below"].post(path, said, follow=True)
    assert "訂正の承認を元請に依頼しました" in answer.content.decode()
    return list_open_edits(place.gate.site_id)[0].id


def test_a_late_edit_is_approved_on_the_site_s_page(place: Place) -> None:
    edit, site = ask_late(place, position="X001", work="墨出し"), place.gate.site_id
    month = f"/business/workers/{place.theirs.worker_id}/days/2026-9/"
    assert "元請の承認待ち" in place.page("below", month)
    page = place.page("prime", f"/business/sites/{site}/days/")
    assert "期限を過ぎた訂正の承認" in page
    assert "墨出し" in page
    assert "期限を過ぎた訂正の承認" not in place.page("below", f"/business/sites/{site}/days/")
    path = f"/business/sites/{site}/edits/approve/"
    assert place.browsers["below"].post(path, {"edit": [str(edit)]}).status_code == 404
    for chosen, said in (
        ([], "ひとつも選ばれていません"),
        (["x", "0"], "すでに元請が答えています"),
        ([str(edit)], "1件を承認しました"),
        ([str(edit)], "すでに元請が答えています"),
    ):
        assert said in place.browsers["prime"].post(path, {"edit": chosen}, follow=True).content.decode()
    bind_all()
    page = place.page("below", month)
    assert "訂正あり" in page
    assert "元請（元請）" in page


def test_a_late_edit_is_refused_with_a_reason(place: Place) -> None:
    edit, site = ask_late(place, work="墨出し"), place.gate.site_id
    path = f"/business/sites/{site}/edits/{edit}/refuse/"
    assert place.browsers["below"].get(path).status_code == 404
    page = place.page("prime", path)
    assert [
        text for text in ("墨出し", "いまの内容", "とび工", "所属会社が依頼", "下 太郎", "9月") if text not in page
    ] == []
    assert place.browsers["prime"].post(path, {"reason": ""}).status_code == 422
    for said in ("否認しました", "すでに元請が答えています"):
        assert said in place.browsers["prime"].post(path, {"reason": "型枠でした"}, follow=True).content.decode()
    page = place.page("below", f"/business/workers/{place.theirs.worker_id}/days/2026-9/")
    assert "否認の理由：型枠でした" in page
    assert "訂正あり" not in page
    assert place.browsers["prime"].get(path.replace(f"/{edit}/", "/0/")).status_code == 404


def test_the_employer_takes_its_late_edit_back(place: Place) -> None:
    edit = ask_late(place, work="墨出し")
    path = f"/business/edits/{edit}/withdraw/"
    assert place.browsers["prime"].post(path).status_code == 404
    for said in ("訂正を取り下げました", "すでに元請が答えています"):
        assert said in place.browsers["below"].post(path, follow=True).content.decode()
    assert place.browsers["below"].post("/business/edits/0/withdraw/").status_code == 404


def test_the_prime_s_own_late_word_holds_at_once(place: Place) -> None:
    place.gate.send(a_touch(3, place.own, "2026-09-10T07:58:00+09:00"))
    bind_all()
    path = f"/business/workers/{place.own.worker_id}/days/{place.gate.site_id}/{LATE}/edit/"
    assert "元請に承認を依頼する" not in place.page("prime", path)
    assert "直しました" in place.browsers["prime"].post(path, {"work": "段取り"}, follow=True).content.decode()


def test_the_prime_sees_a_position_that_an_employer_said_and_refuses_it(place: Place) -> None:
    how: Any = {"by": owner_of(place.below), "at": NOW}
    edit_day(place.theirs.worker_id, place.gate.site_id, DAY, position="X001", **how)
    own: Any = {"by": owner_of(place.prime), "at": NOW}
    edit_day(place.own.worker_id, place.gate.site_id, DAY, position="X001", **own)
    bind_all()
    page = place.page("prime", f"/business/sites/{place.gate.site_id}/days/{MONTH}/")
    (path,) = set(re.findall(r'href="(/business/sites/\d+/edits/\d+/refuse/)\?', page))
    assert "所属会社が直した立場" in page
    assert "立場を否認する" not in place.page("below", f"/business/sites/{place.gate.site_id}/days/{MONTH}/")
    assert "職長" in place.page("prime", path)
    assert place.browsers["below"].get(path).status_code == 404
    assert place.browsers["prime"].post(path, {"reason": ""}).status_code == 422
    for said in ("否認しました", "すでに元請が答えています"):
        answer = place.browsers["prime"].post(path, {"reason": "職長は別の人です"}, follow=True)
        assert said in answer.content.decode()
    bind_all()
    month = place.page("below", f"/business/workers/{place.theirs.worker_id}/days/{MONTH}/")
    assert [text for text in ("立場は否認", "否認の理由：職長は別の人です") if text not in month] == []
    assert "訂正あり" not in month


def test_an_employer_gives_its_people_s_days_their_site_id_and_the_prime_approves_them(place: Place) -> None:
    worker = place.theirs.worker_id
    enter_claim(worker, ClaimData(day=DAY, site_name="仮現場"), by=worker_as_actor(worker), at=NOW)
    bind_all()
    bind_months([(worker, DAY.replace(day=1))])
    (path,) = set(re.findall(r"/business/claims/\d+/site/", place.page("below", f"/business/days/{MONTH}/")))
    assert "<p>仮現場</p>" in place.page("below", f"/business/workers/{worker}/days/{MONTH}/")
    assert "現場IDのない現場" not in place.page("prime", f"/business/days/{MONTH}/")
    other = a_gate(place.prime, name="道路工事").site_id
    assert (
        "「道路工事」の現場IDを付けますか"
        in place.browsers["below"].post(path, {"site_id": str(other)}).content.decode()
    )
    data = {"site_id": str(other), "sure": str(other)}
    assert place.browsers["prime"].post(path, data).status_code == 404, "none of its people"
    for who, said in (
        ("below", "1日分に「道路工事」の現場IDを付けました"),
        ("below", "すでに現場IDが付いているか"),
    ):
        assert said in place.browsers[who].post(path, data, follow=True).content.decode()
    page = place.page("prime", f"/business/sites/{other}/days/{MONTH}/")
    assert "「仮現場」として入力され" in page
    (number,) = re.findall(r'name="claim" value="(\d+)"', page)
    answer = place.browsers["prime"].post(f"/business/sites/{other}/claims/approve/", {"claim": number}, follow=True)
    assert "1件を承認しました" in answer.content.decode()


def test_only_trades_that_the_chosen_people_have_registered_are_entered(place: Place) -> None:
    other = a_worker(place.below, "別", trades=("01-01",)).worker_id
    page = place.page("below", "/business/days/new/").partition('name="trade"')[2].partition("</select>")[0]
    assert set(re.findall(r'<option value="([^"]*)"', page)) == {"", "06-01", "01-01"}
    data = {"day": "2026/11/19", "site_id": str(place.gate.site_id), "trade": "01-01"}
    both = place.browsers["below"].post("/business/days/new/", {**data, "workers": [place.theirs.worker_id, other]})
    assert (both.status_code, "本人の登録にありません" in both.content.decode()) == (422, True)
    assert Claim.objects.count() == 0
    assert place.browsers["below"].post("/business/days/new/", {**data, "workers": [other]}).status_code == 302


def test_who_confirms_approves_or_refuses_sees_what_was_entered(place: Place) -> None:
    worker, day = place.theirs.worker_id, date(2026, 11, 18)
    data = ClaimData(
        day=day, site_id=place.gate.site_id, trade="06-01", work="夜間の溶接", begins_at=time(20), ends_at=time(5)
    )  # fmt: skip
    claim = enter_claim(worker, data, by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, day.replace(day=1))])
    site = f"/business/sites/{place.gate.site_id}"
    said = ("下 太郎", "11月18日", "とび工", "夜間の溶接", "20:00–翌5:00")
    for who, path in (
        ("below", f"/business/days/{MONTH}/"),
        ("prime", f"{site}/days/{MONTH}/"),
        ("prime", f"{site}/claims/{claim}/refuse/"),
    ):
        page = place.page(who, path)
        assert [text for text in said if text not in page] == [], path
    refuse_claim(claim, reason="名簿にない人です", by=owner_of(place.prime), at=NOW)
    answer_refusal(claim, note="名簿の写しがあります", by=worker_as_actor(worker), at=NOW)
    page = place.page("prime", f"{site}/days/{MONTH}/")
    assert [text for text in ("名簿にない人です", "名簿の写しがあります") if text not in page] == []


def test_for_whom_the_day_counts_by_touches_nothing_is_entered(place: Place) -> None:
    colleague = a_worker(place.below, "同僚").worker_id
    data = {"day": f"{DAY:%Y/%m/%d}", "site_id": str(place.gate.site_id)}
    touched, below = place.theirs.worker_id, place.browsers["below"]
    alone = below.post("/business/days/new/", {**data, "workers": [touched]})
    page = alone.content.decode()
    said = ("すでに正式な日数に数えられています", f'<a href="/business/workers/{touched}/days/{MONTH}/">下 太郎</a>')
    assert (alone.status_code, [text for text in said if text not in page]) == (422, [])
    both = below.post("/business/days/new/", {**data, "workers": [touched, colleague]}, follow=True).content.decode()
    assert "打刻で数えられているため、入力していません：下 太郎" in both
    assert [claim.worker_id for claim in Claim.objects.all()] == [colleague]


def test_an_entry_of_others_is_not_known_however_it_stands(place: Place) -> None:
    claim, stranger = place.enter(place.theirs.worker_id), as_firm(a_firm("別の会社"))
    for state in ("open", "withdrawn"):
        Claim.objects.filter(pk=claim).update(state=state)
        assert stranger.post(f"/business/claims/{claim}/confirm/").status_code == 404, state
    assert stranger.get(f"/business/claims/{claim}/site/").status_code == 404
    assert place.browsers["below"].get(f"/business/claims/{claim}/site/").status_code == 302
