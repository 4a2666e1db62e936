"""Clones of this work tree as a user has them, and the system started in one of them."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.stack import bootstrap
from config.stack.processes import children_of, descendants_of, folder_of, is_alive

SECONDS = 90  # for one thing to happen, on a machine that has other work too
NOT_CLONED = shutil.ignore_patterns(".git", ".venv", "var", ".*_cache", "__pycache__")
OURS = {
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "VAR_DIR",
    "PORT",
    "HOST",
    "DEMO",
    "PUBLIC_URL",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONDONTWRITEBYTECODE",  # else each of some sixty processes compiles everything anew
}
SITE_PACKAGES = Path(pytest.__file__).parent.parent


def processes_in(tree: Path) -> set[int]:
    """The living processes that work in a folder or below it."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        folder = folder_of(int(entry.name))
        if folder and folder.is_relative_to(tree) and is_alive(int(entry.name)):
            found.add(int(entry.name))
    return found


class Running:
    """`./start`, running in a clone."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, folder: Path) -> None:
        self.process, self._log, self._folder = process, log, folder
        self.address = ""
        wait_for(lambda: "Ctrl-C stops everything" in self.log or process.poll() is not None)
        assert process.poll() is None, self.log
        self.address = re.findall(r"^  (http://\S+)$", self.log, re.MULTILINE)[-1]
        wait_for(lambda: self.answers("/"))

    @property
    def log(self) -> str:
        """What was printed."""
        return self._log.read_text()

    @property
    def pids(self) -> set[int]:
        """All its processes."""
        return {self.process.pid, *descendants_of(self.process.pid)}

    @property
    def remains(self) -> set[int]:
        """The living processes that work in the clone."""
        return processes_in(self._folder)

    def pids_of(self, words: str) -> set[int]:
        """The programs that `./start` runs and whose command line has these words, with all they started."""
        for pid in children_of(self.process.pid):
            with contextlib.suppress(OSError):
                if words in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                    return {pid, *descendants_of(pid)}
        return set()

    def kill(self, words: str) -> set[int]:
        """Kill one of the programs by force, but nothing that it started; returns what it was."""
        wait_for(lambda: bool(self.pids_of(words)))
        pids = self.pids_of(words)
        os.kill(next(pid for pid in children_of(self.process.pid) if pid in pids), signal.SIGKILL)
        return pids

    def answers(self, path: str = "/readyz") -> bool:
        """Whether a page comes."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        """Send a signal as a terminal does: to the whole group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.process.wait(SECONDS)


class Clone:
    """A copy of the work tree with an environment of its own."""

    def __init__(self, folder: Path, python: str = sys.executable, user: int = os.geteuid()) -> None:
        self.folder, self.user = folder, user
        shutil.copytree(bootstrap.ROOT, folder, ignore=NOT_CLONED, symlinks=True)
        _make_environment(folder / ".venv", python)
        if user != os.geteuid():
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, user, user, follow_symlinks=False)

    def popen(self, *command: str, log: Path, **environment: str) -> subprocess.Popen[bytes]:
        """Run a command in the clone, as its user."""
        kept = {key: value for key, value in os.environ.items() if key not in OURS and not key.startswith("PYTEST")}
        mine = {"PATH": f"{self.folder}/.venv/bin:/usr/bin:/bin", "HOME": str(self.folder), "PYTHONUNBUFFERED": "1"}
        other = self.user if self.user != os.geteuid() else None
        with log.open("wb") as output:
            return subprocess.Popen(
                command, cwd=self.folder, env={**kept, **mine, **environment}, stdout=output, stderr=output,
                start_new_session=True, user=other, group=other, extra_groups=None if other is None else [],
            )  # fmt: skip

    @contextmanager
    def running(self, **environment: str) -> Iterator[Running]:
        """`./start` without the demo, for that takes long, until the block ends."""
        log = self.folder.with_name(f"{self.folder.name}.log")
        process = self.popen("./start", log=log, **{"DEMO": "no", **environment})
        try:
            yield Running(process, log, self.folder)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(SECONDS)
            print(log.read_text())  # noqa: T201 -- shown when a test fails


def _make_environment(folder: Path, python: str) -> None:
    """An environment with the packages of this one, which `./start` takes for installed."""
    if python == sys.executable:
        venv.create(folder, with_pip=False, symlinks=True)
    else:
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    packages.rmdir()
    if all(parent.stat().st_mode & 0o001 for parent in SITE_PACKAGES.parents):
        packages.symlink_to(SITE_PACKAGES)
    else:
        shutil.copytree(SITE_PACKAGES, packages, copy_function=os.link)
    shutil.copy(bootstrap.STAMP, folder / bootstrap.STAMP.name)


def wait_for(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def anybodys_folder() -> Iterator[Path]:
    """A folder that everybody may walk through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="ccus-test-clones "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
