"""Cookies as production sets them."""

import runpy
from http.cookies import Morsel
from typing import Any

import pytest
import time_machine
from django.test import Client

from registry.sites.queries import list_terminals
from tests.config.test_settings import ASKED_FOR
from tests.factories.cast import NOW, PASSWORD, a_firm, a_gate
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that production says of cookies."""
    for name, value in ASKED_FOR.items():
        monkeypatch.setenv(name, value)
    for name, value in runpy.run_module("config.settings.prod").items():
        if "COOKIE" in name:
            setattr(settings, name, value)


@pytest.mark.usefixtures("production")
@time_machine.travel(NOW, tick=False)
def test_every_cookie_is_bound_to_its_host_sent_by_tls_alone_and_unknown_to_scripts() -> None:
    firm = a_firm()
    as_firm(firm)  # has a password from now on
    poster = list_terminals(a_gate(firm).site_id)[0].poster_code()
    browser, found = Client(), dict[str, Morsel[str]]()
    for way, path, sent in (
        ("get", "/login/", {}),
        ("post", "/i18n/setlang/", {"language": "en"}),
        ("get", f"/worker/scan/{poster}/", {}),
        ("post", "/login/", {"login_id": str(firm), "password": PASSWORD}),
    ):
        found |= getattr(browser, way)(path, sent, secure=True).cookies
    assert set(found) == {f"__Host-{name}" for name in ("csrf", "device", "language", "messages", "reading", "session")}
    for name, cookie in found.items():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
