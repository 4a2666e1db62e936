"""What was typed is still there when something else in the form is wrong. Walks every form of every portal."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.factories.cast import NOW
from tests.factories.committed import committed
from tests.factories.world import PAGES, World

TYPED = {"text", "email", "tel", "number", "search"}


class Fields(HTMLParser):
    """The fields of a page's forms that people type into, with what stands in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "input" and have.get("type", "text") in TYPED and "name" in have:
            self.found[have["name"]] = have.get("value", "")
        if tag == "textarea":
            self._area = have["name"]
            self.found[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data.removeprefix("\r\n")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with committed(django_db_blocker), time_machine.travel(NOW, tick=False):
        made = World()
        made.grow()
        yield made


def forms(world: World) -> Iterator[tuple[str, dict[str, str]]]:
    """The pages that have a form with something to type, each with a value for every field: far too long for all."""
    for page in PAGES:
        answer = world.open(page)
        if answer.headers["Content-Type"].startswith("text/html"):
            names = Fields(answer.content.decode()).found
            if names:
                yield page, {name: f"{name} " + "見本" * 300 for name in names}


def test_what_was_typed_is_still_there(world: World) -> None:
    lost, sent = [], 0
    for page, typed in forms(world):
        with transaction.atomic():
            answer = world.clients[page.split(":")[0]].post(world.path(page), typed)
            transaction.set_rollback(True)
        sent += 1
        kept = Fields(answer.content.decode()).found
        wrong = sorted(name for name, value in typed.items() if kept.get(name) != value)
        if answer.status_code != 422 or wrong:
            lost.append((page, answer.status_code, wrong))
    assert lost == []
    assert sent > 15
