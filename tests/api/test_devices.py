"""A device registers by a short code, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from registry.accounts.operations import use_allowance
from registry.accounts.states import LIMITS, Limited
from registry.sites.queries import list_terminals
from registry.touches.models import Device
from registry.touches.operations.devices import make_pairing_code
from tests.factories.cast import NOW, a_firm, a_gate, owner_of

pytestmark = pytest.mark.django_db
STORE = "e" * 32


@pytest.fixture
def code() -> str:
    firm = a_firm()
    terminal = list_terminals(a_gate(firm).site_id)[0]
    return make_pairing_code(terminal.id, by=owner_of(firm), at=NOW).code


def register(code: str, **more: Any) -> Any:
    body = {"code": code, "store": STORE, "name": "休憩所のPC", **more}
    return Client().post("/api/v1/devices", body, content_type="application/json")


def test_a_code_registers_one_device_and_tells_its_secret_once(code: str) -> None:
    first = register(code)
    assert first.status_code == 201
    assert len(bytes.fromhex(first.json()["secret"])) == 32
    assert Device.objects.filter(store=STORE).count() == 1
    assert register(code).json() == first.json()  # the answer was lost on the way
    assert register(code, store="f" * 32).status_code == 403


def test_a_code_is_taken_as_people_type_it(code: str) -> None:
    assert register(f" {code.lower().replace('-', ' ')} ").status_code == 201


def test_an_old_code_is_refused(code: str) -> None:
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert register(code).json()["code"] == "PAIRING_CODE"


def test_a_cookie_is_not_looked_at(code: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = "stolen"
    body = {"code": code, "store": STORE, "name": "PC"}
    assert client.post("/api/v1/devices", body, content_type="application/json").status_code == 201


def test_too_many_wrong_codes_of_a_network_wait_and_right_ones_cost_nothing(code: str) -> None:
    for _ in range(LIMITS[Limited.PAIRING].times - 1):
        use_allowance(Limited.PAIRING, "127.0.0.0/24", at=NOW)
    assert register(code).status_code == 201
    assert register("0000-0000").status_code == 403
    answer = register("0000-0000")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert answer.json()["detail"].endswith("10秒たってから、もう一度お試しください。")
