"""A virtual card on a virtual reader, behind a real pcscd (Debian: pcscd, vsmartcard-vpcd).

`with virtual_card(number):` starts pcscd and lays a card on its reader; `with pcscd(), virtual_card(number):` does the
same, and lays several cards one after the other on one pcscd. One pcscd runs at a time on a machine, under a lock; it
lives no longer than its `with`, since a lock held until the end of a session would let two xdist workers wait for ever.
"""

import fcntl
import os
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

PORT = 35963
ATR = bytes.fromhex("3B80800101")
SELECT = bytes.fromhex("00A4040006F04343555301")
UID = bytes.fromhex("04A1B2C3D4E5F6")
PCSCD = Path("/usr/sbin/pcscd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
LOCK = Path("/tmp/ccus-pcscd.lock")
DOOR = Path("/run/pcscd/pcscd.comm")
POWER_OFF, POWER_ON, RESET, GIVE_ATR = b"\0", b"\1", b"\2", b"\4"
_running = threading.Event()


def need_pcscd() -> None:
    """Skip where pcscd cannot run; in CI that is a failure."""
    missing = [str(path) for path in (PCSCD, DRIVER) if not path.exists()]
    missing += ["root"] if os.geteuid() else []
    if missing:
        message = f"PC/SC test needs {', '.join(missing)}: apt-get install pcscd vsmartcard-vpcd, run as root"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def answer(command: bytes, number: str | None) -> bytes:
    """What the card answers; without a number it has only its chip's own."""
    if command == bytes.fromhex("FFCA000000"):
        return UID + b"\x90\x00"
    if number is None:
        return b"\x6a\x82"
    if command.startswith(SELECT):
        return b"\x90\x00"
    return number.encode() + b"\x90\x00" if command[:2] == b"\x00\xb0" else b"\x6d\x00"


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (part := link.recv(count - len(data))):
            raise ConnectionError
        data += part
    return data


def _serve(link: socket.socket, number: str | None) -> None:
    try:
        while True:
            (length,) = struct.unpack(">H", _exactly(link, 2))
            message = _exactly(link, length)
            if message in {POWER_OFF, POWER_ON, RESET}:
                continue
            reply = ATR if message == GIVE_ATR else answer(message, number)
            link.sendall(struct.pack(">H", len(reply)) + reply)
    except OSError:
        return


def _soon(connect: Callable[[], socket.socket]) -> socket.socket:
    """A connection to a program that is just starting."""
    limit = time.monotonic() + 10
    while True:
        try:
            return connect()
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)


def _connect() -> socket.socket:
    return _soon(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=10))


def _at_the_door() -> socket.socket:
    """Where clients come in: it opens a moment after the readers are there."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(str(DOOR))
    except OSError:
        link.close()
        raise
    return link


@contextmanager
def pcscd() -> Iterator[None]:
    """A real pcscd, one at a time on this machine."""
    need_pcscd()
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        daemon = subprocess.Popen([PCSCD, "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _running.set()
        try:
            _soon(_at_the_door).close()
            yield
        finally:
            _running.clear()
            daemon.terminate()
            daemon.wait(10)


@contextmanager
def virtual_card(number: str | None) -> Iterator[None]:
    """A card with a number, or with None an unknown chip, lies on the virtual reader."""
    with nullcontext() if _running.is_set() else pcscd():
        link = _connect()
        link.settimeout(None)
        thread = threading.Thread(target=_serve, args=(link, number), daemon=True)
        thread.start()
        try:
            yield
        finally:
            link.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            link.close()
