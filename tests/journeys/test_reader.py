"""The reader and the real server: a new secret, a second site, a kill between keeping and sending, a restored backup."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, expect

from reader.__main__ import main
from reader.people import name_of, refresh_people
from reader.send import Sender, drain
from reader.store import Store
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId
from registry.sites.queries import list_terminals
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.touches.models import Device
from registry.touches.operations.devices import make_pairing_code, revoke_device
from registry.touches.queries import list_site_devices
from tests.factories.cast import a_firm, a_gate, a_worker, owner_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Scene:
    """A prime with two sites, a card, a reader that is registered at the first."""

    def __init__(self, url: str, folder: Path) -> None:
        self.now, self.url, self.path = datetime.now(UTC), url, folder / "store.db"
        self.prime: BusinessId = a_firm(at=self.now)
        self.card: CardRow = a_worker(self.prime, at=self.now)
        self.sites = [a_gate(self.prime, name=name, at=self.now).site_id for name in ("a", "b")]
        assert self.register(0) == 0

    def reader(self, *words: str) -> int:
        """Run a command of the reader."""
        return main(["--store", str(self.path), *words])

    def register(self, site: int) -> int:
        """Register, or pair further, by a new code of one of the sites."""
        terminal = list_terminals(self.sites[site])[0].id
        code = make_pairing_code(terminal, by=owner_of(self.prime), at=datetime.now(UTC)).code
        return self.reader("register", "--qr-text", f"{self.url}/#pair={code}")

    @property
    def device(self) -> Device:
        """The reader as the server knows it."""
        with Store(self.path) as store:
            return Device.objects.get(store=store.identity().store)


@pytest.fixture
def scene(live_server: Any, tmp_path: Path) -> Scene:
    return Scene(live_server.url, tmp_path)


def logged(device_id: int) -> list[tuple[int, str, int]]:
    """Number, moment and site of every touch in the log."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT seq, touched_at, site_id FROM touches_touch WHERE device_id = %s ORDER BY seq", [device_id]
        )
        return [(seq, at.isoformat(), site) for seq, at, site in cursor.fetchall()]


def test_a_new_secret_takes_the_place_of_the_one_before(scene: Scene) -> None:
    with Store(scene.path) as store:
        before = store.identity().secret
        assert scene.reader("rotate") == 0
        assert store.identity().secret != before
        old = shutil.copy(scene.path, scene.path.with_name("old.db"))
        assert scene.reader("touch", scene.card.number) == 0
        assert scene.reader("send") == 0
        assert (scene.device.secret_version, scene.device.next_secret_asked) == (2, False)
        assert scene.reader("rotate") == 0  # and again, signed with the second
    assert main(["--store", str(old), "touch", scene.card.number]) == 0
    with Store(Path(old)) as thief:
        thief._link.execute("UPDATE meta SET value = ? WHERE key = 'secret'", (before,))
        thief._link.execute("DELETE FROM meta WHERE key = 'former_secret'")
        assert "認めません" in drain(Sender(thief)).message
    assert len(logged(scene.device.pk)) == 1


def test_until_the_new_secret_is_used_both_hold(scene: Scene) -> None:
    with Store(scene.path) as store:
        first = store.identity().secret
        assert scene.reader("rotate") == 0
        second = store.identity().secret
        store.change_secret(str(scene.device.pk), first)  # as if the answer had been lost
        scene.reader("touch", scene.card.number)
        assert scene.reader("send") == 0
        assert scene.reader("rotate") == 0
        assert store.identity().secret == second


def test_a_second_code_lets_the_device_serve_a_second_site(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.register(1) == 0
    assert "正面ゲート" in capsys.readouterr().out
    assert scene.reader("touch", scene.card.number) == 2  # which one?
    for site in scene.sites:
        assert scene.reader("touch", scene.card.number, "--site", str(site)) == 0
    assert scene.reader("send") == 0
    assert [site for _, _, site in logged(scene.device.pk)] == list(scene.sites)
    for site in scene.sites:
        assert scene.device.pk in {row.id for row in list_site_devices(site)}
    assert {row.other_sites for row in list_site_devices(scene.sites[0]) if row.id == scene.device.pk} == {1}


def test_a_code_that_was_used_pairs_nobody_else_and_a_revoked_device_pairs_no_more(scene: Scene) -> None:
    code = make_pairing_code(list_terminals(scene.sites[1])[0].id, by=owner_of(scene.prime), at=datetime.now(UTC)).code
    words = ["register", "--url", scene.url, "--code", code]
    assert [scene.reader(*words), scene.reader(*words)] == [0, 0]  # the answer was lost: the same again
    other = scene.path.with_name("other.db")
    assert main(["--store", str(other), *words]) == 2
    revoke_device(scene.device.pk, reason="", by=owner_of(scene.prime), at=datetime.now(UTC))
    assert scene.register(0) == 2


def test_a_lost_answer_and_then_a_new_code_lose_no_touch(scene: Scene) -> None:
    lost = scene.device
    with Store(scene.path) as store:
        for key in ("device", "secret", "terminals"):
            store._link.execute("DELETE FROM meta WHERE key = ?", (key,))
    for _ in range(2):
        assert scene.reader("touch", scene.card.number) == 0
    assert scene.register(0) == 0
    assert scene.reader("send") == 0
    assert scene.device.pk != lost.pk
    assert [(seq, site) for seq, _, site in logged(scene.device.pk)] == [(1, scene.sites[0]), (2, scene.sites[0])]


def test_kill_9_between_keeping_and_sending_leaves_each_touch_once(scene: Scene) -> None:
    answered: dict[int, str] = {}
    for round_number in range(3):
        begin = scene.now - timedelta(hours=9 - 2 * round_number)
        times = [(begin + timedelta(seconds=n)).isoformat(timespec="milliseconds") for n in range(300)]
        reader = subprocess.Popen(
            [sys.executable, "-m", "reader", "--store", str(scene.path), "lines"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert reader.stdin
        assert reader.stdout
        reader.stdin.write("".join(f"{scene.card.number},{at},in\n" for at in times))
        reader.stdin.flush()
        for _ in range(80):
            _ok, seq, _card, at = reader.stdout.readline().split("  ")
            answered[int(seq)] = at.strip()
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()
        reader.stdout.close()
        reader.stdin.close()
    assert scene.reader("send") == 0
    stored = {seq: at for seq, at, _ in logged(scene.device.pk)}
    assert len(answered) == 240
    assert {seq: datetime.fromisoformat(stored[seq]) for seq in answered} == {
        seq: datetime.fromisoformat(at) for seq, at in answered.items()
    }
    assert len(set(stored.values())) == len(stored)


def test_a_restored_backup_goes_on_above_and_says_what_it_lost(scene: Scene) -> None:
    card = scene.card.number
    scene.reader("touch", card)
    scene.reader("send")
    backup = scene.path.with_name("backup.db")
    with Store(scene.path) as store:
        store._link.execute("VACUUM INTO ?", (str(backup),))
    for _ in range(3):
        scene.reader("touch", card)
    with Store(scene.path) as store:  # of the three only the last reaches the server before the disk dies
        store._link.execute("DELETE FROM unsent WHERE seq IN (2, 3)")
    scene.reader("send")
    for old in scene.path.parent.glob("store.db*"):
        old.unlink()
    shutil.copy(backup, scene.path)
    for _ in range(2):
        scene.reader("touch", card)
        assert scene.reader("send") == 0
    assert [seq for seq, _, _ in logged(scene.device.pk)] == [1, 2, 4, 5]
    device = next(row for row in list_site_devices(scene.sites[0]) if row.id == scene.device.pk)
    assert [(one.first, one.last, one.lost) for one in device.missing] == [(3, 3, True)]


def test_the_receipts_name_comes_from_the_roster(scene: Scene) -> None:
    data = [(scene.card.worker_id, RosterData(trade="06-01"))]
    today = scene.now.astimezone().date()
    add_to_roster(scene.sites[0], None, data, from_on=today, by=owner_of(scene.prime), at=scene.now)
    with Store(scene.path) as store:
        refresh_people(store)
        assert name_of(store, scene.card.number) == "見本 太郎"


@pytest.mark.journey
def test_a_new_pc_is_registered_and_touched_at_in_its_window(scene: Scene, browser: Browser, tmp_path: Path) -> None:
    store = tmp_path / "window.db"
    terminal = list_terminals(scene.sites[0])[0].id
    code = make_pairing_code(terminal, by=owner_of(scene.prime), at=datetime.now(UTC)).code
    reader = subprocess.Popen(
        [sys.executable, "-m", "reader", "--store", str(store), "run", "--window", "--headless"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(reader.stdout.readline().split()[-1])
    expect(page.locator(".place")).to_have_text("登録前の端末")
    page.fill("#short", "ABCD-EFGH")
    page.press("#short", "Enter")
    expect(page.locator("#wrong-code")).to_contain_text("QRコードの文字")
    page.fill("#short", f"{scene.url}/#pair={code}")
    page.press("#short", "Enter")
    expect(page.locator("#short")).to_have_value("")
    page.fill("#number", scene.card.number)
    page.press("#number", "Enter")
    expect(page.locator("h1")).to_have_text("読み取りました")
    expect(page.locator(".place")).to_have_text("正面ゲート")
    expect(page.locator("#code")).to_be_hidden()
    expect(page.locator(".unsent")).to_have_text("未送信: 0", timeout=15_000)
    page.close()
    reader.terminate()
    reader.wait(20)
    reader.stdout.close()
    with Store(store) as kept:
        device = Device.objects.get(store=kept.identity().store)
    assert [site for _, _, site in logged(device.pk)] == [scene.sites[0]]
