"""A server that keeps to the protocol of touches, and fails when told to. It checks signatures and keeps a log."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "5e" * 32
SITE = "12345678901824"
CODES = ("ABCD2345", "EFGH6789")
SALT = "0a" * 16


def masked(card: str, name: str) -> dict[str, str]:
    """A name of up to 32 bytes as it travels (docs/handbook/ingest.md)."""
    mask = hmac.new(bytes.fromhex(SECRET), f"\0name\0{SALT}:{card}:0".encode(), hashlib.sha256).digest()
    return {"card": card, "masked_name": bytes(a ^ b for a, b in zip(name.encode(), mask, strict=False)).hex()}


@dataclass
class Failure:
    """An answer given instead of the right one."""

    status: int
    body: bytes = b'{"code": "X", "title": "made up", "detail": "by the test"}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fake:
    """What the server holds."""

    url: str = ""
    store: str = ""
    log: dict[int, dict[str, Any]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    lost: list[list[int]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # by the store that was registered with it
    cut_after_commit: int = 0  # so many answers are lost after the touches or the device are stored
    health: Failure = field(default_factory=lambda: Failure(200, b"{}"))
    refuse_card: str = ""
    most: int = 2000
    secret: str = SECRET  # the one that it knows, whichever it gave at the registration
    clock_behind: timedelta = timedelta()
    people: dict[str, str] = field(default_factory=dict)
    asked_for_people: int = 0
    without_people: bool = False
    reports: list[tuple[int, str | None]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)  # those that the reader asked for
    lock: threading.Lock = field(default_factory=threading.Lock)

    def register(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """`POST /api/v1/devices`."""
        wanted = json.loads(body)
        if wanted["code"] not in CODES:
            return 403, {
                "code": "PAIRING_CODE",
                "title": "登録コードが違います。",
                "detail": "新しいコードを出してください。",
            }
        if self.codes.setdefault(wanted["store"], wanted["code"]) != wanted["code"]:
            return 409, {"code": "STORE_TAKEN", "title": "すでに登録されています。"}
        self.store = wanted["store"]
        return 201, {"device": "7", "secret": SECRET, "terminals": [{"site": SITE, "name": "正門"}]}

    def tell_people(self, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        """`POST /api/v1/people`."""
        secret = bytes.fromhex(SECRET)
        right = hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers["Signature"], right):
            return 401, {"code": "DEVICE_UNKNOWN"}
        self.asked_for_people += 1
        if self.without_people:
            return 404, {}
        people = [
            masked(hmac.new(secret, card.encode(), hashlib.sha256).hexdigest(), name)
            for card, name in self.people.items()
        ]
        return 200, {"salt": SALT, "people": people, "keep_days": 14}

    def receive(self, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        """`POST /api/v1/touches`."""
        right = hmac.new(bytes.fromhex(self.secret), body, hashlib.sha256).hexdigest()
        if headers["Device"] != "7" or not hmac.compare_digest(headers["Signature"], right):
            return 401, {"code": "DEVICE_UNKNOWN"}
        batch = json.loads(body)
        if not 1 <= len(batch["touches"]) <= self.most:
            return 413, {"code": "BATCH_SIZE"}
        if batch["store"] != self.store:
            return 409, {"code": "DEVICE_FORKED"}
        self.sizes.append(len(batch["touches"]))
        self.reports.append((batch["unsent"], batch.get("unsent_since")))
        self.lost += batch.get("lost", [])
        results = [self._take(index, one) for index, one in enumerate(batch["touches"])]
        highest = max([*self.log, *self.refused], default=0)
        known = {*self.log, *self.refused, *(n for a, b in self.lost for n in range(a, b + 1))}
        gaps = [[n, n] for n in range(1, highest) if n not in known][:100]
        received_at = (datetime.now(UTC) - self.clock_behind).isoformat()
        return 200, {"received_at": received_at, "highest": highest, "gaps": gaps, "results": results}

    def _take(self, index: int, one: dict[str, Any]) -> dict[str, Any]:
        seq = one["seq"]
        content = {key: value for key, value in one.items() if key != "offset_s"}
        if one.get("card") == self.refuse_card:
            self.refused.add(seq)
            return {"index": index, "seq": seq, "status": "refused", "code": "TOUCH_SHAPE"}
        same = self.log.setdefault(seq, content) == content
        return {"index": index, "seq": seq, "status": "stored" if same else "renumber"}


class _Handler(BaseHTTPRequestHandler):
    fake: Fake

    def do_GET(self) -> None:
        self._answer(self.fake.health.status, self.fake.health.body, {})

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The date of an answer, by the server's own clock."""
        return super().date_time_string((timestamp or time.time()) - self.fake.clock_behind.total_seconds())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.fake.lock:
            self.fake.languages.add(self.headers["Accept-Language"])
            if self.fake.failures:
                failure = self.fake.failures.pop(0)
                self._answer(failure.status, failure.body, failure.headers)
                return
            if self.path == "/api/v1/devices":
                status, answer = self.fake.register(body)
            elif self.path == "/api/v1/people":
                status, answer = self.fake.tell_people(body, self.headers)
            else:
                status, answer = self.fake.receive(body, self.headers)
            if status in {200, 201} and self.fake.cut_after_commit:
                self.fake.cut_after_commit -= 1
                self.close_connection = True
                return
        self._answer(status, json.dumps(answer).encode(), {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""


@contextmanager
def fake_server() -> Iterator[Fake]:
    """A running server on a free port."""
    fake = Fake()
    handler = type("Handler", (_Handler,), {"fake": fake})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
