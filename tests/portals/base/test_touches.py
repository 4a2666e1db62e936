"""With what touches were made, in words."""

import re
from datetime import timedelta

import pytest

from registry.touches.operations.devices import end_pairing
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.visitors import as_worker

pytestmark = pytest.mark.django_db
TODAY = f"/worker/days/{NOW.year}-{NOW.month}-{NOW.day}/"


def test_each_touch_of_a_day_says_with_what_it_was_made() -> None:
    prime = a_firm()
    card, gate = a_worker(prime), a_gate(prime)
    other, neighbour = a_worker(prime, "隣"), a_gate(prime, name="隣の現場")
    late, later = "2026-11-20T12:00:00+09:00", "2026-11-20T17:00:30+09:00"
    off = a_touch(4, card, "2026-11-20T19:00:00+09:00", offset_s=3600)
    qr = {"seq": 5, "qr": card.number, "touched_at": "2026-11-20T18:30:00+09:00"}
    gate.send(a_touch(1, card), a_touch(2, card, late, method="typed"), a_touch(3, other, later), off, qr)
    neighbour.send(a_touch(1, card, later, site=str(gate.site_id), direction="out"))
    bind_all()
    page = as_worker(card.worker_id).get(TODAY).content.decode()
    lines = [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r"<li>(.*?)</li>", page) if ":" in one]
    assert lines == [
        "7:58 正面ゲート ゲートのPC",
        "12:00 正面ゲート ゲートのPC 番号を入力",
        "17:00（出） この現場のものではない端末",
        "18:00 正面ゲート ゲートのPC",
        "18:30 正面ゲート ゲートのPC QRコードを読み取り",
    ]


def test_the_place_of_a_device_that_left_is_that_of_the_right_clock() -> None:
    """Five minutes fast: no touch is put right for that, and by its own time the device had left before it."""
    prime = a_firm()
    card, gate = a_worker(prime), a_gate(prime)
    end_pairing(gate.device.device_id, gate.site_id, by=owner_of(prime), at=NOW)
    fast = (NOW + timedelta(minutes=3)).isoformat()
    gate.send(a_touch(1, card, fast, offset_s=300.0, site=str(gate.site_id)))
    bind_all()
    assert "正面ゲート ゲートのPC" in as_worker(card.worker_id).get(TODAY).content.decode()
