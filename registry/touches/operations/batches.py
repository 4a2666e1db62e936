"""The course of a batch of touches: the protocol of `POST /api/v1/touches` (docs/handbook/ingest.md)."""

import hmac
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from registry.accounts.operations import use_allowance
from registry.accounts.states import Limited
from registry.core.errors import RegistryError
from registry.core.numbers import stored_number
from registry.sites.operations import hold_sites
from registry.touches.derive import (
    Flag,
    counted_ms,
    device_secret,
    is_implausible,
    moment_of,
    ms_of,
    number_of,
    signature_of,
)
from registry.touches.operations.items import (
    BRANCHES,
    OpenedBatch,
    Reading,
    Refused,
    Stored,
    UnreadableError,
    card_key,
    is_typed,
    named_card,
    open_batch,
    poster_of,
    unreadable,
)
from registry.touches.operations.log import (
    DeviceNow,
    Report,
    find_repeats,
    look_up,
    note_renumbered,
    secret_versions,
    write_batch,
    write_refused,
)
from registry.touches.operations.presence import write_orphans
from registry.touches.policy import MOST_BYTES, MOST_TOUCHES, TouchItem
from registry.touches.queries import Touched
from registry.touches.states import Status

_CLOCK_OFF, _REVOKED, _FOREIGN = Flag.CLOCK_OFF.value, Flag.REVOKED.value, Flag.FOREIGN.value
_TYPED, _POSTER = Flag.TYPED.value, Flag.POSTER.value


class SignatureError(RegistryError):
    """Unknown device or wrong signature: nothing is kept."""

    code = "DEVICE_UNKNOWN"


class DeviceForkedError(RegistryError):
    """The store is not the one registered for this device: its file was copied."""

    code = "DEVICE_FORKED"


class BatchSizeError(RegistryError):
    """More than 2,000 touches or 1 MiB, or no touch at all."""

    code = "BATCH_SIZE"


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one touch. `touched` stands where it was stored."""

    index: int
    seq: int | None
    status: Status
    code: str = ""
    touched: Touched | None = None


@dataclass(frozen=True)
class TakenBatch:
    """What became of a batch; it is durable. What its touches mean is not said here: that follows from many facts."""

    device_id: int
    received_at: datetime
    highest: int
    gaps: list[list[int]]
    results: list[Result]


def take_batch(device: str, signature: str, body: bytes, *, at: datetime) -> TakenBatch:
    """Take a batch: every touch is stored once, or answered with why not. Durable when this returns.

    Raises `SignatureError`, `BatchSizeError`, `BatchShapeError`, `DeviceForkedError`, or `TooOftenError` for a device that
    is not trusted any more; nothing is kept then.
    """
    device_id, version = check_signature(device, signature, body)
    if len(body) > MOST_BYTES:
        raise BatchSizeError
    opened = open_batch(body)
    if not 1 <= len(opened.items) <= MOST_TOUCHES:
        raise BatchSizeError
    return _take(_Sent(device_id, version, opened, at))


_versions_seen: dict[int, tuple[int, ...]] = {}
_MOST_REMEMBERED = 100_000


def check_signature(device: str, signature: str, body: bytes) -> tuple[int, int]:
    """The device that signed a body, and the version of its secret. Raises `SignatureError`.

    Versions are remembered to save a question: whether one still holds is asked of the device's row as well.
    """
    device_id = stored_number(device)
    given = signature.lower().encode("ascii", "replace")
    remembered = _versions_seen.get(device_id, ())
    version = _matching(device_id, remembered, given, body)
    if version is None:
        versions = secret_versions(device_id)
        version = _matching(device_id, versions, given, body)
        if version is None:
            raise SignatureError
        if len(_versions_seen) >= _MOST_REMEMBERED:
            _versions_seen.clear()
        _versions_seen[device_id] = versions
    return device_id, version


def _matching(device_id: int, versions: Sequence[int], given: bytes, body: bytes) -> int | None:
    for version in versions:
        secret = device_secret(settings.DEVICE_KEY, device_id, version)
        if hmac.compare_digest(signature_of(secret, body).encode(), given):
            return version
    return None


@dataclass(frozen=True)
class _Sent:
    """An opened batch with who sent it, by which version of the secret, and when it came."""

    device_id: int
    version: int
    opened: OpenedBatch
    at: datetime


def _take(sent: _Sent) -> TakenBatch:
    """Take a batch as a whole; on a failure each touch alone: it is never the fault of the good ones."""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            taken = _try(sent, lock=False)
        return taken or _locked(sent)
    except (DataError, IntegrityError):
        return _take_one_by_one(sent)


@transaction.atomic
def _locked(sent: _Sent) -> TakenBatch:
    """Take a batch whose device sent another one at the same moment: one after the other."""
    taken = _try(sent, lock=True)
    if taken is None:
        message = "a locked row has changed"
        raise RuntimeError(message)
    return taken


def _try(sent: _Sent, *, lock: bool) -> TakenBatch | None:
    """Judge a batch and write it in one statement; None where its device's row has changed in between."""
    opened, items = sent.opened, [item for item in sent.opened.items if isinstance(item, TouchItem)]
    codes = {item.qr: named_card("qr", item.qr) for item in items if item.qr}
    cards = {text: card_key(text) for text in [*codes.values(), *(item.card for item in items if item.card)]}
    tokens = list({item.token for item in items if item.token})
    seqs = [item.seq for item in items]
    device = look_up(sent.device_id, seqs=seqs, cards=list(cards.values()), tokens=tokens, lock=lock)
    if device is None or sent.version not in device.secret_versions:
        raise SignatureError
    if device.store != opened.frame.store:
        raise DeviceForkedError
    if device.revoked_ms is not None and not lock:  # once a request
        use_allowance(Limited.REVOKED_DEVICE, str(device.id), at=sent.at)
    known = {text: key for text, key in cards.items() if key in device.cards}
    read = _read(opened, Reading(known, device.only_site))
    taken = {at: one for at, one in enumerate(read) if isinstance(one, Stored) and one.seq in device.taken}
    repeats = find_repeats(device.id, taken)
    owners = {("card", text): key for text, key in known.items()}
    owners |= {("qr", code): known.get(card, 0) for code, card in codes.items()}
    owners |= {("token", token): key for token, key in zip(tokens, device.tokens, strict=True)}
    sorting = _Sorting(device, repeats, owners, ms_of(sent.at))
    results, new = _sort(read, sorting)
    with transaction.atomic() if sorting.foreign else nullcontext():
        sites = hold_sites(sorting.foreign) if sorting.foreign else {}
        nowhere = sorting.foreign - sites.keys()
        if joined := {site_id: now for site_id, now in sites.items() if device.joined_to(site_id) != now}:
            sorting = replace(sorting, device=replace(device, joined={**device.joined, **joined}))
            results, new = _sort(read, sorting)
        written = _write(sent, device, new, [one for one in read if isinstance(one, Refused)], nowhere)
    if written and sorting.renumbered:
        note_renumbered(device.id, at=sent.at)
    return TakenBatch(device.id, sent.at, *written, results) if written else None


def _write(
    sent: _Sent, device: DeviceNow, new: Sequence[tuple[Stored, Touched]], refused: Sequence[Refused],
    nowhere: AbstractSet[int],
) -> tuple[int, list[list[int]]] | None:  # fmt: skip
    """One statement; a transaction only where more than touches with a worker, a day and a site is to be kept."""
    frame = sent.opened.frame
    since = frame.unsent_since
    if since and is_implausible(ms_of(since), ms_of(sent.at)):  # no day that anybody could be told
        since = None
    report = Report(frame.lost, frame.unsent, since, sent.version)
    numbers = [one.seq for one in refused if one.seq is not None]
    lonely = [
        (one, touched)
        for one, touched in new
        if touched.worker_id is None or touched.implausible or (nowhere and touched.site_id in nowhere)
    ]
    if not lonely and not refused:
        return write_batch(device, new, numbers, report, at=sent.at)
    with transaction.atomic():
        written = write_batch(device, new, numbers, report, at=sent.at)
        if written and lonely:
            write_orphans(device.id, lonely, nowhere, at=sent.at)
        if written and refused:
            write_refused(device.id, refused, at=sent.at)
    return written


def _take_one_by_one(sent: _Sent) -> TakenBatch:
    """Each touch in its own transaction; one that the database refuses is refused, and kept as received."""
    results = []
    for index, item in enumerate(sent.opened.items):
        raw = sent.opened.raw(index)
        one = replace(sent, opened=replace(sent.opened, items=[item], raws=[raw]))
        try:
            taken = _locked(one)
        except (DataError, IntegrityError):
            taken = _locked(replace(one, opened=replace(one.opened, items=[unreadable(raw)])))
        results.append(msgspec.structs.replace(taken.results[0], index=index))
    return TakenBatch(sent.device_id, sent.at, taken.highest, taken.gaps, results)


def _read(opened: OpenedBatch, reading: Reading) -> list[Stored | Refused]:
    """All touches in their order; refused is only what can never be read as a touch."""
    read: list[Stored | Refused] = []
    for index, item in enumerate(opened.items):
        if isinstance(item, Refused):
            read.append(item)
            continue
        try:
            read.append(reading.stored(item))
        except UnreadableError:
            read.append(Refused(item.seq, "TOUCH_SHAPE", opened.raw(index)))
        except RegistryError as error:
            read.append(Refused(item.seq, f"TOUCH_{error.code}", opened.raw(index)))
    return read


@dataclass(frozen=True)
class _Sorting:
    """What is known when the touches of a batch are told apart; and what was found: sites that the device does not serve, numbers that are taken."""

    device: DeviceNow
    repeats: dict[int, tuple[int, float | None]]
    owners: dict[tuple[str, str], int]
    at_ms: int
    foreign: set[int] = field(default_factory=set)
    renumbered: set[int] = field(default_factory=set)

    def touched(self, one: Stored, received_ms: int) -> Touched:
        """Whose card, which moment. What its first receipt says of a touch stays."""
        worker_id, branch = divmod(self.owners.get((one.kind, one.credential), 0), BRANCHES)
        counted, clock_off = counted_ms(one.ms, one.offset_s)
        implausible = is_implausible(one.ms, received_ms) or is_implausible(counted, received_ms)
        if implausible:  # as sent, or by the difference that it was sent with
            counted, clock_off = one.ms, False
        site_id = self.device.joined_to(one.site_id)
        flags = _CLOCK_OFF if clock_off else 0
        if one.method != "card" or one.kind == "qr":
            flags |= (_TYPED if is_typed(one) else 0) | (_POSTER if one.method == "poster" else 0)
        if self.device.revoked_ms is not None and received_ms >= self.device.revoked_ms:
            flags |= _REVOKED
        if self.device.worker_id is not None:
            flags = flags & ~_POSTER | self._of_phone(one, worker_id)
        elif site_id != one.site_id or not self.device.serves(site_id, counted):
            flags |= _FOREIGN
            self.foreign.add(one.site_id)
        return Touched(site_id, worker_id or None, number_of(counted, one.direction, flags, branch), implausible)

    def _of_phone(self, one: Stored, worker_id: int) -> int:
        """A worker's own phone sends only his card; the site comes from the poster, which a screen changes."""
        code = poster_of(one)
        if code is None or worker_id != self.device.worker_id:
            return _FOREIGN
        return 0 if code.holds_at(moment_of(one.ms)) else _POSTER


def _sort(read: Sequence[Stored | Refused], sorting: _Sorting) -> tuple[list[Result], list[tuple[Stored, Touched]]]:
    """Tell new touches, repeats and taken numbers apart. Returns the results, and the new touches."""
    results: list[Result] = []
    new: dict[int, tuple[Stored, Touched]] = {}
    for index, one in enumerate(read):
        if isinstance(one, Refused):
            results.append(Result(index, one.seq, Status.REFUSED, one.code))
            continue
        if index in sorting.repeats:
            received_ms, offset_s = sorting.repeats[index]
            first = one if one.offset_s == offset_s else msgspec.structs.replace(one, offset_s=offset_s)
            results.append(Result(index, one.seq, Status.STORED, touched=sorting.touched(first, received_ms)))
            continue
        before = new.get(one.seq)
        if before is None and one.seq not in sorting.device.taken:
            before = new[one.seq] = (one, sorting.touched(one, sorting.at_ms))
        if before and (before[0] is one or before[0].content == one.content):
            results.append(Result(index, one.seq, Status.STORED, touched=before[1]))
        else:
            results.append(Result(index, one.seq, Status.RENUMBER))
            sorting.renumbered.add(one.seq)
    return results, list(new.values())
