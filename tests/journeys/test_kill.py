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
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from api.v1.touches import SMALL
from config.stack.bootstrap import ROOT
from config.stack.postgres import Postgres
from registry.core.days import JST
from registry.touches.derive.signing import signature_of

pytestmark = [pytest.mark.journey, pytest.mark.slow]
TOUCHES, BATCH, PORT, KILLS = 20_000, 100, 8471, 3
FIRST_SEQ = 1_001
A_DAY = 500
# A part is sent in small batches by further devices at once: those share statements.
FURTHER_DEVICES, OF_EACH = 6, 1_000


class Sender(NamedTuple):
    """A device, and the batches that it sends one after the other."""

    device: dict[str, str]
    batch: int
    bodies: list[bytes]


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
            wait_until_there("/readyz")
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


def wait_until_there(path: str) -> None:
    """Wait until the server answers so; the demo is loaded first, beside other tests."""
    limit = time.monotonic() + 180
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=2) as answer:
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


def further_devices(stack: Stack, demo: dict[str, Any]) -> list[dict[str, str]]:
    """Register devices beside that of the demo."""
    call = f"print_devices({demo['terminal']['site']}, {FURTHER_DEVICES})"
    script = f"from tests.journeys.kill_devices import print_devices; {call}"
    printed = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "--no-imports", "-c", script], cwd=ROOT, check=True,
        env={**stack.environment, "DATABASE_URL": Postgres(stack.folder / "pg").url("app", "registry")}, capture_output=True,
    )  # fmt: skip
    devices: list[dict[str, str]] = json.loads(printed.stdout)
    return devices


def senders(demo: dict[str, Any], further: list[dict[str, str]]) -> list[Sender]:
    """20,000 different touches of ten cards, on forty days that are over."""
    first = datetime.now(JST).date() - timedelta(days=TOUCHES // A_DAY + 2)
    touches = [
        {
            "seq": FIRST_SEQ + n, "card": demo["cards"][n % 10], "direction": ["in", "out"][n // 10 % 2],
            "touched_at": f"{first + timedelta(days=n // A_DAY)}T{6 + n % A_DAY // 60:02}:{n % 60:02}:{n // 10 % 60:02}+09:00",
        }
        for n in range(TOUCHES)
    ]  # fmt: skip
    alone = TOUCHES - FURTHER_DEVICES * OF_EACH
    shares = [touches[at : at + OF_EACH] for at in range(alone, TOUCHES, OF_EACH)]
    return [
        a_sender(demo["terminal"], touches[:alone], BATCH),
        *(a_sender(device, share, SMALL) for device, share in zip(further, shares, strict=True)),
    ]


def a_sender(device: dict[str, str], touches: list[dict[str, Any]], batch: int) -> Sender:
    """A device that sends touches in batches."""
    parts = [touches[at : at + batch] for at in range(0, len(touches), batch)]
    bodies = [json.dumps({"store": device["store"], "touches": part}).encode() for part in parts]
    return Sender(device, batch, bodies)


def post(device: dict[str, str], body: bytes) -> list[dict[str, Any]]:
    """Send one batch; returns what became of each touch."""
    signature = signature_of(bytes.fromhex(device["secret"]), body)
    headers = {"Device": device["device"], "Signature": signature, "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/touches", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        results: list[dict[str, Any]] = json.load(answer)["results"]
    assert {result["status"] for result in results} == {"stored"}
    return results


def send_all(every: list[Sender], begin: list[int]) -> list[list[dict[str, Any]]]:
    """Send everything from some batches on, all devices at once; returns what became of each device's touches."""

    def send(sender: Sender, begin: int) -> list[dict[str, Any]]:
        return [result for body in sender.bodies[begin:] for result in post(sender.device, body)]

    with ThreadPoolExecutor(len(every)) as together:
        return list(together.map(send, every, begin))


@contextmanager
def undisturbed(stack: Stack) -> Iterator[None]:
    """A server on a copy of the database as it was before the first touch was sent."""
    stack.stop()
    with Postgres(stack.folder / "pg") as postgres:
        with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as link:
            link.execute("CREATE DATABASE undisturbed TEMPLATE registry OWNER owner")
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT),
             "--blocking-threads", "8", "--no-ws", "--log-level", "error", "config.wsgi:application"],
            cwd=ROOT, env={**stack.environment, "DATABASE_URL": postgres.url("app", "undisturbed")},
        )  # fmt: skip
        try:
            wait_until_there("/healthz")  # no job worker runs beside it
            yield
        finally:
            server.terminate()
            server.wait(30)
    stack.start()


def send_until_killed(stack: Stack, every: list[Sender], begin: list[int]) -> list[int]:
    """Send from some batches on while everything is killed at a moment nobody knows; returns each first one without an answer.

    The moment is drawn once every device has had an answer: from then on all send at once.
    """
    killer = threading.Timer(random.uniform(0.1, 0.4), stack.kill)
    at_work = threading.Barrier(len(every), action=killer.start, timeout=60)

    def send(sender: Sender, begin: int) -> int:
        post(sender.device, sender.bodies[begin])
        at_work.wait()
        for at in range(begin + 1, len(sender.bodies)):
            try:
                post(sender.device, sender.bodies[at])
            except (OSError, urllib.error.URLError, http.client.HTTPException):
                return at
        raise AssertionError("the kill came too late to prove anything")

    with ThreadPoolExecutor(len(every)) as together:
        found = list(together.map(send, every, begin))
    killer.join()
    return found


def test_each_touch_is_stored_once_whatever_is_killed(stack: Stack) -> None:
    demo = json.loads((stack.folder / "demo.json").read_text())
    every = senders(demo, further_devices(stack, demo))
    begin = [0] * len(every)
    with undisturbed(stack):
        send_all(every, begin)
        expected = send_all(every, begin)

    for _ in range(KILLS):
        begin = send_until_killed(stack, every, begin)
        stack.start()
        found = stored(stack)
        for sender, answered in zip(every, begin, strict=True):
            assert found[sender.device["device"]] >= answered * sender.batch
    assert has_shared(stack), begin
    send_all(every, begin)

    complete = {sender.device["device"]: len(sender.bodies) * sender.batch for sender in every}
    assert sum(complete.values()) == TOUCHES
    assert stored(stack) == complete
    assert send_all(every, [0] * len(every)) == expected
    assert stored(stack) == complete


def ask(stack: Stack, question: str) -> list[tuple[Any, ...]]:
    """Ask the database of the touches sent here."""
    with psycopg.connect(Postgres(stack.folder / "pg").url("owner", "registry")) as link:
        return link.execute(f"SELECT {question}", [FIRST_SEQ]).fetchall()


def stored(stack: Stack) -> Counter[str]:
    """How many of each device's touches the log holds; the key allows none twice, so the numbers are counted as rows."""
    found: Counter[str] = Counter()
    for device, number, different in ask(
        stack, "device_id::text, count(*), count(DISTINCT seq) FROM touches_touch WHERE seq >= %s GROUP BY device_id"
    ):
        assert number == different
        found[device] = number
    return found


def has_shared(stack: Stack) -> bool:
    """Whether touches of several devices were stored by one statement."""
    touches = "FROM touches_touch WHERE seq >= %s GROUP BY xmin::text HAVING count(DISTINCT device_id) > 1"
    return ask(stack, f"EXISTS (SELECT {touches})") == [(True,)]
