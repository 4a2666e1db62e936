"""Sends a plan of requests: `python -m benchmarks.sender PLAN RATE`. A process of its own, so that it is no part of what is measured.

One thread serves all connections: threads that wait for each other would take processor time from the server.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.server import PORT

_HEAD_ENDS = b"\r\n\r\n"


def raw_request(body: str, headers: dict[str, str]) -> bytes:
    """The bytes of one request."""
    data = body.encode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = f"POST /api/v1/touches HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n" + "\r\n".join(lines)
    return head.encode() + _HEAD_ENDS + data


def is_whole(answer: bytes) -> bool:
    """Whether an answer has come to its end."""
    head, ends, body = answer.partition(_HEAD_ENDS)
    if not ends:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return len(body) >= int(length.split(b":")[1])


class Lane:
    """One connection that sends its requests one after the other, each as soon as it is due."""

    def __init__(self, requests: Sequence[bytes], due: Sequence[float]) -> None:
        self.link = socket.create_connection(("127.0.0.1", PORT))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.due, self.answer, self.is_idle = requests, due, b"", True
        self.each: list[float] = []
        self.sent_at, self.wrong = 0.0, 0

    @property
    def is_done(self) -> bool:
        """Whether all requests are answered."""
        return len(self.each) == len(self.requests)

    @property
    def waits_until(self) -> float:
        """When the next request is due; never where an answer is still to come, or nothing is left."""
        if self.is_done or not self.is_idle:
            return float("inf")
        return self.due[len(self.each)] if self.due else 0.0

    def send(self, now: float) -> None:
        """Send the next request. It counts from when it was due."""
        self.sent_at, self.is_idle, self.answer = self.waits_until or now, False, b""
        self.link.sendall(self.requests[len(self.each)])

    def receive(self) -> None:
        """Take what has come of the answer."""
        piece = self.link.recv(1 << 20)
        if not piece:
            raise SystemExit("the server has closed a connection")
        self.answer += piece
        if is_whole(self.answer):
            self.each.append(time.perf_counter() - self.sent_at)
            self.wrong += b" 200 " not in self.answer[:20] or b'"stored"' not in self.answer
            self.is_idle = True


def send_all(lanes: Sequence[Lane]) -> None:
    """Send everything, and wait for every answer."""
    with selectors.DefaultSelector() as selector:
        for lane in lanes:
            selector.register(lane.link, selectors.EVENT_READ, lane)
        while not all(lane.is_done for lane in lanes):
            now = time.perf_counter()
            for lane in lanes:
                if lane.waits_until <= now:
                    lane.send(now)
            until = min(lane.waits_until for lane in lanes)
            for key, _ in selector.select(max(0.0, until - now) if until < float("inf") else None):
                key.data.receive()
                if key.data.is_done:  # the server gives it up while others go on
                    selector.unregister(key.fileobj)


def main() -> None:
    """Send the plan, print how long it took."""
    plan, rate = json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])
    requests = [[raw_request(*one) for one in lane] for lane in plan]
    begin, step = time.perf_counter() + 0.5, len(requests) / rate if rate else 0
    lanes = [
        Lane(own, [begin + step * (n + place / len(requests)) for n in range(len(own))] if rate else [])
        for place, own in enumerate(requests)
    ]
    begin = time.perf_counter()
    send_all(lanes)
    seconds = time.perf_counter() - begin
    for lane in lanes:
        lane.link.close()
    each = [one for lane in lanes for one in lane.each]
    sys.stdout.write(json.dumps({"seconds": seconds, "each": each, "wrong": sum(lane.wrong for lane in lanes)}))


if __name__ == "__main__":
    main()
