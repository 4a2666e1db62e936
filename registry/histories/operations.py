"""Writes of histories: binding worker-months, following the feed of changes, taking batches of touches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from registry.changes.operations import ChangeMark, follow_changes
from registry.changes.states import ChangeKind
from registry.core.days import jst_day
from registry.histories.derive.binding import bind
from registry.histories.derive.packing import MonthRow, pack
from registry.histories.queries import Meaning, load_facts, load_months, meanings_of
from registry.touches.derive import months_around
from registry.touches.operations.batches import Result, take_batch
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import months_of_sites, months_of_workers

FOLLOWER = "histories"
# Workers bound in one go: their facts are read together.
TOGETHER = 400
_LAST_MONTH = date(2999, 12, 1)
# A touch can change the meaning of another one up to a month later: the first touch of a new card (ruling 19).
_REACH = timedelta(days=31)


def receive_touches(device: str, signature: str, body: bytes, *, at: datetime) -> dict[str, Any]:
    """Take a batch and answer it: every touch is stored durably, and its meaning is that of now.

    Raises what `take_batch` raises; nothing is kept then.
    """
    taken = take_batch(device, signature, body, at=at)
    meanings = meanings_of({one.seq: one.touched for one in taken.results if one.seq and one.touched}, on=jst_day(at))
    return {
        "received_at": taken.received_at.isoformat(timespec="milliseconds"), "highest": taken.highest,
        "gaps": taken.gaps, "results": [_answer(one, meanings) for one in taken.results],
    }  # fmt: skip


def _answer(one: Result, meanings: Mapping[int, Meaning]) -> dict[str, Any]:
    entry: dict[str, Any] = {"index": one.index, "seq": one.seq, "status": one.status}
    if one.seq and one.touched:
        meaning = meanings[one.seq]
        day = meaning.work_day.isoformat() if meaning.work_day else None
        entry |= {"work_day": day, "state": meaning.state, "reasons": list(meaning.reasons)}
    if one.code:
        entry["code"] = one.code
    return entry


def follow() -> int:
    """Bind all worker-months that the next changes concern. Returns how many marks were read.

    One transaction: when it fails, nothing is written and the marks are read again.
    """
    with follow_changes(FOLLOWER) as marks:
        # A card that became known brings its touches; the marks that this writes are read in the next round.
        if any(mark.kind is ChangeKind.CARD for mark in marks):
            adopt_orphans()
        bind_months(_concerned(marks))
    return len(marks)


def _concerned(marks: Sequence[ChangeMark]) -> set[tuple[int, date]]:
    """Worker-months that marks may change."""
    of_workers: set[tuple[int, date, date]] = set()
    of_sites: set[tuple[int, date, date]] = set()
    for mark in marks:
        begin = (mark.from_on - timedelta(days=1)).replace(day=1)
        end = (mark.until_on + _REACH).replace(day=1) if mark.until_on else _LAST_MONTH
        for worker_id in mark.worker_ids:
            of_workers.add((worker_id, begin, end))
        if not mark.worker_ids and mark.site_id is not None:
            of_sites.add((mark.site_id, begin, end))
    found = months_of_workers(of_workers) if of_workers else set()
    return found | (months_of_sites(of_sites) if of_sites else set())


def bind_months(worker_months: Iterable[tuple[int, date]]) -> int:
    """Work out and store worker-months. Rows that stay the same are not written. Returns how many months changed."""
    by_month: dict[date, list[int]] = defaultdict(list)
    for worker_id, month in sorted(worker_months):
        by_month[month].append(worker_id)
    return sum(
        _bind(workers[start : start + TOGETHER], month)
        for month, workers in by_month.items()
        for start in range(0, len(workers), TOGETHER)
    )


def _bind(worker_ids: Collection[int], month: date) -> int:
    facts = load_facts(worker_ids, months_around(month), on=month)
    before = load_months(worker_ids, month)
    changed = []
    for worker_id in worker_ids:
        days = facts.days_of(worker_id)
        wanted = {one.day for found in days.values() for one in found if one.day.replace(day=1) == month}
        rows = pack(bind(facts.of(worker_id, days), wanted)) if wanted else []
        if rows != before.get(worker_id, []):
            changed.append((worker_id, rows))
    _replace(month, changed)
    return len(changed)


_INSERT = """
INSERT INTO histories_month (worker_id, month, part, site_id, business_id, tenure_id, path, trade, position, work,
  formal, waiting, claimed, unapproved, uncounted, times, reasons)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (worker_id, month, part) DO UPDATE SET (site_id, business_id, tenure_id, path, trade, position, work,
  formal, waiting, claimed, unapproved, uncounted, times, reasons) = ROW (EXCLUDED.site_id, EXCLUDED.business_id,
  EXCLUDED.tenure_id, EXCLUDED.path, EXCLUDED.trade, EXCLUDED.position, EXCLUDED.work, EXCLUDED.formal,
  EXCLUDED.waiting, EXCLUDED.claimed, EXCLUDED.unapproved, EXCLUDED.uncounted, EXCLUDED.times, EXCLUDED.reasons)
"""


@transaction.atomic
def _replace(month: date, changed: Sequence[tuple[int, list[MonthRow]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM histories_month m USING unnest(%s::bigint[], %s::int[]) AS s(worker_id, parts)"
            " WHERE m.worker_id = s.worker_id AND m.month = %s AND m.part >= s.parts",
            [[worker_id for worker_id, _ in changed], [len(rows) for _, rows in changed], month],
        )
        cursor.executemany(_INSERT, list(_columns(month, changed)))


def _columns(month: date, changed: Sequence[tuple[int, list[MonthRow]]]) -> Iterator[tuple[Any, ...]]:
    for worker_id, rows in changed:
        for part, row in enumerate(rows):
            to = row.assignment
            yield (
                worker_id, month, part, row.site_id, to.business_id, to.tenure_id, list(to.path), to.trade, to.position,
                to.work, *row.masks, list(row.times), list(row.reasons),
            )  # fmt: skip
