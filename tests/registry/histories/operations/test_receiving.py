"""What a touch means, in the words of the protocol."""

from datetime import date

import pytest

from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.operations.receiving import Meaning, meaning_of
from registry.histories.states import Reason, Standing
from registry.touches.states import TouchState

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("standing", "reasons", "state"),
    [
        (Standing.FORMAL, (), TouchState.BOUND),
        (Standing.FORMAL, (Reason.ROSTER_MISSING,), TouchState.WAITING),
        (Standing.FORMAL, (Reason.DEVICE_REVOKED,), TouchState.FLAGGED),
        (Standing.WAITING, (Reason.SITE_CLOSED,), TouchState.FLAGGED),
        (Standing.NONE, (Reason.CARD_LOST,), TouchState.FLAGGED),
    ],
)
def test_the_words_of_the_protocol(standing: Standing, reasons: tuple[Reason, ...], state: TouchState) -> None:
    bound = BoundDay(1, DAY, Assignment(), standing, reasons, None, None)
    assert meaning_of(bound) == Meaning(DAY, state, reasons)
