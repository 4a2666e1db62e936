"""Real Chromium at the two widths, with an accessibility check for every page that a journey opens."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from config.stack.tests import CHROMIUM
from registry.changes.queries import is_behind
from registry.histories.operations.binder import FOLLOWER, follow

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--js-flags=--no-opt --no-maglev",  # a page lives too shortly for what compiles axe better and better to pay off
]  # fmt: skip
WIDTHS = (360, 1280)
# Contrast takes three quarters of axe's time. It depends on colours and on whether letters are large alone, so it is
# asked of text that is painted in a way that axe has not passed before, on whatever page that was and in which width.
VIOLATIONS = """async passed => {
  const known = new Set(passed), behind = new Map(), painted = new Map();
  const backgrounds = element => {
    if (element && !behind.has(element)) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      const isPlain = backgroundColor === 'rgba(0, 0, 0, 0)' && backgroundImage === 'none' && opacity === '1';
      const own = isPlain ? '' : `${backgroundColor} ${backgroundImage} ${opacity}; `;
      behind.set(element, own + backgrounds(element.parentElement));
    }
    return behind.get(element) ?? '';
  };
  const hasText = element => element.matches('input, select, textarea')
    || [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  for (const element of document.querySelectorAll('body, body *')) {
    if (!hasText(element) || !element.checkVisibility({visibilityProperty: true})) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
    const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);  // 14 and 18 points
    painted.set(element, `${color} ${isLarge} ${textShadow} on ${backgrounds(element)}`);
  }
  const others = {resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}};
  const {violations} = await axe.run(document, others);
  const include = [...painted.keys()].filter(element => !known.has(painted.get(element)));
  if (!include.length) return [violations, []];
  const contrast = await axe.run({include}, {runOnly: ['color-contrast'], elementRef: true});
  const passes = contrast.passes.flatMap(rule => rule.nodes).map(node => painted.get(node.element)).filter(Boolean);
  const wrong = contrast.violations.map(rule => ({...rule, nodes: rule.nodes.map(({element, ...node}) => node)}));
  return [violations.concat(wrong), passes];
}"""
PASSED: set[str] = set()
FAULTS = """() => {
  const all = document.documentElement;
  return [all.scrollWidth > all.clientWidth, all.outerHTML.includes('UNKNOWN-TEMPLATE-VARIABLE')];
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    program = next((path for path in CHROMIUM if Path(path).exists()), CHROMIUM[0])
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_users_get_them() -> Iterator[None]:
    """From WhiteNoise, which lets the browser keep fonts; the server of tests would be asked for all at every page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "_should_handle", lambda *_: False)
        yield


class Visitor:
    """Somebody with a browser window. Every page is looked at in both widths, every button could be pressed in both.

    Looking means axe, sideways scrolling, variables that no view filled. The second look costs half of a second walk.
    """

    def __init__(self, browser: Browser, address: str, name: str) -> None:
        self.context = browser.new_context(locale="ja-JP")
        # Chromium keeps it: each look would send half a megabyte through three programs.
        self.context.add_init_script(AXE_SCRIPT)
        self.page: Page = self.context.new_page()
        self.address, self.name, self.pictures, self.width = address, name, 0, 0
        self.resize(max(WIDTHS))

    def open(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.address + path)
        self.look()

    def enter(self, client: Client) -> None:
        """Go on with the session of somebody who is logged in; a few journeys go through the form."""
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
        """Press a button or follow a link by its words: on a wide screen it could be, on a phone it is."""
        kinds = ("main button", "main a", "summary")
        target = self.page.locator(", ".join(f"{kind}:has-text('{text}'):visible" for kind in kinds)).first
        target.click(trial=True)
        self.resize(min(WIDTHS))
        target.click()
        self.look()

    def sees(self, *texts: str) -> None:
        """Each text is on the page."""
        self.page.wait_for_load_state()
        body = self.page.inner_text("body")
        for text in texts:
            assert text in body, body

    def look(self) -> None:
        """Check the page in both widths and take its pictures; the window is wide afterwards."""
        self.page.wait_for_load_state()  # a link that was clicked may lead to a page that has only begun
        self.pictures += 1
        for width in WIDTHS:
            if width != self.width:
                self.resize(width)
            violations, passed = self.page.evaluate(VIOLATIONS, list(PASSED))
            found = AxeResults({"violations": violations})
            assert found.violations_count == 0, found.generate_report()
            PASSED.update(passed)
            self.check_width()
            if "SCREENS" in os.environ:
                folder = Path(os.environ["SCREENS"])
                folder.mkdir(parents=True, exist_ok=True)
                self.page.screenshot(path=folder / f"{self.name}-{self.pictures:02}-{width}.png", full_page=True)

    def check_width(self) -> None:
        """Nothing scrolls sideways, and every variable of the template was there."""
        wide, unknown = self.page.evaluate(FAULTS)
        assert not wide, f"{self.page.url} scrolls sideways at {self.width}"
        assert not unknown, self.page.url


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Makes visitors."""
    made: list[Visitor] = []

    def make(name: str) -> Visitor:
        made.append(Visitor(browser, live_server.url, name))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture(autouse=True)
def _binder(transactional_db: None) -> Iterator[None]:
    """The binder of days, at work beside the server as it is in `./start`."""
    stop = threading.Event()

    def follow_until_stopped() -> None:
        while not stop.wait(0.1):
            follow()
        connection.close()

    binder = threading.Thread(target=follow_until_stopped)
    binder.start()
    yield
    stop.set()
    binder.join()


def wait_for_binder() -> None:
    """Wait until the binder has read every change; fails where a minute is not enough.

    It follows no change while an older transaction runs, in whatever database of the server: those of other tests, too.
    """
    until = time.monotonic() + 60
    while is_behind(FOLLOWER):
        if time.monotonic() > until:
            pytest.fail("the binder is behind")
        time.sleep(0.05)
