import socket
from datetime import timedelta
from pathlib import Path

import pytest

from reader.__main__ import main
from reader.store import Store
from tests.reader.fake_server import Failure, Fake

PARTS = [
    "カードリーダーのサービス",
    "カードリーダー",
    "記録ファイル",
    "端末の登録",
    "ネットワーク",
    "サーバー",
    "時計",
    "署名",
]


def results_of(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    """OK, NG or -- and the words of each part."""
    capsys.readouterr()
    main(["--store", str(path), "selftest"])
    found: dict[str, tuple[str, str]] = {}
    part = ""
    for line in capsys.readouterr().out.splitlines():
        if not line.startswith(" "):
            mark, part, text = line.split("  ", 2)
            found[part] = (mark, text)
        else:
            found[part] = (found[part][0], found[part][1] + line)
    return found


def test_every_part_is_named_and_what_fails_has_consequence_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = results_of(tmp_path / "s.db", capsys)
    assert list(found) == PARTS
    failed = [text for mark, text in found.values() if mark == "NG"]
    assert failed
    assert all("影響: " in text and "対処: " in text for text in failed)
    assert [found[part][0] for part in PARTS[2:]] == ["OK", "NG", "NG", "--", "--", "--"]


def test_a_registered_reader_is_right_from_store_to_signature(
    registered: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {mark for mark, _ in list(results_of(registered.path, capsys).values())[2:]} == {"OK"}
    assert registered.summary().unsent == 0


def test_each_cause_is_told_apart(registered: Store, server: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    server.clock_behind = timedelta(minutes=20)
    clock = results_of(registered.path, capsys)["時計"]
    assert (clock[0], "1200秒" in clock[1] or "1199秒" in clock[1] or "1201秒" in clock[1]) == ("NG", True)
    registered.register(registered.identity().store, url=server.url, device="7", secret="00" * 32, terminals=[])
    assert "認めません" in results_of(registered.path, capsys)["署名"][1]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        registered.register(
            registered.identity().store,
            url=f"http://127.0.0.1:{closed.getsockname()[1]}",
            device="7",
            secret="00",
            terminals=[],
        )
        found = results_of(registered.path, capsys)
    assert (found["ネットワーク"][0], found["サーバー"][0], found["署名"][0]) == ("NG", "--", "--")


def test_a_server_that_fails_is_no_network_trouble(
    registered: Store, server: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    server.health = Failure(503)
    found = results_of(registered.path, capsys)
    assert (found["ネットワーク"][0], found["サーバー"][0]) == ("OK", "NG")


def test_a_proxy_that_wants_a_log_in_is_no_unknown_device(
    registered: Store, server: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failures = [Failure(401, b"<html>Log in to the proxy</html>")]
    mark, text = results_of(registered.path, capsys)["署名"]
    assert (mark, "401" in text, "fork" in text) == ("NG", True, False)
