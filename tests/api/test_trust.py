"""Whom the server believes: pairings, secrets, revoked devices, copied stores (docs/handbook/ingest.md)."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from reader.register import unmasked
from registry.accounts.states import LIMITS, Limited
from registry.cards.derive import write_phone_code
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId, SiteId
from registry.sites.operations.sites import add_terminal
from registry.sites.queries import list_terminals
from registry.touches.derive.signing import device_secret, masked_secret, signature_of
from registry.touches.models import Device
from registry.touches.operations.devices import (
    RegisteredDevice,
    end_pairing,
    make_pairing_code,
    register_device,
    revoke_device,
)
from tests.factories.cast import NOW, Gate, a_gate, a_touch, a_worker, owner_of

pytestmark = pytest.mark.django_db
MORNING = "2026-11-20T07:58:00+09:00"
YESTERDAY = "2026-11-19T07:58:00+09:00"
NOON = "2026-11-20T13:00:00+09:00"  # after NOW, and within a day


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


def pair_with(gate: Gate, other: Gate, prime: BusinessId, *, at: datetime = NOW) -> None:
    """Let a gate's device serve another gate's terminal too, by a further code."""
    code = make_pairing_code(list_terminals(other.site_id)[0].id, by=owner_of(prime), at=at).code
    body = json.dumps({"code": code, "store": gate.store, "name": "ゲートのPC"}).encode()
    assert gate.post(body, path="/api/v1/devices").status_code == 200


def leave(gate: Gate, site_id: SiteId, prime: BusinessId, *, at: datetime = NOW) -> None:
    end_pairing(gate.device.device_id, site_id, by=owner_of(prime), at=at)


def first(answer: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = answer["results"][0]
    return result


def sites_in_log() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_id FROM touches_touch ORDER BY seq")
        return [row[0] for row in cursor.fetchall()]


def test_a_device_of_two_sites_has_to_say_which(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    other = a_gate(prime, name="第二工区")
    pair_with(gate, other, prime)

    answer = gate.send(a_touch(1, card, NOON), a_touch(2, card, NOON, site=str(other.site_id)))

    assert [one["status"] for one in answer["results"]] == ["refused", "stored"]
    assert "SITE_NOT_OF_DEVICE" not in answer["results"][1]["reasons"]


def test_two_terminals_of_one_site_are_one_site(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    terminal = add_terminal(gate.site_id, "裏門", by=owner_of(prime), at=NOW)
    code = make_pairing_code(terminal, by=owner_of(prime), at=NOW).code
    body = json.dumps({"code": code, "store": gate.store, "name": "ゲートのPC"}).encode()
    assert gate.post(body, path="/api/v1/devices").status_code == 200
    assert first(gate.send(a_touch(1, card, NOON)))["status"] == "stored"


def test_a_touch_belongs_to_the_site_that_was_served_when_it_was_made(
    prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    other = a_gate(prime, name="第二工区")
    pair_with(gate, other, prime)
    leave(gate, gate.site_id, prime)
    touches = [a_touch(1, card, MORNING), a_touch(2, card, NOON)]

    answers = [gate.send(*touches), gate.send(*touches)]

    assert sites_in_log() == [gate.site_id, other.site_id]
    assert answers[0]["results"] == answers[1]["results"]
    assert all("SITE_NOT_OF_DEVICE" not in one["reasons"] for one in answers[0]["results"])


def test_a_site_that_is_served_no_longer_is_flagged_from_then_on(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    leave(gate, gate.site_id, prime)
    site = str(gate.site_id)

    before, after = gate.send(a_touch(1, card, YESTERDAY, site=site), a_touch(2, card, NOON, site=site))["results"]

    assert (before["status"], after["status"]) == ("stored", "stored")
    assert "SITE_NOT_OF_DEVICE" not in before["reasons"]
    assert (after["state"], "SITE_NOT_OF_DEVICE" in after["reasons"]) == ("flagged", True)


def test_a_touch_between_two_pairings_belongs_to_the_earlier_and_stays_stored(
    prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    """As long as there was one pairing, its site was clear; a later one must not make the same touch unreadable."""
    other = a_gate(prime, name="第二工区")
    leave(gate, gate.site_id, prime)
    touch = a_touch(1, card, "2026-11-20T12:30:00+09:00")
    assert first(gate.send(touch))["status"] == "stored"

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        pair_with(gate, other, prime, at=NOW + timedelta(hours=1))
        again = gate.send(touch, a_touch(2, card, "2026-11-20T12:31:00+09:00"))["results"]

    assert [one["status"] for one in again] == ["stored", "stored"]
    assert sites_in_log() == [gate.site_id, gate.site_id]


def test_touches_of_a_store_that_was_registered_anew_keep_their_site(prime: BusinessId, card: CardRow) -> None:
    late = a_gate(prime, at=NOW)
    assert "SITE_NOT_OF_DEVICE" not in first(late.send(a_touch(1, card, MORNING)))["reasons"]


def signed_by(gate: Gate, version: int, body: bytes) -> str:
    return signature_of(device_secret(settings.DEVICE_KEYS[0], gate.device.device_id, version), body)


def test_both_secrets_hold_until_the_first_request_signed_with_the_new_one(gate: Gate, card: CardRow) -> None:
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    assert gate.post(body, signature=signed_by(gate, 2, body)).status_code == 401
    question = json.dumps({"store": gate.store}).encode()

    masked = bytes.fromhex(gate.post(question, path="/api/v1/devices/secret").json()["masked_secret"])
    new = masked_secret(bytes.fromhex(gate.device.secret), masked, gate.device.device_id)

    assert gate.post(body).status_code == 200
    assert gate.post(body, signature=signature_of(new, body)).status_code == 200
    assert gate.post(body).status_code == 401
    assert gate.post(body, signature=signature_of(new, body)).status_code == 200
    assert gate.post(body, signature=signed_by(gate, 3, body)).status_code == 401


def asked_secret(gate: Gate, secret: bytes) -> bytes:
    """The next secret, as a device with a secret gets it."""
    question = json.dumps({"store": gate.store}).encode()
    reply = gate.post(question, signature=signature_of(secret, question), path="/api/v1/devices/secret").json()
    return masked_secret(secret, bytes.fromhex(reply["masked_secret"]), gate.device.device_id)


def test_a_device_of_an_old_key_is_heard_until_it_has_its_next_secret_and_then_needs_the_old_key_no_more(
    gate: Gate, card: CardRow, settings: Any
) -> None:
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    before, old = bytes.fromhex(gate.device.secret), settings.DEVICE_KEYS
    settings.DEVICE_KEYS = ["the new key", *old]
    assert gate.post(body).status_code == 200

    after = asked_secret(gate, before)
    assert after == device_secret("the new key", gate.device.device_id, 2)
    assert gate.post(body, signature=signature_of(after, body)).status_code == 200
    assert gate.post(body).status_code == 401
    settings.DEVICE_KEYS = ["the new key"]
    assert gate.post(body, signature=signature_of(after, body)).status_code == 200


def test_a_device_that_was_asking_when_the_key_was_renewed_is_heard_with_both_its_secrets(
    gate: Gate, card: CardRow, settings: Any
) -> None:
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    following = asked_secret(gate, bytes.fromhex(gate.device.secret))
    settings.DEVICE_KEYS = ["the new key", *settings.DEVICE_KEYS]
    for secret in (bytes.fromhex(gate.device.secret), following):
        assert gate.post(body, signature=signature_of(secret, body)).status_code == 200
    last = asked_secret(gate, following)
    assert last == device_secret("the new key", gate.device.device_id, 3)


def test_a_device_whose_key_is_gone_is_not_heard(gate: Gate, card: CardRow, settings: Any) -> None:
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    settings.DEVICE_KEYS = ["the new key"]
    assert gate.post(body).status_code == 401


def test_codes_of_an_old_key_register_devices_still(prime: BusinessId, gate: Gate, settings: Any) -> None:
    terminal = list_terminals(SiteId(gate.site_id))[0].id
    code = make_pairing_code(terminal, by=owner_of(prime), at=NOW).code
    settings.DEVICE_KEYS = ["the new key", *settings.DEVICE_KEYS]
    device = register_device(code, store="7" * 32, name="", dense=True, at=NOW)
    assert device.secret == device_secret("the new key", device.device_id, 1).hex()


def test_a_code_that_a_phone_showed_before_the_key_was_renewed_is_as_good(
    gate: Gate, card: CardRow, settings: Any
) -> None:
    code = write_phone_code(settings.CARD_KEYS, card.number, datetime.fromisoformat(MORNING))
    settings.CARD_KEYS = ["the new key", *settings.CARD_KEYS]
    result = first(gate.send({"seq": 1, "qr": code, "touched_at": MORNING, "method": "qr"}))
    assert (result["work_day"], "TYPED_NUMBER" in result["reasons"]) == ("2026-11-20", False)


def test_who_replays_the_question_for_the_next_secret_cannot_use_the_answer(gate: Gate, card: CardRow) -> None:
    question = json.dumps({"store": gate.store}).encode()
    first_time, again = (gate.post(question, path="/api/v1/devices/secret").json() for _ in range(2))
    assert first_time == again
    captured, following = (
        bytes.fromhex(again["masked_secret"]),
        device_secret(settings.DEVICE_KEYS[0], gate.device.device_id, 2),
    )
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    assert following.hex() not in json.dumps(again)
    assert gate.post(body, signature=signature_of(captured, body)).status_code == 401
    assert gate.post(body, signature=signature_of(following, body)).status_code == 200
    assert gate.post(question, path="/api/v1/devices/secret").status_code == 401


def test_the_reader_reads_the_next_secret_that_the_server_masked(gate: Gate, card: CardRow) -> None:
    question = json.dumps({"store": gate.store}).encode()
    masked = bytes.fromhex(gate.post(question, path="/api/v1/devices/secret").json()["masked_secret"])
    new = bytes.fromhex(unmasked(gate.device.secret, masked, str(gate.device.device_id)))
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    assert gate.post(body, signature=signature_of(new, body)).status_code == 200


def test_what_was_stored_before_it_was_revoked_is_not_flagged(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card))
    revoke_device(gate.device.device_id, reason="紛失", by=owner_of(prime), at=NOW + timedelta(seconds=1))
    with time_machine.travel(NOW + timedelta(seconds=2), tick=False):
        again = gate.send(a_touch(1, card))
        new = gate.send(a_touch(2, card, "2026-11-19T08:00:00+09:00"))
    assert "DEVICE_REVOKED" not in first(again)["reasons"]
    assert (first(new)["state"], "DEVICE_REVOKED" in first(new)["reasons"]) == ("flagged", True)


def test_a_revoked_device_is_slowed_down_and_told_for_how_long(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    revoke_device(gate.device.device_id, reason="紛失", by=owner_of(prime), at=NOW)
    other = a_gate(prime, name="第二工区")
    for seq in range(1, LIMITS[Limited.REVOKED_DEVICE].times + 1):
        gate.send(a_touch(seq, card, f"2026-11-19T08:{seq % 60:02}:00+09:00"))

    answer = gate.post(json.dumps({"store": gate.store, "touches": [a_touch(999, card)]}).encode())

    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert 0 < wait <= LIMITS[Limited.REVOKED_DEVICE].per.total_seconds()
    assert other.send(a_touch(1, card))
    with time_machine.travel(NOW + timedelta(seconds=wait), tick=False):
        assert first(gate.send(a_touch(999, card)))["status"] == "stored"


def test_a_copy_registers_as_a_new_device_and_sends_its_touches_under_new_numbers(
    prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    gate.send(a_touch(1, card))
    code = make_pairing_code(list_terminals(gate.site_id)[0].id, by=owner_of(prime), at=NOW).code
    copy = Gate(
        register_device(code, store="c" * 32, name="複写", dense=True, at=NOW), gate.site_id, "c" * 32, gate.client
    )
    assert first(copy.send(a_touch(1, card, "2026-11-20T08:30:00+09:00")))["status"] == "stored"
    assert len(sites_in_log()) == 2


def test_a_queue_that_skips_numbers_has_no_gaps(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    code = make_pairing_code(list_terminals(gate.site_id)[0].id, by=owner_of(prime), at=NOW).code
    queue = Gate(
        register_device(code, store="b" * 32, name="連携", dense=False, at=NOW), gate.site_id, "b" * 32, gate.client
    )
    answer = queue.send(a_touch(7, card), a_touch(1000, card, "2026-11-20T08:30:00+09:00"))
    assert (answer["highest"], answer["gaps"]) == (1000, [])


def test_a_refused_number_is_no_gap_and_may_come_again_readable(gate: Gate, card: CardRow) -> None:
    answer = gate.send({**a_touch(1, card), "card": "1234"}, a_touch(2, card))
    assert (first(answer)["status"], answer["gaps"]) == ("refused", [])
    assert first(gate.send(a_touch(1, card, "2026-11-20T08:30:00+09:00")))["status"] == "stored"


def test_a_number_that_was_lost_and_found_is_stored(gate: Gate, card: CardRow) -> None:
    assert gate.send(a_touch(2, card), lost=[[1, 1]])["gaps"] == []
    assert first(gate.send(a_touch(1, card, "2026-11-20T08:30:00+09:00")))["status"] == "stored"


def test_a_fresh_code_of_a_phone_is_as_good_as_the_card(gate: Gate, card: CardRow) -> None:
    code = write_phone_code(settings.CARD_KEYS, card.number, datetime.fromisoformat(MORNING))
    result = first(gate.send({"seq": 1, "qr": code, "touched_at": MORNING, "method": "qr"}))
    assert (result["work_day"], "TYPED_NUMBER" in result["reasons"]) == ("2026-11-20", False)


@pytest.mark.parametrize("days", [2, 30])
def test_an_old_code_of_a_phone_and_a_printed_one_are_worth_a_typed_number(
    gate: Gate, card: CardRow, days: int
) -> None:
    old = write_phone_code(settings.CARD_KEYS, card.number, datetime.fromisoformat(MORNING) - timedelta(days=days))
    results = gate.send(
        {"seq": 1, "qr": old, "touched_at": MORNING, "method": "qr"},
        {"seq": 2, "qr": card.number, "touched_at": "2026-11-19T08:00:00+09:00", "method": "qr"},
    )["results"]
    assert [("TYPED_NUMBER" in one["reasons"], one["work_day"]) for one in results] == [
        (True, "2026-11-20"), (True, "2026-11-19"),
    ]  # fmt: skip


def test_a_code_that_we_did_not_write_names_nobody(gate: Gate, card: CardRow) -> None:
    code = write_phone_code(["another key"], card.number, datetime.fromisoformat(MORNING))
    result = first(gate.send({"seq": 1, "qr": code, "touched_at": MORNING, "method": "qr"}))
    assert (result["status"], result["reasons"]) == ("stored", ["CARD_UNKNOWN"])


def test_a_printed_poster_waits_for_approval(gate: Gate, card: CardRow) -> None:
    result = first(gate.send(a_touch(1, card, method="poster")))
    assert (result["state"], "POSTER_FIXED" in result["reasons"]) == ("flagged", True)


@pytest.fixture
def phone(prime: BusinessId, gate: Gate, card: CardRow) -> Gate:
    """The device that a worker's own phone is, as if it sent by itself."""
    device = Device.objects.create(store="9" * 32, worker_id=card.worker_id, registered_at=NOW)
    secret = device_secret(settings.DEVICE_KEYS[0], device.pk, 1).hex()
    return Gate(RegisteredDevice(device.pk, secret, gate.site_id, ""), gate.site_id, device.store)


@pytest.mark.parametrize(
    ("seconds", "reasons"), [(59, set()), (61, {"POSTER_FIXED"}), (None, {"POSTER_FIXED"})]
)  # fmt: skip
def test_a_workers_phone_is_believed_for_a_minute_after_a_screen_showed_the_code(
    phone: Gate, gate: Gate, card: CardRow, seconds: int | None, reasons: set[str]
) -> None:
    morning = datetime.fromisoformat(MORNING)
    shown_at = None if seconds is None else morning - timedelta(seconds=seconds)
    ref = list_terminals(gate.site_id)[0].poster_code(shown_at)
    found = first(phone.send(a_touch(1, card, MORNING, site=str(gate.site_id), method="poster", ref=ref)))
    assert found["status"] == "stored"
    assert {"POSTER_FIXED", "SITE_NOT_OF_DEVICE"} & set(found["reasons"]) == reasons


def test_a_workers_phone_sends_no_other_card_and_no_site_without_its_poster(
    prime: BusinessId, phone: Gate, gate: Gate, card: CardRow
) -> None:
    other, elsewhere = a_worker(None, "試作"), a_gate(prime, name="第二工区")
    here = list_terminals(gate.site_id)[0].poster_code(datetime.fromisoformat(MORNING))
    site, wrong = str(gate.site_id), str(elsewhere.site_id)
    touches = [
        a_touch(1, other, MORNING, site=site, method="poster", ref=here),
        a_touch(2, card, MORNING, site=wrong, method="poster", ref=here),
        a_touch(3, card, MORNING, site=site, method="card", ref=here),
        a_touch(4, card, NOON, site=site, method="poster"),
        a_touch(5, card, NOON, method="poster", ref=here),
    ]
    results = phone.send(*touches)["results"]
    assert [one["status"] for one in results] == ["stored"] * 4 + ["refused"]
    assert all(one["state"] == "flagged" and "SITE_NOT_OF_DEVICE" in one["reasons"] for one in results[:4])


def test_a_device_of_a_site_gains_nothing_by_the_code_of_a_screen(gate: Gate, card: CardRow) -> None:
    ref = list_terminals(gate.site_id)[0].poster_code(datetime.fromisoformat(MORNING))
    assert "POSTER_FIXED" in first(gate.send(a_touch(1, card, MORNING, method="poster", ref=ref)))["reasons"]
