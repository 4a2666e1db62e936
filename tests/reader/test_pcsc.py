"""A card through a real pcscd. Needs root and the Debian packages that `./test` installs; never skipped."""

from pathlib import Path

import pytest

from reader.__main__ import main
from reader.pcsc import Pcsc
from reader.store import Store
from tests.reader.virtual_card import pcscd, virtual_card

NUMBER = "12345678901821-01"


@pytest.mark.slow
@pytest.mark.xdist_group("pcscd")
def test_a_card_on_the_reader_is_kept_as_a_touch(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with pcscd(), virtual_card(NUMBER):
        service = Pcsc()
        assert any("Virtual PCD" in name for name in service.readers())
        service.close()
        assert main(["--store", str(path), "run", "--cards", "1"]) == 0

    with Store(path) as store:
        kept = store.waiting(10)
    assert [(one.seq, one.content["card"], one.content["method"]) for one in kept] == [(1, NUMBER, "card")]
