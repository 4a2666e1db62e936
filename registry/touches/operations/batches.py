"""Batches of touches: the protocol of `POST /api/v1/touches` (docs/handbook/ingest.md)."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from registry.core.errors import RegistryError
from registry.core.ids import IdKind, parse_card_number, parse_id
from registry.touches.derive import (
    Flag,
    counted_moment,
    device_secret,
    gaps,
    is_implausible,
    moment_of,
    signature_of,
)
from registry.touches.operations.presence import owners_of, write_orphans, write_presence
from registry.touches.policy import MOST_BYTES, MOST_TOUCHES, Envelope, SeqOnly, TouchItem
from registry.touches.queries import Touched
from registry.touches.states import DeviceState, Status


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
class DeviceNow:
    """A device as its batch finds it, its row locked."""

    id: int
    store: str
    revoked: bool
    dense: bool
    sites: tuple[int, ...]


@dataclass
class Result:
    """What becomes of one touch."""

    index: int
    seq: int | None
    status: Status
    code: str = ""
    touched: Touched | None = None


@dataclass(frozen=True)
class Stored:
    """One touch as the log keeps it. `content` decides whether the same number means the same touch."""

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
        """Same instant, site after defaulting, credential as sent, direction, method."""
        return (self.touched_at, self.site_id, self.credential_kind, self.credential, self.direction, self.method)


@dataclass(frozen=True)
class TakenBatch:
    """A batch after its commit: what became of each touch, and what the device's numbers look like now."""

    received_at: datetime
    highest: int
    gaps: list[list[int]]
    results: list[Result]


@dataclass
class Batch:
    """A batch while it is worked on."""

    device: DeviceNow
    received_at: datetime
    results: list[Result] = field(default_factory=list)
    new: list[Stored] = field(default_factory=list)
    refused: list[tuple[int | None, str, bytes]] = field(default_factory=list)


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
    batch = Batch(_lock_device(device_id, at), at)
    if batch.device.store != envelope.store:
        raise DeviceForkedError
    _read_items(batch, envelope.touches)
    touched = _write(batch, envelope.lost)
    for result in batch.results:
        result.touched = touched.get(result.seq) if result.status is Status.STORED and result.seq is not None else None
    return TakenBatch(batch.received_at, *_highest_and_gaps(batch.device), batch.results)


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_version FROM touches_device WHERE id = %s", [device_id])
        row = cursor.fetchone()
    return row[0] if row else None


def _lock_device(device_id: int, at: datetime) -> DeviceNow:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE touches_device SET last_seen_at = %s WHERE id = %s RETURNING store, state, dense", [at, device_id]
        )
        store, state, dense = cursor.fetchone()
        cursor.execute(
            "SELECT DISTINCT t.site_id FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id"
            " WHERE p.device_id = %s AND p.until_at IS NULL ORDER BY 1",
            [device_id],
        )
        sites = tuple(row[0] for row in cursor.fetchall())
    return DeviceNow(device_id, store, state == DeviceState.REVOKED, dense, sites)


def _read_items(batch: Batch, raws: Sequence[msgspec.Raw]) -> None:
    """Sort the touches into new ones, repeats, taken numbers, and what can never be read as a touch."""
    read: list[tuple[int, Stored]] = []
    for index, raw in enumerate(raws):
        try:
            read.append((index, _stored(msgspec.json.decode(raw, type=TouchItem), batch.device, batch.received_at)))
        except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, ValueError):
            _refuse(batch, index, raw, "TOUCH_SHAPE")
        except RegistryError as error:
            _refuse(batch, index, raw, f"TOUCH_{error.code}")
    known = _known(batch.device.id, [one.seq for _, one in read])
    for index, one in read:
        before = known.setdefault(one.seq, one)
        if before is one:
            batch.new.append(one)
        same = before.content == one.content
        batch.results.append(Result(index, one.seq, Status.STORED if same else Status.RENUMBER))
    batch.results.sort(key=lambda result: result.index)


def _refuse(batch: Batch, index: int, raw: msgspec.Raw, code: str) -> None:
    try:
        seq = msgspec.json.decode(raw, type=SeqOnly).seq
    except (msgspec.DecodeError, UnicodeDecodeError):
        seq = None
    batch.refused.append((seq, code, bytes(raw)))
    batch.results.append(Result(index, seq, Status.REFUSED, code))


def _stored(item: TouchItem, device: DeviceNow, received_at: datetime) -> Stored:
    """A touch as the log will keep it. Raises what makes it unreadable for ever."""
    given = [(kind, value) for kind in ("card", "token", "qr") if (value := getattr(item, kind))]
    if len(given) != 1:
        message = "one credential is needed"
        raise ValueError(message)
    kind, credential = given[0]
    if kind == "card":
        parse_card_number(credential)
    if not item.site and len(device.sites) != 1:
        message = "the site is needed where a device serves several"
        raise ValueError(message)
    site_id = parse_id(item.site, IdKind.SITE) if item.site else device.sites[0]
    touched_at = item.touched_at.astimezone(UTC)
    touched_at = touched_at.replace(microsecond=touched_at.microsecond // 1000 * 1000)
    direction = item.direction or ""
    return Stored(
        item.seq, touched_at, site_id, item.offset_s, kind, credential, direction, item.method, item.ref, received_at
    )


_COLUMNS = "seq, touched_at, site_id, offset_s, credential_kind, credential, direction, method, ref, received_at"


def _known(device_id: int, seqs: list[int]) -> dict[int, Stored]:
    """What the log holds under these numbers; it is only asked for numbers that the device's ranges have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s FROM touches_device d, unnest(%s::bigint[]) s WHERE d.id = %s AND d.seen @> s", [seqs, device_id]
        )
        taken = [row[0] for row in cursor.fetchall()]
        if not taken:
            return {}
        cursor.execute(
            f"SELECT {_COLUMNS} FROM touches_touch WHERE device_id = %s AND seq = ANY(%s)",  # noqa: S608 -- our own list of columns
            [device_id, taken],
        )
        return {row[0]: Stored(*row) for row in cursor.fetchall()}


def _write(batch: Batch, lost: list[tuple[int, int]]) -> dict[int, Touched]:
    """Write log, presence and the device's ranges. Returns what each readable touch of the batch means."""
    if batch.new:
        _write_log(batch)
    _note_ranges(batch, lost)
    touched = _resolve(batch)
    new = {one.seq for one in batch.new}
    write_presence([one for seq, one in touched.items() if seq in new])
    _write_orphans(batch, touched)
    return touched


def _write_log(batch: Batch) -> None:
    columns = list(
        zip(
            *[
                (batch.device.id, one.seq, one.touched_at, batch.received_at, one.site_id, one.offset_s,
                 one.credential_kind, one.credential, one.direction, one.method, one.ref)
                for one in batch.new
            ],
            strict=True,
        )
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO touches_touch (device_id, seq, touched_at, received_at, site_id, offset_s, credential_kind,"
            " credential, direction, method, ref) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[],"
            " %s::timestamptz[], %s::bigint[], %s::float8[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])",
            [list(column) for column in columns],
        )


_ADD_RANGES = """
UPDATE touches_device SET
  seen = seen + COALESCE((SELECT range_agg(int8range(s, s, '[]')) FROM unnest(%s::bigint[]) s), '{}'),
  refused = refused + COALESCE((SELECT range_agg(int8range(s, s, '[]')) FROM unnest(%s::bigint[]) s), '{}'),
  lost = lost + COALESCE((SELECT range_agg(int8range(a, b, '[]')) FROM unnest(%s::bigint[], %s::bigint[]) r(a, b)), '{}'),
  highest = GREATEST(highest, %s)
WHERE id = %s
"""


def _note_ranges(batch: Batch, lost: list[tuple[int, int]]) -> None:
    stored = [one.seq for one in batch.new]
    refused = [seq for seq, _, _ in batch.refused if seq is not None]
    ranges = [(a, b) for a, b in lost if a <= b]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s FROM touches_device d, unnest(%s::bigint[]) s WHERE d.id = %s AND d.refused @> s",
            [refused, batch.device.id],
        )
        refused_before = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            _ADD_RANGES,
            [stored, refused, [a for a, _ in ranges], [b for _, b in ranges], max(stored + refused, default=0),
             batch.device.id],
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO touches_refused (device_id, seq, received_at, code, received) VALUES (%s, %s, %s, %s, %s)",
            [
                (batch.device.id, seq, batch.received_at, code, raw)
                for seq, code, raw in batch.refused
                if seq not in refused_before
            ],
        )


def _resolve(batch: Batch) -> dict[int, Touched]:
    """What each readable touch means: whose card, which moment."""
    items = {one.seq: one for one in batch.new}
    stored = [result.seq for result in batch.results if result.status is Status.STORED and result.seq is not None]
    missing = [seq for seq in stored if seq not in items]
    items |= _known(batch.device.id, missing) if missing else {}
    owners = owners_of((one.credential_kind, one.credential) for one in items.values())
    touched = {}
    for seq in dict.fromkeys(stored):
        one = items[seq]
        worker_id, branch = owners.get((one.credential_kind, one.credential), (None, 0))
        at, clock_off = counted_moment(one.touched_at, one.offset_s)
        flags = (Flag.TYPED if one.method == "typed" else 0) | (Flag.CLOCK_OFF if clock_off else 0)
        flags |= (Flag.REVOKED if batch.device.revoked else 0) | (Flag.POSTER if one.method == "poster" else 0)
        flags |= 0 if one.site_id in batch.device.sites else Flag.FOREIGN
        moment = moment_of(at, one.direction, int(flags), branch)
        implausible = is_implausible(one.touched_at, one.received_at)
        touched[seq] = Touched(one.site_id, worker_id, moment, implausible=implausible)
    return touched


def _write_orphans(batch: Batch, touched: dict[int, Touched]) -> None:
    """Keep what nobody owns yet where those who mend it look; the mark lets it be looked at once more."""
    found = [one for one in batch.new if touched[one.seq].worker_id is None or touched[one.seq].implausible]
    if found:
        write_orphans(
            batch.device.id, [(one.seq, one.credential_kind, one.credential, touched[one.seq]) for one in found]
        )


def _highest_and_gaps(device: DeviceNow) -> tuple[int, list[list[int]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT highest, ARRAY(SELECT ARRAY[lower(r), upper(r)] FROM unnest(seen + refused + lost) r)"
            " FROM touches_device WHERE id = %s",
            [device.id],
        )
        highest, known = cursor.fetchone()
    return highest, gaps(highest, [(a, b) for a, b in known]) if device.dense else []
