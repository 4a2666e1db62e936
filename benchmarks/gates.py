"""Devices of a loaded world that send touches: bodies made and signed before the clock starts."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.server import FOLDER
from registry.core.days import JST


@dataclass
class Gate:
    """A device, its secret, its next number, and the cards of the people on its site's roster."""

    device: int
    secret: bytes
    store: str
    next: int
    cards: list[str]
    first_day: date

    def __post_init__(self) -> None:
        self._touched = self._days()

    def _days(self) -> Iterator[tuple[str, str, datetime]]:
        """Day after day everybody comes in the morning and goes in the evening, in the order of time."""
        day = datetime.combine(self.first_day, datetime.min.time(), JST)
        while True:
            for direction, opens_at in (("in", timedelta(hours=7)), ("out", timedelta(hours=17))):
                step = timedelta(hours=1) / len(self.cards)
                for place, card in enumerate(self.cards):
                    yield card, direction, day + opens_at + place * step
            day += timedelta(days=1)

    def touches(self, count: int) -> list[dict[str, object]]:
        """The next touches."""
        found: list[dict[str, object]] = []
        for card, direction, at in islice(self._touched, count):
            found.append({
                "seq": self.next, "card": card, "direction": direction, "method": "card",
                "touched_at": at.isoformat(timespec="milliseconds"), "offset_s": 0.2,
            })  # fmt: skip
            self.next += 1
        return found


def bodies(gate: Gate, *, count: int, size: int) -> list[tuple[bytes, dict[str, str]]]:
    """Batches of the next touches of a device, with their headers."""
    from registry.touches.derive.signing import signature_of

    found = []
    for _ in range(count):
        body = json.dumps({"store": gate.store, "touches": gate.touches(size)}).encode()
        headers = {
            "Device": str(gate.device),
            "Signature": signature_of(gate.secret, body),
            "Content-Type": "application/json",
        }
        found.append((body, headers))
    return found


def write_plan(path: Path, devices: list[list[tuple[bytes, dict[str, str]]]]) -> None:
    """A file of requests, one list for each device, for the sending process."""
    path.write_text(json.dumps([[[body.decode(), headers] for body, headers in own] for own in devices]))


def send(devices: list[list[tuple[bytes, dict[str, str]]]], *, rate: float = 0) -> tuple[float, list[float]]:
    """Send all requests from a process of its own, those of each device one after the other.

    Returns the seconds that it took and the seconds of each request; with `rate`, requests a second from an open
    loop: a request that had to wait for its turn counts from when it was due.
    """
    plan = FOLDER / "plan.json"
    write_plan(plan, devices)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sender", str(plan), str(rate)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"the sender has stopped\n{done.stderr}")
    answer = json.loads(done.stdout)
    if answer["wrong"] or len(answer["each"]) != sum(map(len, devices)):
        raise SystemExit(f"{answer['wrong']} requests were not answered as stored\n{done.stderr}")
    return answer["seconds"], answer["each"]
