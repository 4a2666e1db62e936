"""A database and a server of one's own for a measurement, like those of `./start`, with fsync on."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.stack.bootstrap import ROOT
from config.stack.postgres import Postgres
from config.stack.run import WEB_SERVER

FOLDER = ROOT / "var" / "bench"
PORT = 8690


@contextmanager
def database() -> Iterator[Postgres]:
    """An empty database with all tables; the environment points to it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    postgres = Postgres(FOLDER / "pg")
    shutil.rmtree(postgres.data, ignore_errors=True)
    postgres.start()
    try:
        postgres.ensure_database("registry")
        os.environ["DATABASE_URL"] = postgres.url("app", "registry")
        os.environ["MIGRATE_DATABASE_URL"] = postgres.url("owner", "registry")
        os.environ["VAR_DIR"] = str(FOLDER)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.dev"
        for command in (("migrate", "-v", "0"), ("load_codes", "-v", "0"), ("grant_rights",)):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
        yield postgres
    finally:
        postgres.stop()


@contextmanager
def server(*, binder: bool = False) -> Iterator[None]:
    """Two web workers, as `./start` runs them, and the binder of days if it is wanted."""
    web = [sys.executable, *WEB_SERVER, "--host", "127.0.0.1", "--port", str(PORT)]
    children = [subprocess.Popen(web, cwd=ROOT, start_new_session=True)]
    if binder:
        children.append(subprocess.Popen([sys.executable, "manage.py", "follow_changes"], cwd=ROOT))
    try:
        _wait()
        yield
    finally:
        for child in children:
            child.terminate()
            child.wait(30)


def _wait() -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def pgbench(postgres: Postgres, script: str, *, clients: int, seconds: int) -> float:
    """Transactions a second of a pgbench script."""
    path = FOLDER / "script.sql"
    path.write_text(script)
    path.chmod(0o644)
    found = subprocess.run(
        [postgres.program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", path,
         postgres.url("owner", "registry")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(next(line.split()[2] for line in found.stdout.splitlines() if line.startswith("tps")))
