import os
import signal
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from reader.clocks import present_setting
from reader.records import Terminal, Verdict
from reader.store import Store, StoreError
from tests.reader.conftest import NUMBER, a_touch

NOTHING = Verdict((), (), (), 0, (), None, present_setting())
WRITER = """
import sys
from pathlib import Path
from reader.records import NewTouch
from reader.store import Store
with Store(Path(sys.argv[1])) as store:
    while True:
        made = [NewTouch("card", "12345678901821-01", "2026-11-20T07:58:02.000+09:00", "card")] * 3
        print(*store.keep(made), flush=True)
"""

RUNNING = """
import sys
from pathlib import Path
from reader.records import NewTouch
from reader.store import Store
made = [NewTouch("card", "12345678901821-01", "2026-11-20T07:58:02.000+09:00", "card")]
with Store(Path(sys.argv[1])) as store:
    Store(store.path).close()  # as the window's threads do
    with Store(store.path):  # as the sender does
        for _ in sys.stdin:
            print(*store.keep(made), flush=True)
"""


def seqs(store: Store) -> list[int]:
    return [one.seq for one in store.outgoing(10_000).touches]


def verdict(**parts: Any) -> Verdict:
    return Verdict(**{**NOTHING.__dict__, **parts})


def test_no_number_is_used_twice_whatever_happened_to_the_counter(tmp_path: Path) -> None:
    with Store(tmp_path / "store.db") as store:
        store.keep([a_touch(1), a_touch(2)])
        store._set({"next_seq": "1"})
        assert store.keep([a_touch(3)]) == [3]
        assert seqs(store) == [1, 2, 3]


def test_keep_numbers_without_gaps_and_survives_closing(tmp_path: Path) -> None:
    with Store(tmp_path / "a" / "store.db") as store:
        identity = store.identity()
        assert store.keep([a_touch(1), a_touch(2)]) == [1, 2]
    with Store(tmp_path / "a" / "store.db") as again:
        assert again.keep([a_touch(3)]) == [3]
        assert again.identity() == identity
        assert seqs(again) == [1, 2, 3]
        assert again.summary().oldest == a_touch(1).touched_at


def test_identity_is_128_random_bits(tmp_path: Path) -> None:
    ids = []
    for name in ("a", "b"):
        with Store(tmp_path / name) as store:
            ids.append(store.identity().store)
    assert [len(bytes.fromhex(one)) for one in ids] == [16, 16]
    assert ids[0] != ids[1]


def test_files_belong_to_their_owner_alone(store: Store) -> None:
    store.keep([a_touch()])
    files = sorted(store.path.parent.glob("store.db*"))
    assert len(files) >= 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_copy_that_others_could_read_is_closed_to_them(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "a b?#%.db"
    store._link.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o644)
    with Store(copy) as opened:
        opened.keep([a_touch()])
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("a b*")}
        assert (opened.identity(), modes) == (store.identity(), {0o600})


def test_stored_leaves_refused_is_listed_rest_stays(store: Store) -> None:
    store.keep([a_touch(minute) for minute in range(4)])
    store.apply(store.identity().store, verdict(stored=(1,), refused=((2, "TOUCH_SHAPE"),), highest=2))
    assert seqs(store) == [3, 4]
    assert [(one.touch.seq, one.code) for one in store.refused()] == [(2, "TOUCH_SHAPE")]
    assert (store.summary().unsent, store.summary().refused) == (2, 1)


def test_renumber_goes_above_highest_and_above_our_own(store: Store) -> None:
    store.keep([a_touch(minute) for minute in range(3)])
    store.apply(store.identity().store, verdict(renumber=(1, 3), highest=50))
    assert seqs(store) == [2, 51, 52]
    assert store.keep([a_touch(9)]) == [53]


def test_an_old_backup_jumps_over_numbers_the_server_has(store: Store) -> None:
    store.keep([a_touch(1)])
    store.apply(store.identity().store, verdict(stored=(1,), highest=80))
    assert store.keep([a_touch(2)]) == [81]


def test_gaps_that_we_no_longer_have_are_lost_those_we_have_are_not(store: Store) -> None:
    store.keep([a_touch(minute) for minute in range(10)])
    store.apply(store.identity().store, verdict(stored=(1, 2, 5, 10), highest=10, gaps=((3, 4), (6, 9))))
    assert store.outgoing(10).lost == ()
    store._link.execute("DELETE FROM unsent WHERE seq IN (3, 6, 8)")
    store.apply(store.identity().store, verdict(highest=10, gaps=((3, 4), (6, 9))))
    assert store.outgoing(10).lost == ((3, 3), (6, 6), (8, 8))
    store.apply(store.identity().store, verdict(highest=10))
    assert store.outgoing(10).lost == ()


def test_offset_goes_with_later_touches_only(store: Store) -> None:
    store.keep([a_touch(1)])
    store.apply(store.identity().store, verdict(offset_s=1.25))
    store.keep([a_touch(2)])
    assert [one.offset_s for one in store.outgoing(9).touches] == [None, 1.25]


def test_fork_makes_a_new_identity_and_keeps_the_unsent(store: Store) -> None:
    store.register(
        store.identity().store, url="https://x", device="7", secret="5e", terminals=[Terminal("12345678901824", "正門")]
    )
    store.keep([a_touch(minute) for minute in range(5)])
    before = store.outgoing(9)
    store.apply(before.identity.store, verdict(stored=(1, 3), highest=3))
    assert store.fork(store.identity().store) == 3
    after = store.outgoing(9)
    assert [(one.seq, one.touched_at) for one in after.touches] == [
        (seq, before.touches[index].touched_at) for seq, index in ((1, 1), (2, 3), (3, 4))
    ]
    assert (after.identity.device, after.identity.secret, after.identity.terminals) == ("", "", ())
    assert after.identity.store != before.identity.store
    assert store.keep([a_touch(9)]) == [4]


def test_an_answer_to_the_identity_before_the_fork_does_nothing(store: Store) -> None:
    store.keep([a_touch(1)])
    old = store.identity().store
    store.fork(store.identity().store)
    store.apply(old, verdict(stored=(1,), highest=1))
    assert seqs(store) == [1]


def test_two_writers_never_give_a_number_twice(store: Store) -> None:
    given: list[int] = []

    def write() -> None:
        with Store(store.path) as mine:
            for _ in range(40):
                given.extend(mine.keep([a_touch()]))

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == seqs(store) == list(range(1, 161))


def test_a_full_disk_takes_no_touch_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 -- the shape of shutil's answer
    monkeypatch.setattr("reader.store.shutil.disk_usage", lambda _path: usage(1, 1, 0))
    with pytest.raises(StoreError, match="ディスクがいっぱい"):
        store.keep([a_touch()])
    assert seqs(store) == []


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but somebody's file" * 40)
    with pytest.raises(StoreError, match="消さずに"):
        Store(path)
    assert path.read_bytes() == b"not a database, but somebody's file" * 40


@pytest.mark.slow
def test_kill_9_while_writing_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    acknowledged: list[int] = []
    for _ in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        with writer.stdout:
            for _ in range(25):
                acknowledged += map(int, writer.stdout.readline().split())
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged += [int(n) for line in writer.stdout if line.endswith("\n") for n in line.split()]
        writer.wait()
    with Store(path) as store:
        kept = seqs(store)
        assert set(acknowledged) <= set(kept)
        assert len(acknowledged) >= 300
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) % 3 == 0  # a transaction of three is there whole or not at all
        assert {one.credential for one in store.outgoing(10_000).touches} == {NUMBER}


@pytest.mark.slow
def test_another_command_removes_no_log_of_a_running_reader(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    reader = subprocess.Popen(
        [sys.executable, "-c", RUNNING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin
    assert reader.stdout
    acknowledged: list[int] = []
    with reader.stdin, reader.stdout:
        for _ in range(3):
            reader.stdin.write("touch\n")
            reader.stdin.flush()
            acknowledged.append(int(reader.stdout.readline()))
            subprocess.run(
                [sys.executable, "-m", "reader", "--store", str(path), "status"], check=True, capture_output=True
            )
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()
    with Store(path) as store:
        assert seqs(store) == acknowledged == [1, 2, 3]
