"""The sheet of a list of days: what stands above the table, in it and behind it."""

import csv
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portals.base.exports import csv_answer
from registry.core.ids import WorkerId
from registry.core.viewer import Viewer
from registry.histories.operations.edits import edit_day
from registry.histories.states import Standing
from registry.papers.kinds.days import month_text, sheet_of
from registry.papers.queries import list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from tests.factories.cast import NOW, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.papers import NAME, NOVEMBER, Days
from tests.factories.visitors import firm_viewer, worker_as_actor, worker_viewer

pytestmark = pytest.mark.django_db


def sheet_for(viewer: Viewer, wish: Wish) -> dict[str, Any]:
    """The sheet that somebody gets."""
    return sheet_of(list_days(viewer, wish, at=NOW))


def labels(part: dict[str, Any]) -> list[str]:
    """The heads of a table's columns."""
    return [column["label"] for column in part["columns"]]


def test_a_workers_sheet() -> None:
    days = Days()
    sheet = sheet_for(worker_viewer(days.worker), days.wishes()[PaperKind.WORKER_DAYS])
    assert sheet["facts"][0] == ("氏名", f"{NAME} 太郎")
    assert sheet["facts"][1][1].replace(" ", "") == str(days.worker)
    assert sheet["facts"][2] == ("期間", "2026/11/01（日）から2026/11/20（金）まで")
    assert sheet["counters"] == [("正式", "1日"), ("申請中", "1日"), ("未承認", "1日")]
    assert "氏名" not in labels(sheet["days"])
    assert [row[:3] for row in sheet["days"]["rows"]] == [
        ["2026/11/05（木）", "見本ビル新築工事", "見本建設株式会社"],
        ["2026/11/06（金）", "近所の家", "見本建設株式会社"],
        ["2026/11/19（木）", "見本ビル新築工事", "見本建設株式会社"],
    ]
    assert sheet["days"]["rows"][2][5:10] == ["足場の組立て", "打刻", "7:58", "17:05", "正式"]
    assert sheet["people"]["rows"] == []


def test_a_firms_sheet_has_its_people_and_no_column_for_itself() -> None:
    days = Days()
    sheet = sheet_for(firm_viewer(days.prime), days.wishes()[PaperKind.FIRM_DAYS])
    assert sheet["facts"][0] == ("事業者", "見本建設株式会社")
    assert sheet["counters"][0] == ("正式", "延べ1日")
    assert "所属事業者" not in labels(sheet["days"])
    assert [row[1] for row in sheet["days"]["rows"]] == [f"{NAME} 太郎"] * 3
    ((name, number, *counts),) = sheet["people"]["rows"]
    assert (name, number.replace(" ", ""), counts) == (f"{NAME} 太郎", str(days.worker), ["1", "1", "1", "0", "0"])


def test_a_sites_sheet_says_when_it_is_only_a_part() -> None:
    days = Days()
    wish = days.wishes()[PaperKind.SITE_DAYS]
    whole, part = sheet_for(firm_viewer(days.prime), wish), sheet_for(firm_viewer(days.below), wish)
    assert [row[1] for row in whole["days"]["rows"]] == [f"{NAME} 太郎", f"{NAME} 太郎", "下請 太郎"]
    assert [row[1] for row in part["days"]["rows"]] == ["下請 太郎"]
    assert ("範囲", "自社と、その下の会社で働いた人の分") in part["facts"]
    assert [label for label, _ in whole["facts"]] == ["現場", "現場ID", "期間", "就業履歴数"]


def test_a_person_s_sheet_names_the_firm_once_above_the_table() -> None:
    days = Days()
    sheet = sheet_for(firm_viewer(days.prime), days.wishes()[PaperKind.PERSON_DAYS])
    assert [label for label, _ in sheet["facts"]] == ["氏名", "技能者ID", "所属事業者", "期間", "就業履歴数"]
    assert sheet["facts"][2][1] == "見本建設株式会社"
    assert {"氏名", "所属事業者"} & set(labels(sheet["days"])) == set()
    assert sheet["counters"][0] == ("正式", "1日")
    assert sheet["people"]["rows"] == []


def test_a_sheet_of_all_sites_has_site_firm_and_person() -> None:
    days = Days()
    sheet = sheet_for(firm_viewer(days.prime), days.wishes()[PaperKind.SITES_DAYS])
    assert sheet["facts"][0] == ("元請", "見本建設株式会社")
    assert labels(sheet["days"])[:4] == ["就業日", "氏名", "現場", "所属事業者"]
    assert len(sheet["people"]["rows"]) == 2


def test_each_reason_has_a_note_that_is_explained() -> None:
    days = Days()
    sheet = sheet_for(firm_viewer(days.prime), days.wishes()[PaperKind.SITE_DAYS])
    notes = sheet["legends"][1]["rows"]
    used = {mark for row in sheet["days"]["rows"] for mark in row[-1].split()}
    assert [mark for mark, *_ in notes] == [f"注{n}" for n in range(1, len(notes) + 1)]
    assert used == {mark for mark, *_ in notes} != set()
    assert all("reason." not in cell for row in notes for cell in row)


def test_every_state_is_explained() -> None:
    card = a_worker(None)
    sheet = sheet_for(worker_viewer(card.worker_id), Wish(PaperKind.WORKER_DAYS, NOVEMBER, NOVEMBER))
    assert len(sheet["legends"][0]["rows"]) == len(Standing)
    assert all(not cell.startswith(("paper.", "day.")) for row in sheet["legends"][0]["rows"] for cell in row)
    assert sheet["days"]["rows"] == []
    assert sheet["counters"] == [("正式", "0日"), ("申請中", "0日"), ("未承認", "0日")]


def test_who_may_not_be_named_is_a_number() -> None:
    days = Days()
    found = list_days(firm_viewer(days.prime), days.wishes()[PaperKind.FIRM_DAYS], at=NOW)
    nameless = replace(found, lines=[replace(line, name="") for line in found.lines])
    assert {row[1].replace(" ", "") for row in sheet_of(nameless)["days"]["rows"]} == {str(days.worker)}


def test_months_in_words() -> None:
    assert month_text(NOVEMBER, NOVEMBER) == "2026年11月"
    assert month_text(date(2025, 12, 1), NOVEMBER) == "2025年12月から2026年11月"


def test_the_end_of_a_night_shift_is_said_to_be_on_the_next_morning() -> None:
    days = Days()
    days.gate.send(
        a_touch(6, days.card, "2026-11-17T21:30:00+09:00"), a_touch(7, days.card, "2026-11-18T05:10:00+09:00")
    )
    bind_all()
    rows = sheet_for(worker_viewer(days.worker), days.wishes()[PaperKind.WORKER_DAYS])["days"]["rows"]
    assert [row[7:9] for row in rows if row[0] == "2026/11/17（火）"] == [["21:30", "翌5:10"]]


def test_a_second_trade_is_one_row_and_two_histories() -> None:
    """Ruling 26: paper and file say the same number as the page."""
    days = Days()
    viewer, wish = worker_viewer(days.worker), days.wishes()[PaperKind.WORKER_DAYS]
    assert sheet_for(viewer, wish)["facts"][-1] == ("就業履歴数", "正式1件 申請中1件 未承認1件")
    by = worker_as_actor(days.worker)
    edit_day(WorkerId(days.worker), days.site, date(2026, 11, 19), second_trade="01-01", by=by, at=NOW)
    bind_all()
    sheet = sheet_for(viewer, wish)
    assert sheet["facts"][-1] == ("就業履歴数", "正式2件 申請中1件 未承認1件")
    assert sheet["days"]["title"] == "日ごとの記録（3行）"
    assert "二つの職種で働いた日は、1行で2件です" in sheet["explained"]
    lines = csv_answer("x", list_days(viewer, wish, at=NOW).lines).content.decode("utf-8-sig").splitlines()
    assert [(row["状態"], row["就業履歴数"]) for row in csv.DictReader(lines)] == [
        ("申請中", "1"), ("未承認", "1"), ("正式", "2"),
    ]  # fmt: skip
