"""The worker's card: seen, stopped when lost, the stop lifted."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from registry.cards.models import Card
from registry.cards.operations import issue_card, ship_card
from registry.cards.queries import CardRow, credentials_of, list_cards, newest_card
from registry.cards.states import CardState
from registry.core.ids import grouped
from registry.notices.models import Notice
from registry.workers.models import Worker
from tests.factories.cast import NOW, OFFICE, a_worker, activate, logged_in, secrets_of_letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


@pytest.fixture
def worker(card: CardRow) -> Client:
    account_id = Worker.objects.get(pk=card.worker_id).account_id
    activate(str(card.worker_id), account_id, secrets_of_letters())
    return logged_in(str(card.worker_id))


def state_of(card: CardRow) -> CardState:
    found = newest_card(card.worker_id)
    assert found
    return found.state


def press(worker: Client, path: str, card: CardRow) -> Any:
    """What a page about a card posts."""
    return worker.post(f"/worker/card/{path}/", {"card": card.number}, follow=True)


def test_the_card_is_shown_with_number_validity_and_state(worker: Client, card: CardRow) -> None:
    page = worker.get("/worker/card/").content.decode()
    for text in (
        grouped(card.worker_id),
        f"{grouped(card.worker_id)}-01<",
        "2036年5月5日",
        "使えます",
        "白（レベル1）",
    ):
        assert text in page


def test_a_lost_card_is_stopped_after_saying_what_follows(worker: Client, card: CardRow) -> None:
    assert "すぐに止まります" in worker.get("/worker/card/stop/").content.decode()
    assert state_of(card) is CardState.ACTIVE
    page = press(worker, "stop", card).content.decode()
    assert "カードを止めました" in page
    assert "停止を解除する手続きへ" in page
    assert state_of(card) is CardState.STOPPED
    assert Notice.objects.filter(kind="card_stopped").count() == 1


def test_a_second_click_does_no_harm(worker: Client, card: CardRow) -> None:
    for path, state in (("stop", CardState.STOPPED), ("lift", CardState.ACTIVE)):
        for _ in range(2):
            assert press(worker, path, card).status_code == 200
            assert state_of(card) is state
    assert Notice.objects.filter(kind="card_stopped").count() == 1


def test_a_page_of_a_card_that_was_followed_by_another_does_nothing_to_that_one(worker: Client, card: CardRow) -> None:
    assert f'name="card" value="{card.number}"' in worker.get("/worker/card/stop/").content.decode()
    new = issue_card(card.worker_id, by=OFFICE, at=NOW)
    assert "今の状態からは止められません" in press(worker, "stop", card).content.decode()
    assert state_of(card) is CardState.ACTIVE
    press(worker, "stop", new)
    assert state_of(card) is CardState.STOPPED


def test_a_found_card_works_again(worker: Client, card: CardRow) -> None:
    press(worker, "stop", card)
    assert "数え直します" in worker.get("/worker/card/lift/").content.decode()
    assert "停止を解除しました" in press(worker, "lift", card).content.decode()
    assert Card.objects.get().stopped_at is None
    newest = worker.get("/worker/").content.decode().partition("お知らせ</h2>")[2]
    assert newest.index("カードをまた使えるようになりました") < newest.index("カードの使用を止めました")
    assert 'href="/worker/card/"' in newest


def test_the_phone_serves_while_the_card_is_stopped(worker: Client, card: CardRow) -> None:
    press(worker, "stop", card)
    assert "カードの代わりのQRコード" in worker.get("/worker/card/").content.decode()


def test_of_two_cards_that_work_the_lost_one_is_stopped(worker: Client, card: CardRow) -> None:
    new = issue_card(card.worker_id, by=OFFICE, at=NOW)
    page = worker.get("/worker/card/").content.decode()
    for path in ("/worker/card/stop/", "/worker/card/1/stop/"):
        assert f'href="{path}"' in page
    assert "長くても" not in page
    ship_card(card.worker_id, by=OFFICE, at=NOW)
    assert "長くても2026年12月20日" in worker.get("/worker/card/").content.decode()

    assert "解除することはできません" in worker.get("/worker/card/1/stop/").content.decode()
    assert "前のカードを止めました" in press(worker, "1/stop", card).content.decode()

    assert [one.state for one in list_cards(card.worker_id)] == [CardState.ACTIVE, CardState.DEAD]
    assert credentials_of([card.worker_id], on=NOW.date()) == {card.worker_id: [new.number]}
    assert "もう使えなくなっているか" in press(worker, "1/stop", card).content.decode()
    assert "/worker/card/1/stop/" not in worker.get("/worker/card/").content.decode()
    assert Notice.objects.filter(kind="card_stopped").count() == 1


@pytest.mark.parametrize("branch", [2, 3])
def test_only_a_replaced_card_is_stopped_as_the_former_one(worker: Client, card: CardRow, branch: int) -> None:
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    press(worker, f"{branch}/stop", card)
    assert [one.state for one in list_cards(card.worker_id)] == [CardState.ACTIVE, CardState.REPLACED]


def test_an_expired_card_is_told_so(worker: Client, card: CardRow) -> None:
    Card.objects.update(valid_until=NOW.date() - timedelta(days=1))
    assert "有効期限が過ぎています" in worker.get("/worker/card/").content.decode()


def test_without_a_card_the_page_says_so(worker: Client) -> None:
    Card.objects.all().delete()
    assert "カードはまだありません" in worker.get("/worker/card/").content.decode()
    assert worker.get("/worker/card/stop/").status_code == 404
