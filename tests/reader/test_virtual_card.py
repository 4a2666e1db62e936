"""Where pcscd cannot run, its tests say so; before a change lands that is a failure."""

from pathlib import Path

import pytest

from tests.reader import virtual_card
from tests.reader.virtual_card import need_pcscd

pytestmark = pytest.mark.usefixtures("_no_pcscd")


@pytest.fixture
def _no_pcscd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_card, "PCSCD", Path("/no/such/pcscd"))


def test_its_tests_are_skipped_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"needs /no/such/pcscd.*: apt-get install"):
        need_pcscd()


def test_its_tests_fail_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"needs /no/such/pcscd.*: apt-get install"):
        need_pcscd()
