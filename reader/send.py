"""Sends what the store has. Goes on where it stopped; a repeat does no harm."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reader.store import Store

BATCH = 500
TIMEOUT_SECONDS = 20
FORKED, TOO_LARGE, TOO_MANY = 409, 413, 429


class SendError(Exception):
    """The server could not be reached or did not take the batch; the touches stay in the store."""

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Sent:
    """What one sending did."""

    stored: int
    refused: int
    waiting: int


def _post(url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})  # noqa: S310 -- the address was given at registration
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 -- as above
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        told = _problem(error.read())
        raise SendError(told.get("title", str(error)), status=error.code, code=told.get("code", "")) from None
    except (OSError, ValueError) as error:
        raise SendError(f"サーバーに届きません（{error}）。打刻は保存されています。") from None


def _problem(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def register(store: Store, url: str, code: str, name: str) -> list[dict[str, str]]:
    """Register the store as a device by a short code; returns the terminals it serves. Raises `SendError`."""
    body = json.dumps({"code": code, "store": store.fact("store"), "name": name, "dense": True}).encode()
    answer = _post(f"{url.rstrip('/')}/api/v1/devices", body, {})
    terminals: list[dict[str, str]] = answer["terminals"]
    store.note(device=answer["device"], secret=answer["secret"], url=url.rstrip("/"), site=terminals[0]["site"])
    return terminals


def send_batch(store: Store, size: int = BATCH) -> Sent:
    """Send the oldest touches and act on the answer. Raises `SendError`."""
    kept = store.waiting(size)
    touches = [{"seq": one.seq, **one.content} for one in kept]
    sent_at = datetime.now(UTC)
    body = json.dumps({"store": store.fact("store"), "sent_at": sent_at.isoformat(), "touches": touches}).encode()
    signature = hmac.new(bytes.fromhex(store.fact("secret")), body, hashlib.sha256).hexdigest()
    try:
        answer = _post(
            f"{store.fact('url')}/api/v1/touches", body, {"Device": store.fact("device"), "Signature": signature}
        )
    except SendError as error:
        if error.status == TOO_LARGE and size > 1:
            return send_batch(store, size // 2)
        raise
    store.settle(answer["results"], answer["highest"])
    received_at = datetime.fromisoformat(answer["received_at"])
    store.note(offset_s=f"{(sent_at - received_at).total_seconds():.1f}")
    statuses = [result["status"] for result in answer["results"]]
    return Sent(statuses.count("stored"), statuses.count("refused"), store.count_waiting())


def send_all(store: Store) -> Sent:
    """Send everything that waits. Raises `SendError`; what was stored by then is settled."""
    stored = refused = 0
    while store.count_waiting():
        sent = send_batch(store)
        stored, refused = stored + sent.stored, refused + sent.refused
    return Sent(stored, refused, 0)
