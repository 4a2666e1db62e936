"""A 仮現場 from its notice board to a day that counts: opened, touched, given its site ID, approved (ruling 30)."""

from datetime import UTC, datetime

import pytest

from registry.touches.derive.days import working_day
from tests.journeys.conftest import Visitor
from tests.journeys.test_record import Make, Site, a_site, is_marked, let_in, month_of
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_an_unregistered_site_gets_its_site_id(visitor: Make) -> None:
    site = a_site()
    worker, employer, _upper, prime = let_in(site, visitor, "unregistered")
    firm_opens_one_and_pairs_a_phone(employer)
    worker_opens_one_and_touches(worker)
    worker_gives_the_site_id_and_the_prime_answers(worker, prime, site)


def firm_opens_one_and_pairs_a_phone(employer: Visitor) -> None:
    """The board is typed wrongly first; then a code for the phone that stays there."""
    employer.open("/business/sites/")
    employer.press("仮現場")
    employer.sees("仮現場はありません")
    employer.press("仮現場を開く")
    employer.fill(labour_insurance="13-1-01-123", building_confirmation="なし")
    employer.press("この内容で開く")
    employer.sees("現場名と住所の、どちらも", "労働保険番号の形ではありません", "番号に数字がありません")
    employer.fill(name="町道の補修工事", labour_insurance="13-1-01-123456-000", building_confirmation="第7号")
    employer.press("この内容で開く")
    employer.sees("仮現場を開きました", "13-1-01-123456-000", "端末はありません")
    employer.press("端末を割り当てる")
    employer.press("コードを作る")
    employer.sees("1回だけ使えます")
    employer.press("仮現場に戻る")
    employer.open("/business/")
    employer.sees("仮現場「町道の補修工事」：現場IDが付くまで、ここの就業日は未承認です")
    employer.press("仮現場を見る")
    employer.sees("現場IDを付ける")


def worker_opens_one_and_touches(worker: Visitor) -> None:
    """With the own phone; the day stands beside the others, unapproved."""
    worker.open("/worker/days/")
    worker.press("仮現場")
    worker.sees("町道の補修工事")
    worker.press("仮現場を開く")
    worker.fill(name="用水路の改修", address="東京都現場町4-5", corins="1234-5678")
    worker.press("この内容で開く")
    worker.sees("このスマートフォンで打刻する", "まだありません")
    worker.press("入場")
    worker.sees("入場を保存しました")
    worker.press("退場")
    worker.sees("退場を保存しました")
    day = working_day(datetime.now(UTC))
    page = f"/worker/days/{month_of(day)}-{day.day}/"
    wait_until(worker, page, lambda: "仮現場での打刻" in worker.page.inner_text("main"))
    worker.sees("用水路の改修", "未承認")
    worker.open("/worker/")
    worker.sees("仮現場「用水路の改修」：現場IDが付くまで、ここの就業日は未承認です")
    worker.open(page)
    worker.press("仮現場")
    worker.press("用水路の改修")


def worker_gives_the_site_id_and_the_prime_answers(worker: Visitor, prime: Visitor, site: Site) -> None:
    """Wrong numbers first; then the prime sees the board, and lets the day count."""
    day = working_day(datetime.now(UTC))
    worker.press("現場IDを付ける")
    worker.press("現場を確かめる")
    worker.sees("このままでは先に進めません")
    worker.fill(site_id=str(site.gate.site_id))
    worker.press("現場を確かめる")
    worker.sees("「見本ビル新築工事」の現場IDを付けますか", "用水路の改修", "付けたあとに取り消せません")
    worker.press("この現場IDを付ける")
    worker.sees("1日分に「見本ビル新築工事」の現場IDを付けました")
    where = f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/"
    wait_until(prime, where, lambda: "用水路の改修" in prime.page.inner_text("main"))
    prime.sees("1234-5678", "二葉 太郎")
    prime.press("選んだ日を数える")
    prime.sees("1件を就業日数に数えます")
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: is_marked(worker, day, "正式"))
