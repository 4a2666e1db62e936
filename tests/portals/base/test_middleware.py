from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from registry.accounts.states import Role
from tests.factories.cast import NOW, logged_in, office_login

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Any:
    with time_machine.travel(NOW, tick=False):
        return logged_in(office_login(Role.DESK))


def status(client: Client, after: timedelta) -> int:
    with time_machine.travel(NOW + after, tick=False):
        return client.get("/office/").status_code


def test_the_office_is_logged_out_after_half_an_hour_idle(desk: Client) -> None:
    assert status(desk, timedelta(minutes=30)) == 200
    assert status(desk, timedelta(minutes=60, seconds=1)) == 302
    assert status(desk, timedelta(minutes=61)) == 302


def test_the_time_between_log_in_and_first_page_is_idle_too(desk: Client) -> None:
    assert status(desk, timedelta(minutes=30, seconds=1)) == 302


def test_the_office_is_logged_out_after_twelve_hours_of_work(desk: Client) -> None:
    for number in range(1, 36):
        assert status(desk, timedelta(minutes=20) * number) == 200
    assert status(desk, timedelta(hours=12)) == 200
    assert status(desk, timedelta(hours=12, seconds=1)) == 302


def test_who_is_logged_in_stays_so_while_the_key_of_sessions_is_renewed(desk: Client, settings: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        away = logged_in(office_login(Role.REVIEWER))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key", [settings.SECRET_KEY]
    assert status(desk, timedelta(minutes=1)) == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert status(desk, timedelta(minutes=2)) == 200  # what was used meanwhile is signed anew
    assert status(away, timedelta(minutes=2)) == 302


def test_machines_are_not_asked_who_they_are(desk: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert desk.get("/healthz").status_code == 200


def test_a_forged_session_is_a_stranger(client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/office/").status_code == 302


def test_an_office_session_without_its_times_has_ended(desk: Client) -> None:
    session = desk.session
    del session["began_at"]
    session.save()
    assert status(desk, timedelta(minutes=1)) == 302
