"""A device's life as the prime sees it: paired by a QR code, silent, read badly, revoked, and decided about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.__main__ import main as reader
from reader.send import Sender
from reader.store import Store
from registry.businesses.queries import list_users
from tests.factories.cast import a_firm, a_worker, activate, logged_in, secrets_of_letters
from tests.journeys.conftest import Visitor
from tests.journeys.test_first_days import open_site
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]


def test_a_device_from_its_code_to_a_touch_that_the_prime_decides_about(
    visitor: Make, live_server: Any, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    firm_id = a_firm(at=now)
    cards = [a_worker(firm_id, name, at=now) for name in ("見本", "試作")]
    activate(str(firm_id), list_users(firm_id)[0].account.id, secrets_of_letters(at=now), at=now)
    firm, store = visitor("devices"), ["--store", str(tmp_path / "store.db")]
    firm.enter(logged_in(str(firm_id)))
    open_site(firm)  # a code that nobody uses
    firm.press("端末の一覧へ")
    firm.sees("端末はまだありません")
    firm.press("正面ゲートに端末を登録する")
    firm.press("登録コードを出す")
    assert firm.page.locator("svg.ds-qr").is_visible()
    firm.press("PCの打刻プログラムで登録する")
    text = firm.page.inner_text("#pairing-command").split('"')[1]
    assert text.startswith(live_server.url)
    assert reader([*store, "register", "--qr-text", text, "--name", "詰所のPC"]) == 0

    firm.press("端末の一覧へ")
    firm.sees("詰所のPC", "まだ届いていません")
    assert reader([*store, "touch", cards[0].number]) == 0
    assert reader([*store, "send"]) == 0
    with Store(Path(store[1])) as kept:  # a restored copy of the store: three touches are gone
        kept._link.execute("UPDATE meta SET value = '5' WHERE key = 'next_seq'")
    assert reader([*store, "touch", cards[0].number]) == 0
    assert reader([*store, "send"]) == 0
    firm.page.reload()
    firm.look()
    firm.sees("最後に届いた時刻", f"{datetime.now().astimezone().day}日", "確認が必要", "3件が届いていません")

    many = tmp_path / "many.csv"  # more than one request takes
    rows = [f"{cards[0].number},{now - timedelta(minutes=n):%Y-%m-%dT%H:%M:%S}+00:00,in" for n in range(501)]
    many.write_text("\n".join(["card,touched_at,direction", *rows]))
    assert reader([*store, "csv", str(many)]) == 0
    with Store(Path(store[1])) as kept:
        assert Sender(kept).step().stored == 500
    firm.page.reload()
    firm.sees("端末に残っている打刻", "1件")
    assert reader([*store, "send"]) == 0

    firm.press("詰所のPCの使用を止める")
    firm.sees("元には戻せません")
    firm.press("使用を止める")
    firm.sees("使用停止")
    assert reader([*store, "touch", cards[1].number]) == 0
    assert reader([*store, "send"]) == 0
    where = firm.page.url.removeprefix(live_server.url)
    wait_until(firm, where, lambda: "確認を待っている打刻" in firm.page.inner_text("main"))
    firm.sees("試作 太郎", "使用を止めた端末から届きました", "3件が失われました")
    firm.press("選んだ日を数える")
    firm.sees("1件を就業日数に数えます")
    wait_until(firm, where, lambda: "確認を待っている打刻" not in firm.page.inner_text("main"))
