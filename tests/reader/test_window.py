"""The window's server, asked over real HTTP; how it looks stands in tests/journeys/test_reader_window.py."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from reader.records import Summary
from reader.screen import Note, ready, receipt
from reader.window import Answers, Window
from tests.reader.conftest import a_touch

NOTHING = Summary(0, "")


class Asked:
    """What the window handed on."""

    def __init__(self) -> None:
        self.typed: list[str] = []
        self.codes: list[str] = []
        self.needs_code = False

    def answers(self) -> Answers:
        return Answers(self._typed, self._code, lambda: "" if self.needs_code else "正面ゲート")

    def _typed(self, text: str) -> str:
        self.typed.append(text)
        return "" if text.isdigit() else "数字でない文字があります。"

    def _code(self, text: str) -> str:
        self.codes.append(text)
        return ""


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def window(asked: Asked) -> Window:
    return Window(asked.answers())


@pytest.fixture
def address(window: Window) -> Iterator[str]:
    with window.serving() as found:
        yield found


def ask(address: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
    """Status and body, redirects followed."""
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_page_shows_the_view_of_now_without_script(window: Window, address: str) -> None:
    window.show(receipt(a_touch(58), "<見本> 太郎", Summary(3, a_touch(1).touched_at)))
    status, page = ask(address)
    assert status == 200
    for text in (
        "正面ゲート",
        "読み取りました",
        "&lt;見本&gt; 太郎",
        "未送信: 3（11/20 07:01 から）",
        'class="taken"',
        "http-equiv",
    ):
        assert text in page
    assert "{{" not in page


def test_next_waits_for_the_view_that_follows(window: Window, address: str) -> None:
    version = json.loads(ask(f"{address}next?after=-")[1])["version"]
    timer = threading.Timer(
        0.2, window.show, [ready(NOTHING, [Note("カードリーダーがつながっていません。", act=True)])]
    )
    timer.start()
    found = json.loads(ask(f"{address}next?after={version}")[1])
    assert (found["version"], found["tone"]) == (version + 1, "ready")
    assert '<p class="alert">カードリーダーがつながっていません。</p>' in found["view"]


def test_a_typed_number_is_handed_on_a_wrong_one_stays_in_its_field(address: str, asked: Asked) -> None:
    assert ask(f"{address}typed", {"text": "1234"})[0] == 200
    status, page = ask(f"{address}typed", {"text": '12"34'})
    assert (status, asked.typed) == (422, ["1234", '12"34'])
    assert 'value="12&quot;34"' in page
    assert "数字でない文字があります。" in page
    assert ask(f"{address}typed", {"text": "x"}, Accept="text/plain") == (422, "数字でない文字があります。")


def test_the_code_is_asked_for_only_while_it_is_needed(address: str, asked: Asked) -> None:
    assert 'action="/code" hidden' in ask(address)[1]
    asked.needs_code = True
    page = ask(address)[1]
    assert 'action="/code" >' in page
    assert "登録前の端末" in page
    assert ask(f"{address}code", {"text": "ABCD-EFGH"})[0] == 200
    assert asked.codes == ["ABCD-EFGH"]


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}])
def test_no_other_page_reads_or_types(address: str, asked: Asked, headers: dict[str, str]) -> None:
    assert ask(address, None, **headers) == (403, "")
    assert ask(f"{address}typed", {"text": "1"}, **headers) == (403, "")
    assert asked.typed == []


def test_a_long_body_and_an_unknown_address_are_refused(address: str, asked: Asked) -> None:
    assert ask(f"{address}typed", {"text": "1" * 3000})[0] == 403
    assert ask(f"{address}elsewhere")[0] == 404
    assert ask(f"{address}elsewhere", {})[0] == 404
    assert asked.typed == []
