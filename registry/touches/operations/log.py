"""The raw log and the device's own row: few statements, each for a whole batch. Their texts stand in `sql/`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from registry.core.prepared import number_list, planned_anew, prepared, text_list
from registry.touches.derive import moment_of, ms_of
from registry.touches.operations.items import Refused, Stored
from registry.touches.operations.presence import PRESENCE, presence_values
from registry.touches.queries import Touched

_SQL = Path(__file__).resolve().parent.parent / "sql"
_LOOK_UP, _REPEATS = ((_SQL / name).read_text() for name in ("look_up.sql", "repeats.sql"))
_WRITE = (_SQL / "write.sql").read_text().format(presence=PRESENCE)
_LOCK = " FOR NO KEY UPDATE OF d"


@dataclass(frozen=True)
class DeviceNow:
    """A device as its batch finds it, with what the batch needs to know of the world.

    `row` changes with everything that is written of the device. `places` are the sites that it serves or served, each
    from when until when (milliseconds, half-open); `cards` the figures of the cards that exist; `tokens` the figure of
    each token's card, 0 where it is nobody's.
    """

    id: int
    row: str
    store: str
    secret_versions: tuple[int, ...]
    revoked_ms: int | None
    places: list[list[int]]
    taken: frozenset[int]
    cards: frozenset[int]
    tokens: tuple[int, ...]

    def serves(self, site_id: int, ms: int) -> bool:
        """Whether it served a site at a moment."""
        for place, begin, end in self.places:  # noqa: SIM110 -- much faster than a generator, and asked for every touch
            if place == site_id and begin <= ms < end:
                return True
        return False

    def only_site(self, ms: int) -> int | None:
        """The one site that it served at a moment; None where it served none, or several."""
        if len(self.places) == 1:
            return self.places[0][0]
        sites = {place for place, begin, end in self.places if begin <= ms < end}
        return sites.pop() if len(sites) == 1 else None


@dataclass(frozen=True)
class Report:
    """What a device says of itself beside its touches."""

    lost: Sequence[tuple[int, int]]
    unsent: int | None
    unsent_since: datetime | None
    secret_version: int


def secret_versions(device_id: int) -> tuple[int, ...]:
    """The versions of its secret by which a device may sign: one, or two while it changes. Empty: unknown device."""
    with prepared() as cursor:
        cursor.run("SELECT secret_version, next_secret_asked FROM touches_device WHERE id = %s::bigint", [device_id])
        rows = cursor.all()
    return _versions(*rows[0]) if rows else ()


def _versions(version: int, next_asked: bool) -> tuple[int, ...]:  # noqa: FBT001 -- a column
    return (version, version + 1) if next_asked else (version,)


def look_up(
    device_id: int, *, seqs: Sequence[int], cards: Sequence[int], tokens: Sequence[str], lock: bool
) -> DeviceNow | None:
    """A device, which of the numbers it has sent before, which cards exist, whose tokens these are."""
    values = {"device": device_id, "seqs": number_list(seqs), "cards": number_list(cards), "tokens": text_list(tokens)}
    with prepared() as cursor:
        rows = cursor.run(_LOOK_UP + _LOCK if lock else _LOOK_UP, values).all()
    if not rows:
        return None
    row, store, version, asked, revoked_at, places, taken, known, owners = rows[0]
    return DeviceNow(
        device_id, row, store, _versions(version, asked), revoked_at and ms_of(revoked_at),
        places, frozenset(taken), frozenset(known), tuple(owners),
    )  # fmt: skip


def find_repeats(device_id: int, touches: Mapping[int, Stored]) -> dict[int, tuple[int, float | None]]:
    """Which touches, by their place in the batch, the log holds: the moment of the first receipt, the offset sent then."""
    if not touches:
        return {}
    asked = touches.values()
    times = [one.ms for one in asked]
    values = {
        "device": device_id, "places": number_list(touches), "seqs": number_list(one.seq for one in asked),
        "times": number_list(times), "sites": number_list(one.site_id for one in asked),
        "kinds": text_list(one.kind for one in asked), "credentials": text_list(one.credential for one in asked),
        "directions": text_list(one.direction for one in asked), "methods": text_list(one.method for one in asked),
        "first": moment_of(min(times)), "last": moment_of(max(times)),
    }  # fmt: skip
    with planned_anew() as cursor:
        rows = cursor.execute(_REPEATS, values).fetchall()
    return {place: (received_ms, offset_s) for place, received_ms, offset_s in rows}


def write_batch(
    device: DeviceNow, new: Sequence[tuple[Stored, Touched]], refused: Sequence[int], report: Report, *, at: datetime
) -> tuple[int, list[list[int]]] | None:
    """Write touches as they came, their presence, and the device's row. Returns its highest number and its gaps.

    None, and nothing is written, where the row has changed since it was looked up.
    """
    stored = [one for one, _ in new]
    seqs = {one.seq for one in stored}
    begins, ends = (sorted(seq for seq in seqs if seq + step not in seqs) for step in (-1, 1))
    lost = [(first, last) for first, last in report.lost if first <= last]
    values = presence_values([touched for _, touched in new]) | {
        "device": device.id, "row": device.row, "at": at, "new_from": number_list(begins), "new_to": number_list(ends),
        "seqs": number_list(one.seq for one in stored), "times": number_list(one.ms for one in stored),
        "offsets": number_list(one.offset_s for one in stored),
        "kinds": text_list(one.kind for one in stored), "credentials": text_list(one.credential for one in stored),
        "directions": text_list(one.direction for one in stored), "methods": text_list(one.method for one in stored),
        "refs": text_list(one.ref for one in stored),
        "refused": number_list(refused), "highest": max([*ends, *refused], default=0),
        "lost_from": number_list(first for first, _ in lost), "lost_to": number_list(last for _, last in lost),
        "unsent": report.unsent, "unsent_since": report.unsent_since, "version": report.secret_version,
    }  # fmt: skip
    with prepared() as cursor:
        rows = cursor.run(_WRITE, values).all()
    return rows[0] if rows else None


def write_refused(device_id: int, refused: Sequence[Refused], *, at: datetime) -> None:
    """Keep what can never be read as a touch, as received, once."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO touches_refused (device_id, seq, received_at, code, received) SELECT %s, %s, %s, %s, %s"
            " WHERE NOT EXISTS"
            " (SELECT FROM touches_refused WHERE device_id = %s AND seq IS NOT DISTINCT FROM %s AND received = %s)",
            [(device_id, one.seq, at, one.code, one.raw, device_id, one.seq, one.raw) for one in refused],
        )


def forget_refused(*, at: datetime) -> int:
    """Drop what could not be read and was kept for thirteen months. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM touches_refused WHERE received_at < %s::timestamptz - interval '13 months'", [at])
        return int(cursor.rowcount)
