"""Processes: who lives, who started whom, and that nobody is left behind. Linux."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from config.stack.bootstrap import ROOT, say

GRACE_SECONDS = 8
QUICK_DEATHS_ALLOWED = 3
QUICK_SECONDS = 5
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None)


def is_alive(pid: int) -> bool:
    """Whether a process runs. One that ended and that nobody has taken note of yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def was_told(pid: int, word: str) -> bool:
    """Whether a word stands on the command line of a process; everybody may read that, unlike its working directory."""
    try:
        return word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def folder_of(pid: int) -> Path | None:
    """The working directory of a process; None where it is gone or where we may not look."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def works_in(folder: Path) -> bool:
    """Whether any living process has its working directory in a folder."""
    return any(folder_of(int(process.name)) == folder for process in Path("/proc").glob("[0-9]*"))


def children_of(pid: int) -> list[int]:
    """The processes that one started, or inherited from those that it started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def descendants_of(pid: int) -> list[int]:
    """All processes below one."""
    found = children_of(pid)
    for one in found:  # grows while it is walked
        found += children_of(one)
    return found


def ends_with_us(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the new process gets a signal when we end, even by force. "We" is the thread that starts it."""
    us = os.getpid()

    def ask() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != us:  # we ended before it could ask
            os._exit(1)

    return ask


def start_with_us(command: Sequence[str], orphaned: signal.Signals, **options: Any) -> subprocess.Popen[str]:
    """Start a program in a process group of its own; it gets a signal when we end."""
    return subprocess.Popen(
        command, text=True, start_new_session=True, **options,
        preexec_fn=ends_with_us(orphaned),  # noqa: PLW1509 -- the kernel has no other way, and we have one thread
    )  # fmt: skip


def adopt_orphans() -> None:
    """Inherit the processes that our children leave behind, to find and end them."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(*own: int) -> None:
    """Take note of the ended processes that we inherited."""
    for pid in {*children_of(os.getpid())} - {*own}:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def end_descendants() -> None:
    """Kill whatever is left below us. Needs `adopt_orphans`."""
    limit = time.monotonic() + GRACE_SECONDS
    while (left := descendants_of(os.getpid())) and time.monotonic() < limit:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reap_orphans()
        time.sleep(0.01)


class Child:
    """One program that runs beside us, started again when it dies.

    When we are killed it is killed too: a graceful end would wait for the database, which ends as well. One that has
    programs of its own gets a signal to end them.
    """

    def __init__(self, name: str, *command: str, has_programs: bool = False) -> None:
        self.name, self._command = name, command
        self._orphaned = signal.SIGTERM if has_programs else signal.SIGKILL
        self._quick_deaths = 0
        self.start()

    def start(self) -> None:
        """Start it, in a process group of its own."""
        self._began = time.monotonic()
        self.process = start_with_us(self._command, self._orphaned, cwd=ROOT)

    def watch(self) -> None:
        """Start it again when it is dead; give up when it keeps dying at once."""
        status = self.process.poll()
        if status is None:
            return
        self.signal(signal.SIGKILL)  # what it started would hold the port and the queue
        quick = time.monotonic() - self._began < QUICK_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        say(f"{self.name} ended with status {status}; starting it again")
        if self._quick_deaths > QUICK_DEATHS_ALLOWED:
            raise SystemExit(f"{self.name} keeps ending at once; see its messages above.")
        time.sleep(self._quick_deaths)
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


class Children(list[Child]):
    """The programs that run beside us; at the end all are asked to end, and those that do not are killed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self:
            child.signal(signal.SIGTERM)
        limit = time.monotonic() + GRACE_SECONDS
        for child in self:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, limit - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.process.wait()
