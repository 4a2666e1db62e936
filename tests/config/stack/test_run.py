"""`./start` as a user has it: in clones, twice at once, killed and stopped."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from config.stack.bootstrap import ROOT
from config.stack.postgres import Postgres
from config.stack.processes import is_alive
from tests.config.stack.conftest import SECONDS, Clone, Running, processes_in, wait_for

pytestmark = pytest.mark.slow
JOBS_RUN = "Launching a worker on all queues"
SYSTEM_PYTHON = "/usr/bin/python3"
STOPPED_WHILE_IT_FORKS = """
import os, signal, subprocess
from config.stack import run
for number in run.STOP_SIGNALS:
    signal.signal(number, run._stop_once)
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGTERM))
subprocess.run(["true"], preexec_fn=lambda: None)
try:
    run._watch(run.Children(), None)
except run.Stop:
    print("stopped")
"""


@pytest.fixture(scope="module")
def clones(anybodys_folder: Path) -> tuple[Clone, Clone]:
    """Two clones: one under a path with spaces, one that belongs to an ordinary user where we are root."""
    return Clone(anybodys_folder / "one 現場"), Clone(anybodys_folder / "another", *an_ordinary_user())


def an_ordinary_user() -> tuple[str, int]:
    """A Python that everybody may run and a user without rights; what we are when that cannot be."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    asked = [SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    if (
        os.geteuid() == 0
        and shutil.which(SYSTEM_PYTHON)
        and subprocess.check_output(asked, text=True).strip() == version
    ):
        return SYSTEM_PYTHON, pwd.getpwnam("nobody").pw_uid
    return sys.executable, os.geteuid()


@pytest.fixture(scope="module")
def both(clones: tuple[Clone, Clone]) -> Iterator[tuple[Running, Running]]:
    """Both clones, started for the first time and at once."""
    with ExitStack() as stack, ThreadPoolExecutor(2) as together:
        first, second = together.map(lambda clone: stack.enter_context(clone.running()), clones)
        wait_for(first.answers)
        wait_for(second.answers)
        yield first, second


@pytest.fixture
def running(both: tuple[Running, Running]) -> Running:
    """The second clone, running."""
    return both[1]


@pytest.fixture
def stopped(clones: tuple[Clone, Clone], both: tuple[Running, Running]) -> Clone:
    """The first clone, started once and stopped."""
    both[0].end()
    return clones[0]


def test_two_clones_started_at_once_have_ports_and_data_of_their_own(
    clones: tuple[Clone, Clone], both: tuple[Running, Running]
) -> None:
    assert both[0].address != both[1].address
    for path in ("var/secrets/django", "var/pg/secrets/owner", "var/pg/data/postmaster.opts"):
        first, second = ((clone.folder / path).read_text() for clone in clones)
        assert first != second


def test_all_processes_run_as_the_user_who_started_it(clones: tuple[Clone, Clone], running: Running) -> None:
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in running.pids} == {clones[1].user}


def test_a_second_start_with_the_same_data_is_refused(
    clones: tuple[Clone, Clone], running: Running, tmp_path: Path
) -> None:
    process = clones[1].popen("./start", log=tmp_path / "log")

    assert process.wait(SECONDS) == 1
    assert running.address in (tmp_path / "log").read_text()
    wait_for(running.answers)


def test_a_wanted_port_that_is_taken_is_refused_with_cause_and_remedy(
    clones: tuple[Clone, Clone], running: Running, tmp_path: Path
) -> None:
    port = running.address.rsplit(":", 1)[1]

    process = clones[0].popen("./start", log=tmp_path / "log", PORT=port, VAR_DIR=str(tmp_path))

    assert process.wait(SECONDS) == 1
    said = (tmp_path / "log").read_text()
    for words in (f"port {port}", "in use", "Nothing was started", "Set PORT"):
        assert words in said
    assert not (tmp_path / "pg").exists()


def test_another_database_is_used_when_the_environment_names_one(
    clones: tuple[Clone, Clone], running: Running, tmp_path: Path
) -> None:
    elsewhere = Postgres(clones[1].folder / "var" / "pg")
    urls = {
        "DATABASE_URL": elsewhere.url("app", "registry"),
        "MIGRATE_DATABASE_URL": elsewhere.url("owner", "registry"),
    }

    with clones[0].running(VAR_DIR=str(tmp_path), **urls) as sharing:
        wait_for(sharing.answers)
        assert sharing.address != running.address

    assert not (tmp_path / "pg").exists()
    wait_for(running.answers)


@pytest.mark.parametrize("victim", ["granian", "procrastinate", "follow_changes", "postgres -D"])
def test_what_is_killed_is_started_again_and_leaves_no_orphan(running: Running, victim: str) -> None:
    killed = running.kill(victim)

    wait_for(lambda: bool(running.pids_of(victim)) and not killed & running.pids)
    wait_for(running.answers)
    assert not killed & running.remains


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_leaves_no_process_even_after_a_kill(stopped: Clone, number: signal.Signals) -> None:
    with stopped.running() as running:
        assert "Preparing" not in running.log, "nothing changed, so nothing is done twice"
        every = running.pids
        running.kill("granian")
        running.kill("postgres -D")

        running.end(number)

        assert running.process.returncode == 0, running.log
        assert not running.remains
        assert not [pid for pid in every if is_alive(pid)]
    assert not Postgres(stopped.folder / "var" / "pg").socket.exists()


def test_a_stop_that_comes_while_a_program_is_started_is_not_lost() -> None:
    """Python drops what is raised while it forks."""
    line = [sys.executable, "-c", STOPPED_WHILE_IT_FORKS]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)

    assert done.stdout == "stopped\n"
    assert "Exception ignored" in done.stderr, "else nothing was lost, and this shows nothing"


def test_a_killed_start_takes_all_along_and_the_next_one_starts_at_once(stopped: Clone) -> None:
    with stopped.running() as running:
        wait_for(lambda: JOBS_RUN in running.log)
        killed = running.pids
        running.end(signal.SIGKILL)
        with stopped.running() as again:
            assert not killed & again.remains
            wait_for(lambda: JOBS_RUN in again.log)
            again.end(signal.SIGKILL)
            wait_for(lambda: not again.remains, seconds=20)


def test_a_stopped_demo_is_made_anew_from_an_empty_database(anybodys_folder: Path) -> None:
    clone = Clone(anybodys_folder / "demo")
    log = anybodys_folder / "demo.log"
    first = clone.popen("./start", log=log)
    wait_for(lambda: _accounts(clone) > 0)
    os.killpg(first.pid, signal.SIGINT)
    assert first.wait(SECONDS) == 0
    assert "Stopped" in log.read_text()
    assert not processes_in(clone.folder)
    assert not (clone.folder / "var" / "demo.json").exists()

    second = clone.popen("./start", log=log)
    wait_for(lambda: "it is made anew" in log.read_text() and "Preparing the database" in log.read_text())
    assert _accounts(clone) == 0
    os.killpg(second.pid, signal.SIGKILL)
    second.wait()
    wait_for(lambda: not processes_in(clone.folder))


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_pages_open_at_the_shown_address_of_another_host(stopped: Clone) -> None:
    with stopped.running(HOST="127.0.0.2") as running:
        assert running.address.startswith("http://127.0.0.2:")
        wait_for(running.answers)
        pid = next(iter(running.pids_of("granian")))
        assert f"PUBLIC_URL={running.address}" in Path(f"/proc/{pid}/environ").read_text().split("\0")


def test_a_database_that_does_not_answer_is_refused(clones: tuple[Clone, Clone], tmp_path: Path) -> None:
    nowhere = "postgresql://app@/registry?host=/no/such/folder"

    process = clones[0].popen("./start", log=tmp_path / "log", DATABASE_URL=nowhere, VAR_DIR=str(tmp_path))

    assert process.wait(SECONDS) == 1
    assert "does not let us in. Nothing was started" in (tmp_path / "log").read_text()


def _accounts(clone: Clone) -> int:
    folder = clone.folder / "var" / "pg"
    try:
        with psycopg.connect(Postgres(folder).url("owner", "registry")) as link:
            return link.execute("SELECT FROM accounts_account").rowcount
    except psycopg.Error:
        return 0
