"""`demo.json` is always that of the database that runs; those of others are kept."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.demo_logins import bring_demo, write_demo

HERE, NOW_HERE = "http://localhost:8000", "http://localhost:8001"


def a_demo(site: str, *login_ids: str) -> dict[str, Any]:
    """What a demo leaves behind."""
    logins = [{"role": "worker", "login_id": login_id, "password": f"of-{site}"} for login_id in login_ids]
    terminal = {"device": "1", "secret": "00", "store": "0", "site": site}
    return {"base_url": HERE, "logins": logins, "terminal": terminal, "cards": ["1"]}


def database_with(*login_ids: str) -> Callable[[list[str]], bool]:
    """A database that has these accounts and no others."""
    return lambda wanted: set(wanted) <= set(login_ids)


def shown(var: Path) -> dict[str, Any] | None:
    """What scripts read."""
    path = var / "demo.json"
    return json.loads(path.read_text()) if path.exists() else None


FIRST, SECOND = a_demo("24-1", "office-desk", "1001"), a_demo("24-2", "office-desk", "2001")


def test_each_database_gets_its_own_demo_back(tmp_path: Path) -> None:
    write_demo(tmp_path, FIRST)
    write_demo(tmp_path, SECOND)

    for demo in (FIRST, SECOND, FIRST, FIRST):
        ids = [login["login_id"] for login in demo["logins"]]
        assert bring_demo(tmp_path, HERE, database_with(*ids)) == demo
        assert shown(tmp_path) == demo


def test_a_database_without_a_demo_shows_none_and_loses_none(tmp_path: Path) -> None:
    write_demo(tmp_path, FIRST)

    assert bring_demo(tmp_path, HERE, database_with("office-desk")) is None

    assert shown(tmp_path) is None
    assert bring_demo(tmp_path, HERE, database_with("office-desk", "1001")) == FIRST


def test_the_address_is_that_of_today_and_nothing_is_kept_twice(tmp_path: Path) -> None:
    write_demo(tmp_path, FIRST)

    bring_demo(tmp_path, NOW_HERE, database_with("office-desk", "1001"))

    assert shown(tmp_path) == FIRST | {"base_url": NOW_HERE}
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    write_demo(tmp_path, FIRST)
    write_demo(tmp_path, SECOND)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
