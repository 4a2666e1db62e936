"""Letters in the office's pages: printed once, then shipped."""

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Look
from registry.notices.models import Letter
from registry.notices.states import LetterKind, LetterState
from registry.workers.models import Worker
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import a_firm, a_worker, logged_in, office_login

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    client = logged_in(office_login(Role.REVIEWER))
    a_firm()
    return client


def letters() -> list[int]:
    return list(Letter.objects.order_by("pk").values_list("pk", flat=True))


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_printed_waits_to_be_shipped(office: Client) -> None:
    first, second = letters()
    page = office.post("/office/letters/", {"letter": [first]})
    assert len(page.context["printed"]) == 1
    assert [one["row"].id for one in page.context["to_ship"]] == [first]
    assert [one["row"].id for one in page.context["letters"]] == [second]
    assert "発送を待つ郵送物が1通あります" in office.get("/office/").content.decode()

    for number in (1, 0):  # a second click ships nothing
        page = office.post("/office/letters/ship/", {"letter": [first, second]}, follow=True)
        assert f"{number}通を発送済みにしました" in page.content.decode()
    assert states() == [LetterState.SHIPPED, LetterState.QUEUED]


def test_shipping_needs_a_post_and_the_right(office: Client) -> None:
    assert office.get("/office/letters/ship/")["Location"] == "/office/"
    assert logged_in(office_login(Role.DESK)).post("/office/letters/ship/").status_code == 404


@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 19, "٣", "x", "-1", ""])
def test_a_letter_s_number_that_none_has_prints_and_ships_nothing(office: Client, typed: str) -> None:
    for path in ("/office/letters/", "/office/letters/ship/"):
        assert office.post(path, {"letter": typed}, follow=True).status_code == 200
    assert set(states()) == {LetterState.QUEUED}


def items(worker_id: int) -> list[set[str]]:
    """What of somebody each look has shown, the oldest first."""
    looks = Look.objects.filter(noun="worker", subjects__contains=[worker_id]).order_by("pk")
    return [set(WORKER_POLICY.names(look.items)) for look in looks]


def test_who_lists_or_prints_letters_leaves_a_look_at_what_is_shown(office: Client) -> None:
    worker_id = a_worker(None).worker_id
    Worker.objects.filter(pk=worker_id).update(card_postal_code="100-0001", card_address="カードの町")
    names = {"family_name", "middle_name", "given_name"}
    office.get("/office/letters/")
    assert items(worker_id) == [names]
    for kind, where in (
        (LetterKind.WORKER_SECURITY_CODE, {"postal_code", "address"}),
        (LetterKind.WORKER_FIRST_PASSWORD, {"card_postal_code", "card_address"}),
    ):
        office.post("/office/letters/", {"letter": [Letter.objects.get(kind=kind).pk]})
        assert items(worker_id)[-1] == names | where
    assert Look.objects.filter(noun="business").count() == 3, "at the firm, to whose user letters wait, too"
