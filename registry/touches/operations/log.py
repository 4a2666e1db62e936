"""The raw log and the device's own row: few statements, each for a whole batch. Their texts stand in `sql/`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec
from django.db import connection

from registry.audit.operations import MONTHS_AHEAD
from registry.core.days import jst_day
from registry.core.prepared import Statement, number_list, text_list
from registry.touches.derive.clocks import moment_of
from registry.touches.operations.items import Content, Refused, Stored
from registry.touches.operations.presence import PRESENCE, presence_values
from registry.touches.queries import Touched

_SQL = Path(__file__).resolve().parent.parent / "sql"


class _FoundDevice(msgspec.Struct, array_like=True):
    """What `sql/look_up.sql` answers of a device."""

    id: int
    row: str
    store: str
    version: int
    next_asked: bool
    revoked_ms: int | None
    places: list[tuple[int, int, int, int | None]]
    taken: frozenset[int]
    worker_id: int | None


class _Found(msgspec.Struct, array_like=True):
    """What `sql/look_up.sql` answers."""

    devices: list[_FoundDevice] | None
    cards: frozenset[int]
    tokens: list[int]


class Logged(Content, frozen=True, array_like=True):
    """What `sql/repeats.sql` answers of a touch."""

    seq: int
    received_ms: int
    offset_s: float | None


_VERSIONS = Statement(
    "SELECT json_build_array(secret_version, next_secret_asked) FROM touches_device WHERE id = %(device)s::bigint",
    tuple[int, bool],
)
_REPEATS = Statement((_SQL / "repeats.sql").read_text(), list[Logged])
_LOOK_UP = Statement((_SQL / "look_up.sql").read_text(), _Found)
# By itself: what waited for the lock would know the world, but for the device's row, as it was before.
_LOCK = Statement(
    "SELECT json_build_array(id) FROM touches_device WHERE id = %(device)s::bigint FOR NO KEY UPDATE", tuple[int]
)
_WRITE = Statement((_SQL / "write.sql").read_text().format(presence=PRESENCE), list[tuple[int, int, list[list[int]]]])


@dataclass(frozen=True)
class DeviceNow:
    """A device as its batch finds it, with what the batch needs to know of the world.

    `row` changes with everything that is written of the device. `places` are the sites that it serves or served, each
    from when until when (milliseconds, half-open); `joined` has the site IDs that 仮現場 have got; `taken` the numbers
    asked about that it has used. `worker_id` is whose own phone it is; None at a terminal.
    """

    id: int
    row: str
    store: str
    secret_versions: tuple[int, ...]
    revoked_ms: int | None
    places: Sequence[tuple[int, int, int]]
    joined: Mapping[int, int]
    taken: frozenset[int]
    worker_id: int | None

    def serves(self, site_id: int, ms: int) -> bool:
        """Whether it served a site at a moment."""
        for place, begin, end in self.places:  # noqa: SIM110 -- much faster than a generator, and asked for every touch
            if place == site_id and begin <= ms < end:
                return True
        return False

    @cached_property
    def always_at(self) -> int | None:
        """The site of a device that has only ever served one, as nearly all."""
        return self.places[0][0] if len(self.places) == 1 else None

    def only_site(self, ms: int) -> int | None:
        """The one site that it served at a moment, or last before it; None where there are several."""
        sites = {place for place, begin, end in self.places if begin <= ms < end}
        if not sites:
            latest = max((end for _, _, end in self.places if end <= ms), default=None)
            sites = {place for place, _, end in self.places if end == latest}
        return sites.pop() if len(sites) == 1 else None

    def joined_to(self, site_id: int) -> int:
        """The site as which a touch is kept: that which a 仮現場 was joined to, else the one itself."""
        return self.joined.get(site_id, site_id)


@dataclass(frozen=True)
class Known:
    """Devices by their numbers; the figures of the cards that exist; the figure of each token's card, 0 where it is nobody's."""

    devices: Mapping[int, DeviceNow]
    cards: frozenset[int]
    tokens: Mapping[str, int]


@dataclass(frozen=True)
class Report:
    """What a device says of itself beside its touches."""

    sent_at: datetime | None
    lost: Sequence[tuple[int, int]]
    unsent: int | None
    unsent_since: datetime | None
    secret_version: int


def secret_versions(device_id: int) -> tuple[int, ...]:
    """The versions of its secret by which a device may sign: one, or two while it changes. Empty: unknown device."""
    found = _VERSIONS.ask({"device": device_id})
    return _versions(*found) if found else ()


def _versions(version: int, next_asked: bool) -> tuple[int, ...]:  # noqa: FBT001 -- a column
    return (version, version + 1) if next_asked else (version,)


def look_up(seqs: Mapping[int, Sequence[int]], *, cards: Collection[int], tokens: Collection[str]) -> Known:
    """Devices, which of the numbers of each it has sent before, which cards exist, whose tokens these are."""
    values = {
        "devices": number_list(seqs), "cards": number_list(cards), "tokens": text_list(tokens),
        "seqs": number_list(chain.from_iterable(seqs.values())),
        "senders": number_list(chain.from_iterable([device_id] * len(own) for device_id, own in seqs.items())),
    }  # fmt: skip
    found = _LOOK_UP.ask_one(values)
    devices = {one.id: _device_now(one) for one in found.devices or ()}
    return Known(devices, found.cards, dict(zip(tokens, found.tokens, strict=True)))


def _device_now(found: _FoundDevice) -> DeviceNow:
    return DeviceNow(
        found.id, found.row, found.store, _versions(found.version, found.next_asked), found.revoked_ms,
        [(site_id, begin, end) for site_id, begin, end, _ in found.places],
        {site_id: joined for site_id, _, _, joined in found.places if joined is not None},
        found.taken, found.worker_id,
    )  # fmt: skip


def lock_device(device_id: int) -> None:
    """Let no other batch of a device be written until the transaction ends."""
    _LOCK.ask({"device": device_id})


def find_repeats(device_id: int, touches: Mapping[int, Stored]) -> dict[int, Logged]:
    """Which touches, by their place in the batch, the log holds: as they were sent and received first."""
    if not touches:
        return {}
    times = [one.ms for one in touches.values()]
    values = {
        "device": device_id, "seqs": number_list({one.seq for one in touches.values()}),
        "first": moment_of(min(times)), "last": moment_of(max(times)),
    }  # fmt: skip
    logged = {one.seq: one for one in _REPEATS.ask(values) or ()}
    return {
        place: before for place, one in touches.items() if (before := logged.get(one.seq)) and before.is_that_of(one)
    }


@dataclass(frozen=True)
class Entry:
    """What is to be written of a batch: new touches, refused numbers, what the device says, when it came."""

    device: DeviceNow
    new: Sequence[tuple[Stored, Touched]]
    refused: Sequence[int]
    report: Report
    at: datetime

    @property
    def is_news(self) -> bool:
        """Whether more is to be written than that the device lives."""
        return bool(self.new or self.refused or self.report.lost)

    @property
    def highest(self) -> int:
        """The highest number of the batch, 0 without any."""
        return max([*(one.seq for one, _ in self.new), *self.refused], default=0)


def write_entries(entries: Sequence[Entry]) -> dict[int, tuple[int, list[list[int]]]]:
    """Write touches as they came, their presence, and the devices' rows. Returns highest number and gaps of each device.

    A device is missing, and nothing of it is written, where its row is held by somebody else, or has changed since it was
    looked up.
    """
    reports = [one.report for one in entries]
    new = [touch for one in entries for touch in one.new]
    stored = [one for one, _ in new]
    values = presence_values([touched for _, touched in new]) | {
        "devices": number_list([one.device.id for one in entries]), "rows": text_list([one.device.row for one in entries]),
        "moments_of_receipt": _moment_list([one.at for one in entries]),
        "moments_of_sending": _moment_list([one.sent_at for one in reports]),
        "new": text_list([_numbers([stored.seq for stored, _ in one.new]) for one in entries]),
        "refused": text_list([_numbers(one.refused) for one in entries]),
        "lost": text_list([_ranges(one.lost) for one in reports]),
        "highest": number_list([one.highest for one in entries]),
        "unsent": number_list([one.unsent for one in reports]),
        "unsent_since": _moment_list([one.unsent_since for one in reports]),
        "versions": number_list([one.secret_version for one in reports]),
        "senders": number_list([one.device.id for one in entries for _ in one.new]),
        "seqs": number_list([one.seq for one in stored]),
        "times": number_list([one.ms for one in stored]), "sent_sites": number_list([one.site_id for one in stored]),
        "offsets": number_list([one.offset_s for one in stored]),
        "kinds": text_list([one.kind for one in stored]), "credentials": text_list([one.credential for one in stored]),
        "directions": text_list([one.direction for one in stored]), "methods": text_list([one.method for one in stored]),
        "refs": text_list([one.ref for one in stored]),
        "forgettable": not (connection.in_atomic_block or any(one.is_news for one in entries)),
    }  # fmt: skip
    return {device_id: (highest, gaps) for device_id, highest, gaps in _WRITE.ask(values) or ()}


def _moment_list(moments: Iterable[datetime | None]) -> str:
    """Moments as one parameter that is cast to an array: in UTC, since the database knows no offset beyond 16 hours."""
    return "{" + ",".join([one.astimezone(UTC).isoformat() if one else "NULL" for one in moments]) + "}"


def _ranges(ranges: Iterable[tuple[int, int]]) -> str:
    """Closed ranges as a multirange of the database."""
    return "{" + ",".join([f"[{first},{last}]" for first, last in ranges if first <= last]) + "}"


def _numbers(seqs: Sequence[int]) -> str:
    """Numbers as a multirange of the database; those of a batch mostly follow one another."""
    known = set(seqs)
    begins, ends = (sorted(seq for seq in known if seq + step not in known) for step in (-1, 1))
    return _ranges(zip(begins, ends, strict=True))


def note_renumbered(device_id: int, *, at: datetime) -> None:
    """Note that a device used numbers twice: its file runs on two machines, or came back from an old copy."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE touches_device SET renumbered_at = %s WHERE id = %s", [at, device_id])


def write_refused(device_id: int, refused: Sequence[Refused], *, at: datetime) -> None:
    """Keep what can never be read as a touch, as received, once."""
    rows = [one.seq for one in refused], [one.code for one in refused], [one.raw for one in refused]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO touches_refused (device_id, seq, received_at, code, received)"
            " SELECT %s, r.seq, %s, r.code, r.received"
            " FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) AS r(seq, code, received) ON CONFLICT DO NOTHING",
            [device_id, at, *rows],
        )


def forget_refused(*, at: datetime) -> int:
    """Drop what could not be read and was kept for thirteen months. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM touches_refused WHERE received_at < %s::timestamptz - interval '13 months'", [at])
        return int(cursor.rowcount)


def make_partitions(*, at: datetime) -> int:
    """Make the months of the log for the next two years. Returns how many were missing. Harmless when repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT touches_make_partitions(%s)", [jst_day(at + MONTHS_AHEAD)])
        return int(cursor.fetchone()[0])
