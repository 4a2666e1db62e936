"""The binder: works out worker-months behind the feed of changes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection, transaction

from registry.changes.operations import ChangeMark, ahead_of, follow_changes
from registry.changes.states import ChangeKind
from registry.core.days import months_around
from registry.core.prepared import Statement
from registry.histories.derive.binding import bind
from registry.histories.derive.packing import MonthRow, pack, repack
from registry.histories.queries import load_facts, load_months, months_bound
from registry.touches.derive.days import DAYS_OF_A_TOUCH, months_near
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import months_of_sites, months_of_workers

FOLLOWER = "histories"
# Workers bound in one go: their facts are read together.
TOGETHER = 400
_LAST_MONTH = date(2999, 12, 1)
_DAY = timedelta(days=1)


def follow() -> int:
    """Bind all worker-months that the next changes concern. Returns how many marks were read.

    One transaction: when it fails, nothing is written and the marks are read again.
    """
    with follow_changes(FOLLOWER) as marks:
        left = _bind_touched([mark for mark in marks if mark.kind is ChangeKind.TOUCH])
        others = [mark for mark in marks if mark.kind is not ChangeKind.TOUCH]
        bind_months(_concerned([*others, *left]))
        # A card that became known brings its touches; the marks that this writes are read in the next round. It comes last,
        # for who touches now with such a card waits until this transaction ends.
        if any(mark.kind is ChangeKind.CARD for mark in marks):
            adopt_orphans()
    return len(marks)


def bind_at_once(days: Iterable[tuple[int, date]]) -> None:
    """Bind the months of workers' days for who has just changed them and looks at them now; nothing while the binder is at work."""
    with ahead_of(FOLLOWER) as is_still:
        if is_still:
            bind_months({(worker_id, day.replace(day=1)) for worker_id, day in days})


def _bind_touched(marks: Collection[ChangeMark]) -> list[ChangeMark]:
    """Bind the days that touches may have changed, which is what nearly all marks ask for.

    Returns what is left of the marks: workers for whom that is not enough, all whose months from then on are to be bound as a
    whole: the first touch of a new card ends the old one for ever (ruling 19).
    """
    touched: dict[date, dict[int, set[date]]] = defaultdict(lambda: defaultdict(set))
    for mark in marks:
        for month in months_near(mark.from_on):
            for worker_id in mark.worker_ids:
                touched[month][worker_id].add(mark.from_on)
    reaching: set[int] = set()
    for month, days in touched.items():
        for workers in _in_portions(sorted(days)):
            reaching |= _bind_days(month, {worker_id: days[worker_id] for worker_id in workers})
    left = [replace(mark, worker_ids=tuple(reaching.intersection(mark.worker_ids)), until_on=None) for mark in marks]
    return [mark for mark in left if mark.worker_ids]


def _bind_days(month: date, touched: Mapping[int, Collection[date]]) -> set[int]:
    """Work out and store the days of a month that touches on some days can belong to. Returns those for whom that is not enough."""
    facts = load_facts(touched, months_around(month), on=month)
    before = load_months(touched, month)
    changed: dict[int, list[MonthRow]] = {}
    reaching = set()
    for worker_id, days in touched.items():
        if not all(facts.is_apart_from(worker_id, day) for day in days):
            reaching.add(worker_id)
            continue
        near = chain.from_iterable(facts.days_of_touches_on(worker_id, day) for day in days)
        wanted = {day for day in near if day.replace(day=1) == month}
        bound = bind(facts.of(worker_id, facts.only_days_of(worker_id, wanted)), wanted)
        rows = repack(before.get(worker_id, ()), wanted, bound)
        if rows != before.get(worker_id, []):
            changed[worker_id] = rows
    _replace(month, before, changed)
    return reaching


def _concerned(marks: Sequence[ChangeMark]) -> set[tuple[int, date]]:
    """Worker-months that marks may change."""
    of_workers: set[tuple[int, date, date]] = set()
    of_sites: set[tuple[int, date, date]] = set()
    for mark in marks:
        begin = (mark.from_on - (DAYS_OF_A_TOUCH - 1) * _DAY).replace(day=1)
        end = mark.until_on.replace(day=1) if mark.until_on else _LAST_MONTH
        for worker_id in mark.worker_ids:
            of_workers.add((worker_id, begin, end))
        if not mark.worker_ids and mark.site_id is not None:
            of_sites.add((mark.site_id, begin, end))
    # A claimed day has no touch: its month is found by the mark itself, and later by its stored row.
    found = {
        (worker, mark.from_on.replace(day=1))
        for mark in marks
        if mark.kind is ChangeKind.DAY
        for worker in mark.worker_ids
    }
    if of_workers:
        found |= months_of_workers(of_workers) | months_bound(of_workers, of_sites=False)
    if of_sites:
        found |= months_of_sites(of_sites) | months_bound(of_sites, of_sites=True)
    return found


def bind_months(worker_months: Iterable[tuple[int, date]]) -> int:
    """Work out and store worker-months. Rows that stay the same are not written. Returns how many months changed."""
    by_month: dict[date, list[int]] = defaultdict(list)
    for worker_id, month in sorted(set(worker_months)):
        by_month[month].append(worker_id)
    return sum(_bind(some, month) for month, workers in by_month.items() for some in _in_portions(workers))


def _in_portions(workers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (workers[start : start + TOGETHER] for start in range(0, len(workers), TOGETHER))


def _bind(worker_ids: Collection[int], month: date) -> int:
    facts = load_facts(worker_ids, months_around(month), on=month)
    before = load_months(worker_ids, month)
    changed: dict[int, list[MonthRow]] = {}
    for worker_id in worker_ids:
        days = facts.days_of(worker_id)
        told = {one.day for found in days.values() for one in found} | {
            one.day for one in facts.claims.get(worker_id, ())
        }
        wanted = {day for day in told if day.replace(day=1) == month}
        rows = pack(bind(facts.of(worker_id, days), wanted)) if wanted else []
        if rows != before.get(worker_id, []):
            changed[worker_id] = rows
    _replace(month, before, changed)
    return len(changed)


_WRITE = Statement((Path(__file__).parents[1] / "sql" / "write_months.sql").read_text(), type(None))


@transaction.atomic(savepoint=False)
def _replace(
    month: date, before: Mapping[int, Sequence[MonthRow]], changed: Mapping[int, Sequence[MonthRow]]
) -> None:  # fmt: skip
    """Write the months of some workers over those before, which nobody else writes meanwhile: one binder works at a time."""
    fewer = {worker_id: len(rows) for worker_id, rows in changed.items() if len(rows) < len(before.get(worker_id, ()))}
    if fewer:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM histories_month m USING unnest(%s::bigint[], %s::int[]) AS s(worker_id, parts)"
                " WHERE m.worker_id = s.worker_id AND m.month = %s AND m.part >= s.parts",
                [list(fewer), list(fewer.values()), month],
            )
    written = [_columns(worker_id, part, row) for worker_id, rows in changed.items() for part, row in enumerate(rows)]
    if written:
        _WRITE.ask({"month": month, "rows": msgspec.json.encode(written).decode()})


def _columns(worker_id: int, part: int, row: MonthRow) -> dict[str, Any]:
    """A row as the table has it; an assignment's parts have the names of their columns."""
    masks = dict(zip(("formal", "waiting", "claimed", "unapproved", "uncounted"), row.masks, strict=True))
    return {
        "worker_id": worker_id, "part": part, "site_id": row.site_id, "lacking": row.lacking, "times": row.times,
        "reasons": row.reasons, **masks, **row.assignment._asdict(),
    }  # fmt: skip
