"""The raw log and the device's own row: few statements, each for a whole batch. Their texts stand in `sql/`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.db import connection

from registry.core.days import jst_day
from registry.core.prepared import Statement, number_list, text_list
from registry.touches.derive import moment_of
from registry.touches.operations.items import Refused, Stored
from registry.touches.operations.presence import PRESENCE, presence_values
from registry.touches.queries import Touched

_SQL = Path(__file__).resolve().parent.parent / "sql"


class _Found(msgspec.Struct, array_like=True):
    """What `sql/look_up.sql` answers."""

    row: str
    store: str
    version: int
    next_asked: bool
    revoked_ms: int | None
    places: list[tuple[int, int, int, int | None]]
    taken: frozenset[int]
    cards: frozenset[int]
    tokens: tuple[int, ...]
    worker_id: int | None


class _Logged(msgspec.Struct, array_like=True):
    """What `sql/repeats.sql` answers of a touch."""

    seq: int
    ms: int
    site_id: int
    kind: str
    credential: str
    direction: str
    method: str
    received_ms: int
    offset_s: float | None

    @property
    def content(self) -> tuple[object, ...]:
        """As `Stored.content`."""
        return (self.ms, self.site_id, self.kind, self.credential, self.direction, self.method)


_VERSIONS = Statement(
    "SELECT json_build_array(secret_version, next_secret_asked) FROM touches_device WHERE id = %(device)s::bigint",
    tuple[int, bool],
)
_REPEATS = Statement((_SQL / "repeats.sql").read_text(), list[_Logged])
_LOOK_UP = Statement((_SQL / "look_up.sql").read_text(), _Found)
# By itself: what waited for the lock would know the world, but for the device's row, as it was before.
_LOCK = Statement(
    "SELECT json_build_array(id) FROM touches_device WHERE id = %(device)s::bigint FOR NO KEY UPDATE", tuple[int]
)
# The touches of a batch as rows; of a single touch, which most requests bring, a tenth of the time.
_MANY = """unnest(%(seqs)s::bigint[], %(times)s::bigint[], %(sent_sites)s::bigint[], %(sites)s::bigint[], %(offsets)s::float8[],
  string_to_array(%(kinds)s, chr(31)), string_to_array(%(credentials)s, chr(31)), string_to_array(%(directions)s, chr(31)),
  string_to_array(%(methods)s, chr(31)), string_to_array(%(refs)s, chr(31)),
  %(workers)s::bigint[], %(months)s::date[], %(moments)s::bigint[])"""
_ONE = """(SELECT (%(seqs)s::bigint[])[1], (%(times)s::bigint[])[1], (%(sent_sites)s::bigint[])[1], (%(sites)s::bigint[])[1],
  (%(offsets)s::float8[])[1],
  %(kinds)s::text, %(credentials)s::text, %(directions)s::text, %(methods)s::text, %(refs)s::text,
  (%(workers)s::bigint[])[1], (%(months)s::date[])[1], (%(moments)s::bigint[])[1])"""
_WRITE, _WRITE_ONE = (
    Statement((_SQL / "write.sql").read_text().format(presence=PRESENCE, rows=rows), tuple[int, list[list[int]]])
    for rows in (_MANY, _ONE)
)


@dataclass(frozen=True)
class DeviceNow:
    """A device as its batch finds it, with what the batch needs to know of the world.

    `row` changes with everything that is written of the device. `places` are the sites that it serves or served, each
    from when until when (milliseconds, half-open); `joined` has the site IDs that 仮現場 have got; `cards` the figures of
    the cards that exist; `tokens` the figure of each token's card, 0 where it is nobody's. `worker_id` is whose own phone
    it is; None at a terminal.
    """

    id: int
    row: str
    store: str
    secret_versions: tuple[int, ...]
    revoked_ms: int | None
    places: Sequence[tuple[int, int, int]]
    joined: Mapping[int, int]
    taken: frozenset[int]
    cards: frozenset[int]
    tokens: tuple[int, ...]
    worker_id: int | None

    def serves(self, site_id: int, ms: int) -> bool:
        """Whether it served a site at a moment."""
        for place, begin, end in self.places:  # noqa: SIM110 -- much faster than a generator, and asked for every touch
            if place == site_id and begin <= ms < end:
                return True
        return False

    def only_site(self, ms: int) -> int | None:
        """The one site that it served at a moment, or last before it; None where there are several.

        What a later pairing adds changes no earlier answer: a touch once stored stays readable.
        """
        if len(self.places) == 1:
            return self.places[0][0]
        sites = {place for place, begin, end in self.places if begin <= ms < end}
        if not sites:
            latest = max((end for _, _, end in self.places if end <= ms), default=None)
            sites = {place for place, _, end in self.places if end == latest}
        return sites.pop() if len(sites) == 1 else None

    def joined_to(self, site_id: int) -> int:
        """The site as which a touch is kept: that which a 仮現場 was joined to, else the one itself."""
        return self.joined.get(site_id, site_id)


@dataclass(frozen=True)
class Report:
    """What a device says of itself beside its touches."""

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


def look_up(
    device_id: int, *, seqs: Sequence[int], cards: Sequence[int], tokens: Sequence[str], lock: bool
) -> DeviceNow | None:
    """A device, which of the numbers it has sent before, which cards exist, whose tokens these are."""
    values = {"device": device_id, "seqs": number_list(seqs), "cards": number_list(cards), "tokens": text_list(tokens)}
    if lock:
        _LOCK.ask(values)
    found = _LOOK_UP.ask(values)
    if found is None:
        return None
    return DeviceNow(
        device_id, found.row, found.store, _versions(found.version, found.next_asked), found.revoked_ms,
        [(site_id, begin, end) for site_id, begin, end, _ in found.places],
        {site_id: joined for site_id, _, _, joined in found.places if joined is not None},
        found.taken, found.cards, found.tokens, found.worker_id,
    )  # fmt: skip


def find_repeats(device_id: int, touches: Mapping[int, Stored]) -> dict[int, tuple[int, float | None]]:
    """Which touches, by their place in the batch, the log holds: the moment of the first receipt, the offset sent then."""
    if not touches:
        return {}
    times = [one.ms for one in touches.values()]
    values = {
        "device": device_id, "seqs": number_list({one.seq for one in touches.values()}),
        "first": moment_of(min(times)), "last": moment_of(max(times)),
    }  # fmt: skip
    logged = {one.seq: one for one in _REPEATS.ask(values) or ()}
    return {
        place: (before.received_ms, before.offset_s)
        for place, one in touches.items()
        if (before := logged.get(one.seq)) and before.content == one.content
    }


def write_batch(
    device: DeviceNow, new: Sequence[tuple[Stored, Touched]], refused: Sequence[int], report: Report, *, at: datetime
) -> tuple[int, list[list[int]]] | None:
    """Write touches as they came, their presence, and the device's row. Returns its highest number and its gaps.

    None, and nothing is written, where the row has changed since it was looked up.
    """
    stored = [one for one, _ in new]
    seqs = [one.seq for one in stored]
    values = presence_values([touched for _, touched in new]) | {
        "device": device.id, "row": device.row, "at": at, "new": _numbers(seqs), "seqs": number_list(seqs),
        "times": number_list(one.ms for one in stored), "sent_sites": number_list(one.site_id for one in stored),
        "offsets": number_list(one.offset_s for one in stored),
        "kinds": text_list(one.kind for one in stored), "credentials": text_list(one.credential for one in stored),
        "directions": text_list(one.direction for one in stored), "methods": text_list(one.method for one in stored),
        "refs": text_list(one.ref for one in stored),
        "refused": _numbers(refused), "highest": max([*seqs, *refused], default=0), "lost": _ranges(report.lost),
        "unsent": report.unsent, "unsent_since": report.unsent_since, "version": report.secret_version,
        "forgettable": not (new or refused or report.lost or connection.in_atomic_block),
    }  # fmt: skip
    return (_WRITE_ONE if len(new) == 1 else _WRITE).ask(values)


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


_MONTHS_AHEAD = timedelta(days=2 * 366)


def make_partitions(*, at: datetime) -> int:
    """Make the months of the log for the next two years. Returns how many were missing. Harmless when repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT touches_make_partitions(%s)", [jst_day(at + _MONTHS_AHEAD)])
        return int(cursor.fetchone()[0])
