"""What a batch holds: its touches as the log keeps them, and what can never be read as a touch."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, timedelta
from functools import cached_property
from itertools import pairwise

import msgspec
from django.conf import settings

from registry.cards.derive import read_phone_code
from registry.core.errors import RegistryError
from registry.core.ids import IdKind, parse_card_number, parse_id
from registry.sites.derive import PosterCode, read_poster_code
from registry.touches.derive.clocks import ms_of
from registry.touches.policy import MOST_TOUCHES, Envelope, RawBatch, ReadBatch, SeqOnly, TouchItem

BRANCHES = 100
AS_LOGGED = 0  # the site of a touch that names none, under a number that was sent before: that of the log
FIRST_YEAR, LAST_YEAR = MINYEAR, MAXYEAR
# What reading fails with: no JSON or not of that shape, no UTF-8, nested deeper than anybody means.
UNREAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# Made when the program begins: two threads that are the first to decode a type at the same moment end the process.
_decode_whole = msgspec.json.Decoder(ReadBatch).decode
_decode_frame = msgspec.json.Decoder(RawBatch).decode
_decode_item = msgspec.json.Decoder(TouchItem).decode
_decode_number = msgspec.json.Decoder(SeqOnly).decode
# Strings, closed or not, and the signs between things. Never tries a place twice, however the text goes on.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_IN_FRAME = 2  # depth: the frame is the first bracket, its list of touches the second
_MOST_DIGITS = 20  # more than any `seq` has
_CARD_NUMBER = re.compile(r"([1-9][0-9]{13})-([0-9]{2})")


class BatchShapeError(RegistryError):
    """The body is no JSON of the right shape."""

    code = "BATCH_SHAPE"


class UnreadableError(ValueError):
    """A touch has a right form and still names nothing: no credential, or no site where there are several."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What can never be read as a touch, as received."""

    seq: int | None
    code: str
    raw: bytes


class Content(msgspec.Struct, frozen=True, gc=False):
    """What decides whether a number that comes again means the same touch."""

    ms: int  # since 1970
    site_id: int
    kind: str
    credential: str
    direction: str
    method: str

    def is_that_of(self, other: "Content") -> bool:
        """Whether both say the same, or the other one the same without a site."""
        return (
            self.ms == other.ms and self.credential == other.credential and self.direction == other.direction
            and (self.site_id == other.site_id or not other.site_id)
            and self.kind == other.kind and self.method == other.method
        )  # fmt: skip


class Stored(Content, frozen=True, gc=False):
    """One touch as the log keeps it."""

    seq: int
    offset_s: float | None
    ref: str


@dataclass(frozen=True)
class OpenedBatch:
    """A batch whose frame was read. `raws` is empty where the whole was read at once."""

    frame: Envelope
    items: list[TouchItem | Refused]
    body: bytes
    raws: list[bytes]

    @cached_property
    def received(self) -> list[bytes]:
        """Each touch as received."""
        return self.raws or [bytes(raw) for raw in _decode_frame(self.body).touches]


def open_batch(body: bytes) -> OpenedBatch:
    """Read a batch as a whole, on failure touch by touch: one that is no good text must not spoil the others.

    Raises `BatchShapeError`.
    """
    try:
        batch = _decode_whole(body)
    except UNREAD:
        frame, raws = _loose(body)
        return OpenedBatch(frame, [_item(raw) for raw in raws[: MOST_TOUCHES + 1]], body, raws)  # one too many is told
    return OpenedBatch(batch, [*batch.touches], body, [])


def _loose(body: bytes) -> tuple[Envelope, list[bytes]]:
    """The frame of a batch, and each touch as received."""
    try:
        frame = _decode_frame(body)
    except UNREAD:
        pass
    else:
        return frame, [bytes(raw) for raw in frame.touches]
    try:
        text, raws = _cut(body.decode(json.detect_encoding(body), "surrogateescape"))
        return msgspec.convert(json.loads(text), type=Envelope), raws
    except (ValueError, TypeError, RecursionError, msgspec.ValidationError):
        raise BatchShapeError from None


def _cut(text: str) -> tuple[str, list[bytes]]:
    """A batch without its touches, and these, by strings and brackets alone: what else is in one cannot spoil the others.

    Raises `BatchShapeError`.
    """
    depth, is_inside, before = 0, False, ""
    cuts: list[int] = []
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth == _IN_FRAME and sign == "[" and before == '"touches"':
                cuts, is_inside = [token.start()], True
        elif is_inside and depth == _IN_FRAME and sign in "],":
            cuts.append(token.start())
            is_inside = sign == ","
        if sign in "]}":
            depth -= 1
        before = sign
    if is_inside or not cuts:
        raise BatchShapeError
    raws = [text[begin + 1 : end].strip(" \t\r\n").encode(errors="surrogateescape") for begin, end in pairwise(cuts)]
    return f"{text[: cuts[0]]}[]{text[cuts[-1] + 1 :]}", [] if raws == [b""] else raws


def _item(raw: bytes) -> TouchItem | Refused:
    try:
        return _decode_item(raw)
    except UNREAD:
        return unreadable(raw)


def unreadable(raw: bytes) -> Refused:
    """A touch of no shape, with its number if at least that can be read: it is no gap then."""
    return Refused(_seq_of(raw), "TOUCH_SHAPE", raw)


def _seq_of(raw: bytes) -> int | None:
    try:
        return _decode_number(raw).seq
    except UNREAD:
        pass
    try:  # half a letter, a number that is none or has no end, beside a good `seq`
        said = json.loads(raw.decode(errors="replace"), parse_int=lambda digits: int(digits[:_MOST_DIGITS]))
        return msgspec.convert(said, type=SeqOnly).seq
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None


def named_card(kind: str, credential: str) -> str:
    """The card number that a credential names, as it is or in a QR, signed by a phone or printed. Of a token none."""
    if kind == "qr":
        code = read_phone_code(settings.CARD_KEYS, credential)
        return code.card if code else credential
    return credential if kind == "card" else ""


def is_of_phone(kind: str, credential: str) -> bool:
    """Whether a credential is the QR on a phone, which stands in place of any card of its worker."""
    return kind == "qr" and read_phone_code(settings.CARD_KEYS, credential) is not None


def is_typed(one: Stored, ms: int) -> bool:
    """Whether a credential is worth a typed number: a printed QR, or a phone's that was older than a day at a moment.

    `ms` is that moment by the right clock: it may lie in a year that no calendar has.
    """
    if one.kind != "qr":
        return one.method == "typed"
    code = read_phone_code(settings.CARD_KEYS, one.credential)
    return code is None or not code.holds_after(timedelta(milliseconds=ms - ms_of(code.shown_at)))


def poster_of(one: Stored) -> PosterCode | None:
    """The poster at which a worker's own phone made a touch; None where it names none of ours on that site."""
    code = read_poster_code(settings.POSTER_KEYS, one.ref) if one.method == "poster" else None
    return code if code and code.site_id == one.site_id else None


def card_key(text: str) -> int:
    """Worker and branch of a card number in one figure, 0 where it is none; its check digit is not looked at."""
    found = _CARD_NUMBER.fullmatch(text)
    if found:
        return int(found[1]) * BRANCHES + int(found[2])
    try:
        worker_id, branch = parse_card_number(text)
    except RegistryError:
        return 0
    return worker_id * BRANCHES + branch


class Reading:
    """Reads the touches of one batch: `known` are the figures of the cards that exist."""

    def __init__(self, known: Mapping[str, int], unnamed_site: Callable[[TouchItem, int], int | None]) -> None:
        """`unnamed_site` tells the site of a touch that names none, by its moment as sent."""
        self._known, self._unnamed_site = known, unnamed_site
        self._sites: dict[str, int] = {}

    def stored(self, item: TouchItem) -> Stored:
        """A touch as the log will keep it. Raises what makes it unreadable for ever."""
        if item.card and not item.token and not item.qr:
            kind, credential = "card", item.card
            if credential not in self._known:
                parse_card_number(credential)
        else:
            kind, credential = _other_credential(item)
        if not FIRST_YEAR < item.touched_at.year < LAST_YEAR:  # no calendar has the day before or after
            raise UnreadableError
        ms = ms_of(item.touched_at)
        site_id = self._site(item.site) if item.site else self._unnamed_site(item, ms)
        if site_id is None:
            raise UnreadableError
        return Stored(
            ms, site_id, kind, credential, item.direction or "", item.method, item.seq, item.offset_s, item.ref
        )

    def _site(self, text: str) -> int:
        if text not in self._sites:
            self._sites[text] = parse_id(text, IdKind.SITE)
        return self._sites[text]


def _other_credential(item: TouchItem) -> tuple[str, str]:
    given = [(kind, text) for kind, text in (("card", item.card), ("token", item.token), ("qr", item.qr)) if text]
    if len(given) != 1:
        raise UnreadableError
    return given[0]
