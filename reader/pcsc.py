"""The card reader: PC/SC through ctypes on libpcsclite."""

import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reader.numbers import NumberError, card_number
from reader.texts import phrase

LIBRARY = "libpcsclite.so.1"
AID = bytes.fromhex("F04343555301")  # "CCUS", version 1, in the range that belongs to nobody (ISO 7816-5)
SELECT = bytes([0x00, 0xA4, 0x04, 0x00, len(AID)]) + AID
READ_NUMBER = bytes.fromhex("00B0000000")
GET_UID = bytes.fromhex("FFCA000000")
DONE = 0x9000
MORE, WRONG_LENGTH = 0x61, 0x6C

_SCOPE_SYSTEM, _SHARE_SHARED, _ANY_PROTOCOL, _LEAVE_CARD = 2, 2, 3, 0
_PRESENT, _MUTE = 0x20, 0x200
_TIMEOUT, _NO_READERS = 0x8010000A, 0x8010002E
_SERVICE_GONE = {0x80100003, 0x8010001D, 0x8010001E, 0x80100013}
_ANSWER_BYTES, _ATR_BYTES = 4096, 33

PLAIN = {
    0x80100009: "reader.pcsc.unplugged",
    0x8010000B: "reader.card.in_use",
    0x8010000C: "reader.card.none",
    0x8010000F: "reader.card.foreign",
    0x80100016: "reader.card.broken_off",
    0x80100017: "reader.pcsc.unplugged",
    0x8010002F: "reader.card.broken_off",
    0x80100066: "reader.card.mute",
    0x80100067: "reader.card.mute",
    0x80100068: "reader.card.broken_off",
    0x80100069: "reader.card.too_short",
}


class ReaderError(Exception):
    """The reader or its service does not work; the message says what to do."""


class CardError(Exception):
    """This card was not read; the message says what to do. The next card may be."""


@dataclass(frozen=True)
class Credential:
    """What a card says of itself: its number, or an opaque token."""

    kind: str
    value: str


class _State(ctypes.Structure):
    _fields_ = [
        ("reader", ctypes.c_char_p), ("user", ctypes.c_void_p), ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong), ("atr_length", ctypes.c_ulong), ("atr", ctypes.c_ubyte * _ATR_BYTES),
    ]  # fmt: skip


class _Request(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong)]


_LONG, _ULONG, _POINTER, _TEXT = ctypes.c_long, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_char_p
_SIGNATURES: dict[str, list[Any]] = {
    "SCardEstablishContext": [_ULONG, _POINTER, _POINTER, _POINTER],
    "SCardReleaseContext": [_LONG],
    "SCardListReaders": [_LONG, _TEXT, _POINTER, _POINTER],
    "SCardGetStatusChange": [_LONG, _ULONG, _POINTER, _ULONG],
    "SCardConnect": [_LONG, _TEXT, _ULONG, _ULONG, _POINTER, _POINTER],
    "SCardDisconnect": [_LONG, _ULONG],
    "SCardTransmit": [_LONG, _POINTER, _TEXT, _ULONG, _POINTER, _POINTER, _POINTER],
}


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        raise ReaderError(phrase("reader.pcsc.no_library", library=LIBRARY)) from None
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, ctypes.c_long
    return library


class Pcsc:
    """A connection to the PC/SC service. Use it in one thread, and close it."""

    def __init__(self) -> None:
        """Connect. Raises `ReaderError` when library or service is missing."""
        self._library = _load()
        self._seen: dict[str, int] = {}
        context = ctypes.c_long()
        answer = self._call("SCardEstablishContext", _SCOPE_SYSTEM, None, None, ctypes.byref(context))
        if answer:
            raise ReaderError(phrase("reader.pcsc.no_service", answer=f"0x{answer:08X}"))
        self._context = context.value

    def close(self) -> None:
        """Let the service go."""
        self._call("SCardReleaseContext", self._context)

    def readers(self) -> list[str]:
        """Names of the readers that are plugged in."""
        size = ctypes.c_ulong()
        answer = self._call("SCardListReaders", self._context, None, None, ctypes.byref(size))
        if answer == _NO_READERS:
            return []
        self._check_service(answer)
        names = ctypes.create_string_buffer(size.value)
        answer = self._call("SCardListReaders", self._context, None, names, ctypes.byref(size))
        if answer == _NO_READERS:
            return []
        self._check_service(answer)
        return [name.decode("utf-8", "replace") for name in names.raw[: size.value].split(b"\0") if name]

    def wait(self, timeout_s: float) -> str | None:
        """Wait until a card is laid on some reader: the reader's name, or None when nobody came.

        A card that lies there already counts once; a card that stays is not read again.
        """
        end = time.monotonic() + timeout_s
        while True:
            names = self.readers()
            left = end - time.monotonic()
            if not names:
                time.sleep(max(0.0, min(left, 0.5)))
            elif (name := self._wait_at(names, max(0.0, left))) is not None:
                return name
            if left <= 0:
                return None

    def _wait_at(self, names: list[str], timeout_s: float) -> str | None:
        self._seen = {name: self._seen.get(name, 0) for name in names}
        states = (_State * len(names))()
        for state, name in zip(states, names, strict=True):
            state.reader, state.current = name.encode(), self._seen[name]
        answer = self._call("SCardGetStatusChange", self._context, int(timeout_s * 1000), states, len(names))
        if answer == _TIMEOUT:
            return None
        self._check_service(answer)
        for state, name in zip(states, names, strict=True):
            before, self._seen[name] = self._seen[name], state.event & ~2  # without the mark "changed"
            if self._seen[name] & _PRESENT and not state.event & _MUTE and _is_new(before, self._seen[name]):
                return name
        return None

    @contextmanager
    def connected(self, reader: str) -> Iterator["Card"]:
        """Talk to the card on a reader. Raises `CardError`."""
        handle, protocol = ctypes.c_long(), ctypes.c_ulong()
        answer = self._call(
            "SCardConnect", self._context, reader.encode(), _SHARE_SHARED, _ANY_PROTOCOL,
            ctypes.byref(handle), ctypes.byref(protocol),
        )  # fmt: skip
        if answer in _SERVICE_GONE:
            self._check_service(answer)
        _check_card(answer)
        try:
            yield Card(self, handle.value, protocol.value)
        finally:
            self._call("SCardDisconnect", handle.value, _LEAVE_CARD)

    def transmit(self, handle: int, protocol: int, command: bytes) -> bytes:
        """Send one command to a card, as it is. Raises `CardError`."""
        request = _Request(protocol, ctypes.sizeof(_Request))
        answer_bytes = ctypes.create_string_buffer(_ANSWER_BYTES)
        size = ctypes.c_ulong(_ANSWER_BYTES)
        answer = self._call(
            "SCardTransmit", handle, ctypes.byref(request), command, len(command), None, answer_bytes,
            ctypes.byref(size),
        )  # fmt: skip
        _check_card(answer)
        return answer_bytes.raw[: size.value]

    def _call(self, name: str, *arguments: Any) -> int:
        return int(getattr(self._library, name)(*arguments)) & 0xFFFFFFFF

    @staticmethod
    def _check_service(answer: int) -> None:
        if answer in _SERVICE_GONE:
            raise ReaderError(phrase("reader.pcsc.service_stopped"))
        if answer:
            raise ReaderError(_plain(answer, "reader.pcsc.unusable"))


def _is_new(before: int, now: int) -> bool:
    """Whether a card came: pcscd counts insertions and removals in the upper half, so a quick exchange shows too."""
    return not before & _PRESENT or before >> 16 != now >> 16


def _plain(answer: int, otherwise: str) -> str:
    """An answer of the service in plain words; `otherwise` is the key where we have none for it."""
    return phrase(PLAIN[answer]) if answer in PLAIN else phrase(otherwise, answer=f"0x{answer:08X}")


def _check_card(answer: int) -> None:
    if answer:
        raise CardError(_plain(answer, "reader.card.unreadable"))


class Card:
    """A card that lies on a reader."""

    def __init__(self, pcsc: Pcsc, handle: int, protocol: int) -> None:
        """Made by `Pcsc.connected`."""
        self._pcsc, self._handle, self._protocol = pcsc, handle, protocol

    def ask(self, command: bytes) -> tuple[bytes, int]:
        """Send a command: data and status word. Follows 61xx (more to fetch) and 6Cxx (say this length)."""
        answer = self._pcsc.transmit(self._handle, self._protocol, command)
        data = b""
        while len(answer) >= 2 and answer[-2] == MORE:  # noqa: PLR2004 -- a status word has two bytes
            data += answer[:-2]
            answer = self._pcsc.transmit(self._handle, self._protocol, bytes([0, 0xC0, 0, 0, answer[-1]]))
        if len(answer) == 2 and answer[0] == WRONG_LENGTH:  # noqa: PLR2004 -- a status word has two bytes
            answer = self._pcsc.transmit(self._handle, self._protocol, command[:-1] + answer[1:])
        return data + answer[:-2], int.from_bytes(answer[-2:], "big")

    def read_token(self) -> Credential:
        """The card's number from our application, or the chip's own number where there is none."""
        _, status = self.ask(SELECT)
        if status == DONE:
            return self._read_number()
        uid, status = self.ask(GET_UID)
        if status != DONE or not uid:
            raise CardError(phrase("reader.card.no_number"))
        return Credential("token", f"uid:{uid.hex()}")

    def _read_number(self) -> Credential:
        data, status = self.ask(READ_NUMBER)
        try:
            if status != DONE:
                raise NumberError
            return Credential("card", card_number(data.rstrip(b"\0 ").decode("ascii")))
        except ValueError:  # NumberError and UnicodeDecodeError are both
            raise CardError(phrase("reader.card.wrong_number")) from None
