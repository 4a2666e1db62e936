"""A card through a real pcscd, the reader program and the API, to the day on the worker's page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.__main__ import main as reader
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code
from registry.workers.models import Worker
from tests.factories.cast import a_firm, a_gate, a_worker, activate, logged_in, owner_of, secrets_of_letters
from tests.journeys.conftest import wait_for_binder
from tests.reader.virtual_card import virtual_card

pytestmark = [
    pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True),
]  # fmt: skip


def test_a_card_on_the_reader_becomes_a_day_on_the_workers_page(live_server: Any, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    prime = a_firm(at=now)
    card, gate = a_worker(prime, at=now), a_gate(prime, at=now)
    letters = secrets_of_letters(at=now)
    activate(str(card.worker_id), Worker.objects.get(pk=card.worker_id).account_id, letters, at=now)
    code = make_pairing_code(list_terminals(gate.site_id)[0].id, by=owner_of(prime), at=now)
    store = ["--store", str(tmp_path / "store.db")]
    assert reader([*store, "register", "--url", live_server.url, "--code", code.code]) == 0

    with virtual_card(card.number):
        assert reader([*store, "run", "--cards", "1"]) == 0
    assert reader([*store, "send"]) == 0

    wait_for_binder()
    page = logged_in(str(card.worker_id)).get("/worker/").content.decode()
    assert "今日の打刻は届いています" in page
    assert "見本ビル新築工事" in page
    assert "番号を入力した打刻" not in page, "the card was read, not typed"
