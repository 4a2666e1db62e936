"""Days that the employer enters or corrects, days taken back, a site day by day, all sites of a prime."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from registry.histories.models import Claim
from tests.factories.cast import a_gate, a_touch, a_worker
from tests.journeys.conftest import Visitor
from tests.journeys.test_record import Site, a_site, fill_too_long, is_marked, let_in, month_of, rows_of
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]


def test_the_employer_enters_and_corrects_days_of_its_people(visitor: Make) -> None:
    site = a_site()
    worker, employer, upper, prime = let_in(site, visitor, "entered")
    day = site.on(1)
    enter_for_two(employer, site)
    month = f"/business/days/{month_of(day)}/"
    wait_until(employer, month, lambda: employer.page.locator("main .ds-card").count() == 2)
    employer.sees("自社は確認済", "四葉 太郎")
    worker.open("/worker/")
    worker.sees("所属会社があなたの就業履歴を直接入力しました")
    worker.open(f"/worker/days/{month_of(day)}-{day.day}/")
    worker.sees("所属会社が入力", "承認の期限まであと", "端末の故障")

    upper.open(month)
    upper.sees("二葉 太郎", "四葉 太郎", "確認する")
    wait_until(prime, f"/business/sites/{site.gate.site_id}/days/", lambda: "四葉" in prime.page.inner_text("main"))
    prime.press("選んだものを承認する")
    prime.sees("2件を承認しました")
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: is_marked(worker, day, "正式"))
    take_back(worker, employer, prime, site)
    correct(employer, worker, site)


def enter_for_two(employer: Visitor, site: Site) -> None:
    """One slip after the other; nothing is entered before all is right, and nothing twice."""
    employer.open(f"/business/days/{month_of(site.on(1))}/")
    employer.press("就業した日を代わりに入力する")
    employer.fill(day=f"{site.on(-1):%Y/%m/%d}", site_id=str(site.gate.site_id), note="端末の故障")
    employer.press("入力する")
    employer.sees("選ばれていません")
    for box in employer.page.locator("[name=workers]").all():
        box.check()
    employer.press("入力する")
    employer.sees("今日より後")
    employer.fill(day="2017/5/1")
    employer.press("入力する")
    employer.sees("2018年より前")
    employer.fill(day=f"{site.on(200):%Y/%m/%d}")
    employer.press("入力する")
    employer.sees("関連付けられていない人がいます")
    employer.fill(day=f"{site.on(1):%Y/%m/%d}")
    fill_too_long(employer, "note", 301)
    employer.press("入力する")
    employer.sees("300文字以内")
    assert employer.page.locator("[name=workers]:checked").count() == 2
    assert Claim.objects.count() == 0
    employer.fill(note="端末の故障")
    employer.press("入力する")
    employer.sees("2人の就業した日を入力しました")
    employer.page.go_back()
    employer.press("入力する")
    employer.sees("2人の就業した日を入力しました")
    assert Claim.objects.count() == 2


def take_back(worker: Visitor, employer: Visitor, prime: Visitor, site: Site) -> None:
    """A day is taken back while others still have the buttons for it before them."""
    day, days = site.on(2), f"/business/sites/{site.gate.site_id}/days/"
    worker.open("/worker/days/new/")
    worker.fill(day=f"{day:%Y/%m/%d}", site_id=str(site.gate.site_id))
    worker.press("入力する")
    month = f"/business/days/{month_of(day)}/"
    wait_until(employer, month, lambda: employer.page.locator("button:has-text('確認する')").count() == 1)
    prime.open(days)
    for box in prime.page.locator("[name=claim]").all():
        box.uncheck()
    prime.page.locator("main li.ds-card", has_text=f"{day.month}月{day.day}日").locator("[name=claim]").check()
    worker.open(f"/worker/days/{month_of(day)}-{day.day}/")
    worker.press("取り下げる")
    worker.sees("取り下げました")
    employer.press("確認する")
    employer.sees("この入力は、取り下げられたか、すでに元請が答えています")
    prime.press("選んだものを承認する")
    prime.sees("1件は承認していません：取り下げられた入力1件")
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: not is_marked(worker, day, "申請中"))


def correct(employer: Visitor, worker: Visitor, site: Site) -> None:
    """Position is the employer's word; the worker sees what it said before, and who changed it."""
    day = site.on(1)
    employer.open(f"/business/days/{month_of(day)}/")
    employer.press("二葉 太郎")
    employer.sees("見本ビル新築工事", "打刻なし")
    employer.press("職種・立場・作業内容を直す")
    employer.press("この内容で直す")
    employer.sees("どれかを入力")
    employer.fill(position="X001")
    fill_too_long(employer, "work", 201)
    employer.press("この内容で直す")
    employer.sees("200文字以内")
    employer.fill(work="墨出し")
    employer.press("この内容で直す")
    employer.sees("直しました")
    wait_until(
        employer, employer.page.url.removeprefix(employer.address), lambda: "墨出し" in employer.page.inner_text("main")
    )
    employer.sees("職長", "訂正あり")
    worker.open(f"/worker/days/{month_of(day)}-{day.day}/")
    worker.sees("墨出し", "職長", "直した記録", "はじめの内容：", "配筋", "所属会社")


def test_a_prime_looks_over_days_and_sites(visitor: Make) -> None:
    site = a_site()
    now, day = datetime.now(UTC), site.on(1)
    own = a_worker(site.prime, "五葉", at=now - timedelta(days=30))
    other = a_gate(site.prime, name="例の橋補修工事", at=now - timedelta(days=3))
    other.send(a_touch(1, own, f"{day:%Y-%m-%d}T08:01:00+09:00"))
    site.gate.send(site.touch(1, site.card, 1), site.touch(2, site.card, 1, "17:03"), site.touch(3, site.beside, 1))
    _worker, employer, upper, prime = let_in(site, visitor, "sites")

    month = f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/"
    wait_until(prime, month, lambda: "三葉" in prime.page.inner_text("main"))
    prime.press("日ごとに見る")
    prime.page.locator("details a", has_text=f"{day.month}月{day.day}日").click()
    prime.look()
    prime.sees("二葉 太郎", "例二組", "17:03", "三葉 太郎", "例一工業株式会社", "打刻の時刻は労働時間ではありません")
    prime.press("足りないことがある人")
    assert "二葉" not in prime.page.inner_text("main")
    prime.press("前の日")
    prime.sees("来た人", "0人")
    site_day = f"/business/sites/{site.gate.site_id}/days/{month_of(day)}-{day.day}/"
    employer.open(site_day)
    employer.sees("二葉 太郎")
    assert "三葉" not in employer.page.content()
    upper.open("/business/sites/")
    upper.press("就業履歴を見る")
    upper.sees("見本ビル新築工事")

    over_all_sites(prime, site, other.site_id)
    upper.open(f"/business/sites/days/{month_of(day)}/")
    upper.sees("この月の就業履歴はありません")


def over_all_sites(prime: Visitor, site: Site, other: int) -> None:
    """Filters stand in the address, and what is downloaded is what is shown."""
    month = f"/business/sites/days/{month_of(site.on(1))}/"
    prime.open("/business/sites/")
    prime.press("全現場の就業履歴")
    wait_until(prime, month, lambda: "五葉 太郎" in prime.page.inner_text("main"))
    prime.sees("見本ビル新築工事", "例の橋補修工事", "二葉 太郎", "三葉 太郎")
    assert len(rows_of(prime, f"{month}list.csv")) == 3
    prime.fill(site=str(other))
    prime.press("絞り込む")
    assert "二葉" not in prime.page.inner_text("main")
    query = prime.page.url.partition("?")[2]
    assert {row["氏名"] for row in rows_of(prime, f"{month}list.csv?{query}")} == {"五葉 太郎"}
    prime.press("条件を消す")
    prime.fill(firm=str(site.second))
    prime.page.locator("[name=incomplete]").check()
    prime.press("絞り込む")
    prime.sees("条件に合う日はありません")
    prime.page.locator("[name=incomplete]").uncheck()
    prime.press("絞り込む")
    assert "五葉" not in prime.page.inner_text("section:has(h2:has-text('人ごと'))")
    prime.sees("二葉 太郎")
    prime.fill(firm="", state="waiting")
    prime.press("絞り込む")
    prime.sees("条件に合う日はありません")
    prime.open(f"{month}?site=abc&firm=9&state=nothing&start=x")
    prime.sees("二葉 太郎")
