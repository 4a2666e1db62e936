from datetime import date, datetime

import pytest
import time_machine
from django.http import Http404

from portals.base.months import chosen_day, chosen_month, months_beside


@pytest.mark.parametrize(
    "parts", [(2026, 13, 1), (2026, 2, 30), (0, 1, 1), (1899, 1, 1), (2100, 1, 1), (10**9, 1, 1), (10**23, 1, 1)]
)
def test_what_is_no_day_does_not_exist(parts: tuple[int, int, int]) -> None:
    with pytest.raises(Http404):
        chosen_day(*parts)


def test_the_month_of_an_address_or_of_today() -> None:
    assert chosen_month(2025, 2) == date(2025, 2, 1)
    assert chosen_month(None, None) == date(2026, 11, 1)


def test_a_month_nought_does_not_exist() -> None:
    with pytest.raises(Http404):
        chosen_month(0, 0)


def test_months_lead_back_and_forth_but_not_past_today() -> None:
    assert months_beside("worker:days_of_month", date(2026, 1, 1)) == {
        "older_url": "/worker/days/2025-12/", "newer_url": "/worker/days/2026-2/",
    }  # fmt: skip
    assert months_beside("worker:days_of_month", date(2026, 11, 1))["newer_url"] == ""


def test_from_a_short_month_one_gets_to_the_next_on_its_first_day() -> None:
    with time_machine.travel(datetime.fromisoformat("2026-03-01T08:00+09:00"), tick=False):
        assert months_beside("worker:days_of_month", date(2026, 2, 1))["newer_url"] == "/worker/days/2026-3/"
