"""One program at a time in a folder."""

from pathlib import Path

import pytest

from config.stack.alone import alone_in


def test_the_second_in_a_folder_is_told_what_the_first_one_wrote(tmp_path: Path) -> None:
    with alone_in(tmp_path, otherwise="Busy.") as lock:
        print("Door 8.", file=lock, end="", flush=True)

        with (
            pytest.raises(SystemExit, match=r"^Busy\. Door 8\. Nothing was started\.$"),
            alone_in(tmp_path, otherwise="Busy."),
        ):
            pass


def test_a_folder_is_free_again_and_tells_nothing_old(tmp_path: Path) -> None:
    with alone_in(tmp_path, otherwise="Busy.") as lock:
        print("Door 8.", file=lock)

    with alone_in(tmp_path, otherwise="Busy."):
        assert not (tmp_path / "run.lock").read_text()


def test_a_folder_that_cannot_be_written_is_refused_with_cause_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(SystemExit, match=r"cannot be written: .+ Nothing was started\. Make it"),
        alone_in(tmp_path / "file" / "var", otherwise="Busy."),
    ):
        pass
