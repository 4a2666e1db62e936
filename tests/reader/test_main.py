from pathlib import Path

import pytest

from reader.__main__ import main
from reader.store import Store
from tests.reader.fake_server import Fake

NUMBER = "12345678901821-01"


@pytest.fixture
def at(tmp_path: Path) -> list[str]:
    return ["--store", str(tmp_path / "new" / "store.db")]


def test_from_registration_to_sent(at: list[str], server: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*at, "register", "--url", server.url, "--code", "ABCD2345"]) == 0
    assert main([*at, "touch", NUMBER, "--direction", "in"]) == 0
    assert "未送信: 1" in capsys.readouterr().out
    assert main([*at, "send"]) == 0
    assert [(one["card"], one["method"], one["site"]) for one in server.log.values()] == [
        (NUMBER, "typed", "12345678901824")
    ]
    assert main([*at, "status"]) == 0
    assert "未送信: 0" in capsys.readouterr().out


def test_a_wrong_number_is_told_and_not_kept(at: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*at, "touch", "12345678901921-01"]) == 2
    assert "チェックデジット" in capsys.readouterr().out
    with Store(Path(at[1])) as store:
        assert store.summary().unsent == 0


def test_csv_keeps_the_good_rows(at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"card,touched_at,direction\n{NUMBER},2026-11-20T07:58:02+09:00,in\n{NUMBER},?,in\n")
    assert main([*at, "csv", str(path)]) == 2
    out = capsys.readouterr().out
    assert "1件を取り込みました" in out
    assert "3行目" in out


def test_send_says_by_its_exit_code_whether_to_come_back(at: list[str], server: Fake) -> None:
    assert main([*at, "touch", NUMBER]) == 0
    assert main([*at, "send"]) == 2  # not registered: somebody has to do something
    assert main([*at, "register", "--url", server.url, "--code", "ABCD2345"]) == 0
    with Store(Path(at[1])) as store:
        store.register(store.identity().store, url="http://127.0.0.1:9", device="7", secret="00", terminals=[])
    assert main([*at, "send"]) == 1  # no network: later


def test_a_device_of_two_sites_wants_one_named(at: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from reader.records import Terminal

    with Store(Path(at[1])) as store:
        store.register(
            store.identity().store, url="x", device="7", secret="00", terminals=[Terminal("1", "a"), Terminal("2", "b")]
        )
    assert main([*at, "touch", NUMBER]) == 2
    assert "--site" in capsys.readouterr().out
    assert main([*at, "touch", NUMBER, "--site", "2"]) == 0


def test_fork_keeps_the_unsent(at: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*at, "touch", NUMBER])
    assert main([*at, "fork"]) == 0
    assert "1件は残っています" in capsys.readouterr().out


def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["--store", str(tmp_path / "file" / "store.db"), "status"]) == 2
    assert "開けません" in capsys.readouterr().out
