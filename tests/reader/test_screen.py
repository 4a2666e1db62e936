import io

from reader.screen import Screen, unsent_line
from reader.store import Summary
from tests.reader.conftest import a_touch

WAITING = Summary(3, "2026-11-20T07:58:02.000+09:00", 0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_receipt_headless_is_one_line_without_the_number() -> None:
    out = io.StringIO()
    Screen(headless=True, out=out).receipt(a_touch(58), WAITING)
    assert (
        out.getvalue()
        == "読み取りました  カード  **** **** **18 21-01  時刻    07:58:02  入場  未送信: 3（11/20 07:58 から）\n"
    )


def test_receipt_in_a_terminal_is_big_green_and_sounds() -> None:
    out = Terminal()
    Screen(headless=False, out=out).receipt(a_touch(58), WAITING)
    assert "\x1b[1;97;42m" in out.getvalue()
    assert out.getvalue().endswith("\a")


def test_trouble_is_red_and_idle_is_silent() -> None:
    red, blue = Terminal(), Terminal()
    Screen(headless=False, out=red).trouble("もう一度")
    Screen(headless=False, out=blue).idle(Summary(0, "", 2), ["カードリーダーがつながっていません。"])
    assert "\x1b[1;97;41m" in red.getvalue()
    assert "\a" not in blue.getvalue()
    assert "読み取れなかった打刻: 2" in blue.getvalue()


def test_unsent_line_zero_is_short() -> None:
    assert unsent_line(Summary(0, "", 0)) == "未送信: 0"
