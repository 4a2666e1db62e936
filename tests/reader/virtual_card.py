"""A virtual card behind a real pcscd: it speaks the protocol of the virtual reader's driver over TCP."""

import fcntl
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = 35963
ATR = bytes.fromhex("3B80800101")
SELECT = bytes.fromhex("00A4040006F04343555301")
POWER_OFF, POWER_ON, RESET, GIVE_ATR = b"\0", b"\1", b"\2", b"\4"


def answer(command: bytes, number: str) -> bytes:
    """What the card answers to one command."""
    if command.startswith(SELECT):
        return b"\x90\x00"
    if command[:2] == b"\x00\xb0":
        return number.encode() + b"\x90\x00"
    return b"\x6d\x00"


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = link.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def _serve(link: socket.socket, number: str) -> None:
    try:
        while True:
            (length,) = struct.unpack(">H", _exactly(link, 2))
            message = _exactly(link, length)
            if message in {POWER_OFF, POWER_ON, RESET}:
                continue
            reply = ATR if message == GIVE_ATR else answer(message, number)
            link.sendall(struct.pack(">H", len(reply)) + reply)
    except (ConnectionError, OSError):
        return


@contextmanager
def pcscd() -> Iterator[None]:
    """A real pcscd, one at a time on this machine."""
    with Path("/tmp/ccus-pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        daemon = subprocess.Popen(["/usr/sbin/pcscd", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait(10)


def _connect() -> socket.socket:
    limit = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=10)
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)


@contextmanager
def virtual_card(number: str) -> Iterator[None]:
    """A card with a number lies on the virtual reader."""
    link = _connect()
    link.settimeout(None)
    thread = threading.Thread(target=_serve, args=(link, number), daemon=True)
    thread.start()
    try:
        yield
    finally:
        link.shutdown(socket.SHUT_RDWR)
        link.close()
        thread.join(5)
