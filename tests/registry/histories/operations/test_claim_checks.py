"""What a day that is entered by hand may say: its day, and hours of one shift."""

from datetime import date, time, timedelta

import pytest

from registry.histories.operations.claim_checks import ClaimBeginError, ClaimDayError, ClaimLongError, ClaimOldError
from tests.factories.cast import NOW
from tests.factories.claims import Place
from tests.factories.shared import shared

pytestmark = pytest.mark.django_db
DAY = NOW.date()


place = shared(Place)


def test_a_day_in_the_future_is_refused(place: Place) -> None:
    with pytest.raises(ClaimDayError):
        place.enter(day=DAY + timedelta(days=1))


@pytest.mark.parametrize(("day", "refused"), [(date(2017, 12, 31), True), (date(2018, 1, 1), False)])
def test_a_day_before_the_register_is_refused(place: Place, day: date, *, refused: bool) -> None:
    if refused:
        with pytest.raises(ClaimOldError):
            place.enter(day=day)
    else:
        assert place.enter(day=day)


@pytest.mark.parametrize(
    ("begins_at", "ends_at", "error"),
    [
        (time(8), time(17), None), (time(20), time(5), None), (time(17), time(9), None), (time(8), None, None),
        (time(17), time(9, 1), ClaimLongError), (time(8), time(8), ClaimLongError), (None, time(17), ClaimBeginError),
    ],
)  # fmt: skip
def test_hours_are_those_of_one_shift(
    place: Place, begins_at: time | None, ends_at: time | None, error: type[Exception] | None
) -> None:
    if error:
        with pytest.raises(error):
            place.enter(begins_at=begins_at, ends_at=ends_at)
    else:
        assert place.enter(begins_at=begins_at, ends_at=ends_at)
