import io

import pytest

from reader.records import Summary
from reader.screen import Lines, Note, Screen, Tone, closed, ready, receipt, trouble, unsent_line
from tests.reader.conftest import a_touch

WAITING = Summary(3, "2026-11-20T07:58:02.000+09:00")


@pytest.fixture(autouse=True)
def _small_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "20")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_receipt_as_a_line_has_neither_name_nor_whole_number() -> None:
    out = io.StringIO()
    Lines(out).show(receipt(a_touch(58), "", WAITING))
    Lines(out).show(receipt(a_touch(58), "見本 太郎", WAITING))
    unnamed, named = out.getvalue().splitlines()
    assert unnamed == "読み取りました  **** **** **18 21-01  07:58:02  入場  未送信: 3（11/20 07:58 から）"
    assert named == "読み取りました  07:58:02  入場  カード **** **** **18 21-01  未送信: 3（11/20 07:58 から）"


def test_receipt_fills_the_terminal_in_green_and_sounds_once() -> None:
    out = io.StringIO()
    Screen(out).show(receipt(a_touch(58), "見本 太郎", WAITING))
    rows = out.getvalue().removeprefix("\x1b[2J\x1b[H").split("\n")
    assert len(rows) <= 20
    assert all(row.startswith("\x1b[1;97;42m") for row in rows)
    assert any("見本 太郎" in row and row.startswith("\x1b[1;97;42m" + " " * 25) for row in rows)
    assert out.getvalue().count("\a") == 1


def test_trouble_is_red_and_sounds_twice() -> None:
    out = io.StringIO()
    Screen(out).show(trouble("もう一度", WAITING))
    assert "\x1b[1;97;41m" in out.getvalue()
    assert out.getvalue().count("\a") == 2


def test_ready_is_silent_and_red_only_where_somebody_must_act() -> None:
    calm, alarm = io.StringIO(), io.StringIO()
    Screen(calm).show(ready(WAITING, [Note("サーバーにつながりません。")]))
    Screen(alarm).show(ready(WAITING, [Note("端末が登録されていません。", act=True)]))
    assert "\a" not in calm.getvalue() + alarm.getvalue()
    assert ("41m" in calm.getvalue(), "41m" in alarm.getvalue()) == (False, True)


def test_refused_touches_and_unread_lines_ask_for_somebody() -> None:
    view = ready(Summary(0, "", 2, 5), [])
    assert all(note.act for note in view.notes)
    assert [word in note.text for word, note in zip(("2件", "5件"), view.notes, strict=True)] == [True, True]


def test_a_closed_reader_says_so() -> None:
    assert closed("ディスクがいっぱいです。", WAITING).tone is Tone.CLOSED


def test_without_colour_nothing_but_the_words_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    Screen(out).show(ready(WAITING, []))
    assert "\x1b[" not in out.getvalue().removeprefix("\x1b[2J\x1b[H")


def test_unsent_line_zero_is_short() -> None:
    assert unsent_line(Summary(0, "")) == "未送信: 0"
