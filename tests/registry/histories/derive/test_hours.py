"""Hours of one shift, also over midnight."""

from datetime import time

import pytest

from registry.histories.derive.hours import ends_next_morning, is_too_long


@pytest.mark.parametrize(
    ("begins_at", "ends_at", "over", "long"),
    [
        (time(8), time(17), False, False),
        (time(0), time(16), False, False),
        (time(0), time(16, 1), False, True),
        (time(20), time(5), True, False),
        (time(17), time(9), True, False),
        (time(17), time(9, 1), True, True),
        (time(8), time(8), True, True),
    ],
)
def test_an_end_before_the_beginning_is_one_of_the_next_morning(
    begins_at: time, ends_at: time, *, over: bool, long: bool
) -> None:
    assert (ends_next_morning(begins_at, ends_at), is_too_long(begins_at, ends_at)) == (over, long)
