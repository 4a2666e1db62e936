"""What the prime decides on a site's month: entries one by one or several at once, and those whose time is over."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from registry.businesses.queries import list_users
from registry.core.ids import grouped
from registry.disclosure.queries import viewer_for
from registry.histories.models import Claim
from registry.histories.operations.claims import answer_refusal, refuse_claim, withdraw_claim
from registry.papers.kinds.days import sheet_of
from registry.papers.queries import list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.models import SitePeriod
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.site_days import Place
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
MONTH = f"{DAY.year}-{DAY.month}"


def test_who_decides_reads_the_answer_beside_the_reason_of_before(place: Place) -> None:
    claim, worker = place.enter(place.theirs.worker_id), place.theirs.worker_id
    refuse_claim(claim, reason="名簿にない人です", by=owner_of(place.prime), at=NOW)
    answer_refusal(claim, note="名簿の写しがあります", by=worker_as_actor(worker), at=NOW)
    site = f"/business/sites/{place.gate.site_id}"
    for path in (f"{site}/days/", f"{site}/claims/{claim}/refuse/"):
        card = place.page("prime", path).partition('class="ds-card')[2]
        said = ("前に否認した理由", "名簿にない人です", "技能者の答え", "名簿の写しがあります")
        assert [text for text in said if text not in card] == [], path
    home = place.page("prime", "/business/")
    assert [
        text for text in ("技能者が否認に答えました", "2026年11月19日", "見本ビル新築工事") if text not in home
    ] == []


def test_a_message_of_an_entry_leads_to_the_month_of_its_site_and_for_others_to_that_of_their_people(
    place: Place,
) -> None:
    place.enter(place.theirs.worker_id)
    of_site = f'href="/business/sites/{place.gate.site_id}/days/{MONTH}/"'
    of_people = f'href="/business/days/{MONTH}/"'
    home = {who: place.page(who, "/business/").partition("お知らせ</h2>")[2] for who in ("prime", "below")}
    assert (of_site in home["prime"], of_people in home["prime"]) == (True, False)
    assert (of_site in home["below"], of_people in home["below"]) == (False, True)


def test_who_decides_on_a_day_entered_anew_reads_why_the_entry_before_was_refused(place: Place) -> None:
    claim = place.enter(place.theirs.worker_id)
    refuse_claim(claim, reason="名簿にない人です", by=owner_of(place.prime), at=NOW)
    again = place.enter(place.theirs.worker_id)
    site = f"/business/sites/{place.gate.site_id}"
    for path in (f"{site}/days/", f"{site}/claims/{again}/refuse/"):
        card = place.page("prime", path).partition('class="ds-card')[2].partition("否認する")[0]
        assert ("前の入力を否認した理由" in card, "名簿にない人です" in card) == (True, True), path
    assert "前の入力を否認した理由" not in place.page("below", "/business/days/")


def log_in_again(place: Place) -> None:
    """Months later."""
    place.browsers = {"prime": logged_in(str(place.prime)), "below": logged_in(str(place.below))}


def test_entries_of_a_site_closed_too_long_ago_say_so_and_are_not_offered(place: Place) -> None:
    claim, site = place.enter(place.theirs.worker_id), place.gate.site_id
    close_site(site, from_on=date(2027, 1, 10), by=owner_of(place.prime), at=NOW)
    with time_machine.travel(datetime(2027, 2, 10, 3, tzinfo=UTC), tick=False):
        log_in_again(place)
        assert f'name="claim" value="{claim}"' in place.page("prime", f"/business/sites/{site}/days/2026-11/")
        assert f"/claims/{claim}/confirm/" in place.page("below", "/business/days/2026-11/")
    with time_machine.travel(datetime(2027, 2, 11, 3, tzinfo=UTC), tick=False):
        log_in_again(place)
        page = place.page("prime", f"/business/sites/{site}/days/2026-11/")
        assert ('name="claim"' in page, f"/claims/{claim}/refuse/" in page, "選んだものを承認する" in page) == (
            False,
        ) * 3
        card = page.partition("承認の期限を過ぎた直接入力")[2].partition("</section>")[0]
        said = (
            "下 太郎",
            "11月19日",
            "承認の期限は2027年2月10日（水）でした",
            f"/business/sites/{site}/close/",
        )
        assert [text for text in said if text not in card] == []
        assert f"/claims/{claim}/confirm/" not in place.page("below", "/business/days/2026-11/")
        refuse, approve = f"/business/sites/{site}/claims/{claim}/refuse/", f"/business/sites/{site}/claims/approve/"
        answer = place.browsers["prime"].post(refuse, {"reason": "x"}, follow=True).content.decode()
        assert "元請が現場を開き直すと" in answer
        answer = place.browsers["prime"].post(approve, {"claim": claim}, follow=True).content.decode()
        assert "承認の期限を過ぎた入力" in answer


def test_who_approves_an_old_list_learns_what_was_left_out_and_why(place: Place) -> None:
    worker, by = place.theirs.worker_id, worker_as_actor(place.theirs.worker_id)
    fine, gone, answered, late = (place.enter(worker, NOW.date() - timedelta(days=ago)) for ago in (1, 2, 3, 4))
    Claim.objects.filter(pk=late).update(recorded_at=NOW + timedelta(days=90))
    withdraw_claim(gone, by=by, at=NOW)
    refuse_claim(answered, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    path = f"/business/sites/{place.gate.site_id}/claims/approve/"
    chosen = {"claim": [fine, gone, answered, late]}
    first, second = (place.browsers["prime"].post(path, chosen, follow=True).content.decode() for _ in range(2))
    left = "すでに答えた入力{}件、承認の期限を過ぎた入力1件、取り下げられた入力1件"
    assert "1件を承認しました。" in first
    assert f"3件は承認していません：{left.format(1)}" in first
    assert f"4件は承認していません：{left.format(2)}" in second
    assert "を承認しました" not in second


@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 19, "٣", "x", "-1", ""])
def test_an_entry_s_number_that_none_has_approves_nothing(place: Place, typed: str) -> None:
    place.enter(place.theirs.worker_id)
    answer = place.browsers["prime"].post(
        f"/business/sites/{place.gate.site_id}/claims/approve/", {"claim": typed}, follow=True
    )
    assert (answer.status_code, "ひとつも選ばれていません" in answer.content.decode()) == (200, True)
    assert Claim.objects.get().state == "open"


def test_days_that_do_not_count_stand_in_the_month_and_on_its_paper(place: Place) -> None:
    """A refused entry stands nowhere else in the table."""
    claim = place.enter(place.theirs.worker_id)
    refuse_claim(claim, reason="来ていません", by=owner_of(place.prime), at=NOW)
    bind_all()
    month = place.page("prime", f"/business/sites/{place.gate.site_id}/days/{MONTH}/")
    cells = re.findall(r'data-label="数えられません">(\d+)日<', month)
    assert sorted(cells) == ["0", "1"]
    viewer = viewer_for(list_users(place.prime)[0].account.id)
    wish = Wish(PaperKind.SITE_DAYS, DAY.replace(day=1), DAY.replace(day=1), place.gate.site_id)
    people = sheet_of(list_days(viewer, wish, at=NOW))["people"]
    assert people["columns"][-1]["label"] == "数えられません"
    assert {row[0]: row[-1] for row in people["rows"]} == {"元 太郎": "0", "下 太郎": "1"}


def test_what_is_missing_is_said_with_its_unit(place: Place) -> None:
    """Two people are on no roster, and their trade is assumed: two things that lack on one day."""
    month = place.page("prime", f"/business/sites/{place.gate.site_id}/days/{MONTH}/")
    assert month.count("<summary>不足 1日（2種類）</summary>") == 2
    assert 'data-label="不足のある人">2人<' in month
    site = f"/business/sites/{place.gate.site_id}/"
    assert "今月そろっている日 のべ0日、不足のある日 のべ2日" in place.page("prime", site)
    for path in ("structure/", "roster/", "days/"):
        assert f'<a href="{site}">' in place.page("prime", site + path)
        assert f'<a href="{site}">' not in place.page("below", site + path)
    assert 'data-label="不足のある日">2日<' in place.page("prime", f"/business/sites/days/{MONTH}/")


def test_two_people_of_one_name_are_told_apart(place: Place) -> None:
    same = a_worker(place.prime, "下")
    place.gate.send(a_touch(3, same))
    bind_all()
    for path in (f"/business/sites/{place.gate.site_id}/days/{MONTH}/", f"/business/sites/days/{MONTH}/"):
        page = place.page("prime", path)
        ids = re.findall(r'下 太郎</a><br><span class="ds-help ds-id">([\d ]+)</span>', page)
        assert ids == [grouped(one) for one in sorted([place.theirs.worker_id, same.worker_id])], path
        assert "技能者IDの順です" in page


def test_a_firm_without_days_on_sites_of_its_own_is_told_where_its_days_stand(place: Place) -> None:
    page = place.page("below", f"/business/sites/days/{MONTH}/")
    assert "打刻が届くと" not in page
    assert f'href="/business/days/{MONTH}/"' in page.partition("自社が元請の現場に、この月の就業履歴はありません")[2]
    assert "自社が元請の現場に" not in place.page("prime", f"/business/sites/days/{MONTH}/")
    empty = place.page("prime", "/business/sites/days/2026-8/")
    assert ("打刻が届くと" in empty, "自社が元請の現場に" in empty) == (True, False), "it works on no sites of others"


def test_a_list_whose_lines_are_all_ticked_says_how_many(place: Place) -> None:
    path, said = f"/business/sites/{place.gate.site_id}/days/", "上の2件は、はじめからすべて選んであります"
    for days, there in ((1, False), (2, True)):
        place.enter(place.theirs.worker_id, DAY - timedelta(days=days))
        page = place.page("prime", path)
        assert (page.count(" checked>"), said in page) == (days, there)


def test_an_entry_with_doubts_is_told_and_not_chosen_to_begin_with(place: Place) -> None:
    """One outside the site's period, and one that was refused before; the third is plain."""
    outside, before, plain = (DAY - timedelta(days=days) for days in (3, 2, 1))
    refuse_claim(
        place.enter(place.theirs.worker_id, before), reason="記録がありません", by=owner_of(place.prime), at=NOW
    )
    SitePeriod.objects.filter(site=place.gate.site_id).update(from_on=before)
    claims = [place.enter(place.theirs.worker_id, day) for day in (outside, before, plain)]
    page = place.page("prime", f"/business/sites/{place.gate.site_id}/days/")
    chosen = [f'name="claim" value="{claim}" checked' in page for claim in claims]
    assert (chosen, page.count("承認すると正式な履歴になります")) == ([False, False, True], 1)
    assert "上の3件のうち1件を、はじめから選んであります" in page


def test_entries_that_came_too_late_are_told_and_not_offered(place: Place) -> None:
    place.enter(place.theirs.worker_id, day=date(2026, 9, 10))
    page = place.page("prime", f"/business/sites/{place.gate.site_id}/days/")
    listed = page.partition("「自己申告」が1件")[2].partition("</details>")[0]
    where = f"/business/sites/{place.gate.site_id}/days/2026-9/workers/{place.theirs.worker_id}/"
    assert f'<a href="{where}">下 太郎 ' in listed
    assert "2026年9月10日" in place.page("prime", where)
    assert 'name="claim"' not in page
    answer = place.browsers["prime"].post(
        f"/business/sites/{place.gate.site_id}/claims/approve/", {"claim": str(Claim.objects.get().pk)}, follow=True
    )
    assert "1件は承認していません：承認の期限を過ぎた入力1件" in answer.content.decode()
    claim = Claim.objects.get().pk
    assert f"/business/claims/{claim}/confirm/" not in place.page("below", "/business/days/")
    for who, way in (
        ("below", f"/business/claims/{claim}/confirm/"),
        ("prime", f"/business/sites/{place.gate.site_id}/claims/{claim}/refuse/"),
    ):
        said = place.browsers[who].post(way, {"reason": "記録がありません"}, follow=True).content.decode()
        assert "元請は承認も否認もできません" in said
    assert Claim.objects.values_list("state", "employer_confirmed_at").get() == ("open", None)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], "ひとつも選ばれていません"),
        (["x", "1:y", ":2026-11-20"], "すでに答えが出ています"),
        (["12345678901821:2026-11-20"], "すでに答えが出ています"),
    ],
)
def test_what_does_not_wait_is_left_out_of_decisions(place: Place, days: list[str], said: str) -> None:
    path = f"/business/sites/{place.gate.site_id}/days/decide/"
    answer = place.browsers["prime"].post(path, {"day": days, "counts": "1"}, follow=True)
    assert answer.status_code == 200
    assert said in answer.content.decode()
