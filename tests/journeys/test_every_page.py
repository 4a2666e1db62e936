"""Every page of every portal in real Chromium at the two widths: no violation, no sideways scrolling, in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser

from tests.factories.cast import NOW
from tests.factories.world import MANY, PAGES, World
from tests.journeys.conftest import WIDTHS, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
VISITORS = ("worker", "business", "below", "office")


@pytest.fixture
def world() -> Iterator[World]:
    with time_machine.travel(NOW, tick=True):
        made = World()
        while made.count < MANY:
            made.grow()
        yield made


def pages_of(world: World, who: str) -> Iterator[str]:
    """The pages that somebody can open; photos and lists for spreadsheets are none."""
    for page in PAGES:
        if page.startswith(f"{who}:"):
            answer = world.open(page)
            assert answer.status_code == 200, page
            if answer.headers["Content-Type"].startswith("text/html"):
                yield page


@pytest.mark.parametrize("who", VISITORS)
def test_every_page(world: World, browser: Browser, live_server: Any, who: str) -> None:
    window = Visitor(browser, live_server.url, "")
    window.enter(world.clients[who])
    pages = list(pages_of(world, who))
    for page in pages:
        window.begin(page.replace(":", "-"))
        window.open(world.path(page))
    window.speak("en")
    window.resize(min(WIDTHS))
    for page in pages:
        window.page.goto(window.address + world.path(page), wait_until="domcontentloaded")
        window.check_width()
    window.context.close()
    assert pages
