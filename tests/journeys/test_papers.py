"""A list of days on paper: asked for, made by a real worker of the queue, saved; also without script."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser
from procrastinate.contrib.django import app

from registry.businesses.queries import list_users
from registry.structures.operations.rosters import RosterData, add_to_roster
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.links import link
from tests.factories.papers import Days, page_texts, tables_of
from tests.factories.visitors import account_of_worker, activate_account
from tests.journeys.conftest import Visitor
from tests.journeys.test_record import rows_of

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]


def work_off_the_queue() -> None:
    """Let a worker of the queue do all that waits. In a thread of its own: Playwright's loop has this one."""

    def work() -> None:
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_worker_saves_the_own_days(visitor: Make, tmp_path: Path) -> None:
    days, worker = Days(), visitor("paper-worker")
    worker.enter(logged_in(activate_account(account_of_worker(days.worker))))
    worker.open("/worker/papers/")
    worker.sees("書類はまだありません")
    worker.open("/worker/days/2026-11/")
    worker.press("PDFを作る")
    worker.sees("書類の作成を受け付けました", "1件を作成しています", "就業履歴一覧 2026年11月")

    work_off_the_queue()
    worker.page.wait_for_selector("text=できました")  # the page looks again by itself
    worker.look()
    worker.sees("保存できる期限")
    with worker.page.expect_download() as saved:
        worker.page.click("text=保存する（PDF")
    saved.value.save_as(tmp_path / "paper.pdf")

    assert saved.value.suggested_filename == "就業履歴一覧_2026年11月.pdf"
    content = (tmp_path / "paper.pdf").read_bytes()
    assert "見本ビル新築工事" in page_texts(content)[0]
    assert len(tables_of(content)[0]) == 1 + 3


def test_a_prime_saves_the_days_of_a_site(visitor: Make) -> None:
    days, prime = Days(), visitor("paper-prime")
    prime.enter(logged_in(activate_account(list_users(days.prime)[0].account.id)))
    prime.open("/business/days/2026-11/")
    prime.press("PDFを作る")
    prime.open(f"/business/sites/{days.site}/days/2026-11/")
    prime.press("PDFを作る")
    prime.sees("2件を作成しています", "就業履歴一覧 見本ビル新築工事 2026年11月", "就業履歴一覧 自社 2026年11月")
    work_off_the_queue()
    prime.page.locator("#papers a").nth(1).wait_for()
    prime.look()


def test_a_prime_saves_the_days_of_one_person_and_of_all_sites(visitor: Make) -> None:
    """A man of the prime also works for another firm: the prime sees that he did, not where."""
    days, prime, host = Days(), visitor("paper-person"), a_firm("よその会社")
    gate = a_gate(host, name="よその現場")
    link(days.worker, host, from_on=date(2026, 11, 1), principal=False)
    people = [(days.worker, RosterData(trade="01-01", position="X001"))]
    add_to_roster(gate.site_id, None, people, from_on=date(2026, 11, 1), by=owner_of(host), at=NOW)
    gate.send(a_touch(1, days.card, "2026-11-10T07:58:00+09:00"))
    bind_all()
    prime.enter(logged_in(activate_account(list_users(days.prime)[0].account.id)))
    prime.open(f"/business/workers/{days.worker}/")
    prime.press("就業履歴を見る")
    prime.open(f"/business/workers/{days.worker}/days/2026-11/")
    prime.sees("ほかの会社で働いた日", "2026年11月10日", "職長", "現場と会社の名前は開示されません")
    assert "よその" not in prime.page.content()
    rows = rows_of(prime, f"/business/workers/{days.worker}/days/2026-11/list.csv")
    assert [row["所属事業者"] for row in rows] == ["見本建設株式会社"] * 3 + ["他社"]
    prime.sees("ほかの会社で働いた日は入りません")
    prime.press("期間を決めてPDFを作る")
    prime.fill(first="2026/10", last="2099/1")
    prime.press("PDFを作る")
    prime.sees("今月より後の月です")
    prime.press("前の画面へ戻る")
    prime.press("PDFを作る")
    prime.open("/business/sites/days/2026-11/")
    prime.press("PDFを作る")
    prime.sees("2件を作成しています", "就業履歴一覧 全現場 2026年11月", "就業履歴一覧 自社 2026年11月 𠮷田")
    work_off_the_queue()
    prime.page.locator("#papers a").nth(1).wait_for()
    prime.look()
    prime.open("/business/sites/days/2026-11/?state=formal")
    prime.sees("PDFにはこの月のすべての日を載せます")
    prime.open(f"/business/workers/{days.worker}/days/2026-8/")
    prime.sees("この月に自社で働いた記録がありません")


def test_without_script_the_page_refreshes_itself(browser: Browser, visitor: Make) -> None:
    days, worker = Days(), visitor("paper-plain")
    worker.enter(logged_in(activate_account(account_of_worker(days.worker))))
    plain = browser.new_context(java_script_enabled=False, locale="ja-JP", storage_state=worker.context.storage_state())
    page = plain.new_page()
    page.goto(f"{worker.address}/worker/days/2026-11/")
    page.click("text=PDFを作る >> nth=0")
    assert "作成しています" in page.inner_text("main")
    work_off_the_queue()
    page.wait_for_selector("text=できました")
    plain.close()
