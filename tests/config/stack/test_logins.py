"""What `./start` prints and keeps when it runs on one database after the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commands.demo_logins import write_demo
from config.stack import run
from config.stack.postgres import THROWAWAY, Postgres

ADDRESS = "http://localhost:8000"


@pytest.fixture(scope="module")
def postgres(anybodys_folder: Path) -> Iterator[Postgres]:
    """A database cluster of our own."""
    with Postgres(anybodys_folder / "pg", **THROWAWAY) as postgres:
        yield postgres


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "VAR", tmp_path)
    return tmp_path


def a_database(postgres: Postgres, name: str, *login_ids: str) -> str:
    """A database with accounts; returns its address."""
    postgres.ensure_database(name)
    with psycopg.connect(postgres.url("owner", name)) as link:
        link.execute("CREATE TABLE accounts_account (login_id text)")
        for login_id in login_ids:
            link.execute("INSERT INTO accounts_account VALUES (%s)", [login_id])
    return postgres.url("owner", name)


def load(var: Path, login_id: str) -> None:
    """What the command `demo` leaves behind."""
    logins = [{"role": "prime owner", "login_id": login_id, "password": f"word-of-{login_id}"}]
    terminal: dict[str, Any] = {"device": "1", "secret": "00", "store": "0", "site": f"site-of-{login_id}"}
    write_demo(var, {"base_url": "http://before", "logins": logins, "terminal": terminal, "cards": []})


def test_another_database_takes_nothing_from_the_logins_of_the_first(
    postgres: Postgres, var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, other, empty = (
        a_database(postgres, "own", "21001"), a_database(postgres, "other", "21002"), a_database(postgres, "empty")
    )  # fmt: skip
    load(var, "21001")
    load(var, "21002")

    said = []
    for url in (own, other, empty, own):
        monkeypatch.setenv("DATABASE_URL", url)
        run.show_logins(ADDRESS)
        said.append([line.split()[-1] for line in capsys.readouterr().out.splitlines() if "word-of" in line])

    assert said == [["word-of-21001"], ["word-of-21002"], [], ["word-of-21001"]]
    kept = json.loads((var / "demo.json").read_text())
    assert (kept["base_url"], [login["login_id"] for login in kept["logins"]]) == (ADDRESS, ["21001"])


def test_an_owners_database_without_that_of_the_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("MIGRATE_DATABASE_URL", "postgresql:///elsewhere")

    with (
        pytest.raises(SystemExit, match=r"DATABASE_URL none\. Nothing was started\. Set DATABASE_URL too"),
        run._database(),
    ):
        pass
