"""What can never be read as a touch spoils no good one beside it (docs/handbook/ingest.md)."""

import json
from typing import Any

import pytest
from django.db import connection

from registry.cards.queries import CardRow
from registry.touches.operations.items import open_batch
from tests.factories.cast import Gate, a_touch, a_worker

pytestmark = pytest.mark.django_db
DEEP = "[" * 20_000 + "]" * 20_000
DIGITS = "9" * 5_000


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


def kept() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT received FROM touches_refused ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("bad", "seq"),
    [
        (f'{{"seq": 2, "x": {DEEP}}}', None),
        ('{"seq": 2, "offset_s": NaN, "ref": "\xff"}', 2),
        (f'{{"seq": 2, "offset_s": NaN, "x": {DIGITS}}}', 2),
        (f'{{"seq": 2, "x": [{DEEP}, NaN, "\xff", {DIGITS}, "]}}, \\"touches\\": [", {{"touches": [1, 2]}}]}}', None),
        ("NaN", None),
        ('"\xff, [{"', None),
    ],
)
def test_a_good_touch_beside_it_is_stored_and_it_is_kept_as_received(
    gate: Gate, card: CardRow, bad: str, seq: int | None
) -> None:
    good = [json.dumps(a_touch(number, card, f"2026-11-20T08:0{number}:00+09:00")) for number in (1, 3)]
    text = f'{{"touches" : [ {good[0]},\n {bad} ,{good[1]}], "x": NaN, "store": "{gate.store}", "unsent": 4}}'

    answer = gate.post(text.encode("latin-1"))

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["stored", "refused", "stored"]
    assert (results[1]["seq"], kept()) == (seq, [bad.encode("latin-1")])


@pytest.mark.parametrize(
    "frame",
    [
        '{"store": "S", "touches": [{"seq": 1, "x": NaN}, {"seq": 2',
        '{"store": "S", "touches": [{"seq": 1, "x": NaN}]',
        '{"store": "S", "touches": [NaN], "x": ' + DEEP + "}",
        '{"store": "S", "x": {"touches": [NaN]}}',
        '{"store": "S", "touches": {"x": [NaN]}}',
        '{"store": "S", "touches": ["' + '\\"' * 100_000,
    ],
)
def test_a_frame_that_is_none_is_told_so(gate: Gate, frame: str) -> None:
    answer = gate.post(frame.replace('"S"', f'"{gate.store}"').encode())
    assert (answer.status_code, answer.json()["code"]) == (422, "BATCH_SHAPE")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_batch_in_another_encoding_is_read(gate: Gate, card: CardRow, encoding: str) -> None:
    text = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]})
    assert gate.post(text.encode(encoding)).json()["results"][0]["status"] == "stored"


def test_no_touch_at_all_is_told_so_also_beside_what_nobody_can_read(gate: Gate) -> None:
    assert gate.post(f'{{"store": "{gate.store}", "x": NaN, "touches": []}}'.encode()).status_code == 413


def test_two_thousand_that_nobody_can_read_are_kept_once_without_reading_the_batch_for_each(
    gate: Gate, card: CardRow
) -> None:
    touches: list[dict[str, Any]] = [{**a_touch(seq, card), "card": "1234"} for seq in range(1, 2001)]
    opened = open_batch(json.dumps({"store": gate.store, "touches": touches}).encode())
    assert opened.received is opened.received

    for _ in range(2):
        answer = gate.send(*touches)
    assert {one["status"] for one in answer["results"]} == {"refused"}
    assert len(kept()) == 2000


def test_one_without_a_number_is_kept_once_too(gate: Gate) -> None:
    for _ in range(2):
        gate.send({"seq": "x"})
    assert len(kept()) == 1
