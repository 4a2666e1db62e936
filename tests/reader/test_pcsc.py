"""Cards through a real pcscd (tests/reader/virtual_card.py)."""

import threading
from pathlib import Path

import pytest

from reader.__main__ import main
from reader.pcsc import CardError, Credential, Pcsc, ReaderError, _is_new
from reader.register import register
from reader.store import Store
from tests.reader.fake_server import Fake
from tests.reader.virtual_card import pcscd, virtual_card

NUMBER = "12345678901821-01"
pytestmark = pytest.mark.slow


def read_one(pcsc: Pcsc) -> Credential:
    name = pcsc.wait(10)
    assert name is not None
    with pcsc.connected(name) as card:
        return card.read_token()


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [(0x00010010, 0x00020020, True), (0x00020020, 0x00020120, False), (0x00020020, 0x00040020, True)],
    ids=["laid down", "in use by another program", "quickly exchanged"],
)
def test_is_new(before: int, now: int, new: object) -> None:
    assert _is_new(before, now) is new


def test_cards_are_read_each_once_and_told_apart() -> None:
    with pcscd():
        with virtual_card(NUMBER):
            pcsc = Pcsc()
            assert any("Virtual PCD" in name for name in pcsc.readers())
            assert read_one(pcsc) == Credential("card", NUMBER)
            assert pcsc.wait(0.5) is None  # it still lies there
        assert pcsc.wait(0.5) is None
        with virtual_card(None):
            assert read_one(pcsc) == Credential("token", "uid:04a1b2c3d4e5f6")
        pcsc.wait(0.5)
        with virtual_card("12345678901921-01"), pytest.raises(CardError, match="正しくありません"):
            read_one(pcsc)
        pcsc.close()


def test_run_keeps_the_card_shows_it_and_sends(
    registered: Store, server: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    with virtual_card(NUMBER):
        assert main(["--store", str(registered.path), "run", "--headless", "--cards", "1", "--direction", "in"]) == 0
    assert [(one["card"], one["method"], one["direction"]) for one in server.log.values()] == [(NUMBER, "card", "in")]
    assert "読み取りました" in capsys.readouterr().out
    assert registered.summary().unsent == 0


def test_run_without_network_keeps_the_touch(tmp_path: Path) -> None:
    with virtual_card(NUMBER):
        assert main(["--store", str(tmp_path / "s.db"), "run", "--headless", "--cards", "1"]) == 0
    with Store(tmp_path / "s.db") as store:
        assert [one.credential for one in store.outgoing(9).touches] == [NUMBER]


def test_run_waits_for_a_service_that_starts_later(tmp_path: Path, server: Fake) -> None:
    path = tmp_path / "s.db"
    with Store(path) as store:
        register(store, url=server.url, code="ABCD2345", name="x")
    done: list[int] = []
    with pcscd_held():
        run = threading.Thread(
            target=lambda: done.append(main(["--store", str(path), "run", "--headless", "--cards", "1"]))
        )
        run.start()
        run.join(1)
        assert run.is_alive()
    with virtual_card(NUMBER):
        run.join(30)
    assert done == [0]
    assert len(server.log) == 1


def test_without_the_service_the_reader_says_so() -> None:
    with pcscd_held(), pytest.raises(ReaderError, match="pcscd"):
        Pcsc()


def pcscd_held() -> "PcscdHeld":
    """The lock without the daemon: nobody else's pcscd is there meanwhile."""
    return PcscdHeld()


class PcscdHeld:
    """Holds the lock of pcscd."""

    def __enter__(self) -> None:
        import fcntl

        from tests.reader.virtual_card import LOCK, need_pcscd

        need_pcscd()
        self._file = LOCK.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()
