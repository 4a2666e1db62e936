"""Batches of touches: the protocol of `POST /api/v1/touches` (docs/handbook/ingest.md)."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from registry.core.errors import RegistryError
from registry.core.prepared import prepared
from registry.touches.derive import Flag, counted_moment, device_secret, gaps, is_implausible, moment_of, signature_of
from registry.touches.operations.items import ReadBatch, Stored, numbers_of, read_batch
from registry.touches.operations.log import (
    DeviceNow,
    find_known,
    lock_device,
    note_numbers,
    write_log,
    write_refused,
)
from registry.touches.operations.presence import owners_of, write_orphans, write_presence
from registry.touches.policy import MOST_BYTES, MOST_TOUCHES, Envelope, SeqOnly
from registry.touches.queries import Touched
from registry.touches.states import Status


class SignatureError(RegistryError):
    """Unknown device or wrong signature: nothing is kept."""

    code = "DEVICE_UNKNOWN"


class DeviceForkedError(RegistryError):
    """The store is not the one registered for this device: its file was copied."""

    code = "DEVICE_FORKED"


class BatchShapeError(RegistryError):
    """The body is no JSON of the right shape."""

    code = "BATCH_SHAPE"


class BatchSizeError(RegistryError):
    """More than 2,000 touches or 1 MiB, or no touch at all."""

    code = "BATCH_SIZE"


@dataclass(frozen=True)
class Result:
    """What became of one touch. `touched` is what a stored one means by itself: where, whose, when."""

    index: int
    seq: int | None
    status: Status
    code: str = ""
    touched: Touched | None = None


@dataclass(frozen=True)
class TakenBatch:
    """A batch after its commit: what became of each touch, and what the device's numbers look like now."""

    received_at: datetime
    highest: int
    gaps: list[list[int]]
    results: list[Result]


def take_batch(device: str, signature: str, body: bytes, *, at: datetime) -> TakenBatch:
    """Take a batch: every touch is stored once, or answered with why not. Durable when this returns.

    Raises `SignatureError`, `BatchSizeError`, `BatchShapeError` or `DeviceForkedError`; nothing is kept then.
    """
    device_id = int(device) if device.isascii() and device.isdigit() and len(device) < 19 else 0  # noqa: PLR2004 -- int8
    version = _secret_version(device_id)
    secret = device_secret(settings.DEVICE_KEY, device_id, version or 0)
    right = hmac.compare_digest(signature_of(secret, body), signature.lower().encode("ascii", "replace").decode())
    if version is None or not right:
        raise SignatureError
    if len(body) > MOST_BYTES:
        raise BatchSizeError
    envelope = _open(body)
    if not 1 <= len(envelope.touches) <= MOST_TOUCHES:
        raise BatchSizeError
    try:
        return _take(device_id, envelope, at=at)
    except (DataError, IntegrityError):  # never the fault of the good ones: each is taken alone
        return _take_one_by_one(device_id, envelope, at=at)


def _open(body: bytes) -> Envelope:
    """Read the frame of a batch; a touch that is no good JSON text must not spoil the others."""
    try:
        return msgspec.json.decode(body, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        loose = json.loads(body)
        if not isinstance(loose["touches"], list):
            raise BatchShapeError
        raws = [msgspec.Raw(json.dumps(item).encode()) for item in loose["touches"]]
        frame = msgspec.convert({**loose, "touches": []}, type=Envelope)
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError):
        raise BatchShapeError from None
    return msgspec.structs.replace(frame, touches=raws)


@transaction.atomic
def _take(device_id: int, envelope: Envelope, *, at: datetime) -> TakenBatch:
    device, taken = lock_device(device_id, numbers_of(envelope.touches))
    if device.store != envelope.store:
        raise DeviceForkedError
    read = read_batch(envelope.touches, device.sites, at)
    held = find_known(device_id, taken)
    new: dict[int, Stored] = {}
    for _, one in read.good:
        if one.seq not in held:
            new.setdefault(one.seq, one)
    touched = _touched([*new.values(), *held.values()], device)
    _write(device, read, new, touched, at=at)
    refused = [seq for _, seq, _, _ in read.refused if seq is not None]
    highest, known = note_numbers(device_id, list(new), refused, envelope.lost, at=at)
    results = _results(read, held | new, touched)
    return TakenBatch(at, highest, gaps(highest, known) if device.dense else [], results)


def _write(
    device: DeviceNow, read: ReadBatch, new: Mapping[int, Stored], touched: Mapping[int, Touched], *, at: datetime
) -> None:
    if new:
        write_log(device.id, list(new.values()))
        write_presence([touched[seq] for seq in new])
        lonely = [one for one in new.values() if touched[one.seq].worker_id is None or touched[one.seq].implausible]
        if lonely:
            rows = [(one.seq, one.credential_kind, one.credential, touched[one.seq]) for one in lonely]
            write_orphans(device.id, rows)
    if read.refused:
        write_refused(device.id, [(seq, code, raw) for _, seq, code, raw in read.refused], at=at)


def _touched(stored: Sequence[Stored], device: DeviceNow) -> dict[int, Touched]:
    """What each touch means by itself: whose card, which moment."""
    owners = owners_of((one.credential_kind, one.credential) for one in stored)
    found = {}
    for one in stored:
        worker_id, branch = owners.get((one.credential_kind, one.credential), (None, 0))
        at, clock_off = counted_moment(one.touched_at, one.offset_s)
        flags = (Flag.TYPED.value if one.method == "typed" else 0) | (
            Flag.POSTER.value if one.method == "poster" else 0
        )
        flags |= (Flag.CLOCK_OFF.value if clock_off else 0) | (Flag.REVOKED.value if device.revoked else 0)
        flags |= 0 if one.site_id in device.sites else Flag.FOREIGN.value
        moment = moment_of(at, one.direction, flags, branch)
        implausible = is_implausible(one.touched_at, one.received_at)
        found[one.seq] = Touched(one.site_id, worker_id, moment, implausible)
    return found


def _results(read: ReadBatch, kept: Mapping[int, Stored], touched: Mapping[int, Touched]) -> list[Result]:
    results = [Result(place, seq, Status.REFUSED, code) for place, seq, code, _ in read.refused]
    for place, one in read.good:
        same = kept[one.seq].content == one.content
        results.append(
            Result(place, one.seq, Status.STORED, "", touched[one.seq])
            if same
            else Result(place, one.seq, Status.RENUMBER)
        )
    return sorted(results, key=lambda result: result.index) if read.refused else results


def _take_one_by_one(device_id: int, envelope: Envelope, *, at: datetime) -> TakenBatch:
    """Each touch in its own transaction; one that the database refuses is refused, and kept as received."""
    results = []
    for index, raw in enumerate(envelope.touches):
        one = msgspec.structs.replace(envelope, touches=[raw])
        try:
            taken = _take(device_id, one, at=at)
        except (DataError, IntegrityError):
            taken = _take(device_id, msgspec.structs.replace(one, touches=[_unreadable(raw)]), at=at)
        results.append(replace(taken.results[0], index=index))
    return replace(taken, results=results)


def _unreadable(raw: msgspec.Raw) -> msgspec.Raw:
    """The same number with nothing readable behind it, so that it is answered as refused."""
    return msgspec.Raw(
        msgspec.json.encode({"seq": msgspec.json.decode(raw, type=SeqOnly).seq, "raw": bytes(raw).hex()})
    )


def _secret_version(device_id: int) -> int | None:
    with prepared() as cursor:
        rows = cursor.run("SELECT secret_version FROM touches_device WHERE id = %s", [device_id]).all()
    return rows[0][0] if rows else None
