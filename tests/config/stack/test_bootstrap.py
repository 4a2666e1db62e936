"""The installation: refused with a reason, and gone on with after an interruption."""

import hashlib
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


def wheel(folder: Path) -> Path:
    """The smallest package."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", "")
        file.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("tiny-1.0.dist-info/RECORD", "")
    return path


@pytest.mark.slow
def test_an_interrupted_installation_is_gone_on_with(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/usr/bin/no-such-python")
    tiny = wheel(clone)
    good = hashlib.sha256(tiny.read_bytes()).hexdigest()
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


def test_an_environment_that_cannot_be_made_is_refused(clone: Path) -> None:
    (clone / ".venv").write_text("a file, not a folder")

    with pytest.raises(SystemExit, match="cannot be written"):
        ensure_environment("small.lock")


def test_an_old_python_is_refused(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (9, 9))

    with pytest.raises(SystemExit, match=r"Python 9\.9 or newer is needed"):
        ensure_environment("small.lock")
