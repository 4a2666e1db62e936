"""What a test run needs, and what is left of runs that were killed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from config.stack import tests
from config.stack.bootstrap import ROOT
from config.stack.tests import LONGEST_RUN_SECONDS, ensure_system_packages, number_of_workers, remove_leftovers


def test_leftovers_of_killed_runs_go_and_those_of_running_ones_stay(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in ("ccus-test-old", "ccus-test-young", "somebody-else"))
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "mail").touch()
    long_ago = time.time() - LONGEST_RUN_SECONDS - 1
    os.utime(old, (long_ago, long_ago))
    os.utime(other, (long_ago, long_ago))

    remove_leftovers(tmp_path, tmp_path)

    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_databases_made_for_temporary_folders_go_with_them(tmp_path: Path) -> None:
    homes, there = tmp_path / "homes", tmp_path / "there"
    there.mkdir()
    for name, folder in (("gone", tmp_path / "gone"), ("there", there), ("elsewhere", Path("/no/such/disk"))):
        (homes / name).mkdir(parents=True)
        (homes / name / "made-for").write_text(str(folder))

    remove_leftovers(tmp_path, homes)

    assert {home.name for home in homes.iterdir()} == {"there", "elsewhere"}


def test_what_we_may_not_ask_about_is_left_alone(tmp_path: Path) -> None:
    homes = tmp_path / "homes"
    notes = {
        "refused": str(tmp_path / ("x" * 300)),
        "gone": str(tmp_path / "gone"),
    }  # the first can never be asked about
    for name, folder in notes.items():
        (homes / name).mkdir(parents=True)
        (homes / name / "made-for").write_text(folder)
    (homes / "no-note" / "made-for").mkdir(parents=True)

    remove_leftovers(tmp_path, homes)

    assert {home.name for home in homes.iterdir()} == {"refused", "no-note"}


def test_an_ordinary_user_is_told_what_is_missing_and_what_follows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tests, "SYSTEM_PACKAGES", {("/no/such/program",): "pcscd"})
    monkeypatch.setattr(os, "geteuid", lambda: 65534)

    ensure_system_packages()

    said = capsys.readouterr().out
    for words in ("Missing: pcscd.", "the tests through PC/SC are skipped", "As root: apt-get install"):
        assert words in said


def test_the_tests_before_a_change_lands_know_that_they_may_not_skip(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "test").write_text('#!/bin/sh\nprintf %s "$CI"; exit 7\n')
    (tmp_path / "test").chmod(0o755)
    place = {key: value for key, value in os.environ.items() if key != "CI"}

    done = subprocess.run([tmp_path / ".ci" / "run"], env=place, capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("true", 7)


@pytest.mark.parametrize(
    ("arguments", "number"),
    [("-n 2 -q", 2), ("-q -n3", 3), ("--numprocesses=4", 4), ("-n0", 1), ("-n auto", 1), ("-p no:xdist tests/api", 1)],
)
def test_each_worker_has_a_server(arguments: str, number: int) -> None:
    assert number_of_workers(["python", "-m", "pytest", *arguments.split()]) == number
