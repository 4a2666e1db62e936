"""In English no page speaks Japanese, apart from names, addresses and other data as they were typed in."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client

from config.texts import ROOT, read_texts
from portals.base.samples import PEOPLE, WRONG_DAY
from tests.factories.cast import NOW
from tests.factories.committed import committed
from tests.factories.world import PAGES, World

JAPANESE = re.compile(
    r"[\u3001-\u3003\u3008-\u3011\u3014-\u301b\uff01-\uff5e\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]+"
)
TEXT_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "value"}


class Words(HTMLParser):
    """All that a page shows or reads aloud, but what is marked as Japanese on purpose."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._japanese = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("lang", "ja") in attrs:
            self._japanese = tag
        self.found += [value or "" for name, value in attrs if name in TEXT_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._japanese:
            self._japanese = ""

    def handle_data(self, data: str) -> None:
        if not self._japanese:
            self.found.append(data)


def data_of_tables() -> str:
    """Every text that somebody typed into the registry. Code tables are ours: they have English names."""
    found: list[str] = []
    for config in apps.get_app_configs():
        for model in config.get_models() if config.name.startswith("registry.") and config.label != "codes" else ():
            kinds = (models.CharField, models.TextField, models.JSONField)
            columns = [one.attname for one in model._meta.concrete_fields if isinstance(one, kinds)]
            rows = model._default_manager.values_list(*columns) if columns else ()
            found += [str(value) for row in rows for value in row]
    return "\n".join(found)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, str]]:
    """The world and all its data."""
    with committed(django_db_blocker), time_machine.travel(NOW, tick=False):
        made = World()
        made.grow()
        for client in made.clients.values():
            client.post("/i18n/setlang/", {"language": "en"})
        yield made, data_of_tables()


def japanese(html: str, data: str) -> list[str]:
    """Japanese words of a page that stand in no table."""
    return [run for text in Words(html).found for run in JAPANESE.findall(text) if run not in data]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_english(world: tuple[World, str], page: str) -> None:
    answer = world[0].open(page)
    if answer.headers["Content-Type"].startswith("text/html"):
        assert answer.status_code == 200
        assert b'lang="en"' in answer.content
        assert japanese(answer.content.decode(), world[1]) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/components/", "/nothing-here/", "/login/done/"])
def test_a_public_page_in_english(path: str) -> None:
    answer = Client().get(path, headers={"Accept-Language": "en"})
    assert japanese(answer.content.decode(), data_of_tables() + repr(PEOPLE) + WRONG_DAY) == []


def test_no_english_text_holds_japanese() -> None:
    assert [key for key, text in read_texts().items() if JAPANESE.search(text["en"])] == []


def said_in_code(tree: ast.AST) -> Iterator[str]:
    """All strings of a module but its docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_the_reader_says_nothing_past_its_texts() -> None:
    words = [text for path in (ROOT / "reader").rglob("*.py") for text in said_in_code(ast.parse(path.read_text()))]
    words.append((ROOT / "reader" / "window.html").read_text())
    assert len(words) > 500
    assert [text for text in words if JAPANESE.search(text)] == []


MANY = re.compile(
    r"\{(?!most)\w+(:,)?\} (\w+ )?(days|people|touches|rows|firms|entries|cases|things|sites|letters|tries|seconds|were|are)\b"
)


def test_no_number_stands_before_a_plural() -> None:
    """English says "Days: 1", for "1 days" is none."""
    assert [(key, text["en"]) for key, text in read_texts().items() if MANY.search(text["en"])] == []
