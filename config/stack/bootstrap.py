"""What `start` and `test` do before anything is installed. Standard library only."""

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = VENV / "bin" / "pip"
STAMP = VENV / "installed"
OLDEST_PYTHON = (3, 11)
SYSTEM_PYTHON = Path("/usr/bin/python3")


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)  # noqa: T201 -- this is a command


def _hash_of(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _fastest_python() -> str:
    """The system's Python where it is of this one's version and makes environments, else this one.

    Distributions build theirs by profiles of its work; version managers mostly don't, and all takes longer (decision 17).
    """
    question = f"import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        is_able = not subprocess.run([SYSTEM_PYTHON, "-c", question], check=False, capture_output=True).returncode
    except OSError:
        is_able = False
    # By its full name: after an upgrade of the system the environment is missed, and made anew.
    return str(SYSTEM_PYTHON.resolve()) if is_able else sys.executable


def _make_environment() -> None:
    python = _fastest_python()
    if python == sys.executable and importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python lacks its module ensurepip, so nothing can be installed. On Debian: apt install python3-venv")
    words = [python, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(words, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        sys.exit(f"{VENV} cannot be written. Clone the project into a folder of your own.\n{made.stdout.strip()}")


def _pip(*words: str) -> list[str]:
    options = ["-qq", "--disable-pip-version-check", "--require-hashes"]
    return [str(PYTHON), "-m", "pip", "install", *options, *words]


def _install_quickly(lock: Path) -> bool:
    """Install by uv where the lock file pins it: pip reads every release of every package first, ten times the work.

    uv knows nothing of pip's settings (a mirror, a proxy's certificate). Whatever it meets, pip tries after it and tells.
    """
    pinned = re.search(r"^uv==.*?(?=^\S|\Z)", lock.read_text(), re.MULTILINE | re.DOTALL)
    if not pinned:
        return False
    only_uv = VENV / "uv.lock"
    only_uv.write_text(pinned[0])
    # Compiled at once: not everybody who runs it may write there.
    words = ["pip", "install", "-q", "--compile-bytecode", "--require-hashes", "--python", str(PYTHON), "-r", str(lock)]
    steps = (_pip("-r", str(only_uv)), [str(VENV / "bin" / "uv"), *words])
    return not any(subprocess.run(step, check=False, stderr=subprocess.DEVNULL).returncode for step in steps)


def _install(lock: str) -> None:
    if not (PYTHON.exists() and PIP.exists()):  # also when making it was interrupted
        _make_environment()
    if _install_quickly(ROOT / lock):
        return
    if subprocess.run(_pip("-r", str(ROOT / lock)), check=False).returncode:
        sys.exit("The installation did not succeed; see above. Nothing else was changed. Run the command again.")


def ensure_environment(lock: str, *also_enough: str) -> None:
    """Install a lock file into `.venv` unless it, or one of the larger ones, is there already."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed; this is {sys.version.split()[0]}.")
    with (ROOT / ".gitignore").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        installed = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
        if any(_hash_of(enough) in installed for enough in (lock, *also_enough)):
            return
        began = time.monotonic()
        say(f"Installing {lock} into .venv …")
        try:
            _install(lock)
        except KeyboardInterrupt:
            sys.exit("\nStopped. The same command goes on with the installation.")
        STAMP.write_text(_hash_of(lock))
        say(f"Installed in {time.monotonic() - began:.0f} s")


def become(*command: str) -> None:
    """Go on as another program of the environment, in this process."""
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *command])  # noqa: S606 -- our own interpreter
