"""Devices of a loaded world that send touches: bodies made and signed before the clock starts."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.server import FOLDER


@dataclass
class Gate:
    """A device, its secret, its next number, and the cards of the people on its site's roster."""

    device: int
    secret: bytes
    store: str
    next: int
    cards: list[str]


def bodies(gate: Gate, rng: random.Random, *, count: int, size: int) -> list[tuple[bytes, dict[str, str]]]:
    """Batches of touches of today, each card in turn, with their headers."""
    from registry.touches.derive import signature_of

    now, found = datetime.now(UTC), []
    for _ in range(count):
        touches = []
        for _ in range(size):
            at = now - timedelta(seconds=rng.randrange(3 * 3600))
            touches.append({
                "seq": gate.next, "card": gate.cards[gate.next % len(gate.cards)], "direction": "in", "method": "card",
                "touched_at": at.isoformat(timespec="milliseconds"), "offset_s": 0.2,
            })  # fmt: skip
            gate.next += 1
        body = json.dumps({"store": gate.store, "touches": touches}).encode()
        headers = {
            "Device": str(gate.device),
            "Signature": signature_of(gate.secret, body),
            "Content-Type": "application/json",
        }
        found.append((body, headers))
    return found


def write_plan(path: Path, lanes: list[list[tuple[bytes, dict[str, str]]]]) -> None:
    """A file of requests, one list for each connection, for the sending process."""
    path.write_text(json.dumps([[[body.decode(), headers] for body, headers in lane] for lane in lanes]))


def send(lanes: list[list[tuple[bytes, dict[str, str]]]], *, rate: float = 0) -> tuple[float, list[float]]:
    """Send all requests from a process of its own, each lane over one connection.

    Returns the seconds that it took and the seconds of each request; with `rate`, requests a second from an open
    loop: a request that had to wait for its turn counts from when it was due.
    """
    plan = FOLDER / "plan.json"
    write_plan(plan, lanes)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sender", str(plan), str(rate)], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    if answer["wrong"] or len(answer["each"]) != sum(map(len, lanes)):
        raise SystemExit(f"{answer['wrong']} requests were not answered as stored\n{done.stderr}")
    return answer["seconds"], answer["each"]
