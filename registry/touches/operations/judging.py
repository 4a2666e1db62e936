"""What becomes of the touches of a batch, by what is known of its device and of the world; nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from registry.core.errors import RegistryError
from registry.touches.derive.clocks import corrected_ms, counted_ms, is_far_off, is_implausible, moment_of, ms_of
from registry.touches.derive.days import Flag, number_of
from registry.touches.operations.items import (
    AS_LOGGED,
    BRANCHES,
    OpenedBatch,
    Reading,
    Refused,
    Stored,
    UnreadableError,
    card_key,
    is_typed,
    named_card,
    poster_of,
)
from registry.touches.operations.log import DeviceNow, Entry, Known, Logged, Report, find_repeats
from registry.touches.policy import TouchItem
from registry.touches.queries import Touched
from registry.touches.states import Status

_CLOCK_OFF, _REVOKED, _FOREIGN = Flag.CLOCK_OFF.value, Flag.REVOKED.value, Flag.FOREIGN.value
_TYPED, _POSTER = Flag.TYPED.value, Flag.POSTER.value


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one touch. `touched` stands where it was stored."""

    index: int
    seq: int | None
    status: Status
    code: str = ""
    touched: Touched | None = None


@dataclass(frozen=True)
class SentBatch:
    """An opened batch with who sent it, by which version of the secret, and when it came."""

    device_id: int
    version: int
    opened: OpenedBatch
    at: datetime


@dataclass(frozen=True)
class Asked:
    """What a batch asks: about which numbers, the figures of which cards, whose tokens; and the card that each QR names."""

    seqs: Sequence[int]
    cards: Mapping[str, int]
    tokens: Sequence[str]
    codes: Mapping[str, str]


def asked_by(opened: OpenedBatch) -> Asked:
    """What has to be known to judge a batch."""
    items = [item for item in opened.items if isinstance(item, TouchItem)]
    codes = {item.qr: named_card("qr", item.qr) for item in items if item.qr}
    cards = {text: card_key(text) for text in [*codes.values(), *(item.card for item in items if item.card)]}
    return Asked([item.seq for item in items], cards, list({item.token for item in items if item.token}), codes)


@dataclass(frozen=True)
class Judged:
    """What becomes of a batch, and what of it is to be written: `entry` where it is all plain, the rest beside it.

    `foreign` are the sites that its device does not serve.
    """

    sent: SentBatch
    entry: Entry
    results: list[Result]
    refused: list[Refused]
    foreign: AbstractSet[int]
    has_renumbered: bool

    @property
    def is_plain(self) -> bool:
        """Whether one statement writes everything: touches with a worker, a day and a site, of a trusted device."""
        special = self.refused or self.foreign or self.has_renumbered or self.entry.device.revoked_ms is not None
        return not special and not self.lonely()

    def lonely(self, nowhere: Collection[int] = ()) -> list[tuple[Stored, Touched]]:
        """New touches without a worker, a day or, where their site is `nowhere`, a site."""
        return [
            (one, touched)
            for one, touched in self.entry.new
            if touched.worker_id is None or touched.implausible or (nowhere and touched.site_id in nowhere)
        ]


def judge(sent: SentBatch, asked: Asked, known: Known, *, joined: Mapping[int, int] | None = None) -> Judged:
    """What becomes of the touches of a batch whose device is known. `joined` are 仮現場 that have turned out to be sites."""
    device = known.devices[sent.device_id]
    if joined:
        device = replace(device, joined={**device.joined, **joined})
    cards = {text: key for text, key in asked.cards.items() if key in known.cards}
    at_ms = ms_of(sent.at)

    def unnamed_site(item: TouchItem, ms: int) -> int | None:
        if item.seq in device.taken:
            return AS_LOGGED
        return device.always_at or device.only_site(min(corrected_ms(ms, item.offset_s), at_ms))

    read = _read(sent.opened, Reading(cards, unnamed_site))
    taken = {at: one for at, one in enumerate(read) if isinstance(one, Stored) and one.seq in device.taken}
    owners = {("card", text): key for text, key in cards.items()}
    for code, card in asked.codes.items():
        key = cards.get(card, 0)
        owners["qr", code] = key if code == card else _without_card(key)
    owners |= {("token", token): known.tokens[token] for token in asked.tokens}
    if device.worker_id is not None:
        owners = {credential: _without_card(key) for credential, key in owners.items()}
    sorting = _Sorting(device, find_repeats(device.id, taken), owners, at_ms)
    results, new = _sort(read, sorting)
    refused = [one for one in read if isinstance(one, Refused)]
    numbers = [one.seq for one in refused if one.seq is not None]
    entry = Entry(device, new, numbers, _report(sent), sent.at)
    return Judged(sent, entry, results, refused, sorting.foreign, bool(sorting.renumbered))


def _without_card(key: int) -> int:
    """The figure of a card as that of its worker alone: a phone in its place is no use of the card."""
    return key - key % BRANCHES


def _report(sent: SentBatch) -> Report:
    frame, at_ms = sent.opened.frame, ms_of(sent.at)
    sent_at, since = [_told_moment(one, at_ms) for one in (_moment_in(frame.sent_at), frame.unsent_since)]
    return Report(sent_at, frame.lost, frame.unsent, since, sent.version)


def _moment_in(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _told_moment(moment: datetime | None, at_ms: int) -> datetime | None:
    """A moment that a device tells, unless it is none that anybody could be told in turn."""
    return None if moment is None or is_implausible(ms_of(moment), at_ms) else moment


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
            read.append(Refused(item.seq, "TOUCH_SHAPE", opened.received[index]))
        except RegistryError as error:
            read.append(Refused(item.seq, f"TOUCH_{error.code}", opened.received[index]))
    return read


@dataclass(frozen=True)
class _Sorting:
    """What is known when the touches of a batch are told apart; and what was found: sites that the device does not serve, numbers that are taken."""

    device: DeviceNow
    repeats: Mapping[int, Logged]
    owners: dict[tuple[str, str], int]
    at_ms: int
    foreign: set[int] = field(default_factory=set)
    renumbered: set[int] = field(default_factory=set)

    def touched(self, one: Stored, received_ms: int) -> Touched:
        """Whose card, which moment. What its first receipt says of a touch stays."""
        worker_id, branch = divmod(self.owners.get((one.kind, one.credential), 0), BRANCHES)
        counted, clock_off = counted_ms(one.ms, one.offset_s)
        implausible = is_far_off(one.ms, counted, received_ms)
        if implausible:
            counted, clock_off = one.ms, False
        site_id = self.device.joined_to(one.site_id)
        corrected = corrected_ms(one.ms, one.offset_s)
        flags = _CLOCK_OFF if clock_off else 0
        if one.method != "card" or one.kind == "qr":
            flags |= _TYPED if is_typed(one, corrected) else 0
            flags |= _POSTER if one.method == "poster" else 0
        if self.device.revoked_ms is not None and received_ms >= self.device.revoked_ms:
            flags |= _REVOKED
        if self.device.worker_id is not None:
            flags = flags & ~_POSTER | self._of_phone(one, worker_id)
        elif site_id != one.site_id or not self.device.serves(site_id, corrected):
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
            logged = sorting.repeats[index]
            first = one
            if one.offset_s != logged.offset_s or one.site_id != logged.site_id:
                first = msgspec.structs.replace(one, offset_s=logged.offset_s, site_id=logged.site_id)
            results.append(Result(index, one.seq, Status.STORED, touched=sorting.touched(first, logged.received_ms)))
            continue
        before = new.get(one.seq)
        if before is None and one.seq not in sorting.device.taken:
            before = new[one.seq] = (one, sorting.touched(one, sorting.at_ms))
        if before and (before[0] is one or before[0].is_that_of(one)):
            results.append(Result(index, one.seq, Status.STORED, touched=before[1]))
        else:
            results.append(Result(index, one.seq, Status.RENUMBER))
            sorting.renumbered.add(one.seq)
    return results, list(new.values())
