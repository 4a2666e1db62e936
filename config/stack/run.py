"""What `./start` does after the installation: database, tables, demo data, server, job worker, until Ctrl-C."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from config.stack.bootstrap import ROOT, say
from config.stack.postgres import Postgres

VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
GRACE_SECONDS = 8
QUICK_DEATHS_ALLOWED = 3
QUICK_SECONDS = 5


class Stop(BaseException):
    """Somebody asked us to stop."""


def _raise_stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop


def free_port(host: str) -> int:
    """The wanted port, or from 8000 on the first that nobody has."""
    if "PORT" in os.environ:
        return int(os.environ["PORT"])
    for port in range(8000, 8100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    sys.exit("No free port between 8000 and 8099. Set PORT to one that is free.")


def manage(*words: str) -> None:
    """Run one management command; its failure ends the start."""
    if subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=False).returncode:
        sys.exit(f"`manage.py {' '.join(words)}` failed; see above. The data is as it was before.")


def _fingerprint() -> str:
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode())
    for pattern in (
        "registry/*/migrations/*.py",
        "registry/*/sql/*",
        "registry/*/states.py",
        "registry/codes/tables/*.csv",
    ):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare_database() -> None:
    """Tables, code tables, rights and, the first time, demo data. Skipped when nothing changed."""
    stamp = VAR / "prepared"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Preparing the database …")
    manage("migrate", "-v", "0")
    manage("load_codes", "-v", "0")
    manage("grant_rights")
    if not (VAR / "demo.json").exists():
        say("Loading the demo …")
        manage("demo")
    stamp.write_text(wanted)


class Child:
    """One program that runs beside us, started again when it dies."""

    def __init__(self, name: str, *command: str) -> None:
        self.name, self._command = name, command
        self._quick_deaths = 0
        self.start()

    def start(self) -> None:
        """Start it, in a process group of its own."""
        self._began = time.monotonic()
        self.process = subprocess.Popen(self._command, cwd=ROOT, start_new_session=True)

    def watch(self) -> None:
        """Start it again when it is dead; give up when it keeps dying at once."""
        status = self.process.poll()
        if status is None:
            return
        quick = time.monotonic() - self._began < QUICK_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        say(f"{self.name} ended with status {status}; starting it again")
        if self._quick_deaths > QUICK_DEATHS_ALLOWED:
            raise SystemExit(f"{self.name} keeps ending at once; see its messages above.")
        time.sleep(self._quick_deaths)
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all it started."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def stop_children(children: list[Child]) -> None:
    """Ask all to end; end those that do not."""
    for child in children:
        child.signal(signal.SIGTERM)
    limit = time.monotonic() + GRACE_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, limit - time.monotonic()))
        child.signal(signal.SIGKILL)
        child.process.wait()


def show_logins(base_url: str) -> None:
    """Print the address and the demo logins; keep the address in `demo.json` current."""
    path = VAR / "demo.json"
    say(f"\n  {base_url}\n")
    if not path.exists():
        return
    demo = json.loads(path.read_text())
    demo["base_url"] = base_url
    path.write_text(json.dumps(demo, ensure_ascii=False, indent=1))
    for login in demo["logins"]:
        say(f"  {login['role']:<14} {login['login_id']:<16} {login['password']}")
    say("\n  Ctrl-C stops everything.")


def _wait_until_served(host: str, port: int, server: Child) -> None:
    while server.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)


def serve(host: str, port: int, base_url: str) -> None:
    """Run server and job worker until somebody stops us."""
    granian = Path(sys.executable).with_name("granian")
    children: list[Child] = []
    try:
        children.append(
            Child(
                "The server", str(granian), "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2",
                "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "config.wsgi:application",
            )
        )  # fmt: skip
        children.append(Child("The job worker", sys.executable, "manage.py", "procrastinate", "worker"))
        children.append(Child("The binder of days", sys.executable, "manage.py", "follow_changes"))
        _wait_until_served(host, port, children[0])
        show_logins(base_url)
        while True:
            time.sleep(0.5)
            for child in children:
                child.watch()
    except Stop:
        say("\nStopping …")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop_children(children)


def main() -> None:
    """Run everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stop)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    VAR.mkdir(parents=True, exist_ok=True)
    host = os.environ.get("HOST", "127.0.0.1")
    port = free_port(host)
    base_url = f"http://localhost:{port}"
    os.environ.setdefault("PUBLIC_URL", base_url)
    postgres = None
    try:
        if "DATABASE_URL" not in os.environ:
            postgres = Postgres(VAR / "pg")
            postgres.start()
            postgres.ensure_database("registry")
            os.environ["DATABASE_URL"] = postgres.url("app", "registry")
            os.environ["MIGRATE_DATABASE_URL"] = postgres.url("owner", "registry")
        os.environ.setdefault("MIGRATE_DATABASE_URL", os.environ["DATABASE_URL"])
        prepare_database()
        serve(host, port, base_url)
    except Stop:
        say("\nStopped.")
    finally:
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    main()
