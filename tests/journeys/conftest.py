"""Real Chromium at the two widths, with an accessibility check for every page that a journey opens."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from registry.histories.operations.binder import follow

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (360, 1280)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


class Visitor:
    """Somebody with a browser window. Every page is looked at: axe, sideways scrolling, untranslated keys."""

    def __init__(self, browser: Browser, address: str, width: int, name: str) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        self.page: Page = self.context.new_page()
        self.address, self.width, self.name, self.pictures = address, width, name, 0

    def open(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.address + path)
        self.look()

    def take_over(self, client: Client) -> None:
        """Go on with the session of a browser of the tests."""
        session = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.address}])

    def speak(self, language: str) -> None:
        """Choose a language."""
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def begin(self, name: str) -> None:
        """Pictures have this name from now on."""
        self.name, self.pictures = name, 0

    def resize(self, width: int) -> None:
        """Give the window another width."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": 800})

    def fill(self, **values: str) -> None:
        """Fill fields by name."""
        for name, value in values.items():
            field = self.page.locator(f"[name={name}]")
            if field.first.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            elif field.first.get_attribute("type") == "radio":
                self.page.locator(f"[name={name}][value='{value}']").check()
            else:
                field.fill(value)

    def press(self, text: str) -> None:
        """Press a button or follow a link by its words."""
        self.page.locator(
            f"main button:has-text('{text}'), main a:has-text('{text}'), summary:has-text('{text}')"
        ).first.click()
        self.page.wait_for_load_state()
        self.look()

    def sees(self, *texts: str) -> None:
        """Each text is on the page."""
        body = self.page.inner_text("body")
        for text in texts:
            assert text in body, body

    def look(self) -> None:
        """Check the page and take its picture."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        self.check_width()
        if "SCREENS" in os.environ:
            folder = Path(os.environ["SCREENS"])
            folder.mkdir(parents=True, exist_ok=True)
            self.pictures += 1
            self.page.screenshot(path=folder / f"{self.name}-{self.pictures:02}-{self.width}.png", full_page=True)

    def check_width(self) -> None:
        """Nothing scrolls sideways."""
        assert "UNKNOWN-TEMPLATE-VARIABLE" not in self.page.content(), self.page.url
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(wide), f"{self.page.url} scrolls sideways at {self.width}"


@pytest.fixture(params=WIDTHS)
def visitor(request: Any, browser: Browser, live_server: Any) -> Iterator[Any]:
    """Makes visitors with windows of one of the two widths."""
    made: list[Visitor] = []

    def make(name: str) -> Visitor:
        made.append(Visitor(browser, live_server.url, request.param, name))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture(autouse=True)
def _binder(transactional_db: None) -> Iterator[None]:
    """The binder of days, at work beside the server as it is in `./start`."""
    stop = threading.Event()

    def follow_until_stopped() -> None:
        while not stop.wait(0.2):
            follow()
        connection.close()

    binder = threading.Thread(target=follow_until_stopped)
    binder.start()
    yield
    stop.set()
    binder.join()
