"""A worker calls that his phone is lost: the office shuts it out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Move
from registry.cards.queries import CardRow
from registry.core.actor import ActorKind
from registry.core.ids import BusinessId
from registry.workers.models import Worker
from tests.factories.cast import NOW, a_worker, activate, logged_in, secrets_of_letters
from tests.factories.visitors import as_firm, as_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


@pytest.fixture
def lost(card: CardRow) -> Client:
    activate(str(card.worker_id), Worker.objects.get(pk=card.worker_id).account_id, secrets_of_letters())
    return logged_in(str(card.worker_id))


def test_the_office_logs_the_worker_out_everywhere(lost: Client, card: CardRow) -> None:
    where = f"/office/workers/{card.worker_id}/phone/"
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        office = as_office()
        assert f'href="{where}"' in office.get(f"/office/workers/{card.worker_id}/").content.decode()
        assert "本人からの申し出" in office.get(where).content.decode()
        assert "使えなくしました" in office.post(where, follow=True).content.decode()
        assert lost.get("/worker/").status_code == 302
    assert Move.objects.get(move="end_sessions").actor_kind == ActorKind.OFFICE


def test_nobody_else_does(lost: Client, card: CardRow, prime: BusinessId) -> None:
    where = f"/office/workers/{card.worker_id}/phone/"
    desk = as_office(Role.DESK)
    for stranger in (desk, as_firm(prime), lost):
        assert stranger.post(where).status_code == 404
    assert lost.get("/worker/").status_code == 200
    assert f'href="{where}"' not in desk.get(f"/office/workers/{card.worker_id}/").content.decode()
