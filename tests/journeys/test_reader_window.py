"""The reader's window at the gate, in real Chromium: each view big enough to be read from two metres, axe clean."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from reader.records import Summary
from reader.screen import Note, View, closed, ready, receipt, trouble
from reader.store import Store
from reader.texts import JAPANESE, LANGUAGES, phrase, speak
from reader.window import Answers, Window
from tests.reader.conftest import a_touch

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SIZES = [(360, 640), (1280, 800), (1920, 1080)]
SENT, WAITING = Summary(0, ""), Summary(12, "2026-11-20T07:41:00.000+09:00")


def views() -> dict[str, View]:
    """All kinds of views, in the language that is spoken."""
    return {
        "ready": ready(SENT, []),
        "offline": ready(WAITING, [Note(phrase("reader.send.not_taken"))]),
        "act": ready(WAITING, [Note(phrase("reader.pcsc.none"), act=True)]),
        "taken": receipt(a_touch(58), "見本 太郎", SENT),
        "unnamed": receipt(a_touch(58), "", WAITING),
        "failed": trouble(phrase("reader.card.too_short"), SENT),
        "closed": closed(phrase("reader.store.full"), WAITING),
    }


@pytest.fixture
def typed() -> list[str]:
    return []


@pytest.fixture
def window(typed: list[str]) -> Window:
    def type_in(text: str) -> str:
        typed.append(text)
        return "" if text == "1" else "桁数が違います。"

    return Window(Answers(type_in, lambda _text: "", lambda: "正面ゲート"))


@pytest.fixture(params=SIZES, ids=lambda size: str(size[0]))
def page(request: pytest.FixtureRequest, browser: Browser, window: Window) -> Iterator[Page]:
    width, height = request.param
    with window.serving() as address:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
        made = context.new_page()
        made.goto(address)
        yield made
        context.close()


def picture(page: Page, name: str) -> None:
    if "SCREENS" in os.environ:
        folder = Path(os.environ["SCREENS"])
        folder.mkdir(parents=True, exist_ok=True)
        size = page.viewport_size
        assert size
        page.screenshot(path=folder / f"window-{name}-{size['width']}.png")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak(JAPANESE)


def test_each_view_is_big_and_clean(language: str, page: Page, window: Window) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)
    for version, (name, view) in enumerate(views().items(), 1):
        window.show(view)
        expect(page.locator("body")).to_have_attribute("data-version", str(version))
        expect(page.locator("h1")).to_have_text(view.title)
        expect(page.locator("body")).to_have_class(view.tone.value)
        picture(page, f"{name}-{language}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), name
        if page.evaluate("innerWidth") >= 1280:
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), name
        size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
        assert size >= (64 if page.evaluate("innerWidth") >= 1280 else 24)


def test_a_number_typed_by_hand_or_by_a_keyboard_reader(page: Page, window: Window, typed: list[str]) -> None:
    field = page.locator("#number")
    expect(field).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong")).to_have_text("桁数が違います。")
    expect(field).to_have_value("2")
    picture(page, "typed-wrong")
    window.show(views()["offline"])  # what is typed stays while the view changes
    expect(field).to_have_value("2")
    field.fill("1")
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    assert typed == ["2", "1"]


def test_a_program_that_stopped_is_told_in_red(browser: Browser, tmp_path: Path) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-m", "reader", "--store", str(tmp_path / "store.db"), "run", "--window", "--headless"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(reader.stdout.readline().split()[-1])
    expect(page.locator("h1")).to_have_text("カードをタッチしてください", timeout=15_000)
    expect(page.locator(".alert", has_text="登録されていません")).to_have_count(0)  # nothing waits to be sent yet
    page.fill("#number", "12345678901821-01")
    page.press("#number", "Enter")
    expect(page.locator("h1")).to_have_text("読み取りました")
    expect(page.locator(".alert", has_text="登録されていません")).to_be_visible(timeout=15_000)
    picture(page, "unregistered")
    reader.kill()
    reader.wait()
    reader.stdout.close()
    expect(page.locator("h1")).to_have_text("打刻プログラムが止まっています", timeout=15_000)
    expect(page.locator("body")).to_have_class("gone")
    picture(page, "gone")
    page.close()
    with Store(tmp_path / "store.db") as store:
        assert store.summary().unsent == 1
