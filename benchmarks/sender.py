"""Sends a plan of requests: `python -m benchmarks.sender PLAN RATE`. A process of its own, so that it is no part of what is measured.

One thread serves all connections: threads that wait for each other would take processor time from the server.
"""

import json
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from benchmarks.server import PORT

_HEAD_ENDS = b"\r\n\r\n"
CONNECTIONS_A_DEVICE = 4


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


class Device:
    """Requests that are sent one after the other, each as soon as it is due and the one before is answered."""

    def __init__(self, requests: Sequence[bytes], due: Sequence[float]) -> None:
        self.requests, self.due, self.is_answered = requests, due, True
        self.each: list[float] = []
        self.sent_at, self.wrong = 0.0, 0

    @property
    def is_done(self) -> bool:
        """Whether all requests are answered."""
        return len(self.each) == len(self.requests)

    @property
    def waits_until(self) -> float:
        """When the next request is due; never where an answer is still to come, or nothing is left."""
        if self.is_done or not self.is_answered:
            return float("inf")
        return self.due[len(self.each)] if self.due else 0.0

    def next_request(self, now: float) -> bytes:
        """The next request, which is sent now. It counts from when it was due."""
        self.sent_at, self.is_answered = self.waits_until or now, False
        return self.requests[len(self.each)]

    def take(self, answer: bytes) -> None:
        """Note an answer that has come to its end."""
        self.each.append(time.perf_counter() - self.sent_at)
        self.wrong += b" 200 " not in answer[:20] or b'"stored"' not in answer
        self.is_answered = True


class Connection:
    """A way to the server. Any device uses any of them, as behind a proxy that keeps some in hand.

    Which of the server's processes a connection has fallen to, by chance and for good, binds no device to it: were there
    as many as devices, each would get its own back each time, and the process with more of them would end alone.
    """

    def __init__(self) -> None:
        self.link = socket.create_connection(("127.0.0.1", PORT))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.device, self.answer = Device((), ()), b""

    def send(self, device: Device, now: float) -> None:
        """Send the next request of a device."""
        self.device, self.answer = device, b""
        self.link.sendall(device.next_request(now))

    def receive(self) -> bool:
        """Take what has come of the answer; whether that is all of it."""
        piece = self.link.recv(1 << 20)
        if not piece:
            raise SystemExit("the server has closed a connection")
        self.answer += piece
        if not is_whole(self.answer):
            return False
        self.device.take(self.answer)
        return True


def send_all(devices: Sequence[Device]) -> None:
    """Send everything and wait for every answer."""
    free = deque(Connection() for _ in range(CONNECTIONS_A_DEVICE * len(devices)))  # idle longest, taken first
    with selectors.DefaultSelector() as selector:
        for one in free:
            selector.register(one.link, selectors.EVENT_READ, one)
        while not all(device.is_done for device in devices):
            now = time.perf_counter()
            for device in devices:
                if device.waits_until <= now:
                    free.popleft().send(device, now)
            until = min(device.waits_until for device in devices)
            for key, _ in selector.select(max(0.0, until - now) if until < float("inf") else None):
                if key.data.receive():
                    free.append(key.data)


def main() -> None:
    """Send the plan, print how long it took."""
    plan, rate = json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])
    requests = [[raw_request(*one) for one in own] for own in plan]
    begin, step = time.perf_counter() + 0.5, len(requests) / rate if rate else 0
    devices = [
        Device(own, [begin + step * (n + place / len(requests)) for n in range(len(own))] if rate else [])
        for place, own in enumerate(requests)
    ]
    begin = time.perf_counter()
    send_all(devices)
    seconds = time.perf_counter() - begin
    each = [one for device in devices for one in device.each]
    sys.stdout.write(json.dumps({"seconds": seconds, "each": each, "wrong": sum(one.wrong for one in devices)}))


if __name__ == "__main__":
    main()
