"""What `./start` does after the installation: database, tables, demo data, server, job worker, until Ctrl-C."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg
from psycopg.conninfo import conninfo_to_dict

from commands.demo_logins import bring_demo
from config.stack.alone import alone_in
from config.stack.bootstrap import ROOT, say
from config.stack.ports import shown_host, wanted_or_free_port
from config.stack.postgres import Postgres, PostgresError
from config.stack.processes import (
    GRACE_SECONDS,
    Child,
    Children,
    adopt_orphans,
    end_descendants,
    ends_with_us,
    reap_orphans,
)

VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
SHAPES_THE_DATABASE = (
    "registry/*/migrations/*.py",
    "registry/*/sql/*",
    "registry/*/states.py",
    "registry/codes/tables/*.csv",
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked us to stop."""

    is_asked = False  # kept, since Python drops what is raised while it forks


def _stop_once(_signal: int, _frame: FrameType | None) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Stop.is_asked = True
    raise Stop


def manage(*words: str) -> None:
    """Run one management command; its failure ends the start."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, check=False, start_new_session=True,
        preexec_fn=ends_with_us(signal.SIGTERM),
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"`manage.py {' '.join(words)}` failed; see above. Nothing is served. Start again when it is mended.")


def _half_demo() -> Path:
    """A file that is there while the demo is loaded into this database: half of one is of no use."""
    return VAR / f"demo-loading-{hashlib.sha256(os.environ['DATABASE_URL'].encode()).hexdigest()[:10]}"


def _fingerprint() -> str:
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode())
    for pattern in SHAPES_THE_DATABASE:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _has_accounts() -> bool | None:
    """Whether the database holds accounts; None where it has no tables yet."""
    with psycopg.connect(os.environ["MIGRATE_DATABASE_URL"]) as link:
        if link.execute("SELECT to_regclass('accounts_account')").fetchone() == (None,):
            return None
        return link.execute("SELECT FROM accounts_account LIMIT 1").fetchone() is not None


def _grant_rights() -> None:
    runs_as, owner = (
        conninfo_to_dict(os.environ[name]).get("user") for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL")
    )
    if runs_as and runs_as != owner:
        manage("grant_rights", str(runs_as))


def _load_demo() -> None:
    half = _half_demo()
    if half.exists():
        sys.exit(
            "The demo was interrupted while it was loaded into the database that DATABASE_URL names."
            f" Half of it is of no use. Empty that database, delete {half}, and start again."
        )
    if _has_accounts() or os.environ.get("DEMO") == "no":
        return
    say("Loading the demo …")
    half.touch()
    manage("demo")
    half.unlink()


def prepare_database() -> None:
    """Tables, code tables, rights and, in an empty registry, demo data. Skipped when nothing changed."""
    stamp = VAR / "prepared"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and _has_accounts() is not None:
        return
    say("Preparing the database …")
    manage("migrate", "-v", "0")
    manage("load_codes", "-v", "0")
    _grant_rights()
    _load_demo()
    stamp.write_text(wanted)


def _are_accounts(login_ids: list[str]) -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"]) as link:
        asked = "SELECT count(*) FROM accounts_account WHERE login_id = ANY(%s)"
        return link.execute(asked, [login_ids]).fetchone() == (len(login_ids),)


def show_logins(base_url: str) -> None:
    """Print the address and the logins of the demo in this database; `demo.json` holds the same."""
    say(f"\n  {base_url}\n")
    if demo := bring_demo(VAR, base_url, _are_accounts):
        for login in demo["logins"]:
            say(f"  {login['role']:<14} {login['login_id']:<16} {login['password']}")
    say("\n  Ctrl-C stops everything.")


def _wait_until_served(host: str, port: int, server: Child) -> None:
    while server.process.poll() is None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("The server ended before it could listen; see its messages above.")


def _watch(children: Children, postgres: Postgres | None) -> None:
    """Start again what died."""
    while True:
        time.sleep(0.5)
        if Stop.is_asked:
            raise Stop
        reap_orphans(*(child.process.pid for child in children))
        if postgres and not postgres.is_running:
            say("The database ended; starting it again")
            postgres.start()
        for child in children:
            child.watch()


# Also what is measured by `make bench`.
WEB_SERVER = (
    "-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--workers", "2", "--no-ws",
    "--blocking-threads", "8", "--blocking-threads-idle-timeout", "600",  # with each goes a connection and its plans
    "--log-level", "error",  # it warns of more threads than 2 a core, which are meant: those that wait make a group
)  # fmt: skip


def serve(host: str, port: int, base_url: str, postgres: Postgres | None) -> None:
    """Run server and job workers until somebody stops us."""
    with Children() as children:
        server = Child(
            "The server", sys.executable, *WEB_SERVER, "--host", host, "--port", str(port), "--respawn-failed-workers",
            "--workers-kill-timeout", str(GRACE_SECONDS // 2),  # one that is still loading hears no signal
            has_programs=True,
        )  # fmt: skip
        children.append(server)
        try:
            _wait_until_served(host, port, server)
            show_logins(base_url)
            # Two jobs at a time, so that a long paper does not hold the mail back.
            jobs = ("procrastinate", "worker", "--concurrency", "2")
            children.append(Child("The job worker", sys.executable, "manage.py", *jobs))
            children.append(Child("The binder of days", sys.executable, "manage.py", "follow_changes"))
            _watch(children, postgres)
        except Stop:
            say("\nStopping …")
            raise


@contextmanager
def _database() -> Iterator[Postgres | None]:
    """The database that the environment names, else one of our own while we run."""
    if "DATABASE_URL" in os.environ:
        os.environ.setdefault("MIGRATE_DATABASE_URL", os.environ["DATABASE_URL"])
        try:
            psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10).close()
        except psycopg.Error as error:
            sys.exit(f"The database that DATABASE_URL names does not let us in. Nothing was started.\n{error}")
        yield None
        return
    if "MIGRATE_DATABASE_URL" in os.environ:
        sys.exit(
            "MIGRATE_DATABASE_URL names a database and DATABASE_URL none. Nothing was started."
            " Set DATABASE_URL too, or leave both out: then a database of our own is used."
        )
    postgres = Postgres(VAR / "pg")
    try:
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url("app", "registry")
        os.environ["MIGRATE_DATABASE_URL"] = postgres.url("owner", "registry")
        if (half := _half_demo()).exists():
            say("The demo was interrupted while it was loaded; it is made anew.")
            postgres.drop_database("registry")
            half.unlink()
        postgres.ensure_database("registry")
        yield postgres
    except PostgresError as error:
        sys.exit(f"The database did not start; the data is as it was. See the message, then start again.\n{error}")
    finally:
        postgres.stop()


def main() -> None:
    """Run everything."""
    for number in STOP_SIGNALS:
        signal.signal(number, _stop_once)
    adopt_orphans()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    host = os.environ.get("HOST", "127.0.0.1")
    try:
        with alone_in(VAR, otherwise=f"It runs already with the data in {VAR}. Use that one, or stop it.") as lock:
            port = wanted_or_free_port(host)
            base_url = f"http://{shown_host(host)}:{port.number}"
            print(f"Its address is {base_url}.", end="", file=lock, flush=True)
            os.environ.setdefault("PUBLIC_URL", base_url)
            with _database() as postgres:
                prepare_database()
                serve(host, port.number, base_url, postgres)
    except Stop:
        say("\nStopped.")
    finally:
        end_descendants()


if __name__ == "__main__":
    main()
