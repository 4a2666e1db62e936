"""Sheets as PDF: what is printed, what is refused, what a machine finds in the file."""

import json
import subprocess
import sys
import time
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.papers.derive import GETA, covered, pdf, printable
from registry.papers.operations import PaperNotMadeError, render
from registry.papers.states import RENDERING_SECONDS
from tests.factories.papers import page_texts, tables_of

COLUMNS = [{"label": "就業日", "mm": 29}, {"label": "現場", "fr": 2}, {"label": "最後の打刻", "mm": 17, "right": True}]


def a_sheet(rows: list[list[str]], **more: Any) -> dict[str, Any]:
    """A sheet with these rows, and all else that the template needs."""
    nothing = {"title": "なし", "columns": COLUMNS, "rows": []}
    return {
        "title": "就業履歴一覧", "about": "見本 太郎 2026年11月", "day": [2026, 11, 20], "warning": "労働時間ではありません",
        "made": "作成 2026/11/20", "facts": [["氏名", "見本 太郎"]], "counters": [["正式", "1日"]], "explained": "説明",
        "people": nothing, "days": {"title": "日ごとの記録", "empty": "ありません", "columns": COLUMNS, "rows": rows},
        "legends": [], "geta": "「〓」は、ない文字の代わり", **more,
    }  # fmt: skip


def printed(rows: list[list[str]], **more: Any) -> bytes:
    """The PDF of a sheet."""
    return pdf(json.dumps(a_sheet(rows, **more)).encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("𠮷田髙﨑辻神", "𠮷田髙﨑辻神"),
        ("か\u3099く", "がく"),
        ("葛\U000e0100飾", "葛飾"),
        ("太\x00\x07\u202e郎\u200d", "太郎"),
        ("一\n二\t三\u3000四", "一 二 三 四"),
        ("現場😀한", f"現場{GETA}{GETA}"),
        ("", ""),
    ],
)
def test_a_text_is_made_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_a_long_word_can_be_broken() -> None:
    assert printable("A" * 40).split("\u200b") == ["A" * 14, "A" * 14, "A" * 12]
    assert printable("あ" * 40) == "あ" * 40


def test_marks_and_numbers_with_their_unit_are_never_broken() -> None:
    """Many marks go on in the next line, each whole."""
    marks = [f"注{n}" for n in range(1, 12)]
    columns = [{"label": "就業日", "mm": 29}, {"label": "注", "mm": 18, "whole": True}]
    days = {
        "title": "日ごとの記録",
        "empty": "ありません",
        "columns": columns,
        "rows": [["2026/11/20（金）", " ".join(marks)]],
    }
    content = printed([], days=days, counters=[["正式", "延べ10,621日"]] * 4)
    with pdfplumber.open(BytesIO(content)) as pdf_file:
        words = [word["text"] for word in pdf_file.pages[0].extract_words()]
    assert [word for word in words if word.startswith("注") and word != "注"] == marks
    assert words.count("延べ10,621日") == 4
    assert tables_of(content)[0][1][1].split() == marks


def test_a_broken_word_is_read_whole() -> None:
    (rows,) = tables_of(printed([["1", "accounts.Account" * 9, "b"], ["2", "c", "d"]]))
    assert rows[1:] == [["1", "accounts.Account" * 9, "b"], ["2", "c", "d"]]


def test_the_font_is_read_as_its_own_table_says() -> None:
    assert {ord(sign) for sign in "Aあ亜𠮷〓①～（）"} <= covered()
    assert not {0x1F600, 0xAC00, 0x202E} & covered()
    assert len(covered()) > 16_000


def test_no_name_is_a_command() -> None:
    cells = ["#panic()", "*太字* _斜体_ $x^2$ `code` <b>", '= 見出し\n\n#include "/etc/passwd"']
    (rows,) = tables_of(printed([cells]))
    assert rows[1] == [cells[0], cells[1], cells[2].replace("\n", " ")]


def test_what_the_font_lacks_is_said() -> None:
    assert "ない文字の代わり" in page_texts(printed([["😀", "", ""]]))[0]
    assert "ない文字の代わり" not in page_texts(printed([["顔", "", ""]]))[0]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.lists(st.text(max_size=300), min_size=3, max_size=3), min_size=1, max_size=4))
@example([["", "0" * 13 + "20", "2"]])  # the same sign with and without a place to break behind it
def test_any_text_is_printed_as_it_is_made_printable(rows: list[list[str]]) -> None:
    (table,) = tables_of(printed(rows))
    bare = [["".join(printable(cell).replace("\u200b", "").split()) for cell in row] for row in rows]
    assert [["".join(cell.split()) for cell in row] for row in table[1:]] == bare


def test_the_file_says_that_it_is_kept_long_and_read_aloud() -> None:
    content = printed([["2026/11/20（金）", "見本ビル", "17:05"]])
    with pdfplumber.open(BytesIO(content)) as file:
        catalogue: Any = file.doc.catalog
        xmp = catalogue["Metadata"].resolve().get_data().decode()
        assert catalogue["MarkInfo"]["Marked"] is True
        assert catalogue["Lang"] == b"ja-JP"
        assert file.metadata["Title"] == "就業履歴一覧 見本 太郎 2026年11月"
        (document,) = file.structure_tree
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert document["type"] == "Document"
    assert tables_of(content) == [[["就業日", "現場", "最後の打刻"], ["2026/11/20（金）", "見本ビル", "17:05"]]]


def test_a_sheet_without_days_says_so() -> None:
    content = printed([])
    assert "ありません" in page_texts(content)[0]
    assert tables_of(content) == []


@pytest.mark.slow
def test_three_thousand_days_are_made_in_time_with_a_head_on_each_page() -> None:
    sheet = json.dumps(a_sheet([[f"2026/11/20 {n}", "見本ビル新築工事", "17:05"] for n in range(3000)])).encode()
    began = time.monotonic()
    content = render(sheet)
    assert time.monotonic() - began < RENDERING_SECONDS / 4
    with pdfplumber.open(BytesIO(content)) as file:
        pages = len(file.pages)
        for page in (file.pages[0], file.pages[1], file.pages[-1]):
            text = page.extract_text()
            assert "就業日 現場" in text
            assert f"{page.page_number} / {pages}" in text
            assert "労働時間ではありません" in text


def test_the_child_makes_the_same() -> None:
    sheet = json.dumps(a_sheet([["1", "2", "3"]])).encode()
    assert tables_of(render(sheet)) == tables_of(pdf(sheet))


def test_a_broken_sheet_breaks_only_the_child() -> None:
    with pytest.raises(PaperNotMadeError):
        render(b'{"title": 1}')


def test_the_child_says_by_its_status_that_it_failed() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "registry.papers.derive"], input=b"{}", capture_output=True, check=False
    )
    assert child.returncode != 0
    assert child.stdout == b""
