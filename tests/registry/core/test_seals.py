"""Sealed texts: what we wrote is read again, and nothing else."""

import pytest

from registry.core.seals import sealed, unsealed


def test_what_was_sealed_is_read_again() -> None:
    assert unsealed(["key"], sealed(["key"], "1a.2.p1")) == "1a.2.p1"


def test_the_newest_key_seals_and_all_are_accepted() -> None:
    before = sealed(["old"], "1a")
    after = sealed(["new", "old"], "1a")
    assert [unsealed(["new", "old"], text) for text in (before, after)] == ["1a", "1a"]
    assert [unsealed(["new"], text) for text in (before, after)] == [None, "1a"]


@pytest.mark.parametrize("text", ["", ".", "1a.2.p1", "1a.2.p1.", sealed(["other"], "1a.2.p1"), sealed(["key"], "1a.2.p2").replace("p2", "p1"), "1a.2.p1.見本"])  # fmt: skip
def test_what_was_not_is_none(text: str) -> None:
    assert unsealed(["key"], text) is None
