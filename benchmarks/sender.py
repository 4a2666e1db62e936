"""Sends a plan of requests: `python -m benchmarks.sender PLAN RATE`. A process of its own, so that it is no part of what is measured."""

import json
import socket
import sys
import threading
import time
from pathlib import Path

from benchmarks.server import PORT


def raw_request(body: str, headers: dict[str, str]) -> bytes:
    """The bytes of one request."""
    data = body.encode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = f"POST /api/v1/touches HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n" + "\r\n".join(lines)
    return head.encode() + b"\r\n\r\n" + data


def read_answer(link: socket.socket) -> bytes:
    """One whole answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += link.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(
        next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    )
    while len(rest) < length:
        rest += link.recv(65536)
    return head.split(b"\r\n", 1)[0] + rest


class Lane(threading.Thread):
    """One connection that sends its requests one after the other."""

    def __init__(self, requests: list[bytes], due: list[float]) -> None:
        super().__init__()
        self.requests, self.due, self.each, self.wrong = requests, due, [0.0] * 0, 0

    def run(self) -> None:
        """Send all."""
        link = socket.create_connection(("127.0.0.1", PORT))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n, request in enumerate(self.requests):
            begin = time.perf_counter()
            if self.due:
                time.sleep(max(0.0, self.due[n] - begin))
                begin = self.due[n]
            link.sendall(request)
            answer = read_answer(link)
            self.each.append(time.perf_counter() - begin)
            self.wrong += b" 200 " not in answer[:20] or b'"stored"' not in answer
        link.close()


def main() -> None:
    """Send the plan, print how long it took."""
    plan, rate = json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])
    lanes = [[raw_request(*one) for one in lane] for lane in plan]
    begin = time.perf_counter()
    step = len(lanes) / rate if rate else 0
    threads = [
        Lane(lane, [begin + 0.5 + step * (n + place / len(lanes)) for n in range(len(lane))] if rate else [])
        for place, lane in enumerate(lanes)
    ]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    each = [one for thread in threads for one in thread.each]
    sys.stdout.write(json.dumps({"seconds": seconds, "each": each, "wrong": sum(thread.wrong for thread in threads)}))


if __name__ == "__main__":
    main()
