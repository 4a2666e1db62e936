"""What is left of test runs that were killed."""

import os
import time
from pathlib import Path

from config.stack.tests import LONGEST_RUN_SECONDS, remove_leftovers


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
