"""Links on the firm's pages and on the worker's: asking, answering, ending, and the day of an end."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from registry.core.actor import Actor, ActorKind
from registry.core.ids import BusinessId, WorkerId
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.queries import list_roster
from registry.workers.models import Affiliation, EndDispute, LinkRequest
from registry.workers.operations.links import ask_for_link
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_worker, owner_of
from tests.factories.links import unlink
from tests.factories.shared import shared
from tests.factories.visitors import as_firm, as_worker, worker_as_actor

pytestmark = pytest.mark.django_db


class Pair:
    """A firm with a worker, each before a browser."""

    def __init__(self) -> None:
        self.firm: BusinessId = a_firm()
        self.worker: WorkerId = a_worker(self.firm).worker_id
        self.by_firm, self.by_worker = as_firm(self.firm), as_worker(self.worker)

    def end(self) -> str:
        return str(Affiliation.objects.get(worker=self.worker).until_on)

    @property
    def row(self) -> int:
        return Affiliation.objects.get(worker=self.worker).pk


pair = shared(Pair)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(
        r"<r[pt]>[^<]*</r[pt]>|<[^>]+>", "", answer.content.decode().split("<main", 1)[1].split("</main", 1)[0]
    )


def test_a_firm_asks_and_the_worker_accepts_however_often_one_clicks() -> None:
    firm, worker = a_firm(), a_worker(None).worker_id
    by_firm, by_worker = as_firm(firm), as_worker(worker)
    typed = {"worker_id": str(worker), "from_on": "2026/11/1", "principal": "on"}
    for _ in range(2):
        assert by_firm.post("/business/links/", typed).status_code == 302
    request = LinkRequest.objects.get().pk
    assert "太郎" not in text(by_firm, "/business/links/")
    for _ in range(2):
        by_worker.post(f"/worker/links/{request}/answer/", {"accept": ""})
    assert Affiliation.objects.filter(worker=worker, business=firm).count() == 1
    assert "太郎" in text(by_firm, "/business/links/")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"worker_id": ""}, "このままでは先に進めません"),
        ({"worker_id": "12345678901822"}, "技能者ID"),
        ({"worker_id": "１２３４"}, "14桁"),
        ({"from_on": "2026/1/1"}, "先月の1日"),
        ({"from_on": "2027/1/1"}, "先月の1日"),
        ({"from_on": "\x00"}, "日付"),
    ],
)
def test_wrong_input_is_told_and_kept(pair: Pair, typed: dict[str, str], words: str) -> None:
    values = {"worker_id": str(a_worker(None).worker_id), "from_on": "2026/11/1", **typed}
    page = pair.by_firm.post("/business/links/", values)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert LinkRequest.objects.count() == 0


def test_who_leaves_is_off_the_rosters_and_known_by_the_id_alone(pair: Pair) -> None:
    site = a_gate(pair.firm).site_id
    people = [(pair.worker, RosterData(trade="06-01"))]
    add_to_roster(site, None, people, from_on=STARTED, by=owner_of(pair.firm), at=NOW)
    path = f"/business/workers/{pair.worker}/end/"
    for day, words in (("2026/8/31", "2026年9月1日"), ("", "このままでは先に進めません"), ("あした", "日付")):
        refused = pair.by_firm.post(path, {"until_on": day})
        assert (refused.status_code, words in refused.content.decode()) == (422, True), day
    pair.by_firm.post(path, {"until_on": "2026/11/19"})
    assert (pair.end(), list_roster(site, on=NOW.date())) == ("2026-11-20", [])
    page = text(pair.by_firm, "/business/links/")
    assert "太郎" not in page
    assert "終わった関連付け" in page


def test_an_announced_end_is_changed_or_taken_back_by_who_announced_it(pair: Pair) -> None:
    pair.by_firm.post(f"/business/workers/{pair.worker}/end/", {"until_on": "2026/11/30"})
    path, page = f"/business/links/ended/{pair.row}/change/", text(pair.by_firm, "/business/links/")
    assert "解除が決まっている関連付け" in page
    assert page.count("2026年11月30日（月）まで") == 2, "also where the firm's people are listed"
    assert "終わった関連付け" not in page
    shown = pair.by_firm.get(path).content.decode()
    assert all(words in shown for words in ('value="2026/11/30"', "解除を取りやめる", "<h1>最後の日を直す</h1>"))
    pair.by_firm.post(path, {"until_on": "2026/12/31"})
    assert pair.end() == "2027-01-01"

    assert "最後の日を直す" not in text(pair.by_worker, "/worker/links/")
    assert pair.by_worker.post(f"/worker/links/ended/{pair.row}/change/", {"keep": "1"}).status_code == 404
    refused = pair.by_worker.post(f"/worker/links/{pair.row}/end/", {"keep": "1"}, follow=True).content.decode()
    assert "異議を申し出てください" in refused
    assert "関連付けはそのまま続きます" in pair.by_firm.post(path, {"keep": "1"}, follow=True).content.decode()
    assert pair.end() == "None"
    assert pair.by_firm.post(path, {"keep": "1"}).status_code == 404, "there is no end any more"
    assert "2026年12月31日（木）までの予定でしたが" in text(pair.by_worker, "/worker/messages/")


def test_an_end_that_has_come_is_corrected_but_not_taken_back(pair: Pair) -> None:
    unlink(pair.worker, pair.firm, until_on=NOW.date(), by=owner_of(pair.firm), at=NOW)
    path = f"/business/links/ended/{pair.row}/change/"
    assert f'href="{path}">最後の日を直す' in pair.by_firm.get("/business/links/").content.decode()
    assert "解除を取りやめる" not in text(pair.by_firm, path)
    late = pair.by_firm.post(path, {"keep": "1"}, follow=True).content.decode()  # a page from before midnight
    assert "関連付けの最後の日（2026年11月19日（木））が過ぎています" in late
    pair.by_firm.post(path, {"until_on": "2026/11/16"})
    assert pair.end() == "2026-11-17"


def test_while_the_other_side_objects_its_answer_comes_first(pair: Pair) -> None:
    unlink(pair.worker, pair.firm, until_on=date(2026, 12, 1), by=owner_of(pair.firm), at=NOW)
    path = f"/worker/links/ended/{pair.row}/dispute/"
    pair.by_worker.post(path, {"until_on": "2026/12/20", "reason": "まだいます"})
    assert "解除を取りやめる" not in text(pair.by_firm, f"/business/links/ended/{pair.row}/change/")


def test_the_other_side_objects_to_the_day_and_the_day_moves_by_agreement(pair: Pair) -> None:
    unlink(pair.worker, pair.firm, until_on=NOW.date(), by=owner_of(pair.firm), at=NOW)
    assert "終わった日に異議を申し出る" not in text(pair.by_firm, "/business/links/")
    assert "会社から解除" in text(pair.by_worker, "/worker/links/")
    path = f"/worker/links/ended/{pair.row}/dispute/"
    for typed, words in (
        ({"until_on": "2026/12/1", "reason": ""}, "このままでは先に進めません"),
        ({"until_on": "2026/11/19", "reason": "同じ"}, "日付が同じ"),
        ({"until_on": "2026/8/1", "reason": "早い"}, "関連付けの始まり"),
        ({"until_on": "x", "reason": "理由はこれ"}, "理由はこれ"),
    ):
        refused = pair.by_worker.post(path, typed)
        assert (refused.status_code, words in refused.content.decode()) == (422, True), typed
    for _ in range(2):
        assert pair.by_worker.post(path, {"until_on": "2026/11/30", "reason": "まだいました"}).status_code == 302
    page = text(pair.by_firm, "/business/links/")
    assert all(words in page for words in ("まだいました", "2026年11月30日（月）までだった", "同意して日付を変える"))
    answer = f"/business/links/disputes/{EndDispute.objects.get().pk}/answer/"
    for _ in range(2):
        assert pair.by_firm.post(answer, {"agree": ""}).status_code == 302
    assert pair.end() == "2026-12-01"


def test_who_objects_to_an_end_that_was_taken_back_meanwhile_is_told(pair: Pair) -> None:
    """The page may have stood open, or a message leads there."""
    path = f"/worker/links/ended/{pair.row}/dispute/"
    for values in (None, {"until_on": "2026/11/25", "reason": "違います"}):
        answer = pair.by_worker.post(path, values, follow=True) if values else pair.by_worker.get(path, follow=True)
        assert "異議を申し出る日付はもうありません" in answer.content.decode()
    assert as_worker(a_worker(None, "別の人").worker_id).get(path).status_code == 404


@pytest.mark.parametrize(("who", "state"), [("firm", "kept"), ("worker", "withdrawn")])
def test_or_it_is_kept_or_taken_back(pair: Pair, who: str, state: str) -> None:
    unlink(pair.worker, pair.firm, until_on=NOW.date(), by=owner_of(pair.firm), at=NOW)
    pair.by_worker.post(f"/worker/links/ended/{pair.row}/dispute/", {"until_on": "2026/11/25", "reason": "違います"})
    number = EndDispute.objects.get().pk
    if who == "firm":
        pair.by_firm.post(f"/business/links/disputes/{number}/answer/", {"close": ""})
    else:
        pair.by_worker.post(f"/worker/links/disputes/{number}/answer/", {"close": ""})
    assert (EndDispute.objects.get().state, pair.end()) == (state, "2026-11-20")


def test_a_firm_objects_to_a_workers_day(pair: Pair) -> None:
    unlink(pair.worker, pair.firm, until_on=NOW.date(), by=worker_as_actor(pair.worker), at=NOW)
    path = f"/business/links/ended/{pair.row}/dispute/"
    assert "2026年11月19日" in text(pair.by_firm, path)
    pair.by_firm.post(path, {"until_on": "2026/11/9", "reason": "10日からいません"})
    number = EndDispute.objects.get().pk
    pair.by_worker.post(f"/worker/links/disputes/{number}/answer/", {"agree": ""})
    assert pair.end() == "2026-11-10"


@pytest.mark.parametrize(
    "path", ["links/ended/{row}/dispute/", "links/disputes/{number}/answer/", "links/{number}/answer/"]
)
def test_strangers_find_nothing(pair: Pair, path: str) -> None:
    unlink(pair.worker, pair.firm, until_on=NOW.date(), by=owner_of(pair.firm), at=NOW)
    pair.by_worker.post(f"/worker/links/ended/{pair.row}/dispute/", {"until_on": "2026/11/25", "reason": "違います"})
    where = path.format(row=pair.row, number=EndDispute.objects.get().pk)
    strangers: list[tuple[Client, str]] = [
        (as_firm(a_firm("別の会社")), "business"), (as_worker(a_worker(None, "別の人").worker_id), "worker"),
    ]  # fmt: skip
    for client, portal in strangers:
        values: dict[str, Any] = {"agree": "", "until_on": "2026/11/25", "reason": "横取り"}
        assert client.post(f"/{portal}/{where}", values).status_code == 404
    assert (EndDispute.objects.get().state, pair.end()) == ("open", "2026-11-20")


def test_asking_a_worker_shows_no_name_before_the_answer() -> None:
    worker = a_worker(None).worker_id
    typed = {"worker_id": f" {str(worker)[:4]}-{str(worker)[4:]} ", "from_on": "令和8年11月20日"}
    page = as_firm(a_firm()).post("/business/links/", typed, follow=True)
    assert [row.worker_id for row in page.context["asked"]] == [worker]
    assert "太郎" not in page.content.decode()


def test_another_firm_answers_nothing() -> None:
    worker, firm = a_worker(None).worker_id, a_firm()
    by = Actor(ActorKind.WORKER, None, worker)
    request = ask_for_link(worker, firm, from_on=NOW.date(), principal=True, by=by, at=NOW)
    assert as_firm(a_firm("別の会社")).post(f"/business/links/{request}/answer/", {"accept": ""}).status_code == 404
