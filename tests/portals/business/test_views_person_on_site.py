"""One person's days on a site, as the prime and the firms above may see them (rulings 32, 38)."""

import re
from datetime import date, timedelta

import pytest

from portals.base.templatetags.ds import jmoment
from registry.accounts.states import Role
from registry.histories.operations.claims import answer_refusal, approve_claims, refuse_claim, withdraw_claim
from registry.histories.operations.edits import decide_days, edit_day
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.site_days import Place
from tests.factories.visitors import as_firm, as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
MONTH = f"{DAY.year}-{DAY.month}"


def path_of(place: Place, worker: int, month: str = MONTH) -> str:
    return f"/business/sites/{place.gate.site_id}/days/{month}/workers/{worker}/"


def test_each_person_of_a_site_s_month_leads_to_the_days_there(place: Place) -> None:
    site, own, theirs = place.gate.site_id, place.own.worker_id, place.theirs.worker_id
    for who, where, people in (
        ("prime", f"/business/sites/{site}/days/{MONTH}/", {own, theirs}),
        ("prime", f"/business/sites/days/{MONTH}/", {own, theirs}),
        ("below", f"/business/sites/{site}/days/{MONTH}/", {theirs}),
    ):
        found = set(
            re.findall(
                r'<th scope="row"><a href="(/business/sites/\d+/days/[^"]+/workers/\d+/)">', place.page(who, where)
            )
        )
        assert found == {path_of(place, one) for one in people}, where
        for path in found:
            assert f'href="/business/sites/{site}/days/{MONTH}-{DAY.day}/"' in place.page(who, path)


def test_a_day_says_by_which_touches_and_devices_it_stands_and_nothing_of_other_sites(place: Place) -> None:
    other = a_gate(place.prime, name="もう一つの現場")
    other.send(a_touch(1, place.theirs, "2026-11-18T08:11:00+09:00"))
    place.gate.send(a_touch(3, place.theirs, "2026-11-20T17:03:00+09:00", direction="out"))
    bind_all()
    theirs = place.theirs.worker_id
    prime, below = (place.page(who, path_of(place, theirs)) for who in ("prime", "below"))
    for page in (prime, below):
        said = ("下 太郎", "7:58", "17:03（出）", "下請", "打刻の時刻は労働時間ではありません")
        assert [text for text in said if text not in page] == []
        assert [text for text in ("8:11", "もう一つの現場", "11月18日") if text in page] == []
    devices = re.findall(r'7:58 <span class="ds-help">([^<]+)</span>', prime)
    assert (len(devices), re.findall(r"7:58 <span", below)) == (1, []), "devices are the prime's affair"


def test_who_is_not_on_the_path_or_not_there_has_no_page(place: Place) -> None:
    own, theirs = place.own.worker_id, place.theirs.worker_id
    for who, path in (
        ("below", path_of(place, own)), ("prime", path_of(place, own, "2026-10")), ("prime", path_of(place, own + 1)),
        ("prime", path_of(place, own, "2026-13")), ("prime", path_of(place, theirs).replace(str(place.gate.site_id), "1")),
    ):  # fmt: skip
        assert place.browsers[who].get(path).status_code == 404, path


def test_what_was_entered_refused_answered_and_corrected_is_for_the_prime_alone(place: Place) -> None:
    worker, by, prime = place.theirs.worker_id, worker_as_actor(place.theirs.worker_id), owner_of(place.prime)
    claim, refused = place.enter(worker), place.enter(worker, DAY - timedelta(days=2))
    for one in (claim, refused):
        refuse_claim(one, reason="名簿にない人です", by=prime, at=NOW)
    answer_refusal(claim, note="名簿の写しがあります", by=by, at=NOW)
    edit_day(worker, place.gate.site_id, DAY, work="墨出し", by=by, at=NOW)
    bind_all()
    pages = [place.page(who, path_of(place, worker)) for who in ("prime", "below")]
    assert [page.count('<li class="ds-card">') for page in pages] == [3, 3]
    for text, there in (
        ("名簿にない人です", 2),
        ("名簿の写しがあります", 1),
        ("自社が認めなかった日です", 1),
        ("直した記録", 1),
    ):
        assert [page.count(text) for page in pages] == [there, 0], text
    assert "墨出し" in pages[1], "what the day says now"


def test_what_was_taken_back_stays_to_be_read_by_the_prime(place: Place) -> None:
    worker, by = place.theirs.worker_id, worker_as_actor(place.theirs.worker_id)
    later = NOW + timedelta(minutes=7)
    withdraw_claim(place.enter(worker), by=by, at=later)
    before = DAY.replace(month=10)
    withdraw_claim(place.enter(worker, before), by=by, at=later)
    bind_all()
    pages = [place.page(who, path_of(place, worker)) for who in ("prime", "below")]
    assert [page.count('<li class="ds-card">') for page in pages] == [1, 1], "it is no day"
    assert ["取り下げた入力" in page for page in pages] == [True, False], "of a path above only days are shown"
    assert f"{jmoment(later)}に取下げ（本人）" in pages[0]
    alone = place.page("prime", path_of(place, worker, f"{before.year}-{before.month}"))
    assert "取り下げた入力" in alone, "where nothing else is left of the month"


def test_an_approved_entry_says_who_approved_it_and_when(place: Place) -> None:
    worker, day = place.theirs.worker_id, DAY - timedelta(days=1)
    approve_claims([place.enter(worker)], by=owner_of(place.prime), at=NOW.replace(hour=1, minute=18))
    bind_all()
    said = "10:18に元請（元請）が承認しました。"
    theirs = as_worker(worker).get(f"/worker/days/{day.year}-{day.month}-{day.day}/").content.decode()
    employers = place.page("below", f"/business/workers/{worker}/days/{MONTH}/")
    assert [page.count(said) for page in (theirs, employers, place.page("prime", path_of(place, worker)))] == [1, 1, 1]


def test_the_prime_takes_back_that_a_day_counts_and_who_only_looks_does_not(place: Place) -> None:
    site, worker, by = place.gate.site_id, place.theirs.worker_id, owner_of(place.prime)
    close_site(site, from_on=DAY, by=by, at=NOW)
    decide_days(site, [(worker, DAY)], counts=True, by=by, at=NOW)
    bind_all()
    place.browsers["viewer"] = as_firm(place.prime, Role.SITE_VIEWER, site)
    pages = {who: place.page(who, path_of(place, worker)) for who in ("prime", "viewer", "below")}
    (path,) = re.findall(r'action="([^"]+/days/take-back/)"', pages["prime"])
    (key,) = re.findall(r'name="day" value="([^"]+)"', pages["prime"])
    assert [who for who, page in pages.items() if "認めた答えを取り消す" in page] == ["prime"]
    for who in ("viewer", "below"):
        assert place.browsers[who].post(path, {"day": key}).status_code in {403, 404}, who
    for said in ("答えを取り消し、その前に戻しました", "すでに取り消されています"):
        assert said in place.browsers["prime"].post(path, {"day": key}, follow=True).content.decode()
    bind_all()
    after = place.page("prime", path_of(place, worker))
    assert ("認めた答えを取り消す" in after, "元請は、この日についての判断を取り消しました" in after) == (False, True)


def test_what_could_not_be_said_anew_is_neither_offered_nor_taken_back(place: Place) -> None:
    """A day by a poster's code has the time of an entry, which is over a month after the site's close."""
    site, by, card = place.gate.site_id, owner_of(place.prime), a_worker(place.prime, "掲")
    worker, month = card.worker_id, "2026-9"
    place.gate.send(a_touch(9, card, "2026-09-07T08:00:00+09:00", method="poster"))
    decide_days(site, [(worker, date(2026, 9, 7))], counts=True, by=by, at=NOW)
    bind_all()
    offered = ["認めた答えを取り消す" in place.page("prime", path_of(place, worker, month))]
    close_site(site, from_on=date(2026, 9, 30), by=by, at=NOW)
    bind_all()
    offered.append("認めた答えを取り消す" in place.page("prime", path_of(place, worker, month)))
    assert offered == [True, False]
    path = f"/business/sites/{site}/days/take-back/"
    said = place.browsers["prime"].post(path, {"day": f"{worker}:2026-09-07"}, follow=True).content.decode()
    assert "この日に答えられる期間が終わっています" in said
