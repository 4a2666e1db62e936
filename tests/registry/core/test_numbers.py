"""Numbers from outside."""

import pytest

from registry.core.numbers import stored_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("0", 0), ("999999999999999999", 999999999999999999), ("9999999999999999999", 0),
        ("", 0), ("-1", 0), ("1.5", 0), ("１２", 0), ("x", 0), ("9" * 5000, 0),
    ],
)  # fmt: skip
def test_what_no_column_holds_is_nought(text: str, number: int) -> None:
    assert stored_number(text) == number
