"""By how much a clock may be off."""

import pytest

from registry.touches.derive.clocks import is_far_off

DAY_MS = 86_400_000
RECEIVED_MS = 1_790_000_000_000


@pytest.mark.parametrize(
    ("sent", "counted", "is_far"),
    [
        (-DAY_MS * 400, 0, False), (-DAY_MS * 400 - 1, 0, True), (DAY_MS, 0, False), (DAY_MS + 1, 0, True),
        (0, -DAY_MS * 400 - 1, True), (0, DAY_MS + 1, True), (DAY_MS, -DAY_MS * 400, False),
    ],
)  # fmt: skip
def test_a_clock_is_far_off_as_sent_or_by_its_difference(sent: int, counted: int, *, is_far: bool) -> None:
    assert is_far_off(RECEIVED_MS + sent, RECEIVED_MS + counted, RECEIVED_MS) is is_far
