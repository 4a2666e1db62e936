"""Reads the touches of a batch: all at once where all are good, one by one where one is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from registry.core.errors import RegistryError
from registry.core.ids import IdKind, SiteId, WorkerId, parse_card_number, parse_id
from registry.touches.policy import SeqOnly, TouchItem

_read_item = msgspec.json.Decoder(TouchItem).decode
_read_numbers = msgspec.json.Decoder(list[SeqOnly]).decode
_read_items = msgspec.json.Decoder(list[TouchItem]).decode


class Stored(NamedTuple):
    """One touch as the log keeps it, in the order of its columns."""

    seq: int
    touched_at: datetime
    site_id: int
    offset_s: float | None
    credential_kind: str
    credential: str
    direction: str
    method: str
    ref: str
    received_at: datetime

    @property
    def content(self) -> tuple[object, ...]:
        """What decides whether the same number means the same touch.

        The instant, the site after defaulting, the credential as sent, direction, method.
        """
        return (self.touched_at, self.site_id, self.credential_kind, self.credential, self.direction, self.method)


@dataclass
class ReadBatch:
    """What could be read of a batch, by place, and what never can be: place, number if any, code, as received."""

    good: list[tuple[int, Stored]] = field(default_factory=list)
    refused: list[tuple[int, int | None, str, bytes]] = field(default_factory=list)


# A gate sees the same cards and the same site every day.
@lru_cache(maxsize=200_000)
def card_of(text: str) -> tuple[WorkerId, int]:
    """Worker and branch of a card number as sent. Raises as `parse_card_number`."""
    return parse_card_number(text)


@lru_cache(maxsize=10_000)
def _site_of(text: str) -> SiteId:
    return SiteId(parse_id(text, IdKind.SITE))


def numbers_of(raws: Sequence[msgspec.Raw]) -> list[int]:
    """The numbers of the touches that have a readable one."""
    try:
        return [one.seq for one in _read_numbers(b"[" + b",".join(raws) + b"]")]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [seq for raw in raws if (seq := _seq_of(raw)) is not None]


def read_batch(raws: Sequence[msgspec.Raw], sites: Sequence[int], received_at: datetime) -> ReadBatch:
    """Read the touches of a device that serves these sites."""
    found = ReadBatch()
    for place, raw, item in _decoded(raws):
        try:
            if item is None:
                item = _read_item(raw)  # noqa: PLW2901 -- the second try says what is wrong with this one
            found.good.append((place, _stored(item, sites, received_at)))
        except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, ValueError):
            found.refused.append((place, _seq_of(raw), "TOUCH_SHAPE", bytes(raw)))
        except RegistryError as error:
            found.refused.append((place, _seq_of(raw), f"TOUCH_{error.code}", bytes(raw)))
    return found


def _decoded(raws: Sequence[msgspec.Raw]) -> list[tuple[int, msgspec.Raw, TouchItem | None]]:
    items: Sequence[TouchItem | None]
    try:
        items = _read_items(b"[" + b",".join(raws) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, ValueError):
        items = [None] * len(raws)
    return list(zip(range(len(raws)), raws, items, strict=True))


def _seq_of(raw: msgspec.Raw) -> int | None:
    try:
        return msgspec.json.decode(raw, type=SeqOnly).seq
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _stored(item: TouchItem, sites: Sequence[int], received_at: datetime) -> Stored:
    """A touch as the log will keep it. Raises what makes it unreadable for ever."""
    given = [(kind, value) for kind, value in (("card", item.card), ("token", item.token), ("qr", item.qr)) if value]
    if len(given) != 1:
        message = "one credential is needed"
        raise ValueError(message)
    ((kind, credential),) = given
    if kind == "card":
        card_of(credential)
    if not item.site and len(sites) != 1:
        message = "the site is needed where a device serves several"
        raise ValueError(message)
    touched_at = item.touched_at.astimezone(UTC)
    return Stored(
        item.seq, touched_at.replace(microsecond=touched_at.microsecond // 1000 * 1000),
        _site_of(item.site) if item.site else sites[0], item.offset_s, kind, credential, item.direction or "",
        item.method, item.ref, received_at,
    )  # fmt: skip
