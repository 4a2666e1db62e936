"""Presence: whose card was touched, and in which month; touches that nobody owned until their card became known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import connection

from registry.changes.operations import note_change, note_changes
from registry.changes.states import ChangeKind
from registry.core.days import jst_day
from registry.core.prepared import prepared
from registry.touches.derive import absolute, unpacked
from registry.touches.operations.items import card_of
from registry.touches.queries import Touched


def owners_of(credentials: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Worker and branch of each credential (kind, as sent) that is known."""
    given = set(credentials)
    numbers = {text: card_of(text) for kind, text in given if kind == "card"}
    tokens = [text for kind, text in given if kind == "token"]
    with prepared() as cursor:
        cursor.run(
            "SELECT worker_id, branch, token FROM cards_card WHERE worker_id = ANY(%s::bigint[]) OR token = ANY(%s::text[])",
            [[worker_id for worker_id, _ in numbers.values()], tokens],
        )
        cards = cursor.all()
    known = {(worker_id, branch) for worker_id, branch, _ in cards}
    found = {("card", text): number for text, number in numbers.items() if number in known}
    return found | {("token", token): (worker_id, branch) for worker_id, branch, token in cards if token}


# In the order of workers: two batches never wait for each other in a circle.
_UPSERT = """
INSERT INTO touches_presence AS p (worker_id, site_id, month, moments)
SELECT worker_id, site_id, month, array_agg(DISTINCT moment ORDER BY moment)
FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::int[]) AS t(worker_id, site_id, month, moment)
GROUP BY worker_id, site_id, month ORDER BY worker_id, month, site_id
ON CONFLICT (worker_id, month, site_id) DO UPDATE SET moments =
  (SELECT array_agg(DISTINCT m ORDER BY m) FROM unnest(p.moments || EXCLUDED.moments) m)
"""


def write_presence(touched: Iterable[Touched]) -> None:
    """Add moments to presence, each once, and mark the days of their people as changed."""
    known = [one for one in touched if one.worker_id is not None and not one.implausible]
    if not known:
        return
    days = [jst_day(one.moment.at) for one in known]
    with prepared() as cursor:
        cursor.run(
            _UPSERT,
            [[one.worker_id for one in known], [one.site_id for one in known], [day.replace(day=1) for day in days],
             [one.moment.packed() for one in known]],
        )  # fmt: skip
    people: dict[tuple[int, date], set[int]] = defaultdict(set)
    for one, day in zip(known, days, strict=True):
        people[one.site_id, day].add(one.worker_id or 0)
    note_changes(ChangeKind.TOUCH, [
        (site_id, day, day + timedelta(days=1), sorted(workers)) for (site_id, day), workers in sorted(people.items())
    ])  # fmt: skip


def write_orphans(device_id: int, found: Sequence[tuple[int, str, str, Touched]]) -> None:
    """Keep touches without an owner or a day: number, kind of credential, credential as sent, what is known.

    The mark makes the follower look at them once more: their card may have become known in the same moment.
    """
    rows = []
    for seq, kind, credential, one in found:
        number = card_of(credential) if kind == "card" else (None, None)
        token = credential if kind == "token" else None
        code = "CLOCK_IMPLAUSIBLE" if one.implausible else "CARD_UNKNOWN"
        rows.append((device_id, seq, one.site_id, one.moment.at, code, *number, token, one.moment.packed()))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO touches_orphan (device_id, seq, site_id, touched_at, code, card_worker_id, card_branch, token,"
            " moment) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    note_change(ChangeKind.CARD, from_on=min(jst_day(one.moment.at) for *_, one in found))


def adopt_orphans() -> None:
    """Give touches whose card was unknown to the workers whose cards are known by now. Harmless when repeated."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.device_id, o.seq, o.site_id, o.touched_at, o.moment, c.worker_id, c.branch FROM touches_orphan o"
            " JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token"
            " WHERE o.code = 'CARD_UNKNOWN' FOR UPDATE OF o"
        )
        found = cursor.fetchall()
        if not found:
            return
        write_presence(
            Touched(site_id, worker_id, unpacked(absolute(moment, jst_day(at).replace(day=1)))._replace(branch=branch))
            for _, _, site_id, at, moment, worker_id, branch in found
        )
        cursor.executemany(
            "DELETE FROM touches_orphan WHERE device_id = %s AND seq = %s", [(row[0], row[1]) for row in found]
        )
