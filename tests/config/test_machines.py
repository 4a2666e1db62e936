"""Requests of machines go past what pages need."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from config.machines import Server

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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the connection was asked whether it still holds; within a test's transaction it would say no."""
    found: list[str] = []
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: found.append("asked"))
    return found


def through_the_server(method: str, path: str) -> tuple[str, dict[str, str], list[bytes]]:
    """What the server's entry says: the status, the headers and the pieces of the body."""
    told: list[tuple[str, list[tuple[str, str]]]] = []
    environ = RequestFactory().generic(method, path, b"{}", content_type="application/json").environ
    pieces = [*Server()(environ, lambda status, headers: told.append((status, headers)))]
    return told[0][0], dict(told[0][1]), pieces


@pytest.mark.parametrize(("path", "status"), [("touches", "401 Unauthorized"), ("nothing", "404 Not Found")])
def test_a_machine_is_answered_in_one_piece_and_by_a_connection_that_holds(
    path: str, status: str, asked: list[str]
) -> None:
    line, headers, (body,) = through_the_server("POST", f"/api/v1/{path}")
    assert (line, headers["Content-Length"], asked) == (status, str(len(body)), ["asked"])
    assert headers["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("asked")
def test_a_browser_is_answered_as_by_django() -> None:
    line, headers, pieces = through_the_server("GET", "/login/")
    assert (line, b"</html>" in b"".join(pieces)) == ("200 OK", True)
    assert "Content-Security-Policy" in headers
