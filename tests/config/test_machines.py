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


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("address", ["/api/v1/nothing-here", "/api/v1/touches/", "/api/v2/touches", "/api/"])
def test_an_address_that_no_machine_has_is_told_so_to_a_machine(address: str, method: str) -> None:
    answer = Client().generic(method, address)
    assert (answer.status_code, answer.json()["code"]) == (404, "ADDRESS")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_page_is_not_a_machines() -> None:
    assert "Content-Security-Policy" in Client().get("/").headers
