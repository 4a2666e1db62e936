"""The worker's side of links with firms."""

from datetime import timedelta

import pytest

from registry.core.ids import BusinessId, WorkerId
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.workers.models import Affiliation
from registry.workers.operations.links import ask_for_link
from registry.workers.queries import list_link_requests
from tests.factories.cast import NOW, a_firm, a_worker, owner_of
from tests.factories.links import link
from tests.factories.visitors import account_of_worker, as_firm, as_worker

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def asked_by_firm(worker_id: WorkerId, firm: BusinessId) -> int:
    return ask_for_link(worker_id, firm, from_on=TODAY, principal=True, by=owner_of(firm), at=NOW)


def test_asking_a_firm_waits_for_its_answer() -> None:
    worker, firm = a_worker(None).worker_id, a_firm()
    page = as_worker(worker).post(
        "/worker/links/", {"business_id": str(firm), "from_on": "2026/11/20", "principal": "on"}, follow=True
    )
    assert [row.business_name for row in page.context["asked"]] == ["見本建設株式会社"]
    assert not Affiliation.objects.exists()


def test_a_wrong_digit_is_told_beside_the_field() -> None:
    firm = str(a_firm())
    wrong = firm[:5] + str((int(firm[5]) + 1) % 10) + firm[6:]
    answer = as_worker(a_worker(None).worker_id).post("/worker/links/", {"business_id": wrong, "from_on": "2026/11/20"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["business_id"][0].code == "ID_CHECK_DIGIT"


@pytest.mark.parametrize(("button", "linked"), [("accept", True), ("decline", False)])
def test_answering_a_firm(button: str, linked: bool) -> None:
    worker = a_worker(None).worker_id
    request = asked_by_firm(worker, a_firm())
    client = as_worker(worker)
    page = client.post(f"/worker/links/{request}/answer/", {button: ""}, follow=True)
    assert list_link_requests(worker_id=worker) == []
    assert bool(page.context["links"]) is linked
    assert client.post(f"/worker/links/{request}/answer/", {button: ""}).status_code == 404  # a second click


def test_a_second_employer_is_accepted_although_another_is_the_principal_one() -> None:
    worker, firm = a_worker(a_firm()).worker_id, a_firm("新しい会社")
    client, request = as_worker(worker), asked_by_firm(worker, firm)
    assert "（主たる所属として）" in as_firm(firm).get("/business/links/").content.decode(), "what the firm has asked"
    page = client.post(f"/worker/links/{request}/answer/", {"accept": ""}, follow=True)
    assert "主たる所属は今までの会社のままです" in page.content.decode()
    assert [(one.business_name, one.principal) for one in page.context["links"]] == [
        ("見本建設株式会社", True), ("新しい会社", False),
    ]  # fmt: skip
    notices = client.get("/worker/messages/").content.decode()
    assert "主たる所属は変わりません" in notices
    assert '<a href="/worker/links/">この件の画面を開く<' in notices


def test_who_has_a_principal_employer_asks_for_a_further_one_at_first() -> None:
    with_one, without = a_worker(a_firm()).worker_id, a_worker(None).worker_id
    ticked = [as_worker(one).get("/worker/links/").context["form"]["principal"].value() for one in (with_one, without)]
    assert ticked == [False, True]


def test_both_ask_for_the_principal_link_and_it_is_a_further_one() -> None:
    worker, firm = a_worker(a_firm()).worker_id, a_firm("新しい会社")
    asked_by_firm(worker, firm)
    typed = {"business_id": str(firm), "from_on": f"{TODAY:%Y/%m/%d}", "principal": "on"}
    page = as_worker(worker).post("/worker/links/", typed, follow=True).content.decode()
    assert "関連付け（主たる所属ではない）が有効になりました" in page
    assert "主たる所属は今までの会社のままです" in page


def test_nobody_answers_for_another() -> None:
    request = asked_by_firm(a_worker(None).worker_id, a_firm())
    assert as_worker(a_worker(None, "同僚").worker_id).post(f"/worker/links/{request}/answer/").status_code == 404


def test_ending_a_link_says_from_when_and_tells_the_firm() -> None:
    firm = a_firm()
    worker = a_worker(firm).worker_id
    client, page = as_worker(worker), f"/worker/links/{Affiliation.objects.get().pk}/end/"
    assert "見本建設株式会社" in client.get(page).content.decode()

    until = TODAY + timedelta(days=1)
    assert client.post(page, {"until_on": f"{TODAY:%Y/%m/%d}"}).status_code == 302

    assert Affiliation.objects.get().until_on == until
    change = f"/worker/links/ended/{Affiliation.objects.get().pk}/change/"
    assert f'<a href="{change}">最後の日を直す</a>' in client.get("/worker/links/").content.decode()
    owner = owner_of(firm).account_id
    assert owner
    assert NoticeKind.UNLINKED in {one.kind for one in list_notices(owner)}
    assert account_of_worker(worker) != owner


@pytest.mark.parametrize("page", ["end", "principal"])
def test_links_of_others_are_not_there(page: str) -> None:
    a_worker(a_firm())
    others = Affiliation.objects.get().pk
    assert as_worker(a_worker(None, "同僚").worker_id).get(f"/worker/links/{others}/{page}/").status_code == 404


def test_a_firm_that_stands_by_name_is_ended_and_a_registered_one_can_be_principal() -> None:
    firm, worker = a_firm(), a_worker(None, employer_name="名前だけの会社").worker_id
    request, client = asked_by_firm(worker, firm), as_worker(worker)
    page = f"/worker/links/{Affiliation.objects.get().pk}/end/"
    assert "名前だけの会社" in client.get(page).content.decode()
    assert client.post(page, {"until_on": "2026/11/19"}).status_code == 302

    client.post(f"/worker/links/{request}/answer/", {"accept": ""})
    assert Affiliation.objects.get(business=firm).principal


def test_a_further_firm_becomes_the_principal_one_and_both_links_stay() -> None:
    home, host = a_firm(), a_firm("出向先の会社")
    worker = a_worker(home).worker_id
    link(worker, host, from_on=TODAY)
    client = as_worker(worker)
    further = Affiliation.objects.get(business=host).pk

    page = client.get(f"/worker/links/{further}/principal/")
    assert "見本建設株式会社との関連付けはそのまま続き" in page.content.decode()
    shown = client.post(f"/worker/links/{further}/principal/", {"from_on": "2026/11/20"}, follow=True)

    assert [(row.business_name, row.principal) for row in shown.context["links"]] == [
        ("出向先の会社", True), ("見本建設株式会社", False),
    ]  # fmt: skip
    assert shown.context["ends"] == []
    first = shown.context["links"][1].from_on
    assert first < TODAY  # the link goes on: its first day is the old one


def test_a_day_before_the_link_is_refused_beside_the_field() -> None:
    worker = a_worker(a_firm()).worker_id
    host = a_firm("出向先の会社")
    link(worker, host, from_on=TODAY)
    page = f"/worker/links/{Affiliation.objects.get(business=host).pk}/principal/"
    answer = as_worker(worker).post(page, {"from_on": "2026/11/19"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["from_on"][0].code == "PRINCIPAL_DAY"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"from_on": "2026/11/20", "principal": "on"}, "相手からも申し込みがあった"),
        ({"from_on": "2026/11/10"}, "相手が先に申し込んでいた"),
    ],
)
def test_where_the_firm_has_asked_before_the_page_says_what_holds(typed: dict[str, str], said: str) -> None:
    worker, firm = a_worker(None).worker_id, a_firm()
    asked_by_firm(worker, firm)
    page = as_worker(worker).post("/worker/links/", {"business_id": str(firm), **typed}, follow=True)
    assert said in page.content.decode()
    assert Affiliation.objects.get().from_on == TODAY


def test_asking_anew_with_another_day_says_that_nothing_was_sent() -> None:
    worker, firm = a_worker(None).worker_id, a_firm()
    client, typed = as_worker(worker), {"business_id": str(firm), "principal": "on"}
    client.post("/worker/links/", {**typed, "from_on": "2026/11/20"})
    page = client.post("/worker/links/", {**typed, "from_on": "2026/11/10"}, follow=True)
    assert "申し込みは送っていません" in page.content.decode()
