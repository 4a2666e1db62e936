"""Cards through PC/SC: ctypes on the system's library, no compiler needed. What a chip gives is an opaque token."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_LIBRARY = "libpcsclite.so.1"
_SCOPE_SYSTEM, _SHARE_SHARED, _PROTOCOLS, _LEAVE = 2, 2, 3, 0
_STATE_UNAWARE, _STATE_PRESENT, _STATE_CHANGED = 0, 0x20, 0x2
_NAME_BYTES, _ANSWER_BYTES = 128, 258
_TIMEOUT = 0x8010000A
_OK = b"\x90\x00"
# Our own application on a card, and how it gives the card's number.
_SELECT = bytes.fromhex("00A4040006F0434355530100")
_READ = bytes.fromhex("00B0000000")
_UID = bytes.fromhex("FFCA000000")

_WORDS = {
    0x8010001D: "カードリーダーのサービス（pcscd）が動いていません。",
    0x8010002E: "カードリーダーがつながっていません。",
    0x80100069: "読み取りの途中でカードが離れました。もう一度かざしてください。",
    0x8010000C: "カードがありません。",
}


class CardError(Exception):
    """The reader or the card did not answer; the message says what to do."""


class _Request(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong)]


class _ReaderState(ctypes.Structure):
    _fields_ = [
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_length", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    ]


def _check(status: int) -> None:
    code = status & 0xFFFFFFFF
    if code:
        raise CardError(_WORDS.get(code, f"カードを読み取れません（{code:08X}）。"))


class Pcsc:
    """The PC/SC service."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(_LIBRARY)
        except OSError:
            raise CardError("PC/SCのライブラリがありません。libpcsclite1 を入れてください。") from None
        self._context = ctypes.c_long()
        _check(self._library.SCardEstablishContext(_SCOPE_SYSTEM, None, None, ctypes.byref(self._context)))

    def close(self) -> None:
        """Let go of the service."""
        self._library.SCardReleaseContext(self._context)

    def readers(self) -> list[str]:
        """Names of the readers that are connected."""
        length = ctypes.c_ulong(4096)
        names = ctypes.create_string_buffer(4096)
        status = self._library.SCardListReaders(self._context, None, names, ctypes.byref(length))
        if status & 0xFFFFFFFF == 0x8010002E:  # noqa: PLR2004 -- no reader: an empty list, not an error
            return []
        _check(status)
        return [name.decode() for name in names.raw[: length.value].split(b"\0") if name]

    def wait(self, reader: str, *, present: bool, seconds: float) -> bool:
        """Wait until a card is there, or is gone; False when the time is over first."""
        state = _ReaderState(reader.encode(), None, _STATE_UNAWARE, 0, 0)
        for _ in range(max(1, int(seconds * 10))):
            status = self._library.SCardGetStatusChange(self._context, 100, ctypes.byref(state), 1)
            if status & 0xFFFFFFFF != _TIMEOUT:
                _check(status)
            if bool(state.event & _STATE_PRESENT) is present:
                return True
            state.current = state.event & ~_STATE_CHANGED
        return False

    @contextmanager
    def card(self, reader: str) -> Iterator["Card"]:
        """The card on a reader."""
        handle, protocol = ctypes.c_long(), ctypes.c_ulong()
        _check(
            self._library.SCardConnect(
                self._context, reader.encode(), _SHARE_SHARED, _PROTOCOLS, ctypes.byref(handle), ctypes.byref(protocol)
            )
        )
        try:
            yield Card(self._library, handle, protocol)
        finally:
            self._library.SCardDisconnect(handle, _LEAVE)


class Card:
    """A card that answers."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_long, protocol: ctypes.c_ulong) -> None:
        self._library, self._handle, self._protocol = library, handle, protocol

    def transmit(self, command: bytes) -> bytes:
        """Send a command, return the whole answer with its two status bytes."""
        length = ctypes.c_ulong(_ANSWER_BYTES)
        answer = ctypes.create_string_buffer(_ANSWER_BYTES)
        request = _Request(self._protocol.value, ctypes.sizeof(_Request))
        _check(
            self._library.SCardTransmit(
                self._handle, ctypes.byref(request), command, len(command), None, answer, ctypes.byref(length)
            )
        )
        return answer.raw[: length.value]

    def credential(self) -> dict[str, str]:
        """The card's number where our application is on it, else what its chip gives, as a touch sends it."""
        if self.transmit(_SELECT).endswith(_OK):
            answer = self.transmit(_READ)
            if answer.endswith(_OK):
                return {"card": answer[:-2].decode("ascii")}
        answer = self.transmit(_UID)
        if not answer.endswith(_OK):
            raise CardError("このカードは読み取れません。番号を入力してください。")
        return {"token": f"uid:{answer[:-2].hex()}"}
