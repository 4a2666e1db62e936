"""`POST /api/v1/people`: the names for a device's receipts."""

import json
from datetime import timedelta

import pytest

from reader.people import card_hash, read_people
from registry.audit.queries import list_looks
from registry.cards.models import Card
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.touches.operations.devices import revoke_device
from tests.factories.cast import NOW, Gate, a_gate, a_touch, a_worker, owner_of

pytestmark = pytest.mark.django_db
DATA = RosterData(trade="06-01")


def expect(prime: BusinessId, gate: Gate, card: CardRow) -> None:
    people = [(card.worker_id, DATA)]
    add_to_roster(gate.site_id, None, people, from_on=NOW.date(), by=owner_of(prime), at=NOW)


def ask(gate: Gate) -> dict[str, str]:
    """Names by hash, as a reader reads them."""
    answer = gate.post(json.dumps({"store": gate.store}).encode(), path="/api/v1/people")
    assert answer.status_code == 200
    return read_people(answer.json(), gate.device.secret)


def test_those_expected_today_are_told_by_name_behind_the_hash_of_number_and_chip(
    prime: BusinessId, gate: Gate
) -> None:
    card, stranger = a_worker(prime, "見本"), a_worker(prime, "試作")
    expect(prime, gate, card)
    Card.objects.filter(worker=card.worker_id).update(token="uid:04a1")
    told = ask(gate)
    secret = gate.device.secret
    assert told == {card_hash(secret, card.number): "見本 太郎", card_hash(secret, "uid:04a1"): "見本 太郎"}
    assert card_hash(secret, stranger.number) not in told


def test_who_sends_a_captured_batch_as_a_question_reads_no_name(prime: BusinessId, gate: Gate) -> None:
    card = a_worker(prime, "見本")
    expect(prime, gate, card)
    batch = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    first, again = (gate.post(batch, path="/api/v1/people") for _ in range(2))
    plain = "見本 太郎".encode()
    masked = [bytes.fromhex(answer.json()["people"][0]["masked_name"]) for answer in (first, again)]
    assert masked[0] != masked[1]
    assert plain not in masked
    assert "見本" not in json.dumps(first.json(), ensure_ascii=False)


def test_a_name_longer_than_one_block_of_the_mask_is_read(prime: BusinessId, gate: Gate) -> None:
    card = a_worker(prime, "見本" * 12)
    expect(prime, gate, card)
    assert list(ask(gate).values()) == [f"{'見本' * 12} 太郎"]


def test_the_look_is_one_of_the_prime_at_the_name_alone(prime: BusinessId, gate: Gate) -> None:
    card = a_worker(prime)
    expect(prime, gate, card)
    ask(gate)
    begin = NOW - timedelta(days=1)
    looks = list_looks("worker", card.worker_id, from_at=begin, until_at=begin + timedelta(days=2))
    assert [(one.business_id, one.relation, one.items.bit_count()) for one in looks] == [(prime, "upper_firm", 3)]


def test_a_card_that_was_stopped_and_a_person_of_another_site_are_not_told(prime: BusinessId, gate: Gate) -> None:
    card, elsewhere = a_worker(prime), a_gate(prime, name="別の現場")
    expect(prime, elsewhere, card)
    assert ask(gate) == {}
    expect(prime, gate, card)
    Card.objects.filter(worker=card.worker_id).update(state="stopped", stopped_at=NOW)
    assert ask(gate) == {}


def test_a_revoked_device_is_told_nobody(prime: BusinessId, gate: Gate) -> None:
    expect(prime, gate, a_worker(prime))
    revoke_device(gate.device.device_id, reason="", by=owner_of(prime), at=NOW)
    assert ask(gate) == {}


def test_the_question_of_another_device_is_not_answered(prime: BusinessId, gate: Gate) -> None:
    other = a_gate(prime, name="別の現場")
    answer = other.post(json.dumps({"store": gate.store}).encode(), path="/api/v1/people")
    assert (answer.status_code, answer.json()["code"]) == (409, "DEVICE_FORKED")
