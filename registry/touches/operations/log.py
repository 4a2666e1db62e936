"""The raw log and the numbers of a device: few statements, each for a whole batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from registry.core.prepared import prepared
from registry.touches.operations.items import Stored
from registry.touches.states import DeviceState


@dataclass(frozen=True)
class DeviceNow:
    """A device as its batch finds it."""

    id: int
    store: str
    revoked: bool
    dense: bool
    sites: tuple[int, ...]


def lock_device(device_id: int, seqs: Sequence[int]) -> tuple[DeviceNow, list[int]]:
    """Lock a device's row for the batch. Returns it, and which of the numbers it has sent before."""
    with prepared() as cursor:
        cursor.run(
            "SELECT store, state, dense, ARRAY(SELECT DISTINCT t.site_id FROM touches_pairing p"
            " JOIN sites_terminal t ON t.id = p.terminal_id WHERE p.device_id = d.id AND p.until_at IS NULL ORDER BY 1),"
            " ARRAY(SELECT s FROM unnest(%s::bigint[]) s WHERE d.seen @> s)"
            " FROM touches_device d WHERE id = %s FOR NO KEY UPDATE",
            [list(seqs), device_id],
        )
        store, state, dense, sites, taken = cursor.one()
    return DeviceNow(device_id, store, state == DeviceState.REVOKED, dense, tuple(sites)), taken


def find_known(device_id: int, seqs: Sequence[int]) -> dict[int, Stored]:
    """What the log holds under these numbers. The keys of all its months are asked: only for numbers that were sent."""
    if not seqs:
        return {}
    with prepared() as cursor:
        cursor.run(
            "SELECT t.seq, t.touched_at, t.site_id, t.offset_s, t.credential_kind, t.credential, t.direction, t.method,"
            " t.ref, t.received_at FROM touches_touch t WHERE t.device_id = %s AND t.seq = ANY(%s::bigint[])",
            [device_id, list(seqs)],
        )
        return {row[0]: Stored(*row) for row in cursor.all()}


def write_log(device_id: int, touches: Sequence[Stored]) -> None:
    """Write touches as they came."""
    columns = zip(*touches, strict=True)
    with prepared() as cursor:
        cursor.run(
            "INSERT INTO touches_touch (device_id, seq, touched_at, site_id, offset_s, credential_kind, credential,"
            " direction, method, ref, received_at) SELECT %s::bigint, * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],"
            " %s::float8[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])",
            [device_id, *map(list, columns)],
        )


def write_refused(device_id: int, refused: Sequence[tuple[int | None, str, bytes]], *, at: datetime) -> None:
    """Keep what can never be read as a touch, as received; what was kept before under its number is not kept twice."""
    numbers = [seq for seq, _, _ in refused if seq is not None]
    with prepared() as cursor:
        cursor.run(
            "SELECT s FROM touches_device d, unnest(%s::bigint[]) s WHERE d.id = %s AND d.refused @> s",
            [numbers, device_id],
        )
        before = {row[0] for row in cursor.all()}
    with connection.cursor() as many:
        many.executemany(
            "INSERT INTO touches_refused (device_id, seq, received_at, code, received) VALUES (%s, %s, %s, %s, %s)",
            [(device_id, seq, at, code, raw) for seq, code, raw in refused if seq not in before],
        )


_NOTE = """
UPDATE touches_device SET last_seen_at = %s,
  seen = seen + COALESCE((SELECT range_agg(int8range(s, s, '[]')) FROM unnest(%s::bigint[]) s), '{}'),
  refused = refused + COALESCE((SELECT range_agg(int8range(s, s, '[]')) FROM unnest(%s::bigint[]) s), '{}'),
  lost = lost + COALESCE((SELECT range_agg(int8range(a, b, '[]')) FROM unnest(%s::bigint[], %s::bigint[]) r(a, b)), '{}'),
  highest = GREATEST(highest, %s)
WHERE id = %s
RETURNING highest, ARRAY(SELECT ARRAY[lower(r), upper(r)] FROM unnest(seen + refused + lost) r)
"""


def note_numbers(
    device_id: int, stored: Sequence[int], refused: Sequence[int], lost: Sequence[tuple[int, int]], *, at: datetime
) -> tuple[int, list[tuple[int, int]]]:
    """Add numbers to what a device has sent. Returns its highest one, and all known ones as half-open ranges."""
    ranges = [(a, b) for a, b in lost if a <= b]
    with prepared() as cursor:
        cursor.run(
            _NOTE,
            [at, list(stored), list(refused), [a for a, _ in ranges], [b for _, b in ranges],
             max([*stored, *refused], default=0), device_id],
        )  # fmt: skip
        highest, known = cursor.one()
    return highest, [(a, b) for a, b in known]
