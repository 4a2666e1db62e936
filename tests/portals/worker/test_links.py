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
from tests.factories.visitors import account_of_worker, as_worker

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


def test_nobody_answers_for_another() -> None:
    request = asked_by_firm(a_worker(None).worker_id, a_firm())
    assert as_worker(a_worker(None, "同僚").worker_id).post(f"/worker/links/{request}/answer/").status_code == 404


def test_ending_a_link_says_from_when_and_tells_the_firm() -> None:
    firm = a_firm()
    worker = a_worker(firm).worker_id
    client, page = as_worker(worker), f"/worker/links/{firm}/end/"
    assert "見本建設株式会社" in client.get(page).content.decode()

    until = TODAY + timedelta(days=1)
    assert client.post(page, {"until_on": f"{until:%Y/%m/%d}"}).status_code == 302

    assert Affiliation.objects.get().until_on == until
    owner = owner_of(firm).account_id
    assert owner
    assert NoticeKind.UNLINKED in {one.kind for one in list_notices(owner)}
    assert account_of_worker(worker) != owner


def test_a_firm_that_is_not_linked_has_no_end() -> None:
    assert as_worker(a_worker(None).worker_id).get(f"/worker/links/{a_firm()}/end/").status_code == 404
