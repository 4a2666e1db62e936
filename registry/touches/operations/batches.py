"""The course of batches of touches: the protocol of `POST /api/v1/touches` (docs/handbook/ingest.md)."""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from registry.accounts.operations import use_allowance
from registry.accounts.states import Limited
from registry.core.errors import RegistryError
from registry.core.numbers import stored_number
from registry.sites.operations.unregistered import hold_sites
from registry.touches.derive.signing import device_secret, signature_of
from registry.touches.operations.items import open_batch, unreadable
from registry.touches.operations.judging import Asked, Judged, Result, SentBatch, asked_by, judge
from registry.touches.operations.log import (
    DeviceNow,
    Known,
    lock_device,
    look_up,
    note_renumbered,
    secret_versions,
    write_entries,
    write_refused,
)
from registry.touches.operations.presence import write_orphans
from registry.touches.policy import MOST_BYTES, MOST_TOUCHES


class SignatureError(RegistryError):
    """Unknown device or wrong signature: nothing is kept."""

    code = "DEVICE_UNKNOWN"


class DeviceForkedError(RegistryError):
    """The store is not the one registered for this device: its file was copied."""

    code = "DEVICE_FORKED"


class BatchSizeError(RegistryError):
    """More than 2,000 touches or 1 MiB, or no touch at all."""

    code = "BATCH_SIZE"


@dataclass(frozen=True)
class TakenBatch:
    """What became of a batch; it is durable. What its touches mean is not said here: that follows from many facts."""

    device_id: int
    received_at: datetime
    highest: int
    gaps: list[list[int]]
    results: list[Result]


def open_signed(device: str, signature: str, body: bytes, *, at: datetime) -> SentBatch:
    """A batch that its device has signed. Raises `SignatureError`, `BatchSizeError` or `BatchShapeError`."""
    signer = check_signature(device, signature, body)
    if len(body) > MOST_BYTES:
        raise BatchSizeError
    opened = open_batch(body)
    if not 1 <= len(opened.items) <= MOST_TOUCHES:
        raise BatchSizeError
    return SentBatch(signer.device_id, signer.version, opened, at)


_versions_seen: dict[int, tuple[int, ...]] = {}
_MOST_REMEMBERED = 100_000


class Signer(NamedTuple):
    """Who signed a body: which device, with which of its secrets, of which version."""

    device_id: int
    version: int
    secret: bytes


def check_signature(device: str, signature: str, body: bytes) -> Signer:
    """The device that signed a body. Raises `SignatureError`.

    Versions are remembered to save a question: whether one still holds is asked of the device's row as well.
    """
    device_id = stored_number(device)
    given = signature.lower().encode("ascii", "replace")
    remembered = _versions_seen.get(device_id, ())
    signer = _matching(device_id, remembered, given, body)
    if signer is None:
        versions = secret_versions(device_id)
        signer = _matching(device_id, versions, given, body)
        if signer is None:
            raise SignatureError
        if len(_versions_seen) >= _MOST_REMEMBERED:
            _versions_seen.clear()
        _versions_seen[device_id] = versions
    return signer


def _matching(device_id: int, versions: Sequence[int], given: bytes, body: bytes) -> Signer | None:
    for key, version in product(settings.DEVICE_KEYS, versions):
        secret = device_secret(key, device_id, version)
        if hmac.compare_digest(signature_of(secret, body).encode(), given):
            return Signer(device_id, version, secret)
    return None


def take_together(batches: Sequence[SentBatch]) -> list[TakenBatch | RegistryError | None]:
    """Take batches of the same moment by one statement: every touch is stored once, durably, when this returns.

    None stands for a batch that has to be taken alone: it brings more than plain touches, its device is trusted no longer, at
    work elsewhere or stands twice among these, or the database has refused them all, which is never the fault of the
    others. An error stands for one of which nothing is kept: `SignatureError` or `DeviceForkedError`.
    """
    places = {sent.device_id: place for place, sent in reversed([*enumerate(batches)])}  # the first of each device
    answers: list[TakenBatch | RegistryError | None] = [None] * len(batches)
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            for sent, answer in _take_plain([batches[place] for place in places.values()]):
                answers[places[sent.device_id]] = answer
    except DatabaseError:
        return [None] * len(batches)
    return answers


def _take_plain(batches: Sequence[SentBatch]) -> Iterator[tuple[SentBatch, TakenBatch | RegistryError]]:
    """Those of which nothing is kept, and those that one statement has written."""
    asked = [asked_by(sent.opened) for sent in batches]
    known = _look_up(batches, asked)
    plain = {}
    for sent, questions in zip(batches, asked, strict=True):
        sender = _sender(sent, known)
        if isinstance(sender, RegistryError):
            yield sent, sender
        elif sender.revoked_ms is None:
            judged = judge(sent, questions, known)
            if judged.is_plain:
                plain[sent.device_id] = judged
    written = write_entries([one.entry for one in plain.values()]) if plain else {}
    for device_id, (highest, gaps) in written.items():
        yield plain[device_id].sent, _taken(plain[device_id], highest, gaps)


def _look_up(batches: Sequence[SentBatch], asked: Sequence[Asked]) -> Known:
    return look_up(
        {sent.device_id: one.seqs for sent, one in zip(batches, asked, strict=True)},
        cards={key for one in asked for key in one.cards.values()},
        tokens=sorted({token for one in asked for token in one.tokens}),
    )


def _sender(sent: SentBatch, known: Known) -> DeviceNow | RegistryError:
    """The device of a batch, or why it may not send it."""
    device = known.devices.get(sent.device_id)
    if device is None or sent.version not in device.secret_versions:
        return SignatureError()
    return device if device.store == sent.opened.frame.store else DeviceForkedError()


def _taken(judged: Judged, highest: int, gaps: list[list[int]]) -> TakenBatch:
    return TakenBatch(judged.sent.device_id, judged.sent.at, highest, gaps, judged.results)


def take_alone(sent: SentBatch) -> TakenBatch:
    """Take a batch as a whole; on a failure each touch alone: it is never the fault of the good ones.

    Raises the errors that `take_together` answers, and `TooOftenError` for a device that is not trusted any more.
    """
    try:
        return _take_locked(sent)
    except (DataError, IntegrityError):
        return _take_one_by_one(sent)


@transaction.atomic
def _take_locked(sent: SentBatch, *, is_first: bool = True) -> TakenBatch:
    """Take a batch with whatever it brings, while no other one of its device is written."""
    lock_device(sent.device_id)
    asked = asked_by(sent.opened)
    known = _look_up([sent], [asked])
    device = _sender(sent, known)
    if isinstance(device, RegistryError):
        raise device
    if device.revoked_ms is not None and is_first:  # once a request
        use_allowance(Limited.REVOKED_DEVICE, str(device.id), at=sent.at)
    judged = judge(sent, asked, known)
    sites = hold_sites(judged.foreign) if judged.foreign else {}
    nowhere = judged.foreign - sites.keys()
    if joined := {site_id: now for site_id, now in sites.items() if device.joined_to(site_id) != now}:
        judged = judge(sent, asked, known, joined=joined)
    written = write_entries([judged.entry])
    if lonely := judged.lonely(nowhere):
        write_orphans(device.id, lonely, nowhere, at=sent.at)
    if judged.refused:
        write_refused(device.id, judged.refused, at=sent.at)
    if judged.has_renumbered:
        note_renumbered(device.id, at=sent.at)
    return _taken(judged, *written[device.id])


def _take_one_by_one(sent: SentBatch) -> TakenBatch:
    """Each touch in its own transaction; one that the database refuses is refused, and kept as received."""
    results = []
    for index, item in enumerate(sent.opened.items):
        raw = sent.opened.received[index]
        one = replace(sent, opened=replace(sent.opened, items=[item], raws=[raw]))
        try:
            taken = _take_locked(one, is_first=index == 0)
        except (DataError, IntegrityError):
            as_received = replace(one, opened=replace(one.opened, items=[unreadable(raw)]))
            taken = _take_locked(as_received, is_first=index == 0)
        results.append(msgspec.structs.replace(taken.results[0], index=index))
    return TakenBatch(sent.device_id, sent.at, taken.highest, taken.gaps, results)
