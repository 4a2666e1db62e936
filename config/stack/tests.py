"""What `./test` does: system packages, a throwaway database, pytest."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.stack.alone import alone_in
from config.stack.bootstrap import ROOT, say
from config.stack.postgres import HOMES, THROWAWAY, Postgres

# The same Chromium without a window of its own is preferred: each visitor takes a tenth of the time.
CHROMIUM = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
# Programs or files of which one must be there, and the Debian package that brings it.
SYSTEM_PACKAGES = {
    CHROMIUM: "chromium-headless-shell",
    ("/usr/sbin/pcscd",): "pcscd",
    ("/usr/lib/pcsc/drivers/serial/libifdvpcd.so",): "vsmartcard-vpcd",
}
WITHOUT = "Without Chromium the journeys fail; without pcscd, its driver and root the tests through PC/SC are skipped."
LONGEST_RUN_SECONDS = 3600


def ensure_system_packages() -> None:
    """Install missing Debian packages when root; otherwise say which, and go on."""
    missing = [package for paths, package in SYSTEM_PACKAGES.items() if not any(Path(path).exists() for path in paths)]
    if not missing:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"Missing: {', '.join(missing)}. {WITHOUT} As root: {command}")
        return
    say(f"Installing {', '.join(missing)} …")
    _run_quietly("apt-get update -qq", check=False)
    _run_quietly(command, check=True)


def _run_quietly(command: str, *, check: bool) -> None:
    asking_nothing = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command.split(), check=check, stdout=subprocess.DEVNULL, env=asking_nothing)


def _arguments(given: list[str]) -> list[str]:
    """Three workers, unless it is said how many: while one waits, for Chromium or what it has killed, the others fill two processors."""
    chosen = any(argument.startswith("-n") or argument == "no:xdist" for argument in given)
    return given if chosen else ["-n", "3", *given]


def number_of_workers(command: list[str]) -> int:
    """How many workers of pytest are asked for by number, one at least.

    Each has a database server of its own: the transaction of a test that takes a minute would hold back the feed of changes, which
    waits for whatever runs on its server, for all other tests.
    """
    found = re.search(r" (?:-n|--numprocesses)[ =]?(\d+)", " ".join(command))
    return max(1, int(found[1])) if found else 1


def remove_leftovers(temporary: Path, homes: Path) -> None:
    """Remove what test runs that were killed left: temporary folders, and databases made for such folders."""
    for left in temporary.glob("ccus-test-*"):
        with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
            if time.time() - left.stat().st_mtime > LONGEST_RUN_SECONDS:
                shutil.rmtree(left)
    for note in homes.glob("*/made-for"):
        with contextlib.suppress(OSError):  # somebody else's: we may not even ask whether it is there
            folder = Path(note.read_text())
            if folder.is_relative_to(temporary) and not folder.exists():
                shutil.rmtree(note.parent, ignore_errors=True)


def main() -> int:
    """Run the tests and return pytest's exit status."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C ends pytest; then we stop the database
    ensure_system_packages()
    remove_leftovers(Path(tempfile.gettempdir()), HOMES)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of some hundred processes compiles everything anew
    command = [sys.executable, "-m", "pytest", *_arguments(sys.argv[1:])]
    if "DATABASE_URL" in os.environ:
        os.environ.setdefault("MIGRATE_DATABASE_URL", os.environ["DATABASE_URL"])
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    folder = ROOT / "var" / "test-pg"
    with alone_in(folder, otherwise=f"Tests run already in {ROOT}."), contextlib.ExitStack() as servers:
        databases = {
            worker: _database(servers.enter_context(Postgres(folder / worker, **THROWAWAY)))
            for worker in [f"gw{number}" for number in range(number_of_workers(command))]
        }
        urls = databases["gw0"] | {"DATABASES_OF_WORKERS": json.dumps(databases)}  # read by `config/settings/test.py`
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **urls}, check=False).returncode


def _database(postgres: Postgres) -> dict[str, str]:
    """The environment of who uses a server that runs."""
    postgres.ensure_database("registry")
    return {
        "DATABASE_URL": postgres.url("app", "registry"),
        "MIGRATE_DATABASE_URL": postgres.url("owner", "registry"),
        "DATABASE_LOG": str(postgres.log),
    }


if __name__ == "__main__":
    sys.exit(main())
