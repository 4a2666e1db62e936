"""With what somebody's touches were made, as the log tells it: presence keeps no device."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from registry.cards.derive import read_phone_code
from registry.core.errors import RegistryError
from registry.core.ids import parse_card_number
from registry.sites.derive import read_poster_code
from registry.sites.queries import names_of_terminals
from registry.touches.derive.clocks import BEHIND_AT_MOST, CLOCK_OFF_SECONDS
from registry.touches.derive.days import Moment
from registry.touches.queries.rows import rows_of


class Source(NamedTuple):
    """With what a touch was made: the device and its places, a typed number, a QR code, a poster, or the worker's own phone."""

    places: tuple[str, ...]
    device: str
    method: str
    is_own_phone: bool


# Asked of the devices of these sites and of the worker's own, in the months of the day alone. A clock that was off by more
# than the ten minutes is put right as for presence; the device's place is that of the right clock, however little it was off.
_OF_MINUTES = """
SELECT COALESCE(j.joined_id, t.site_id), t.counted_at, t.direction, t.credential_kind, t.credential, c.worker_id, t.method, t.ref, d.name, d.worker_id,
  ARRAY(SELECT DISTINCT m.name FROM touches_pairing p JOIN sites_terminal m ON m.id = p.terminal_id
    LEFT JOIN sites_unregistered u ON u.site_id = m.site_id
    WHERE p.device_id = d.id AND COALESCE(u.joined_id, m.site_id) = COALESCE(j.joined_id, t.site_id)
      AND (p.from_at <= t.corrected_at OR p.from_at <= d.registered_at)
      AND (p.until_at IS NULL OR p.until_at > t.corrected_at)
    ORDER BY m.name)
FROM touches_device d CROSS JOIN LATERAL (
  SELECT *, date_trunc('minute', CASE WHEN abs(offset_s) > %(off)s THEN corrected_at ELSE touched_at END) AS counted_at
  FROM touches_touch CROSS JOIN LATERAL (
    SELECT touched_at - CASE WHEN abs(offset_s) <= %(most)s THEN offset_s * interval '1 second' ELSE interval '0' END
      AS corrected_at) c
  WHERE device_id = d.id AND touched_at BETWEEN %(since)s AND %(until)s) t
LEFT JOIN sites_unregistered j ON j.site_id = t.site_id
LEFT JOIN cards_card c ON t.credential_kind = 'token' AND c.token = t.credential
WHERE d.id IN (
    SELECT p.device_id FROM touches_pairing p JOIN sites_terminal m ON m.id = p.terminal_id
    LEFT JOIN sites_unregistered u ON u.site_id = m.site_id
    WHERE m.site_id = ANY(%(sites)s) OR u.joined_id = ANY(%(sites)s)
    UNION ALL SELECT id FROM touches_device WHERE worker_id = %(worker)s)
  AND t.counted_at = ANY(%(minutes)s)
ORDER BY d.id, t.seq
"""
_BESIDE = timedelta(days=1)


def sources_of_touches(
    worker_id: int, site_ids: Collection[int], moments: Iterable[Moment]
) -> dict[tuple[int, datetime, str], list[Source]]:
    """With what a worker's touches on some sites were made, by site, minute and direction.

    Of a device that never served these sites, or whose clock was off by more than a day, nothing is told.
    """
    minutes = [one.at for one in moments]
    if not minutes:
        return {}
    values = {
        "worker": worker_id, "sites": list(site_ids), "minutes": minutes, "since": min(minutes) - _BESIDE,
        "until": max(minutes) + _BESIDE, "off": CLOCK_OFF_SECONDS, "most": BEHIND_AT_MOST.total_seconds(),
    }  # fmt: skip
    found: dict[tuple[int, datetime, str], list[Source]] = defaultdict(list)
    posters = names_of_terminals(site_ids)
    for site_id, at, direction, kind, credential, token_of, method, ref, name, phone_of, places in rows_of(
        _OF_MINUTES, values
    ):
        if worker_id != (token_of if kind == "token" else _owner(kind, credential)):
            continue
        how = "qr" if kind == "qr" and method != "poster" else method
        source = Source(tuple(places) or _poster_place(ref, posters), name, how, is_own_phone=phone_of == worker_id)
        if source not in found[site_id, at, direction]:
            found[site_id, at, direction].append(source)
    return found


def _owner(kind: str, credential: str) -> int | None:
    """Whose a card number is, as it was sent or in a QR code."""
    code = read_phone_code(settings.CARD_KEYS, credential) if kind == "qr" else None
    try:
        return parse_card_number(code.card if code else credential)[0]
    except RegistryError:
        return None


def _poster_place(ref: str, names: Mapping[tuple[int, int], str]) -> tuple[str, ...]:
    """The place where a poster of ours hangs."""
    code = read_poster_code(settings.POSTER_KEYS, ref) if ref else None
    name = names.get((code.site_id, code.number)) if code else None
    return (name,) if name else ()
