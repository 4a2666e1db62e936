"""Settings by place: what production refuses and asks for, secrets that are kept, addresses of databases."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import base
from config.texts import ROOT

ASKED_FOR = {
    "ALLOWED_HOSTS": "registry.example",
    "PUBLIC_URL": "https://registry.example",
    "ALERT_MAILS": "unei@registry.example",
    "WORKER_HOST": "my.registry.example",
    "BUSINESS_HOST": "firm.registry.example",
    "OFFICE_HOST": "office.registry.example",
}


def manage(tmp_path: Path, *command: str, without: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """A command under the settings of production."""
    told = {name: value for name, value in ASKED_FOR.items() if name != without}
    place = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.prod", "VAR_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql:///nowhere", **told, **more,
    }  # fmt: skip
    line = [sys.executable, "manage.py", *command]
    return subprocess.run(line, cwd=ROOT, env=place, capture_output=True, text=True, check=False)


def test_production_passes_the_check_for_deployment(tmp_path: Path) -> None:
    outcome = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("name", ASKED_FOR)
def test_production_does_not_begin_without_what_it_asks_for(tmp_path: Path, name: str) -> None:
    outcome = manage(tmp_path, "check", without=name)
    assert outcome.returncode != 0
    assert name in outcome.stderr


def test_production_is_open_on_no_host_but_those_it_is_told(tmp_path: Path) -> None:
    outcome = manage(tmp_path, "diffsettings", HOST="127.0.0.2")
    assert "registry.example" in outcome.stdout
    assert "127.0.0.2" not in outcome.stdout


@pytest.mark.parametrize("command", ["demo", "demo_world"])
def test_production_refuses_demo_data(tmp_path: Path, command: str) -> None:
    outcome = manage(tmp_path, command)
    assert outcome.returncode != 0
    assert "CommandError" in outcome.stderr


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "VAR_DIR", tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: tuple(base.kept_secrets("django")), range(32)))
    ((secret,),) = found
    assert len(secret) == 64
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["django"]
    assert stat.S_IMODE((tmp_path / "secrets/django").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "user"),
    [
        ("postgresql://app:se%40cret@db.example:5433/registry", "db.example", "5433", "registry", "app"),
        ("postgresql://app@/registry?host=/tmp/a%20folder", "/tmp/a folder", "", "registry", "app"),
        ("postgresql:///registry", "", "", "registry", ""),
    ],
)
def test_a_databases_address(url: str, host: str, port: str, name: str, user: str) -> None:
    found = base.database(url)
    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"]) == (host, port, name, user)


def test_options_of_an_address_go_to_the_driver() -> None:
    found = base.database("postgresql://app:a%40b@db.example/registry?sslmode=verify-full")
    assert found["PASSWORD"] == "a@b"
    assert found["OPTIONS"] == {"sslmode": "verify-full"}
