"""What was typed is still there: when something else in the form is wrong, and when somebody comes back to it.

Walks every form of every portal.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from tests.factories.cast import NOW
from tests.factories.committed import committed
from tests.factories.world import PAGES, World

TYPED = {"text", "email", "tel", "number", "search"}
# The only fields that stand alone in a form without a draft.
ALONE = {
    "until_on": "a day", "from_on": "a day", "day": "a day", "shipped_on": "a day", "site_id": "a number", "business_id": "a number", "key": "a code that opens a place",
    "words": "words to look for",
}  # fmt: skip


class Fields(HTMLParser):
    """The fields of a page's forms that people type into, with what stands in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.sent: list[tuple[str, dict[str, str]]] = []  # of each form its address, and every field that it sends
        self.forms: list[set[str]] = []  # of each form the names of what is typed, and of the draft's word
        self.word = ""
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(set())
            self.sent.append((have.get("action", ""), {}))
        if tag in {"input", "select", "textarea", "button"} and have.get("name") and self.sent:
            self.sent[-1][1][have["name"]] = have.get("value", "")
        if tag == "input" and have.get("type", "text") in TYPED and "name" in have:
            self.found[have["name"]] = have.get("value", "")
            self.forms[-1].add(have["name"])
        if tag == "textarea":
            self._area = have["name"]
            self.found[self._area] = ""
            self.forms[-1].add(self._area)
        if have.get("name") == "draft_of":
            self.word = have["value"]
            self.forms[-1].add("draft_of")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:  # a browser drops the first line break of such a field
            self.found[self._area] += data if self.found[self._area] else data.removeprefix("\r").removeprefix("\n")


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


def test_a_sign_that_the_database_cannot_hold_breaks_no_form(world: World) -> None:
    broken, sent = [], 0
    for page in PAGES:
        answer = world.open(page)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for action, fields in Fields(answer.content.decode()).sent:
            kept = {"draft_of", "csrfmiddlewaretoken"} & fields.keys()
            typed = {name: value if name in kept else f"{value}\0" for name, value in fields.items()}
            client = Client()  # a form that logs out ends nothing here
            client.cookies.load(world.clients[page.split(":")[0]].cookies.output(header="", sep=";"))
            with transaction.atomic():
                try:
                    client.post(action or world.path(page), typed)
                except ValueError as error:
                    broken.append((page, action, str(error)))
                transaction.set_rollback(True)
            sent += 1
    assert broken == []
    assert sent > 50


def keeps_no_draft(typed: set[str]) -> bool:
    """Whether a form with something to type has no draft and ought to have one."""
    return bool(typed) and "draft_of" not in typed and not (len(typed) == 1 and typed <= ALONE.keys())


def test_a_form_without_a_draft_is_found() -> None:
    page = '<form><input name="words"></form><form><input name="reason"></form><form><textarea name="note"></textarea>'
    assert [keeps_no_draft(one) for one in Fields(page).forms] == [False, True, True]


def test_every_form_with_something_to_type_keeps_a_draft_and_shows_it_again(world: World) -> None:
    without, lost, kept = [], [], 0
    for page, typed in forms(world):
        shown = Fields(world.open(page).content.decode())
        without += [(page, sorted(one)) for one in shown.forms if keeps_no_draft(one)]
        if not shown.word:
            continue
        own = {name: text for one in shown.forms if "draft_of" in one for name, text in typed.items() if name in one}
        client, path = world.clients[page.split(":")[0]], world.path(page)
        with transaction.atomic():
            client.post(path, {**own, "draft_of": shown.word, "draft": "auto"})
            again = Fields(client.get(path).content.decode()).found
            transaction.set_rollback(True)
        kept += 1
        wrong = sorted(name for name, text in own.items() if again.get(name) != text)
        lost += [(page, wrong)] if wrong else []
    assert without == []
    assert lost == []
    assert kept > 15
