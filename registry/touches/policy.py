"""How a batch of touches looks on the wire: shapes, ranges, limits. Anything else is refused item by item."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

MOST_TOUCHES = 2000
MOST_BYTES = 1024 * 1024
MOST_RANGES = 100
HIGHEST_SEQ = 2**53 - 1
HIGHEST_COUNT = 2**31 - 1
_TEXT = r"\A[^\x00-\x1f\x7f-\x9f]*\Z"

Text = Annotated[str, msgspec.Meta(max_length=200, pattern=_TEXT)]
Seq = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST_SEQ)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class TouchItem(msgspec.Struct, frozen=True, gc=False):
    """One touch as a device sends it. Unknown keys are dropped."""

    seq: Seq
    touched_at: Instant
    card: Text = ""
    token: Text = ""
    qr: Text = ""
    site: Text = ""
    direction: Literal["", "in", "out"] | None = ""
    method: Literal["card", "qr", "typed", "phone", "partner", "poster"] = "card"
    offset_s: float | None = None
    ref: Text = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says beside its touches."""

    store: Text
    sent_at: Text = ""
    lost: Annotated[list[tuple[Seq, Seq]], msgspec.Meta(max_length=MOST_RANGES)] = []
    unsent: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST_COUNT)] | None = None
    unsent_since: Instant | None = None


class ReadBatch(Envelope, frozen=True, kw_only=True):
    """A batch that can be read as a whole."""

    touches: list[TouchItem]


class RawBatch(Envelope, frozen=True, kw_only=True):
    """A batch whose touches are read one by one."""

    touches: list[msgspec.Raw]


class SeqOnly(msgspec.Struct, frozen=True):
    """The number of a touch that is otherwise unreadable."""

    seq: Seq
