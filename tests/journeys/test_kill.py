"""Everything is killed by force in the middle of 5,000 touches; then all is sent again: each touch is there once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.stack.bootstrap import ROOT
from config.stack.postgres import Postgres
from registry.touches.derive import signature_of

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.xdist_group("stack")]
TOUCHES, BATCH, PORT = 5_000, 50, 8471
FIRST_SEQ = 1_001


class Stack:
    """What `./start` runs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "MIGRATE_DATABASE_URL"}
        } | {"VAR_DIR": str(folder), "PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until everything is ready."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.stack.run"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        limit = time.monotonic() + 180  # the demo is loaded first, beside other tests
        while time.monotonic() < limit:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        self.stop()
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """Kill the supervisor, the server, the job worker, the database and all their children, by force."""
        assert self.process is not None
        postmaster = Postgres(self.folder / "pg").postmaster_pid
        victims = [self.process.pid, *descendants(self.process.pid)]
        victims += [postmaster, *descendants(postmaster)] if postmaster else []
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path)
    running.start()
    yield running
    running.stop()


def batches(demo: dict[str, Any]) -> list[bytes]:
    """5,000 different touches of ten cards."""
    touches = [
        {
            "seq": FIRST_SEQ + n, "card": demo["cards"][n % 10], "direction": ["in", "out"][n % 2],
            "touched_at": f"2026-11-{1 + n // 500:02}T{6 + n % 500 // 60:02}:{n % 60:02}:{n // 10 % 60:02}+09:00",
        }
        for n in range(TOUCHES)
    ]  # fmt: skip
    return [
        json.dumps({"store": demo["terminal"]["store"], "touches": touches[at : at + BATCH]}).encode()
        for at in range(0, TOUCHES, BATCH)
    ]


def post(demo: dict[str, Any], body: bytes) -> list[str]:
    """Send one batch; returns the statuses."""
    signature = signature_of(bytes.fromhex(demo["terminal"]["secret"]), body)
    headers = {"Device": demo["terminal"]["device"], "Signature": signature, "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/touches", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return [result["status"] for result in json.load(answer)["results"]]


def test_each_touch_is_stored_once_after_everything_was_killed(stack: Stack) -> None:
    demo = json.loads((stack.folder / "demo.json").read_text())
    bodies = batches(demo)
    acknowledged = 0
    killer = threading.Timer(0.4, stack.kill)
    for at, body in enumerate(bodies):
        if at == len(bodies) // 4:
            killer.start()
        try:
            acknowledged += len(post(demo, body))
        except (OSError, urllib.error.URLError):
            break
    killer.join()
    assert BATCH <= acknowledged < TOUCHES, "the kill came too late to prove anything"

    stack.start()
    assert stored(stack) >= acknowledged
    for _ in range(2):
        assert {status for body in bodies for status in post(demo, body)} == {"stored"}

    assert stored(stack) == TOUCHES


def stored(stack: Stack) -> int:
    """How many of the touches the log holds; the key allows none twice, so the numbers are counted as rows."""
    with psycopg.connect(Postgres(stack.folder / "pg").url("owner", "registry")) as link:
        rows = link.execute("SELECT count(*), count(DISTINCT seq) FROM touches_touch WHERE seq >= %s", [FIRST_SEQ])
        every, different = rows.fetchone() or (0, 0)
    assert every == different
    return int(every)
