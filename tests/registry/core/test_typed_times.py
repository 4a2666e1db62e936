from datetime import time

import pytest

from registry.core.typed_times import TimeShapeError, parse_time


@pytest.mark.parametrize(
    "typed",
    ["7:30", "07:30", "７：３０", "730", "0730", "7時30分", "7時30", "７時半", " 7 : 30 ", "午前7時30分", "午前7:30"],
)
def test_parse_time_takes_any_usual_way(typed: str) -> None:
    assert parse_time(typed) == time(7, 30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("17時", time(17)),
        ("午後5時", time(17)),
        ("午後0時", time(12)),
        ("午前0時", time(0)),
        ("午前12時", time(0)),
        ("0:00", time(0)),
    ],
)
def test_parse_time_knows_hours_alone_and_halves_of_the_day(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["", "7", "24:00", "7:60", "25時", "7時60分", "午後17時", "朝", "7:3"])
def test_parse_time_tells_what_is_no_time(typed: str) -> None:
    with pytest.raises(TimeShapeError):
        parse_time(typed)
