"""Programs beside us: they end with us, and they are started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.stack import processes
from config.stack.bootstrap import ROOT
from config.stack.processes import Child, Children, is_alive, was_told
from tests.config.stack.conftest import wait_for

PARENT = """
import os, signal, subprocess, sys
from config.stack.processes import ends_with_us
who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
print(subprocess.Popen(["sleep", "60"], preexec_fn=ends_with_us(signal.SIGINT), **who).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_program_ends_when_the_one_that_started_it_is_killed() -> None:
    """Also when it runs as another user, which makes the kernel forget what was asked before."""
    parent = subprocess.run([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, check=False)

    assert parent.returncode == -signal.SIGKILL
    wait_for(lambda: not is_alive(int(parent.stdout)))


def test_a_program_that_dies_is_started_again() -> None:
    with Children([Child("The sleeper", "sleep", "60")]) as children:
        first = children[0].process
        first.kill()
        first.wait()

        children[0].watch()

        assert children[0].process.pid != first.pid
        assert children[0].process.poll() is None


def test_a_program_that_keeps_dying_at_once_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "QUICK_DEATHS_ALLOWED", 0)
    child = Child("The loser", "false")
    child.process.wait()

    with pytest.raises(SystemExit, match="The loser keeps ending at once"):
        child.watch()


def test_a_program_that_does_not_hear_is_killed_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0)
    note = tmp_path / "pid"
    deaf = f"trap '' TERM; sleep 60 & echo $! > '{note}'; wait; sleep 60"
    with Children([Child("The deaf", "sh", "-c", deaf)]) as children:
        wait_for(lambda: note.exists() and bool(note.read_text()))
        assert was_told(children[0].process.pid, deaf)

    wait_for(lambda: not is_alive(int(note.read_text())))
    assert not was_told(os.getpid(), deaf)
