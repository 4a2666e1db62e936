"""The protocol of docs/handbook/ingest.md, over HTTP, against the real database."""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from reader.clocks import present_setting
from reader.importing import read_csv
from reader.records import NewTouch, Verdict
from reader.send import encode
from reader.store import Store
from registry.cards.queries import CardRow
from registry.touches.operations.devices import revoke_device
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import days_of

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def gate() -> Gate:
    return a_gate(a_firm())


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


def test_a_touch_is_stored_and_answered_with_its_day_and_reasons(gate: Gate, card: CardRow) -> None:
    answer = gate.send(a_touch(1, card))
    assert answer["results"] == [
        {
            "index": 0, "seq": 1, "status": "stored", "work_day": "2026-11-20", "state": "waiting",
            "reasons": ["ROSTER_MISSING", "NOT_LINKED", "TRADE_ASSUMED"],
        }
    ]  # fmt: skip
    assert (answer["highest"], answer["gaps"]) == (1, [])


def test_a_repeat_is_stored_once_with_the_same_answer(gate: Gate, card: CardRow) -> None:
    touches = [a_touch(1, card), a_touch(2, card, "2026-11-20T17:01:00+09:00", direction="out")]
    first, again = gate.send(*touches), gate.send(*touches)
    assert first == again
    assert count("touches_touch") == 2


def test_a_taken_number_is_to_be_renumbered_and_the_first_stays(gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card))
    assert statuses(gate.send(a_touch(1, card, "2026-11-20T08:00:00+09:00"))) == ["renumber"]
    assert count("touches_touch") == 1


def test_the_same_number_twice_in_a_batch(gate: Gate, card: CardRow) -> None:
    other = a_touch(1, card, "2026-11-20T08:00:00+09:00")
    assert statuses(gate.send(a_touch(1, card), a_touch(1, card), other)) == ["stored", "stored", "renumber"]


@pytest.mark.parametrize(
    "bad",
    [
        {"seq": 0}, {"seq": 2**53}, {"seq": "5"}, {"touched_at": "2026-13-01T00:00:00+09:00"}, {"touched_at": "2026-11-20T08:00:00"},
        {"card": "12345678901831-01"}, {"card": "1234"}, {"card": "12345678901821-01\x00"}, {"card": "12345678901821-01\n"},
        {"card": "x" * 201}, {"direction": "up"}, {"method": "guess"}, {"site": "12345678901821"}, {"token": "also-a-token"},
        {"card": "\ud800"},
    ],
)  # fmt: skip
def test_a_bad_item_is_refused_and_kept_and_spoils_no_good_one(gate: Gate, card: CardRow, bad: dict[str, Any]) -> None:
    answer = gate.send(a_touch(1, card), {**a_touch(2, card), **bad}, a_touch(3, card, "2026-11-20T09:00:00+09:00"))
    assert statuses(answer) == ["stored", "refused", "stored"]
    assert count("touches_refused") == 1
    assert count("touches_touch") == 2


DEEP = "[" * 5000 + "]" * 5000


@pytest.mark.parametrize("said", ['"card": "\\ud800"', '"offset_s": NaN', '"offset_s": 1e999', '"ref": "\xff"'])
def test_the_number_of_what_cannot_be_read_is_no_gap(gate: Gate, card: CardRow, said: str) -> None:
    good = json.dumps(a_touch(3, card))
    body = f'{{"store": "{gate.store}", "touches": [{{"seq": 2, {said}}}, {good}]}}'.encode("latin-1")
    answer = gate.post(body).json()
    assert statuses(answer) == ["refused", "stored"]
    assert (answer["results"][0]["seq"], answer["gaps"]) == (2, [[1, 1]])


IN_A_TOUCH, IN_THE_FRAME = f'{{"store": "x", "touches": [{{"x": {DEEP}}}]}}', f'{{"x": {DEEP}, "touches": []}}'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *[
            (path, body)
            for path in ("people", "devices", "devices/secret")
            for body in (IN_A_TOUCH, IN_THE_FRAME, DEEP)
        ],
        *[("touches", body) for body in (IN_THE_FRAME, DEEP)],
    ],
)
def test_what_is_nested_too_deep_is_told_so_as_a_problem(gate: Gate, body: str, path: str) -> None:
    answer = gate.post(body.encode(), path=f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, "BATCH_SHAPE")


def test_a_refused_item_sent_again_is_kept_once(gate: Gate, card: CardRow) -> None:
    for _ in range(2):
        gate.send({**a_touch(1, card), "card": "1234"})
    assert count("touches_refused") == 1


@pytest.mark.parametrize("offset", [1e300, 1e20, 5e9, -5e9])
def test_an_impossible_offset_does_no_harm(gate: Gate, card: CardRow, offset: float) -> None:
    answer = gate.send(a_touch(1, card, offset_s=offset))
    assert answer["results"][0]["work_day"] == "2026-11-20"
    assert "CLOCK_OFF" in answer["results"][0]["reasons"]


def test_a_clock_that_is_off_counts_by_the_corrected_time(gate: Gate, card: CardRow) -> None:
    answer = gate.send(a_touch(1, card, "2026-11-20T09:00:00+09:00", offset_s=86_400.0))
    assert answer["results"][0]["work_day"] == "2026-11-19"


def test_a_csv_from_another_clock_counts_by_its_own_time(gate: Gate, card: CardRow, tmp_path: Path) -> None:
    """The PC that reads it in is 26 hours ahead, and what is touched at the PC itself says so."""
    file = tmp_path / "touches.csv"
    file.write_text(f"card,touched_at\n{card.number},2026-11-20T07:58:00+09:00\n", encoding="utf-8")
    with Store(tmp_path / "store.db") as store:
        store.apply(store.identity().store, Verdict((), (), (), 0, (), 93_600.0, present_setting()))
        store.keep(read_csv(file, method="card", site="").touches)
        store.keep([NewTouch("card", card.number, "2026-11-21T10:30:00+09:00", "card")])
        sent = json.loads(encode(store.outgoing(2), NOW))["touches"]
    assert [one["work_day"] for one in gate.send(*sent)["results"]] == ["2026-11-20", "2026-11-20"]


def test_an_offset_that_no_place_on_earth_has_does_no_harm(gate: Gate, card: CardRow) -> None:
    touch = a_touch(1, card, "2026-11-20T22:58:00+23:59")
    answer = gate.send(touch, unsent=1, unsent_since="2026-11-19T08:00:00-23:59")
    assert [one["status"] for one in answer["results"]] == ["stored"]


@pytest.mark.parametrize("touched_at", ["2026-11-22T08:00:00+09:00", "2025-09-01T08:00:00+09:00", "1000-01-01T00:00:00+09:00", "9998-01-01T00:00:00+09:00"])  # fmt: skip
def test_an_implausible_clock_has_no_day(gate: Gate, card: CardRow, touched_at: str) -> None:
    touch = a_touch(1, card, touched_at)
    result = gate.send(touch)["results"][0]
    assert (result["work_day"], result["state"], result["reasons"]) == (None, "flagged", ["CLOCK_IMPLAUSIBLE"])
    assert gate.send(touch)["results"][0] == result
    assert count("touches_orphan") == 1


@pytest.mark.parametrize("offset", [-86_400.0 * 3, 86_400.0 * 399])
def test_a_corrected_time_is_held_to_the_same_bounds(gate: Gate, card: CardRow, offset: float) -> None:
    """Without that a day counts that is yet to come, by a device that was set right after it last saw the server."""
    touched_at = "2026-11-20T07:58:00+09:00" if offset < 0 else "2026-09-20T07:58:00+09:00"
    result = gate.send(a_touch(1, card, touched_at, offset_s=offset))["results"][0]
    assert (result["work_day"], result["reasons"]) == (None, ["CLOCK_IMPLAUSIBLE"])


def test_gaps_and_lost_numbers(gate: Gate, card: CardRow) -> None:
    assert gate.send(a_touch(4, card))["gaps"] == [[1, 3]]
    assert gate.send(a_touch(4, card), lost=[[1, 2]])["gaps"] == [[3, 3]]


def test_an_unknown_card_waits_for_the_office(gate: Gate, card: CardRow) -> None:
    result = gate.send({**a_touch(1, card), "card": f"{card.worker_id}-99"})["results"][0]
    assert (result["status"], result["reasons"]) == ("stored", ["CARD_UNKNOWN"])
    assert count("touches_orphan") == 1


def test_a_foreign_site_is_stored_and_flagged(gate: Gate, card: CardRow) -> None:
    other = a_gate(a_firm("別の会社"))
    result = gate.send(a_touch(1, card, site=str(other.site_id)))["results"][0]
    assert result["state"] == "flagged"
    assert "SITE_NOT_OF_DEVICE" in result["reasons"]


def test_a_revoked_device_is_stored_and_flagged_also_on_resend(card: CardRow) -> None:
    prime = a_firm()
    gate = a_gate(prime)
    gate.send(a_touch(1, card))
    revoke_device(gate.device.device_id, reason="紛失", by=owner_of(prime), at=NOW)

    results = gate.send(a_touch(1, card), a_touch(2, card, "2026-11-20T17:00:00+09:00"))["results"]

    assert [result["status"] for result in results] == ["stored", "stored"]
    assert "DEVICE_REVOKED" in results[1]["reasons"]


def test_wrong_signature_and_unknown_device_keep_nothing(gate: Gate, card: CardRow) -> None:
    body = json.dumps({"store": gate.store, "touches": [a_touch(1, card)]}).encode()
    assert gate.post(body, signature="0" * 64).status_code == 401
    assert gate.client.post("/api/v1/touches", body, content_type="application/json").status_code == 401
    assert count("touches_touch") == 0


def test_a_copied_store_is_told_so(gate: Gate, card: CardRow) -> None:
    answer = gate.post(json.dumps({"store": "a" * 32, "touches": [a_touch(1, card)]}).encode())
    assert (answer.status_code, answer.json()["code"]) == (409, "DEVICE_FORKED")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b'{"store": "x", "touch', 422), (b"[]", 422), (b'{"store":"x","touches":{}}', 422), (b'{"store":"x","touches":[]}', 413), (b"\xff\xfe", 422)],
)  # fmt: skip
def test_a_body_of_another_shape_is_told_so(gate: Gate, body: bytes, status: int) -> None:
    assert gate.post(body).status_code == status


def test_too_many_touches_and_too_many_bytes(gate: Gate, card: CardRow) -> None:
    many = json.dumps({"store": gate.store, "touches": [a_touch(n, card) for n in range(1, 2002)]}).encode()
    assert gate.post(many).status_code == 413
    assert gate.post(b" " * (1024 * 1024 + 1)).status_code == 413


def test_two_thousand_touches_are_taken(gate: Gate, card: CardRow) -> None:
    touches = [{"seq": n, "card": card.number, "touched_at": f"2026-11-19T{7 + n // 600:02}:{n // 10 % 60:02}:{n % 60:02}+09:00"} for n in range(1, 2001)]  # fmt: skip
    assert set(statuses(gate.send(*touches))) == {"stored"}


def _days(card: CardRow) -> list[tuple[Any, ...]]:
    return [(one.day, one.first, one.last, one.reasons) for one in days_of(card.worker_id)]


def test_the_order_of_batches_and_repeats_changes_nothing(gate: Gate, card: CardRow) -> None:
    rng = random.Random(7)
    start = NOW - timedelta(days=12)
    touches = [
        a_touch(n, card, (start + timedelta(hours=7 * n, minutes=rng.randrange(90))).isoformat(), direction=rng.choice(["", "in", "out"]))
        for n in range(1, 36)
    ]  # fmt: skip
    gate.send(*touches)
    expected = _days(card)
    other = a_worker(None)
    for attempt in range(4):
        second = a_gate(a_firm(f"会社{attempt}"))
        shuffled = [{**touch, "card": other.number, "site": str(gate.site_id)} for touch in touches]
        rng.shuffle(shuffled)
        for at in range(0, len(shuffled), 6):
            second.send(*shuffled[at : at + 9])
        assert [row[:3] for row in _days(other)] == [row[:3] for row in expected]


def test_a_night_shift_is_one_day(gate: Gate, card: CardRow) -> None:
    gate.send(
        a_touch(1, card, "2026-11-18T20:00:00+09:00", direction="in"), a_touch(2, card, "2026-11-19T05:10:00+09:00", direction="out")
    )  # fmt: skip
    assert [row[0] for row in _days(card)] == [date(2026, 11, 18)]
