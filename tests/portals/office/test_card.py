"""Cards in the office's pages: the next one, its shipment, the stop of a lost one, the end (rulings 16, 19)."""

from datetime import timedelta

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Move
from registry.cards.models import Card
from registry.cards.operations import ship_card
from registry.cards.queries import CardRow, list_cards
from registry.cards.states import CardState
from registry.core.ids import BusinessId
from tests.factories.cast import NOW, OFFICE, Gate, a_touch, a_worker
from tests.factories.days import days_of
from tests.factories.visitors import as_firm, as_office, as_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
BROKEN = {"branch": "2", "reason": "破損のため"}


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


def page_of(card: CardRow, act: str = "") -> str:
    return f"/office/workers/{card.worker_id}/cards/{act}"


def states(card: CardRow) -> list[CardState]:
    """States of a worker's cards, newest first."""
    return [one.state for one in list_cards(card.worker_id)]


def after(client: Client, where: str, typed: dict[str, str] | None = None) -> str:
    """What the page says to which a form leads."""
    return client.post(where, typed or {}, follow=True).content.decode()


def test_the_worker_s_page_leads_to_the_cards_and_they_to_what_can_be_done(office: Client, card: CardRow) -> None:
    assert f'href="{page_of(card)}"' in office.get(f"/office/workers/{card.worker_id}/").content.decode()
    page = office.get(page_of(card)).content.decode()
    for text in (
        "-01",
        "2036年5月5日",
        "未発送",
        *(page_of(card, act) for act in ("new/", "ship/", "stop/", "1/end/")),
    ):
        assert text in page
    assert page_of(card, "lift/") not in page


def test_a_new_card_is_issued_once_however_often_one_clicks(office: Client, card: CardRow) -> None:
    page = office.get(page_of(card, "new/")).content.decode()
    assert "発送から30日" in page
    assert 'name="branch" value="2"' in page
    for _ in range(2):
        assert "新しいカードを発行しました" in after(office, page_of(card, "new/"), BROKEN)
    assert states(card) == [CardState.ACTIVE, CardState.REPLACED]
    assert Move.objects.get(noun="cards_card", move="issue", reason="破損のため").actor_kind == OFFICE.kind


def test_without_a_document_the_new_card_is_short(office: Client, card: CardRow) -> None:
    after(office, page_of(card, "new/"), {**BROKEN, "without_document": "on"})
    assert list_cards(card.worker_id)[0].valid_until.year == 2029


def test_the_day_of_shipment_is_typed_and_counts(office: Client, card: CardRow) -> None:
    after(office, page_of(card, "new/"), BROKEN)
    assert 'value="2026/11/20"' in office.get(page_of(card, "ship/")).content.decode()
    for wrong, told in (("2026/11/21", "今日より後"), ("2026/11/19", "発行日より前"), ("", "必須")):
        page = office.post(page_of(card, "ship/"), {"shipped_on": wrong})
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["shipped_on"])
        assert wrong in page.content.decode()
        assert told == "必須" or told in page.content.decode()
    assert "発送を記録しました" in after(office, page_of(card, "ship/"), {"shipped_on": "令和8年11月20日"})
    assert "状態が変わっている" in after(office, page_of(card, "ship/"), {"shipped_on": "2026/11/20"})
    shipped_at = list_cards(card.worker_id)[0].shipped_at
    assert shipped_at
    assert (shipped_at + timedelta(hours=9)).date() == NOW.date()


def test_the_old_card_works_until_the_new_one_is_touched(office: Client, gate: Gate, card: CardRow) -> None:
    after(office, page_of(card, "new/"), BROKEN)
    ship_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=3))
    new = list_cards(card.worker_id)[0]
    gate.send(
        a_touch(1, card, "2026-11-18T07:58:00+09:00"), a_touch(2, new, "2026-11-19T07:58:00+09:00"),
        a_touch(3, card, "2026-11-20T07:58:00+09:00"),
    )  # fmt: skip
    found = {
        day.day.day: {str(one) for one in day.reasons} & {"CARD_REPLACED", "CARD_LOST"}
        for day in days_of(card.worker_id)
    }
    assert found == {18: {"CARD_REPLACED"}, 19: set(), 20: {"CARD_LOST"}}


def test_a_card_is_stopped_and_lifted_for_who_calls(office: Client, card: CardRow) -> None:
    for act, done, state in (
        ("stop/", "カードを止めました", CardState.STOPPED),
        ("lift/", "停止を解除しました", CardState.ACTIVE),
    ):
        assert office.get(page_of(card, act)).status_code == 200
        assert done in after(office, page_of(card, act))
        assert "状態が変わっている" in after(office, page_of(card, act))
        assert states(card) == [state]


def test_a_card_is_ended_with_a_reason_and_another_one_follows(office: Client, card: CardRow) -> None:
    assert office.post(page_of(card, "1/end/"), {"reason": ""}).status_code == 422
    assert states(card) == [CardState.ACTIVE]
    for said in ("カードを廃止しました", "状態が変わっている"):
        assert said in after(office, page_of(card, "1/end/"), {"reason": "誤発行"})
    assert Move.objects.get(move="end").reason == "誤発行"
    page = office.get(page_of(card)).content.decode()
    assert page_of(card, "1/end/") not in page
    after(office, page_of(card, "new/"), BROKEN)
    assert states(card) == [CardState.ACTIVE, CardState.DEAD]


def test_a_replaced_card_that_was_lost_on_the_way_out_is_ended(office: Client, card: CardRow) -> None:
    after(office, page_of(card, "new/"), BROKEN)
    assert page_of(card, "1/end/") in office.get(page_of(card)).content.decode()
    after(office, page_of(card, "1/end/"), {"reason": "紛失"})
    assert states(card) == [CardState.ACTIVE, CardState.DEAD]


def test_nobody_else_does_any_of_it(card: CardRow, prime: BusinessId) -> None:
    acts = {
        "": {},
        "new/": BROKEN,
        "ship/": {"shipped_on": "2026/11/20"},
        "stop/": {},
        "lift/": {},
        "1/end/": {"reason": "x"},
    }
    desk = as_office(Role.DESK)
    for stranger in (desk, as_firm(prime), as_worker(card.worker_id)):
        for act, typed in acts.items():
            assert stranger.get(page_of(card, act)).status_code == 404
            assert stranger.post(page_of(card, act), typed).status_code == 404
    assert f'href="{page_of(card)}"' not in desk.get(f"/office/workers/{card.worker_id}/").content.decode()
    assert (states(card), list_cards(card.worker_id)[0].shipped_at) == ([CardState.ACTIVE], None)


def test_who_is_not_there_has_no_cards_and_who_has_none_is_told_so(office: Client, card: CardRow) -> None:
    assert office.get("/office/workers/12345678901821/cards/").status_code == 404
    assert office.post("/office/workers/12345678901821/cards/new/", BROKEN).status_code == 404
    assert office.get(page_of(card, "7/end/")).status_code == 404
    Card.objects.all().delete()
    assert "カードはまだありません" in office.get(page_of(card)).content.decode()
