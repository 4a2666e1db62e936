import logging

import pytest
from django.test import Client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/", "/office/", "/healthz", "/nothing/"])
def test_a_foreign_host_gets_a_page_and_one_line(path: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = getattr(Client(), method)(path, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()
    (line,) = caplog.records
    assert (line.levelno, line.exc_info, line.getMessage()) == (logging.WARNING, None, f"Bad Request: {path}")


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_our_own_hosts_go_on(host: str) -> None:
    assert Client().get("/login/", headers={"host": host}).status_code == 200
