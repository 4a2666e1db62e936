"""The database of our own: what it survives, and who it runs as."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.stack.bootstrap import ROOT
from config.stack.postgres import HOMES, Postgres, PostgresError
from config.stack.processes import is_alive
from tests.config.stack.conftest import wait_for


@pytest.fixture(scope="module")
def folder(anybodys_folder: Path) -> Path:
    """A folder with a database that was stopped; it holds a row."""
    with Postgres(anybodys_folder / "現場 pg") as postgres:
        postgres.ensure_database("registry")
        with psycopg.connect(postgres.url("owner", "registry")) as link:
            link.execute("CREATE TABLE kept (number int)")
            link.execute("INSERT INTO kept VALUES (1)")
    return anybodys_folder / "現場 pg"


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    """The database, running."""
    with Postgres(folder) as postgres:
        yield postgres


def rows(postgres: Postgres) -> int:
    """How many rows are kept."""
    with psycopg.connect(postgres.url("owner", "registry")) as link:
        return link.execute("SELECT FROM kept").rowcount


def pid_of(postgres: Postgres) -> int:
    assert postgres.postmaster_pid
    return postgres.postmaster_pid


def test_a_killed_database_starts_again_with_all_that_was_committed(postgres: Postgres) -> None:
    os.kill(pid_of(postgres), signal.SIGKILL)
    wait_for(lambda: not postgres.is_running)

    postgres.start()

    assert rows(postgres) == 1


def test_a_database_that_was_left_running_is_ended_first(folder: Path, postgres: Postgres) -> None:
    left = pid_of(postgres)

    with Postgres(folder) as again:
        assert not is_alive(left)
        assert rows(again) == 1


def test_a_pid_file_that_names_somebody_else_does_no_harm(folder: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as somebody:
        (folder / "data" / "postmaster.pid").write_text(f"{somebody.pid}\n{folder / 'data'}\n")
        with Postgres(folder) as postgres:
            assert rows(postgres) == 1
        assert is_alive(somebody.pid)
        somebody.kill()


def test_an_interrupted_initdb_is_made_anew(anybodys_folder: Path) -> None:
    folder = anybodys_folder / "interrupted"
    program = "import sys, pathlib, config.stack.postgres as p; p.Postgres(pathlib.Path(sys.argv[1])).start()"
    with subprocess.Popen([sys.executable, "-c", program, folder], cwd=ROOT) as process:
        wait_for(lambda: any(folder.glob("data.part-*/PG_VERSION")))
        process.kill()
    assert not (folder / "data").exists()

    with Postgres(folder) as postgres:
        postgres.ensure_database("registry")


def test_a_dropped_database_is_empty_when_it_is_made_again(postgres: Postgres) -> None:
    postgres.ensure_database("other")
    with psycopg.connect(postgres.url("owner", "other")) as user:
        user.execute("CREATE TABLE half (number int)")
        user.commit()

        postgres.drop_database("other")
        postgres.ensure_database("other")

    with psycopg.connect(postgres.url("owner", "other")) as link:
        assert link.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_what_a_database_says_against_its_start_is_told(folder: Path) -> None:
    settings = folder / "data" / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("no_such_setting = 1\n")

    with pytest.raises(PostgresError, match="no_such_setting"):
        Postgres(folder).start()

    settings.write_text(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_database_of_another_user_is_refused(folder: Path) -> None:
    data = folder / "data"
    owner = data.stat().st_uid
    os.chown(data, owner + 1, -1)

    with pytest.raises(PostgresError, match=f"belongs to the user {owner + 1}"):
        Postgres(folder).start()

    os.chown(data, owner, -1)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's database lies in the user's folder")
def test_roots_database_lies_elsewhere_when_nobody_else_may_reach_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with Postgres(tmp_path) as postgres:
        assert postgres.data.is_relative_to(HOMES)
        assert Path(f"/proc/{pid_of(postgres)}").stat().st_uid != 0
    shutil.rmtree(postgres.data.parent)
