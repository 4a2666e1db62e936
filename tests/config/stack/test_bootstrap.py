"""The installation: refused with a reason, and gone on with after an interruption."""

import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

from config.stack import bootstrap
from config.stack.bootstrap import ensure_environment


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a lock file that names nothing."""
    environment = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", environment)
    monkeypatch.setattr(bootstrap, "PYTHON", environment / "bin" / "python")
    monkeypatch.setattr(bootstrap, "PIP", environment / "bin" / "pip")
    monkeypatch.setattr(bootstrap, "STAMP", environment / "installed")
    (tmp_path / ".gitignore").touch()
    (tmp_path / "small.lock").write_text("# nothing\n")
    return tmp_path


def wheel(folder: Path, name: str = "tiny", program: str = "") -> Path:
    """The smallest package, with a program of its name."""
    path, about = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "")
        script = zipfile.ZipInfo(f"{name}-1.0.data/scripts/{name}")
        script.external_attr = 0o100755 << 16  # a file that may be run
        file.writestr(script, f"#!/bin/sh\n{program}\n")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return path


def sha256(path: Path) -> str:
    """The sum that a lock file holds."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_an_interrupted_installation_is_gone_on_with(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/usr/bin/no-such-python")
    tiny = wheel(clone)
    good = sha256(tiny)
    (clone / "large.lock").write_text(f"{tiny.as_uri()} --hash=sha256:{good[::-1]}\n")

    with pytest.raises(SystemExit, match="did not succeed"):
        ensure_environment("large.lock")
    assert "DO NOT MATCH THE HASHES" in capfd.readouterr().err

    (clone / "large.lock").write_text(f"{tiny.as_uri()} --hash=sha256:{good}\n")
    ensure_environment("large.lock")
    assert list((clone / ".venv").rglob("tiny.py"))
    assert "Installed" in capfd.readouterr().out
    ensure_environment("small.lock", "large.lock")
    assert not capfd.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("is_able", [True, False])
def test_pip_installs_what_uv_cannot(clone: Path, monkeypatch: pytest.MonkeyPatch, is_able: bool) -> None:
    """As where a mirror is told to pip alone."""
    for name, value in {"TARGET": str(clone / ".venv"), "NO_INDEX": "1", "FIND_LINKS": str(clone)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "PIP", Path(sys.executable))
    (clone / ".venv").mkdir()
    program = f'printf "%s\\n" "$@" > "{clone}/told"; exit {int(not is_able)}'
    sums = {"tiny": sha256(wheel(clone)), "uv": sha256(wheel(clone, "uv", program))}
    lines = [f"{name}==1.0 \\\n    --hash=sha256:{its_sum}\n" for name, its_sum in sums.items()]
    (clone / "large.lock").write_text("".join(lines))

    ensure_environment("large.lock")

    told = (clone / "told").read_text().splitlines()
    assert {"--require-hashes", sys.executable, str(clone / "large.lock")} <= set(told)
    assert (clone / ".venv" / "tiny.py").exists() is not is_able


def test_an_environment_that_cannot_be_made_is_refused(clone: Path) -> None:
    (clone / ".venv").write_text("a file, not a folder")

    with pytest.raises(SystemExit, match="cannot be written"):
        ensure_environment("small.lock")


@pytest.mark.parametrize(("answers", "is_taken"), [("exit 0", True), ("exit 1", False), (None, False)])
def test_the_systems_python_makes_the_environment_where_it_can(
    clone: Path, monkeypatch: pytest.MonkeyPatch, answers: str | None, is_taken: bool
) -> None:
    """It is asked whether it is of our version and can make one; (None) there may be none at all."""
    system, told = clone / "system-python", clone / "told"
    monkeypatch.setattr(bootstrap, "SYSTEM_PYTHON", system)
    if answers:
        system.write_text(
            f'#!/bin/sh\nif [ "$1" = -c ]; then {answers}; fi\necho "$@" > "{told}"\nexec "{sys.executable}" "$@"\n'
        )
        system.chmod(0o755)

    ensure_environment("small.lock")

    assert (clone / ".venv" / "bin" / "pip").exists()
    assert told.exists() is is_taken


def test_an_old_python_is_refused(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (9, 9))

    with pytest.raises(SystemExit, match=r"Python 9\.9 or newer is needed"):
        ensure_environment("small.lock")
