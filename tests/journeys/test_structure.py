"""A site over two tiers, from the invitation to complete days; and a site whose structure comes a week late."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.__main__ import main as reader
from registry.businesses.queries import list_users
from registry.core.days import JST, jst_day
from registry.core.ids import BusinessId
from registry.workers.models import Worker
from tests.factories.cast import a_firm, a_gate, a_touch, a_worker, activate, logged_in, secrets_of_letters
from tests.journeys.conftest import Visitor, wait_for_binder
from tests.journeys.test_first_days import open_site

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]


def wait_until(who: Visitor, path: str, is_there: Callable[[], bool]) -> None:
    """Open a page until the binder has been there."""
    for _ in range(50):
        wait_for_binder()
        who.page.goto(who.address + path)
        if is_there():
            break
        time.sleep(0.2)
    who.look()
    assert is_there(), who.page.inner_text("main")


def lacking(who: Visitor) -> int:
    """Days on the page that lack something."""
    return who.page.inner_text("main").count("足りないこと")


def invite(who: Visitor, firm: BusinessId, from_on: str = "") -> None:
    digits = str(firm)
    who.fill(business_id=digits[:5] + str((int(digits[5]) + 1) % 10) + digits[6:], work="鉄筋工事")
    if from_on:
        who.fill(from_on=from_on)
    who.press("招待する")
    who.sees("1桁")
    assert who.page.input_value("[name=work]") == "鉄筋工事"
    who.fill(business_id=f"{digits[:4]} {digits[4:8]} {digits[8:]}")
    who.press("招待する")
    who.sees("招待しました", "承認待ち")


def accept(who: Visitor) -> None:
    who.open("/business/invitations/")
    who.sees("承認すると、この現場で働く自社の技能者の情報")
    who.press("承認する")
    who.sees("招待を承認しました")


def enter_by_key(primes: Visitor, who: Visitor) -> None:
    """A key, handed on and typed; then undone, for nobody works there yet."""
    primes.press("施工体制")
    primes.press("現場キー")
    primes.press("現場キーを出す")
    key = primes.page.inner_text("#site-key")
    who.open("/business/invitations/")
    who.press("現場キーを入力する")
    who.fill(key="ABCDE-FGHJK")
    who.press("現場を確かめる")
    who.sees("この現場キーは使えません", "新しい現場キーを出してもらって")
    who.fill(key=key.lower())
    who.press("現場を確かめる")
    who.sees("この現場の施工体制に入りますか", "見本建設株式会社")
    who.press("施工体制に入る")
    who.sees("施工体制に入りました")
    who.press("施工体制")
    who.press("例一工業株式会社")
    who.press("承認を取り消す")
    who.sees("取り下げました")


def test_a_structure_over_two_tiers_and_one_that_comes_a_week_late(
    visitor: Make, live_server: Any, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    prime, first, second = (a_firm(name, at=now) for name in ("見本建設株式会社", "例一工業株式会社", "例二組"))
    card = a_worker(second, "見本", at=now - timedelta(days=20))
    letters = secrets_of_letters(at=now)
    for firm in (prime, first, second):
        activate(str(firm), list_users(firm)[0].account.id, letters, at=now)
    worker_login = str(card.worker_id)
    activate(worker_login, Worker.objects.get(pk=card.worker_id).account_id, letters, at=now)
    primes, firsts, seconds, worker = (visitor(name) for name in ("prime", "first", "second", "worker"))
    for who, login in ((primes, prime), (firsts, first), (seconds, second), (worker, worker_login)):
        who.enter(logged_in(str(login)))

    code = open_site(primes)
    primes.open("/business/sites/")
    primes.page.click("main table a")
    enter_by_key(primes, firsts)
    primes.press("施工体制")
    primes.press("一次の会社を招待する")
    invite(primes, first)
    accept(firsts)
    firsts.press("施工体制")
    firsts.press("例一工業株式会社")
    firsts.press("この下に招待する")
    invite(firsts, second)
    accept(seconds)
    seconds.press("名簿に載せる")
    seconds.press("名簿に載せる")
    seconds.sees("入力してください")
    seconds.page.locator("[name=workers]").first.check()
    seconds.fill(position="X001", work="配筋")
    seconds.press("名簿に載せる")
    seconds.sees("1人を名簿に載せました", "太郎", "職長", "配筋")
    seconds.press("変更")
    seconds.fill(from_on="2001/1/1")
    seconds.press("変更する")
    seconds.sees("会社がこの現場に入ったのは")
    seconds.fill(from_on=f"{jst_day(now):%Y/%m/%d}", work="配筋と結束")
    seconds.press("変更する")
    seconds.sees("名簿の内容を変えました", "配筋と結束")
    primes.page.reload()
    primes.sees("承認済 2社", "名簿 1人")

    store = ["--store", str(tmp_path / "store.db")]
    assert reader([*store, "register", "--url", live_server.url, "--code", code]) == 0
    assert reader([*store, "touch", card.number]) == 0
    assert reader([*store, "send"]) == 0
    wait_until(worker, "/worker/", lambda: worker.page.locator(".ds-chip", has_text="正式").count() > 0)
    primes.open("/business/sites/")
    primes.page.click("main table a")
    primes.sees("今日の入場者 1人", "見本 太郎")

    late_structure(primes, seconds, worker, (prime, second), card)


def late_structure(
    primes: Visitor, seconds: Visitor, worker: Visitor, firms: tuple[BusinessId, BusinessId], card: Any
) -> None:
    now = datetime.now(UTC)
    began = now - timedelta(days=7)
    gate = a_gate(firms[0], at=now - timedelta(days=8))
    morning = began.astimezone(JST).replace(hour=7, minute=58, second=0, microsecond=0)
    touches = [a_touch(n, card, (morning + timedelta(days=n)).isoformat()) for n in range(1, 6)]
    gate.send(*touches)
    month = f"/worker/days/{morning + timedelta(days=1):%Y-%-m}/"
    wait_until(worker, month, lambda: lacking(worker) == 6)
    worker.page.locator("summary").last.click()
    worker.sees("施工体制がつながっていません")

    primes.open(f"/business/sites/{gate.site_id}/structure/")
    primes.press("一次の会社を招待する")
    invite(primes, firms[1], f"{jst_day(began):%Y/%m/%d}")
    accept(seconds)
    seconds.press("名簿に載せる")
    seconds.page.locator("[name=workers]").first.check()
    seconds.fill(from_on=f"{jst_day(began):%Y/%m/%d}", work="型枠")
    seconds.press("名簿に載せる")
    wait_until(worker, month, lambda: lacking(worker) == 1)
    worker.sees("見本")
    assert worker.page.locator(".ds-chip", has_text="正式").count()
    primes.open(f"/business/sites/{gate.site_id}/structure/")
    primes.press("例二組")
    primes.press("この会社の期間を終える")
    primes.fill(until_on="2001/1/1")
    primes.press("この会社の期間を終える")
    primes.sees("始まりの日より前")
