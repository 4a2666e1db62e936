"""An offset to the server's clock holds as long as nobody sets this PC's clock."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reader.clocks import Setting, present_setting
from reader.importing import read_csv
from reader.records import Verdict
from reader.send import Sender, drain
from reader.store import Store
from tests.reader.conftest import NUMBER, a_touch, take

SHOW = "from reader.clocks import present_setting as now; print(now().boot, now().began)"


def measure(store: Store) -> None:
    """An answer of the server at this moment."""
    store.apply(store.identity().store, Verdict((), (), (), 0, (), 1200.0, present_setting()))


def kept_offset(store: Store) -> float | None:
    """The offset that the next touch is kept with."""
    (seq,) = store.keep([a_touch()])
    return next(one.offset_s for one in store.outgoing(99).touches if one.seq == seq)


def set_by(seconds: float) -> Setting:
    found = present_setting()
    return replace(found, began=found.began + seconds)


@pytest.mark.parametrize(("jump_s", "offset_s"), [(0.5, 1200.0), (-0.5, 1200.0), (-1200.0, None), (30.0, None)])
def test_once_the_clock_is_set_no_offset_is_sent(
    store: Store, monkeypatch: pytest.MonkeyPatch, jump_s: float, offset_s: float | None
) -> None:
    measure(store)
    setting = set_by(jump_s)
    monkeypatch.setattr("reader.store.present_setting", lambda: setting)
    assert kept_offset(store) == offset_s
    store.apply(store.identity().store, Verdict((), (), (), 0, (), 0.3, setting))
    assert kept_offset(store) == 0.3


def test_of_another_boot_no_offset_is_sent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(store)
    setting = replace(present_setting(), boot="another")
    monkeypatch.setattr("reader.store.present_setting", lambda: setting)
    assert kept_offset(store) is None


def test_an_offset_without_the_setting_it_was_measured_at_is_not_sent(store: Store) -> None:
    store._set({"offset_s": "1200.0"})
    assert kept_offset(store) is None


def test_a_clock_that_is_set_while_the_answer_is_on_its_way_was_not_measured(
    registered: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set_by(-3600.0)
    monkeypatch.setattr("reader.send.present_setting", lambda: before)
    registered.keep([a_touch()])
    assert drain(Sender(registered)).stored == 1
    assert kept_offset(registered) is None


def test_other_processes_of_the_same_boot_see_the_same_setting(store: Store) -> None:
    told = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True).stdout.split()
    assert Setting(told[0], float(told[1])).holds(present_setting())
    measure(store)
    with Store(store.path) as other:
        assert kept_offset(other) == 1200.0


def test_the_time_of_another_clock_carries_no_offset_of_ours(store: Store, tmp_path: Path) -> None:
    """Of a logger's lines that holds for those with a time; the others were touched by this PC's clock."""
    file = tmp_path / "touches.csv"
    file.write_text(f"card,touched_at\n{NUMBER},2026-11-02T07:58:00+09:00\n", encoding="utf-8")
    measure(store)
    store.keep(read_csv(file, method="card", site="").touches)
    assert take(store, f"{NUMBER},2026-11-20T07:58:02+09:00,in\n{NUMBER}\n{NUMBER},,out\n".encode()) == 0
    assert [one.offset_s for one in store.outgoing(9).touches] == [None, None, 1200.0, 1200.0]
