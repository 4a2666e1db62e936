"""Batches of touches with the meaning of each touch in the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.core.days import jst_day
from registry.histories.queries import Meaning, meanings_of
from registry.touches.operations.batches import Result, take_batch


def receive_touches(device: str, signature: str, body: bytes, *, at: datetime) -> dict[str, Any]:
    """Take a batch and answer it: every touch is stored durably, and its meaning is that of now.

    Raises what `take_batch` raises; nothing is kept then.
    """
    taken = take_batch(device, signature, body, at=at)
    meanings = meanings_of({one.seq: one.touched for one in taken.results if one.seq and one.touched}, on=jst_day(at))
    return {
        "received_at": taken.received_at.isoformat(timespec="milliseconds"), "highest": taken.highest,
        "gaps": taken.gaps, "results": [_answer(one, meanings) for one in taken.results],
    }  # fmt: skip


def _answer(one: Result, meanings: Mapping[int, Meaning]) -> dict[str, Any]:
    entry: dict[str, Any] = {"index": one.index, "seq": one.seq, "status": one.status}
    if one.seq and one.touched:
        meaning = meanings[one.seq]
        day = meaning.work_day.isoformat() if meaning.work_day else None
        entry |= {"work_day": day, "state": meaning.state, "reasons": list(meaning.reasons)}
    if one.code:
        entry["code"] = one.code
    return entry
