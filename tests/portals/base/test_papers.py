"""The page 書類, the buttons that lead to it, and the same rows as page, CSV and PDF."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from portals.base.exports import COLUMNS
from registry.disclosure.queries import viewer_for
from registry.papers.models import Paper
from registry.papers.operations import make_paper
from registry.papers.queries import list_days
from registry.papers.states import MOST_WAITING, PaperKind, PaperState
from tests.factories.cast import NOW, a_firm, a_worker
from tests.factories.papers import Days, tables_of
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db


def asked(client: Client, where: str) -> Paper:
    """Press a button 「PDFを作る」 and get the newest paper."""
    answer = client.post(where)
    assert answer.status_code == 302, answer.status_code
    return Paper.objects.order_by("-pk")[0]


def body(client: Client, where: str) -> str:
    """A page."""
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def csv_rows(client: Client, where: str) -> list[dict[str, str]]:
    """A CSV by the names of its columns."""
    text = client.get(where).content.decode("utf-8-sig")
    _head, *rows = csv.reader(io.StringIO(text))
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def pages_of(days: Days) -> dict[PaperKind, tuple[Client, str]]:
    """Who looks at which page."""
    worker, prime = as_worker(days.worker), as_firm(days.prime)
    return {
        PaperKind.WORKER_DAYS: (worker, "/worker/days/2026-11/"),
        PaperKind.FIRM_DAYS: (prime, "/business/days/2026-11/"),
        PaperKind.PERSON_DAYS: (prime, f"/business/workers/{days.worker}/days/2026-11/"),
        PaperKind.SITES_DAYS: (prime, "/business/sites/days/2026-11/"),
        PaperKind.SITE_DAYS: (prime, f"/business/sites/{days.site}/days/2026-11/"),
    }


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_from_button_to_file(kind: PaperKind) -> None:
    days = Days()
    client, where = pages_of(days)[kind]
    assert f'action="{where}paper/"' in body(client, where)
    portal = where.split("/")[1]
    paper = asked(client, f"{where}paper/")
    waiting = body(client, f"/{portal}/papers/")
    assert "作成しています" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    make_paper(paper.pk, at=NOW)
    done = body(client, f"/{portal}/papers/")
    assert "できました" in done
    assert "2026年12月20日" in done
    assert "refresh" not in done.replace("data-refresh", "")
    answer = client.get(f"/{portal}/papers/{paper.pk}/file.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("kind", PaperKind)
def test_pdf_csv_and_page_have_the_same_rows(kind: PaperKind) -> None:
    days = Days()
    client, where = pages_of(days)[kind]
    paper = asked(client, f"{where}paper/")
    make_paper(paper.pk, at=NOW)
    tables = tables_of(client.get(f"/{where.split('/')[1]}/papers/{paper.pk}/file.pdf").content)
    table = next(one for one in tables if one[0][0] == "就業日")
    of_pdf = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    of_csv = csv_rows(client, f"{where}list.csv")

    viewer = viewer_for(paper.account_id)
    assert len(of_csv) == len(of_pdf) == len(list_days(viewer, days.wishes()[kind], at=NOW).lines) >= 3
    columns = {
        "氏名": "name", "現場": "site", "所属事業者": "firm", "職種": "trade", "立場": "position", "作業内容": "work", "入力方法": "how",
        "状態": "standing",
    }  # fmt: skip
    for pdf_row, csv_row in zip(of_pdf, of_csv, strict=True):
        assert pdf_row["就業日"][:10].replace("/", "-") == csv_row["day"]
        for name, key in columns.items():
            if name in pdf_row:
                assert pdf_row[name] == csv_row[key].removeprefix("'").replace("\u202e", "")
        assert pdf_row["最初の打刻"] == csv_row["first"].lstrip("0")
        assert pdf_row["最後の打刻"] == csv_row["last"].lstrip("0")
        assert len(pdf_row["注"].split()) == len(csv_row["reasons"].split()) == csv_row["causes"].count("。")

    page = body(client, where)
    if kind is PaperKind.WORKER_DAYS:
        assert page.split("ds-days", 1)[1].split("ds-note")[0].count('<p class="ds-row">') == len(of_pdf)
    elif kind is PaperKind.PERSON_DAYS:
        assert page.count('<li class="ds-card">') == len(of_pdf)
    else:
        people = next(one for one in tables if one[0][1] == "技能者ID")
        shown = re.findall(
            r'row">(?:<a [^>]*>)?([^<]*)(?:</a>)?(?:<br><span class="ds-help ds-id">[\d ]+</span>)?</th>(?:<td data-label="現場名">[^<]*</td>)?((?:<td class="ds-num"[^>]*>\d+日</td>)+)',
            page,
        )
        # The four counters of ruling 28, and days that do not count.
        counted = [(unescape(name).replace("\u202e", ""), re.findall(r">(\d+)日<", cells)) for name, cells in shown]
        assert sorted((row[0], row[2:]) for row in people[1:]) == sorted(counted)


def test_a_year_and_all_years_of_a_worker() -> None:
    days = Days()
    client = as_worker(days.worker)
    year, whole = asked(client, "/worker/days/2026/paper/"), asked(client, "/worker/days/paper/")
    found = [(paper.first_month.isoformat(), paper.last_month.isoformat()) for paper in (year, whole)]
    assert found == [("2026-01-01", "2026-11-01"), ("2025-12-01", "2026-11-01")]
    assert "2025年12月から2026年11月" in body(client, "/worker/papers/")


@pytest.mark.parametrize("where", ["/worker/days/2026-0/paper/", "/worker/days/1900/paper/", "/worker/days/paper/"])
def test_no_paper_of_no_months(where: str) -> None:
    assert as_worker(a_worker(None).worker_id).post(where).status_code == 404


def test_a_repeated_click_makes_one_paper() -> None:
    client = as_firm(a_firm())
    papers = {asked(client, "/business/days/2026-11/paper/").pk for _ in range(3)}
    assert len(papers) == 1


def test_a_click_too_many_is_told_so() -> None:
    client = as_firm(a_firm())
    for n in range(MOST_WAITING + 1):
        answer = client.post(f"/business/days/{2025 + n // 12}-{1 + n % 12}/paper/", follow=True)
    assert "20件あります" in answer.content.decode()
    assert Paper.objects.count() == MOST_WAITING


@pytest.mark.parametrize("failure", ["PAPER_TOO_LONG", "PAPER_NOT_MADE", "PAPER_RIGHT_GONE"])
def test_a_failed_paper_says_why_and_can_be_asked_for_again(failure: str) -> None:
    client = as_firm(a_firm())
    paper = asked(client, "/business/days/2026-11/paper/")
    Paper.objects.filter(pk=paper.pk).update(state=PaperState.FAILED, failure=failure)
    page = body(client, "/business/papers/")
    assert "作れませんでした" in page
    assert "書類は作られていません" in page
    assert failure in page
    again = asked(client, f"/business/papers/{paper.pk}/again/")
    assert (again.pk != paper.pk, again.first_month) == (True, paper.first_month)


def test_a_paper_that_is_thrown_away_can_be_made_again() -> None:
    client = as_worker(a_worker(None).worker_id)
    paper = asked(client, "/worker/days/2026-11/paper/")
    Paper.objects.filter(pk=paper.pk).update(state=PaperState.FAILED, failure="PAPER_NOT_MADE")
    Paper.objects.filter(pk=paper.pk).update(state=PaperState.EXPIRED)
    assert "保存期間が終わりました" in body(client, "/worker/papers/")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert client.get(f"/worker/papers/{paper.pk}/file.pdf").status_code == 404


def test_an_empty_list_says_how_to_begin() -> None:
    page = body(as_worker(a_worker(None).worker_id), "/worker/papers/")
    assert "書類はまだありません" in page
    assert 'href="/worker/days/"' in page


def test_others_find_no_paper() -> None:
    days = Days()
    pages = pages_of(days)
    client, where = pages[PaperKind.SITE_DAYS]
    paper = asked(client, f"{where}paper/")
    make_paper(paper.pk, at=NOW)
    below, other = as_firm(days.below), as_firm(a_firm("別の会社"))
    for who in (below, other):
        assert who.get(f"/business/papers/{paper.pk}/file.pdf").status_code == 404
        assert who.post(f"/business/papers/{paper.pk}/again/").status_code == 404
        assert "就業履歴一覧" not in body(who, "/business/papers/")
    assert other.post(f"{where}paper/").status_code == 404
    assert pages[PaperKind.WORKER_DAYS][0].get(f"/worker/papers/{paper.pk}/file.pdf").status_code == 404


def test_names_of_files_say_what_they_are() -> None:
    days = Days()
    client, where = pages_of(days)[PaperKind.SITE_DAYS]
    paper = asked(client, f"{where}paper/")
    make_paper(paper.pk, at=NOW)
    answer: Any = client.get(f"/business/papers/{paper.pk}/file.pdf")
    name = "".join(f"%{byte:02X}" for byte in "就業履歴一覧".encode())
    assert name in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].endswith(".pdf")


def test_a_paper_of_months_to_come_is_refused() -> None:
    for client, where in pages_of(Days()).values():
        answer = client.post(f"{where.replace('2026-11', '2026-12')}paper/", follow=True)
        assert "今月より後の月です" in answer.content.decode(), where
    assert Paper.objects.count() == 0


def test_a_paper_of_a_person_s_year_holds_the_days_for_the_firm() -> None:
    days = Days()
    client, where = pages_of(days)[PaperKind.PERSON_DAYS]
    assert "ほかの会社で働いた日は入りません" in body(client, where)
    assert 'value="2026/11"' in body(client, f"{where}months/")
    for first, last, said in (
        ("2026/1", "2026/12", "今月より後の月です"), ("2025/10", "2026/11", "12か月を超えています"),
        ("2026/11", "2026/10", "始まりの月より前か"), ("", "2026/11", "このままでは先に進めません"), ("先月", "2026/11", "月として読み取れません"),
    ):  # fmt: skip
        answer = client.post(f"{where}months/", {"first": first, "last": last})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    answer = client.post(f"{where}months/", {"first": "2025年12月", "last": "R8.11"}, follow=True)
    assert "2025年12月から2026年11月" in answer.content.decode()
    paper = Paper.objects.get()
    make_paper(paper.pk, at=NOW)
    (rows,) = [
        table
        for table in tables_of(client.get(f"/business/papers/{paper.pk}/file.pdf").content)
        if table[0][0] == "就業日"
    ]
    assert [row[0][:10] for row in rows[1:]] == ["2026/10/30", "2026/11/05", "2026/11/06", "2026/11/19"]
    below = as_firm(days.below)
    assert below.get(f"{where}months/").status_code == 404
    assert below.post(f"{where}months/", {"first": "2026/11", "last": "2026/11"}).status_code == 404


def test_a_form_sent_twice_asks_once_and_the_page_opened_again_asks_anew() -> None:
    browser = as_worker(a_worker(None).worker_id)
    ask = f"/worker/days/{NOW.year}-{NOW.month}/paper/"

    def key() -> str:
        page = browser.get(f"/worker/days/{NOW.year}-{NOW.month}/").content.decode()
        found = re.search(rf'action="{ask}".*?name="form_key" value="([^"]+)"', page)
        assert found
        return found[1]

    first = key()
    for form_key, papers in ((first, 1), (first, 1), (key(), 2)):
        browser.post(ask, {"form_key": form_key})
        for paper in Paper.objects.filter(state=PaperState.QUEUED):
            make_paper(paper.pk, at=NOW)
        assert Paper.objects.count() == papers


def test_a_key_that_can_be_none_is_none() -> None:
    client = as_worker(a_worker(a_firm()).worker_id)
    answer = client.post("/worker/days/2026-11/paper/", {"form_key": "k\0"})
    assert answer.status_code == 302
