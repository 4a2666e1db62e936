"""What is said of days later: a site ID that comes late, a position that is refused, a second trade, a day that is not let count."""

import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.test_record import Make, Site, a_site, fill_too_long, is_marked, let_in, month_of
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_words_on_days_from_each_side(visitor: Make) -> None:
    site = a_site()
    site.gate.send(site.touch(1, site.card, 1), site.touch(2, site.card, 5))
    worker, employer, _upper, prime = let_in(site, visitor, "words")
    join_a_day(worker, employer, prime, site)
    correct_position_and_trade(employer, prime, worker, site)
    refuse_a_day(prime, worker, site)


def join_a_day(worker: Visitor, employer: Visitor, prime: Visitor, site: Site) -> None:
    """仮現場: entered by name, seen by the employer, given its site ID, approved (ruling 30)."""
    day = site.on(2)
    page = f"/worker/days/{month_of(day)}-{day.day}/"
    worker.open("/worker/days/new/")
    worker.fill(day=f"{day:%Y/%m/%d}", site_name="道路工事の仮現場")
    worker.press("入力する")
    wait_until(employer, f"/business/days/{month_of(day)}/", lambda: "仮現場" in employer.page.inner_text("main"))
    employer.press("現場IDを付ける")
    employer.sees("道路工事の仮現場", "対象は1人、1日分です")
    worker.open(page)
    worker.press("現場IDを付ける")
    worker.press("現場を確かめる")
    worker.sees("このままでは先に進めません")
    worker.fill(site_id="12345678901824")
    worker.press("現場を確かめる")
    worker.sees("この現場IDの現場がありません")
    worker.fill(site_id=str(site.gate.site_id))
    worker.press("現場を確かめる")
    worker.sees("「見本ビル新築工事」の現場IDを付けますか", "見本建設株式会社")
    worker.press("この現場IDを付ける")
    worker.sees("1日分に「見本ビル新築工事」の現場IDを付けました", "「道路工事の仮現場」として入力され")
    prime.open(f"/business/sites/{site.gate.site_id}/days/")
    prime.sees("「道路工事の仮現場」として入力され")
    prime.press("選んだものを承認する")
    prime.sees("1件を承認しました")
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: is_marked(worker, day, "正式"))


def correct_position_and_trade(employer: Visitor, prime: Visitor, worker: Visitor, site: Site) -> None:
    """The employer's word holds at once; the prime refuses the position, the second trade stays (ruling 29)."""
    day = site.on(1)
    month = f"/business/workers/{site.card.worker_id}/days/{month_of(day)}/"
    employer.open(f"/business/workers/{site.card.worker_id}/days/{site.gate.site_id}/{month_of(day)}-{day.day}/edit/")
    employer.fill(second_trade="06-01")
    employer.press("この内容で直す")
    employer.sees("1つ目と同じです")
    employer.fill(second_trade="01-01", position="X001")
    employer.press("この内容で直す")
    wait_until(employer, month, lambda: "職長" in employer.page.inner_text("main"))
    prime.open("/business/")
    prime.sees("所属会社が立場を直しました")
    prime.open(f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/")
    prime.press("立場を否認する")
    prime.press("否認する")
    prime.sees("このままでは先に進めません")
    prime.fill(reason="この日の職長は別の人です")
    prime.press("否認する")
    prime.sees("否認しました")
    page = f"/worker/days/{month_of(day)}-{day.day}/"
    wait_until(worker, page, lambda: "立場は否認" in worker.page.inner_text("main"))
    worker.sees("否認の理由：この日の職長は別の人です", "とび工・特殊作業員")
    employer.open(month)
    employer.sees("立場は否認")


def refuse_a_day(prime: Visitor, worker: Visitor, site: Site) -> None:
    """A touch before the site's period waits; the prime says why it does not count (ruling 24)."""
    day = site.on(5)
    month = f"/worker/days/{month_of(day)}/"
    wait_until(worker, month, lambda: is_marked(worker, day, "待ち"))
    prime.open(f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/")
    prime.press("選んだ日を認めない")
    prime.sees("1件を認めない理由", "二葉 太郎")
    prime.press("正式な日数に数えない")
    prime.sees("このままでは先に進めません")
    fill_too_long(prime, "reason", 301)
    prime.press("正式な日数に数えない")
    prime.sees("300文字以内")
    prime.fill(reason="この日に作業はありませんでした")
    prime.press("正式な日数に数えない")
    prime.sees("1件を認めませんでした")
    wait_until(worker, month, lambda: not is_marked(worker, day, "待ち"))
    worker.open(f"/worker/days/{month_of(day)}-{day.day}/")
    worker.sees("元請は、この日を認めていません", "理由：この日に作業はありませんでした")
    worker.open("/worker/")
    worker.sees("元請が、確認待ちの日を認めませんでした")
    prime.open(f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/")
    prime.sees("認めなかった日", "理由：この日に作業はありませんでした")
    prime.press("否認を取り消す")
    prime.sees("答えを取り消し、その前に戻しました")
    wait_until(worker, month, lambda: is_marked(worker, day, "待ち"))
    worker.press("確認待ち")
    worker.sees("「確認待ち」の就業履歴だけを表示しています")
    worker.open(f"/worker/days/{month_of(day)}-{day.day}/")
    worker.sees("この日についての判断を取り消しました")
