"""Requests of machines go past what pages need."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_machine_gets_no_cookie_and_no_session(django_assert_num_queries: Any) -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        answer = client.get("/api/v1/touches")
    assert answer.status_code == 405
    assert not answer.cookies
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_an_address_that_no_machine_has_is_a_page() -> None:
    answer = Client().get("/api/v1/nothing-here")
    assert answer.status_code == 404
    assert "Content-Security-Policy" in answer.headers


def test_a_page_is_not_a_machines() -> None:
    assert "Content-Security-Policy" in Client().get("/").headers
