"""The reader in English and in Japanese: its commands, what stands at the gate, its window, its self-test."""

import gettext
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

import reader
from reader.__main__ import main
from reader.pcsc import PLAIN
from reader.records import NewTouch, Summary
from reader.screen import Lines, View, closed, ready, receipt, trouble
from reader.send import Sender
from reader.store import Store
from reader.texts import ENGLISH, JAPANESE, argparse_speaking, phrase, speak, spoken
from reader.window import Answers, Window
from tests.consistency.test_english import JAPANESE as SIGNS
from tests.consistency.test_english import Words
from tests.reader.conftest import a_touch
from tests.reader.fake_server import Failure, Fake

WAITING = Summary(3, "2026-11-20T07:58:02.000+09:00", 2, 5)
COMMANDS = ("register", "run", "touch", "csv", "lines", "send", "status", "selftest", "rotate", "fork")
WRONG: tuple[list[str], ...] = (
    [], ["touch"], ["nothing"], ["run", "--port", "x"], ["run", "--port"], ["send", "more"], ["run", "--window=yes"],
    ["run", "--h"],
)  # fmt: skip


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """All that a command writes."""
    with suppress(SystemExit):
        main(list(arguments))
    written = capsys.readouterr()
    return written.out + written.err


def as_line(view: View) -> str:
    out = io.StringIO()
    Lines(out).show(view)
    return out.getvalue()


def test_japanese_is_spoken_whatever_the_locale_of_the_pc(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")
    assert "未送信: 0" in said(capsys, "--store", str(tmp_path / "s.db"), "status")


@pytest.mark.parametrize("place", [0, 2, 3])
def test_the_language_may_stand_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    words = ["--store", str(tmp_path / "s.db"), "status"]
    words[place:place] = ["--language", "en"]
    assert "Not sent: 0" in said(capsys, *words)
    assert "未送信: 0" in said(capsys, "--store", str(tmp_path / "s.db"), "status")  # it does not stick


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_each_command(capsys: pytest.CaptureFixture[str], command: str) -> None:
    words = [command] if command else []
    english = said(capsys, "--language", "en", *words, "--help")
    japanese = said(capsys, *words, "--help")
    assert english.startswith("usage: python -m reader")
    assert not SIGNS.search(english)
    assert japanese.startswith("使い方: python -m reader")
    assert not re.search(r"usage|options:|arguments|show", japanese)


@pytest.mark.parametrize("wrong", WRONG, ids=" ".join)
def test_what_was_asked_wrongly_is_told_in_the_language(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    japanese = said(capsys, *wrong)
    assert not re.search(r"error|argument|required|invalid|unrecogn|expected|ignored|ambiguous", japanese)
    assert SIGNS.search(japanese.splitlines()[-1])
    assert not SIGNS.search(said(capsys, "--language", "en", *wrong))


def test_a_language_that_we_do_not_speak_is_told_in_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'fr' は選べません（選べるもの: 'ja', 'en'）。" in said(capsys, "--language", "fr", "send")


def test_the_folder_alone_is_the_whole_program(tmp_path: Path) -> None:
    shutil.copytree(Path(reader.__file__).parent, tmp_path / "reader")
    words = [sys.executable, "-S", "-m", "reader", "--language", "en", "--store", "s.db", "status"]
    told = subprocess.run(words, cwd=tmp_path, env={}, capture_output=True, text=True, check=True).stdout
    assert "Device: not registered (register)\nNot sent: 0\n" in told


def test_argparse_of_others_keeps_its_own_words() -> None:
    before = gettext.textdomain(), os.environ.get("LANGUAGE")
    with argparse_speaking():
        assert gettext.gettext("options") == "オプション"
    assert (gettext.textdomain(), os.environ.get("LANGUAGE")) == before
    assert gettext.gettext("options") == "options"


def test_every_thread_speaks_the_language() -> None:
    speak(ENGLISH)
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(phrase("reader.direction.in")))
    thread.start()
    thread.join()
    assert (heard, spoken()) == (["in"], ENGLISH)


def test_the_gate_in_english() -> None:
    speak(ENGLISH)
    assert as_line(receipt(a_touch(58), "", WAITING)) == (
        "Taken  **** **** **18 21-01  07:58:02  in  Not sent: 3 (since 20 Nov 07:58)\n"
    )
    views = [
        ready(WAITING, []),
        trouble(phrase(PLAIN[0x80100069]), WAITING),
        closed(phrase("reader.store.full"), WAITING),
    ]
    assert [SIGNS.findall(as_line(view)) for view in views] == [[], [], []]
    assert "Refused touches: 2." in as_line(views[0])


@pytest.mark.parametrize("language", [JAPANESE, ENGLISH])
def test_a_line_shows_the_end_of_a_chips_number_and_no_name(language: str) -> None:
    speak(language)
    chip = NewTouch("token", "uid:04a1b2c3", "2026-11-20T07:58:02.000+09:00", "card")
    assert "****b2c3" in as_line(receipt(chip, "", WAITING))
    assert "Mihon" not in as_line(receipt(chip, "Mihon Taro", WAITING))


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def test_the_window_in_english() -> None:
    speak(ENGLISH)
    window = Window(Answers(lambda _: "", lambda _: "", lambda: ""))
    window.show(ready(WAITING, []))
    with window.serving() as address:
        page, following = fetched(address), fetched(f"{address}next?after=-")
    assert '<html lang="en">' in page
    assert not SIGNS.search(page)
    assert "{{" not in page
    seen = " ".join(Words(page).found)
    for text in ("Touch your card", "Forgot your card?", "Register the device", "The reader program has stopped"):
        assert text in seen
    assert json.loads(following)["place"] == "Device not yet registered"
    assert not SIGNS.search(str(json.loads(following)))


def test_the_window_in_japanese_when_the_program_does_not_answer() -> None:
    with Window(Answers(lambda _: "", lambda _: "", lambda: "正面ゲート")).serving() as address:
        page = fetched(address)
    assert '<html lang="ja">' in page
    assert "<title>打刻 正面ゲート</title>" in page
    assert "打刻プログラムが止まっています" in page
    assert 'data-no-answer="打刻プログラムが答えません。もう一度押してください。"' in page


def test_the_self_test_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--store", str(tmp_path / "s.db"), "selftest", "--language", "en")
    assert not SIGNS.search(told)
    parts = [line.split("  ")[1] for line in told.splitlines() if not line.startswith(" ")]
    assert parts == [
        "Card reader service",
        "Card reader",
        "Store",
        "Registration",
        "Network",
        "Server",
        "Clock",
        "Signature",
    ]
    assert "\n      So: Touches are kept on this PC but not sent.\n      Do: Make a code" in told


def test_a_registered_reader_says_in_english_that_all_is_well(
    registered: Store, server: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "--store", str(registered.path), "selftest", "--language", "en")
    assert told.count("OK  ") >= 6
    assert not SIGNS.search(told)
    assert server.languages == {"ja", "en"}  # it was registered in Japanese


def test_sentences_that_are_put_together_stand_apart_in_english(registered: Store, server: Fake) -> None:
    speak(ENGLISH)
    registered.keep([a_touch()])
    server.failures = [Failure(503), Failure(503, b"")]
    assert Sender(registered).step().message == (
        "The server cannot answer (503). The touches are sent later. made up by the test"
    )
    assert Sender(registered).step().message == "The server cannot answer (503). The touches are sent later."
    registered.register(
        registered.identity().store, url="http://127.0.0.1:9", device="7", secret="00" * 32, terminals=[]
    )
    assert re.fullmatch(
        r"The server cannot be reached \(.+\)\. This PC keeps the touches\.", Sender(registered).step().message
    )
