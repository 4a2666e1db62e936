from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session

from registry.accounts.derive import LOCK, TRIES, TRIES_COUNT
from registry.accounts.models import Allowance, WrongTries
from registry.accounts.operations import LoginClosedError, LoginWrongError, Place, check_login, use_allowance
from registry.accounts.states import LIMITS, Limited
from registry.accounts.tasks import forget_allowances_daily, forget_sessions_daily, forget_tries_daily
from registry.businesses.queries import list_users
from tests.factories.cast import NOW, PASSWORD, a_firm, activate, logged_in, secrets_of_letters

pytestmark = pytest.mark.django_db


def test_what_is_free_again_is_forgotten_and_what_is_in_use_stays() -> None:
    use_allowance(Limited.SEARCH, "free", at=NOW - LIMITS[Limited.SEARCH].per)
    use_allowance(Limited.SEARCH, "in use", at=NOW)

    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        forget_allowances_daily(0)

    assert [row.who for row in Allowance.objects.all()] == ["in use"]


def wrong(login_id: str, *, times: int = 1, at: datetime = NOW) -> None:
    """Try with a wrong password, so many times."""
    for _ in range(times):
        with suppress(LoginWrongError, LoginClosedError):
            check_login(login_id, "wrong", place=Place("192.0.2.0/24"), at=at)


def kept(at: datetime) -> list[str]:
    """Whose tries the night leaves."""
    with time_machine.travel(at, tick=False):
        forget_tries_daily(0)
    return sorted(WrongTries.objects.values_list("typed_id", flat=True))


def test_tries_are_forgotten_when_the_lock_is_over_and_after_a_month() -> None:
    wrong("closed", times=TRIES)
    wrong("once")
    assert kept(NOW + LOCK - timedelta(seconds=1)) == ["closed", "once"]
    assert kept(NOW + LOCK) == ["once"]
    assert kept(NOW + TRIES_COUNT) == ["once"]
    assert kept(NOW + TRIES_COUNT + timedelta(seconds=1)) == []


def test_the_latest_try_decides_how_long_they_count() -> None:
    wrong("twice", at=NOW)
    wrong("twice", at=NOW + timedelta(days=20))
    assert kept(NOW + TRIES_COUNT + timedelta(days=1)) == ["twice"]
    assert WrongTries.objects.get().in_a_row == 2


def test_a_right_try_leaves_nothing_behind() -> None:
    firm = a_firm()
    activate(str(firm), list_users(firm)[0].account.id, secrets_of_letters())
    wrong(str(firm), times=2)
    check_login(str(firm), PASSWORD, place=Place("192.0.2.0/24"), at=NOW)
    assert kept(NOW) == []


def test_a_session_that_has_run_out_is_forgotten_with_the_words_searched_in_it() -> None:
    firm = a_firm()
    activate(str(firm), list_users(firm)[0].account.id, secrets_of_letters())
    with time_machine.travel(NOW, tick=False) as clock:
        old = logged_in(str(firm))
        old.post("/business/workers/", {"words": "みほん"})
        assert "みほん" in str(dict(old.session))
        clock.move_to(NOW + timedelta(days=1))
        goes_on = logged_in(str(firm)).session.session_key

        clock.move_to(NOW + timedelta(seconds=settings.SESSION_COOKIE_AGE))
        forget_sessions_daily(0)
        assert Session.objects.count() == 2

        clock.shift(timedelta(seconds=1))
        forget_sessions_daily(0)
        assert [row.session_key for row in Session.objects.all()] == [goes_on]
