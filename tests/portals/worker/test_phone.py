"""A lost phone: its owner shuts it out, is logged out elsewhere, and touches with the next one."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from registry.audit.models import Move
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId
from registry.sites.queries import list_terminals
from registry.touches.models import Device
from registry.touches.states import DeviceState
from registry.workers.models import Worker
from tests.factories.cast import NOW, Gate, a_worker, activate, logged_in, secrets_of_letters

pytestmark = pytest.mark.django_db
WHERE = "/worker/phone/"


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    card = a_worker(prime)
    activate(str(card.worker_id), Worker.objects.get(pk=card.worker_id).account_id, secrets_of_letters())
    return card


@pytest.fixture
def lost(card: CardRow, gate: Gate) -> Client:
    """The phone that is lost: it has touched at a poster."""
    client = logged_in(str(card.worker_id))
    touch(client, gate, "in")
    return client


def touch(client: Client, gate: Gate, direction: str) -> None:
    code = list_terminals(gate.site_id)[0].poster_code()
    client.get(f"/worker/scan/{code}/")
    assert client.post("/worker/poster/", {"direction": direction}).status_code == 302


def test_the_owner_shuts_it_out_and_goes_on_with_another(lost: Client, card: CardRow, gate: Gate) -> None:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        here = logged_in(str(card.worker_id))
        assert f'href="{WHERE}"' in here.get("/worker/card/").content.decode()
        assert "最後の打刻：2026年11月20日" in here.get(WHERE).content.decode()
        for _ in range(2):
            assert "スマートフォンを使えなくしました" in here.post(WHERE, follow=True).content.decode()
        assert lost.get("/worker/").status_code == 302
        assert "login" in lost.get("/worker/poster/").headers["Location"]
        touch(here, gate, "out")
    states = list(Device.objects.filter(worker=card.worker_id).order_by("pk").values_list("state", flat=True))
    assert states == [DeviceState.REVOKED, DeviceState.ACTIVE]
    acts = Move.objects.filter(move__in=["revoke", "end_sessions"]).order_by("pk")
    assert set(acts.values_list("move", "actor_subject_id")) == {
        ("revoke", card.worker_id), ("end_sessions", card.worker_id),
    }  # fmt: skip


def test_without_any_touch_by_phone_it_logs_out_all_the_same(card: CardRow) -> None:
    lost = logged_in(str(card.worker_id))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        here = logged_in(str(card.worker_id))
        assert "登録はありません" in here.get(WHERE).content.decode()
        here.post(WHERE)
        assert (lost.get("/worker/").status_code, here.get("/worker/").status_code) == (302, 200)
