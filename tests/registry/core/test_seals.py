"""Sealed texts: what we wrote is read again, and nothing else."""

import pytest

from registry.core.seals import sealed, unsealed


def test_what_was_sealed_is_read_again() -> None:
    assert unsealed("key", sealed("key", "1a.2.p1")) == "1a.2.p1"


@pytest.mark.parametrize("text", ["", ".", "1a.2.p1", "1a.2.p1.", sealed("other", "1a.2.p1"), sealed("key", "1a.2.p2").replace("p2", "p1"), "1a.2.p1.見本"])  # fmt: skip
def test_what_was_not_is_none(text: str) -> None:
    assert unsealed("key", text) is None
