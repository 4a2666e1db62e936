"""Everything is killed by force three times in the middle of 20,000 touches; then all is sent again: nothing is lost or doubled."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.stack.bootstrap import ROOT
from config.stack.postgres import Postgres
from registry.core.days import JST
from registry.touches.derive import signature_of

pytestmark = [pytest.mark.journey, pytest.mark.slow]
TOUCHES, BATCH, PORT, KILLS = 20_000, 100, 8471, 3
FIRST_SEQ = 1_001
A_DAY = 500


class Stack:
    """What `./start` runs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "MIGRATE_DATABASE_URL"}
        } | {"VAR_DIR": str(folder), "PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "tests.journeys.kill_settings"}  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until everything is ready."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.stack.run"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            wait_until_ready()
        except AssertionError as late:
            self.stop()
            raise AssertionError((self.folder / "log").read_text()) from late

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


def wait_until_ready() -> None:
    """Wait until the server answers; the demo is loaded first, beside other tests."""
    limit = time.monotonic() + 180
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


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
    """20,000 different touches of ten cards, on forty days that are over."""
    first = datetime.now(JST).date() - timedelta(days=TOUCHES // A_DAY + 2)
    touches = [
        {
            "seq": FIRST_SEQ + n, "card": demo["cards"][n % 10], "direction": ["in", "out"][n // 10 % 2],
            "touched_at": f"{first + timedelta(days=n // A_DAY)}T{6 + n % A_DAY // 60:02}:{n % 60:02}:{n // 10 % 60:02}+09:00",
        }
        for n in range(TOUCHES)
    ]  # fmt: skip
    return [
        json.dumps({"store": demo["terminal"]["store"], "touches": touches[at : at + BATCH]}).encode()
        for at in range(0, TOUCHES, BATCH)
    ]


def post(demo: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
    """Send one batch; returns what became of each touch."""
    signature = signature_of(bytes.fromhex(demo["terminal"]["secret"]), body)
    headers = {"Device": demo["terminal"]["device"], "Signature": signature, "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/touches", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        results: list[dict[str, Any]] = json.load(answer)["results"]
    assert {result["status"] for result in results} == {"stored"}
    return results


def send_all(demo: dict[str, Any], bodies: list[bytes]) -> list[dict[str, Any]]:
    """Send everything once; returns what became of each touch."""
    return [result for body in bodies for result in post(demo, body)]


@contextmanager
def undisturbed(stack: Stack) -> Iterator[None]:
    """A server on a copy of the database as it was before the first touch was sent."""
    stack.stop()
    with Postgres(stack.folder / "pg") as postgres:
        with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as link:
            link.execute("CREATE DATABASE undisturbed TEMPLATE registry OWNER owner")
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT),
             "--no-ws", "--log-level", "error", "config.wsgi:application"],
            cwd=ROOT, env={**stack.environment, "DATABASE_URL": postgres.url("app", "undisturbed")},
        )  # fmt: skip
        try:
            wait_until_ready()
            yield
        finally:
            server.terminate()
            server.wait(30)
    stack.start()


def send_until_killed(stack: Stack, demo: dict[str, Any], bodies: list[bytes], begin: int) -> int:
    """Send from a batch on while everything is killed at a moment nobody knows; returns the first batch without an answer."""
    killer = threading.Timer(random.uniform(0.1, 0.4), stack.kill)
    killer.start()
    for at in range(begin, len(bodies)):
        try:
            post(demo, bodies[at])
        except (OSError, urllib.error.URLError, http.client.HTTPException):
            killer.join()
            return at
    killer.join()
    raise AssertionError("the kill came too late to prove anything")


def test_each_touch_is_stored_once_whatever_is_killed(stack: Stack) -> None:
    demo = json.loads((stack.folder / "demo.json").read_text())
    bodies = batches(demo)
    with undisturbed(stack):
        send_all(demo, bodies)
        expected = send_all(demo, bodies)

    begin = 0
    for _ in range(KILLS):
        begin = send_until_killed(stack, demo, bodies, begin)
        stack.start()
        assert stored(stack) >= begin * BATCH
    for body in bodies[begin:]:
        post(demo, body)

    assert stored(stack) == TOUCHES
    assert send_all(demo, bodies) == expected
    assert stored(stack) == TOUCHES


def stored(stack: Stack) -> int:
    """How many of the touches the log holds; the key allows none twice, so the numbers are counted as rows."""
    with psycopg.connect(Postgres(stack.folder / "pg").url("owner", "registry")) as link:
        rows = link.execute("SELECT count(*), count(DISTINCT seq) FROM touches_touch WHERE seq >= %s", [FIRST_SEQ])
        every, different = rows.fetchone() or (0, 0)
    assert every == different
    return int(every)
