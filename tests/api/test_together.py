"""One device at the same moment from several sides, and a database that says no: nothing is lost or doubled."""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from config.settings.base import database
from registry.core.errors import RegistryError
from registry.histories.operations.receiving import Received, receive_batch, receive_together
from registry.touches.derive.signing import signature_of
from registry.touches.operations.batches import DeviceForkedError, open_signed
from registry.touches.operations.judging import SentBatch, asked_by, judge
from registry.touches.operations.log import lock_device, look_up, write_entries
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_touch, a_worker
from tests.factories.days import days_of


def log() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, ref FROM touches_touch ORDER BY seq")
        return list(cursor.fetchall())


def a_batch(gate: Gate, *touches: dict[str, Any], store: str | None = None) -> SentBatch:
    body = json.dumps({"store": store or gate.store, "touches": touches}).encode()
    return open_signed(str(gate.device.device_id), signature_of(bytes.fromhex(gate.device.secret), body), body, at=NOW)


def statuses(answers: Sequence[Received | RegistryError | None]) -> list[Any]:
    """What became of each batch: the error, nothing yet, or the statuses of its touches."""
    return [
        [one.status.value for one in answer.results] if isinstance(answer, Received) else answer and type(answer)
        for answer in answers
    ]


def transactions() -> dict[str, str]:
    """In which transaction each touch was written, by its reference."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ref, xmin::text FROM touches_touch")
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_batches_of_several_devices_are_one_transaction() -> None:
    prime, card = a_firm(), a_worker(None)
    gates = [a_gate(prime) for _ in range(3)]
    touches = [a_touch(seq, card, f"2026-11-1{seq}T08:00:00+09:00", ref=str(seq)) for seq in (1, 2, 3)]

    answers = receive_together([a_batch(gate, touch) for gate, touch in zip(gates, touches, strict=True)])

    assert statuses(answers) == [["stored"], ["stored"], ["stored"]]
    found = transactions()
    assert (sorted(found), len(set(found.values()))) == (["1", "2", "3"], 1)
    assert [one.day.day for one in days_of(card.worker_id)] == [11, 12, 13]
    assert [gate.send(touch)["highest"] for gate, touch in zip(gates, touches, strict=True)] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_plain_is_left_and_taken_alone() -> None:
    prime, card = a_firm(), a_worker(None)
    first, second, third = (a_gate(prime) for _ in range(3))
    nobody = {**a_touch(1, card, ref="nobody's"), "card": "12345678901821-01"}
    batches = [
        a_batch(first, a_touch(1, card, "2026-11-17T08:00:00+09:00", ref="early")),
        a_batch(second, a_touch(1, card), store="f" * 32),
        a_batch(third, nobody, {"seq": 2}),
        a_batch(first, a_touch(1, card), a_touch(2, card, ref="late")),
    ]

    assert statuses(receive_together(batches)) == [["stored"], DeviceForkedError, None, None]
    assert transactions().keys() == {"early"}
    assert statuses([receive_batch(batches[place]) for place in (2, 3)]) == [
        ["stored", "refused"], ["renumber", "stored"],
    ]  # fmt: skip
    assert transactions().keys() == {"early", "nobody's", "late"}


@pytest.mark.django_db(transaction=True)
def test_what_was_judged_by_a_row_that_has_changed_is_not_written() -> None:
    gate, card = a_gate(a_firm()), a_worker(None)
    batch = a_batch(gate, a_touch(1, card, ref="judged before"))
    asked = asked_by(batch.opened)
    known = look_up({batch.device_id: asked.seqs}, cards=asked.cards.values(), tokens=())
    judged = judge(batch, asked, known)
    gate.send(a_touch(1, card, "2026-11-19T08:00:00+09:00", ref="written before"))

    assert write_entries([judged.entry]) == {}
    assert transactions().keys() == {"written before"}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_device_that_is_at_work_elsewhere() -> None:
    prime, card = a_firm(), a_worker(None)
    busy, free = (a_gate(prime) for _ in range(2))
    batches = [a_batch(gate, a_touch(1, card, ref=gate.store[0])) for gate in (busy, free)]

    def receive() -> list[Received | RegistryError | None]:
        try:
            return receive_together(batches)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        lock_device(busy.device.device_id)
        answers = thread.submit(receive).result(10)
    assert statuses(answers) == [None, ["stored"]]
    assert statuses([receive_batch(batches[0])]) == [["stored"]]


@pytest.mark.django_db(transaction=True)
def test_batches_that_meet_are_taken_one_after_the_other() -> None:
    gate, cards = a_gate(a_firm()), [a_worker(None, name) for name in ("見本", "試作", "例示")]
    touches = [
        a_touch(seq, cards[seq % 3], f"2026-11-{1 + seq // 20:02}T08:{seq % 20:02}:00+09:00") for seq in range(1, 201)
    ]
    # Each touch is in two of them; a web process would let one thread at a time take them.
    batches = [a_batch(gate, *touches[at : at + 20]) for at in range(0, 200, 10)]

    def send(batch: SentBatch) -> list[str]:
        try:
            return [result.status.value for result in receive_batch(batch).results]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as together:
        found = list(together.map(send, batches))

    assert {status for statuses in found for status in statuses} == {"stored"}
    assert [seq for seq, _ in log()] == list(range(1, 201))
    assert gate.send(touches[0])["gaps"] == []


@pytest.fixture
def stubborn(transactional_db: None) -> Iterator[Gate]:
    """A gate whose database refuses a reference that the protocol lets through."""
    role = database(os.environ["MIGRATE_DATABASE_URL"])
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=role["USER"], password=role["PASSWORD"], host=role["HOST"],
        port=role["PORT"] or None, autocommit=True,
    ) as owner:  # fmt: skip
        owner.execute("ALTER TABLE touches_touch ADD CONSTRAINT stubborn CHECK (ref <> 'bad')")
        yield a_gate(a_firm())
        owner.execute("ALTER TABLE touches_touch DROP CONSTRAINT stubborn")


def test_what_only_the_database_refuses_spoils_no_other_touch(stubborn: Gate) -> None:
    card = a_worker(None)
    touches = [
        a_touch(1, card), a_touch(2, card, "2026-11-19T08:00:00+09:00", ref="bad"),
        a_touch(3, card, "2026-11-18T08:00:00+09:00", ref="good"),
    ]  # fmt: skip

    answers = [stubborn.send(*touches) for _ in range(2)]

    results = answers[0]["results"]
    assert [(one["index"], one["status"], one.get("code")) for one in results] == [
        (0, "stored", None), (1, "refused", "TOUCH_SHAPE"), (2, "stored", None),
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert log() == [(1, ""), (3, "good")]
    assert [one.day.day for one in days_of(card.worker_id)] == [18, 20]
    with connection.cursor() as cursor:
        cursor.execute("SELECT received FROM touches_refused")
        assert json.loads(bytes(cursor.fetchone()[0]))["ref"] == "bad"


def test_what_the_database_refuses_spoils_no_other_batch(stubborn: Gate) -> None:
    other, card = a_gate(a_firm("別の元請")), a_worker(None)
    batches = [a_batch(stubborn, a_touch(1, card, ref="bad")), a_batch(other, a_touch(1, card, ref="good"))]
    assert statuses(receive_together(batches)) == [None, None]
    assert statuses([receive_batch(batch) for batch in batches]) == [["refused"], ["stored"]]
    assert log() == [(1, "good")]
