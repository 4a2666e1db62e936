import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reader.lines import take_lines
from reader.run import Shared
from reader.store import Store
from tests.reader.conftest import NUMBER, a_pipe, take
from tests.reader.fake_server import Fake

READER = [sys.executable, "-m", "reader", "--store"]


def stopped_after(store: Store, text: bytes) -> int:
    """How many lines were none, with a stop before any was read and a writer that goes on."""
    shared = Shared()
    shared.stop.set()
    with a_pipe() as (source, writer):
        writer.write(text)
        return take_lines(store, source.fileno(), shared, site="12345678901824", method="card")


def test_each_line_is_a_touch_with_its_own_time_or_that_of_now(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = f"{NUMBER}\n\n{NUMBER},2026-11-20T07:58:02+09:00,in\r\n{NUMBER},2026-11-20T17:02:00+09:00,out"
    assert take(store, lines.encode()) == 0
    kept = store.outgoing(9).touches
    assert [(one.direction, one.method) for one in kept] == [("", "card"), ("in", "card"), ("out", "card")]
    assert kept[1].touched_at == "2026-11-20T07:58:02.000+09:00"
    assert [line.split("  ")[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["OK", "1"],
        ["OK", "2"],
        ["OK", "3"],
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"12345678901921-01",
        NUMBER.encode() + b",yesterday",
        NUMBER.encode() + b",,sideways",
        b"\xff\xfe",
        b",",
        b"9" * 9000,
    ],
)
def test_a_line_that_is_no_touch_is_kept_aside_with_its_cause(store: Store, line: bytes) -> None:
    assert take(store, line + b"\n" + NUMBER.encode() + b"\n") >= 1
    assert store.summary().unsent == 1
    assert store.summary().unread == len(store.unread()) >= 1
    assert all(one.cause for one in store.unread())


def test_lines_are_sent_beside_and_the_exit_code_tells_of_bad_ones(registered: Store, server: Fake) -> None:
    done = subprocess.run(
        [*READER, str(registered.path), "lines"], input=f"{NUMBER}\nx\n{NUMBER}\n", capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, len(server.log), registered.summary().unsent) == (2, 2, 0)
    assert "読めなかった行" in status(registered.path)


def status(path: Path) -> str:
    return subprocess.run([*READER, str(path), "status"], capture_output=True, text=True, check=True, timeout=30).stdout


def test_a_stop_loses_no_line_that_was_written_before(store: Store) -> None:
    times = [f"2026-11-20T07:{n // 60:02}:{n % 60:02}.000+09:00" for n in range(150)]
    assert stopped_after(store, "".join(f"{NUMBER},{at},in\n" for at in times).encode()) == 0
    assert [one.touched_at for one in store.outgoing(200).touches] == times


def test_the_beginning_of_a_line_that_a_stop_cut_is_kept_aside(store: Store) -> None:
    """It would be a touch of another time."""
    assert stopped_after(store, f"{NUMBER},2026-11-20T07:58:02+09:00,in\n{NUMBER}".encode()) == 1
    assert store.summary().unsent == 1
    assert [(one.line, "途中" in one.cause) for one in store.unread()] == [(NUMBER, True)]


def test_an_idle_reader_ends_at_a_stop_and_takes_nothing_of_what_comes_later(store: Store) -> None:
    with a_pipe() as (source, writer):
        reader = subprocess.Popen(
            [*READER, str(store.path), "lines"], stdin=source, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        writer.write(f"{NUMBER}\n".encode())
        assert reader.stdout
        assert reader.stdout.readline().startswith("OK")
        os.kill(reader.pid, signal.SIGTERM)
        assert reader.wait(timeout=20) == 0
        reader.stdout.close()
        writer.write(b"later\n")
        assert source.read(99) == b"later\n"
    assert store.summary().unsent == 1


def test_a_stop_while_the_disk_is_full_answers_what_was_read_and_reads_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stop(threading.Event):
        """Comes while the reader waits for room, together with another line."""

        def wait(self, timeout: float | None = None) -> bool:
            writer.write(b"later\n")
            self.set()
            return timeout is not None

    monkeypatch.setattr("reader.store.LEAST_FREE_BYTES", 2**62)
    with a_pipe() as (source, writer):
        writer.write(f"{NUMBER}\n{NUMBER}\n{NUMBER}".encode())
        assert take_lines(store, source.fileno(), Shared(stop=Stop()), site="", method="card") == 3
        assert source.read(99) == b"later\n"
    assert [line[:2] for line in capsys.readouterr().out.splitlines()] == ["待機", "NG", "NG", "NG"]


@pytest.mark.slow
def test_kill_9_between_keeping_and_sending_neither_loses_nor_doubles(registered: Store, server: Fake) -> None:
    """Killed again and again while it keeps and sends; what was answered OK is on the server once."""
    answered: dict[int, str] = {}
    for start in range(4):
        times = [f"2026-11-20T{6 + start:02}:{n // 60:02}:{n % 60:02}.000+09:00" for n in range(400)]
        reader = subprocess.Popen(
            [*READER, str(registered.path), "lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdin
        assert reader.stdout
        reader.stdin.write("".join(f"{NUMBER},{at},in\n" for at in times))
        reader.stdin.flush()
        for _ in range(60 + 40 * start):
            _ok, seq, _card, at = reader.stdout.readline().split("  ")
            answered[int(seq)] = at.strip()
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()
        for line in reader.stdout.read().splitlines():
            if line.startswith("OK  ") and line.endswith("+09:00"):
                answered[int(line.split("  ")[1])] = line.split("  ")[3]
        reader.stdin.close()
        reader.stdout.close()
    subprocess.run([*READER, str(registered.path), "send"], check=True, timeout=60, capture_output=True)
    stored = {seq: one["touched_at"] for seq, one in server.log.items()}
    assert len(answered) >= 400
    assert {seq: stored.get(seq) for seq in answered} == answered
    assert len(set(stored.values())) == len(stored)
    assert registered.summary().unsent == 0


FULL = """
import json, resource, signal, sys
from pathlib import Path
from reader.records import NewTouch
from reader.store import Store, StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
kept, told = [], ""
with Store(Path(sys.argv[1])) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        while len(kept) < 5000:
            kept += store.keep([NewTouch("card", "12345678901821-01", "2026-11-20T07:58:02.000+09:00", "card")])
    except StoreError as error:
        told = str(error)
print(json.dumps([kept, told]))
"""


@pytest.mark.slow
def test_a_store_that_can_grow_no_more_says_so_and_holds_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), str(200 * 1024)], capture_output=True, text=True, check=True, timeout=60
    )
    kept, told = json.loads(done.stdout)
    assert "書けません" in told
    assert 10 < len(kept) < 5000
    with Store(path) as store:
        assert [one.seq for one in store.outgoing(9000).touches] == kept
        assert store.keep([]) == []


def test_while_the_disk_is_full_no_line_is_taken(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer waits: the line is taken when there is room again."""
    room = iter([1, 1])
    least = 16 * 1024 * 1024

    class Usage:
        @property
        def free(self) -> int:
            return least - next(room, 0 if store.summary().unsent else -least)

    monkeypatch.setattr("reader.store.shutil.disk_usage", lambda _path: Usage())
    monkeypatch.setattr("reader.lines.ROOM_POLL_S", 0.01)
    assert take(store, f"{NUMBER}\n".encode()) == 0
    assert store.summary().unsent == 1
