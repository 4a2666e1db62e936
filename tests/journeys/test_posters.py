"""From the poster that a prime prints to the day in a worker's calendar, with nothing but the worker's own phone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.businesses.queries import list_users
from registry.sites.operations.sites import withdraw_poster
from registry.sites.queries import list_terminals
from registry.workers.models import Worker
from tests.factories.cast import PASSWORD, a_firm, a_gate, a_worker, activate, logged_in, owner_of, secrets_of_letters
from tests.journeys.conftest import Visitor
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]
CHANGED = "before => document.querySelector('.ds-qr path:last-of-type').getAttribute('d') !== before"


class Scene:
    """A prime's site with a terminal, and a worker; both can log in."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.prime = a_firm(at=now)
        self.worker, self.site = a_worker(self.prime, at=now).worker_id, a_gate(self.prime, at=now).site_id
        letters = secrets_of_letters(at=now)
        activate(str(self.prime), list_users(self.prime)[0].account.id, letters, at=now)
        activate(str(self.worker), Worker.objects.get(pk=self.worker).account_id, letters, at=now)

    def link(self, *, shown_ago: int | None = None) -> str:
        """The path that the terminal's QR leads to: of the printed poster, or of a screen some seconds ago."""
        shown_at = None if shown_ago is None else datetime.now(UTC) - timedelta(seconds=shown_ago)
        return f"/worker/scan/{list_terminals(self.site)[0].poster_code(shown_at)}/"


def qr_of(who: Visitor) -> str:
    return str(who.page.locator("svg.ds-qr path").last.get_attribute("d"))


def test_from_a_printed_poster_to_the_workers_calendar(visitor: Make, tmp_path: Path) -> None:
    scene = Scene()
    firm, worker = visitor("poster-prime"), visitor("poster-worker")
    firm.enter(logged_in(str(scene.prime)))
    firm.open(f"/business/sites/{scene.site}/terminals/")
    firm.press("正面ゲートのポスター")
    firm.sees("入退場の打刻", "見本ビル新築工事", "第1版")
    assert firm.page.locator("button:has-text('印刷する')").is_visible()
    sheet = firm.page.pdf(format="A4", path=tmp_path / "poster.pdf")
    assert sheet.count(b"/Type /Page\n") == 1, "one sheet"

    worker.open(scene.link())
    worker.sees("見本ビル新築工事の打刻です")
    worker.fill(login_id=str(scene.worker), password=PASSWORD)
    worker.press("ログインする")
    worker.sees("見本ビル新築工事", "正面ゲート", "まだありません")
    worker.press("入場")
    worker.sees("入場を受け付けました", "印刷したポスターからの打刻")
    worker.page.go_back()
    worker.press("入場")  # the same touch
    worker.press("就業履歴を見る")
    wait_until(worker, "/worker/days/", lambda: "見本ビル新築工事" in worker.page.inner_text("main"))
    worker.sees("確認待ち")


def test_a_screen_changes_by_itself_and_needs_nobodys_approval(visitor: Make) -> None:
    scene = Scene()
    firm, worker = visitor("poster-screen"), visitor("poster-reader")
    firm.enter(logged_in(str(scene.prime)))
    firm.page.clock.install()
    firm.open(f"/business/sites/{scene.site}/terminals/{list_terminals(scene.site)[0].id}/screen/")
    before = qr_of(firm)
    firm.page.clock.run_for(18_000)
    assert qr_of(firm) == before
    firm.page.clock.run_for(3_000)
    firm.page.wait_for_function(CHANGED, arg=before)

    worker.enter(logged_in(str(scene.worker)))
    worker.open(scene.link(shown_ago=50))
    worker.press("入場")
    worker.sees("入場を受け付けました", "日数に数えられます")
    worker.open(scene.link(shown_ago=0))
    worker.press("退場")
    worker.sees("退場を受け付けました")
    assert "印刷したポスターからの打刻" not in worker.page.inner_text("main")


def test_what_does_not_hold_any_more_leads_to_the_day_by_hand(visitor: Make) -> None:
    scene = Scene()
    worker, firm = visitor("poster-refused"), visitor("poster-firm")
    worker.enter(logged_in(str(scene.worker)))
    worker.open(scene.link(shown_ago=90))
    worker.sees("もう古くなっています")
    worker.press("この日を手で入力する")
    assert worker.page.input_value("[name=site_id]").replace(" ", "") == str(scene.site)
    withdrawn, terminal = scene.link(), list_terminals(scene.site)[0]
    withdraw_poster(scene.site, terminal.id, 1, by=owner_of(scene.prime), at=datetime.now(UTC))
    worker.open(withdrawn)
    worker.sees("元請が使用を取りやめました")
    firm.enter(logged_in(str(scene.prime)))
    firm.open(scene.link())
    firm.sees("技能者としてログインしてください")
