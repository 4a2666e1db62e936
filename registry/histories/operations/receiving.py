"""Batches of touches with the meaning of each touch in the answer."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from registry.histories.derive.binding import BoundDay, bind_day
from registry.histories.operations.remembering import load_facts_quickly
from registry.histories.queries.facts import NO_BOUNDARY, Facts
from registry.histories.states import Reason, Standing
from registry.sites.queries import load_boundaries
from registry.touches.derive import day_by_boundary, day_of, find_day, months_near, work_day
from registry.touches.operations.batches import Result, take_batch
from registry.touches.queries import Touched
from registry.touches.states import TouchState


class Meaning(NamedTuple):
    """What a touch means now."""

    work_day: date | None
    state: TouchState
    reasons: tuple[Reason, ...]


_IMPLAUSIBLE = Meaning(None, TouchState.FLAGGED, (Reason.CLOCK_IMPLAUSIBLE,))
_STATES = {Standing.NONE: TouchState.FLAGGED, Standing.WAITING: TouchState.FLAGGED}


def receive_touches(device: str, signature: str, body: bytes, *, at: datetime) -> dict[str, Any]:
    """Take a batch and answer it: every touch is stored durably, and its meaning is that of now.

    Raises what `take_batch` raises; nothing is kept then.
    """
    taken = take_batch(device, signature, body, at=at)
    meanings = _meanings({one.seq: one.touched for one in taken.results if one.seq and one.touched}, at=at)
    return {
        "received_at": taken.received_at.isoformat(timespec="milliseconds"), "highest": taken.highest,
        "gaps": taken.gaps, "results": [_answer(one, meanings) for one in taken.results],
    }  # fmt: skip


def _answer(one: Result, meanings: Mapping[int, Meaning]) -> dict[str, Any]:
    if one.seq and one.touched:
        meaning = meanings[one.seq]
        return {
            "index": one.index, "seq": one.seq, "status": one.status, "work_day": meaning.work_day,
            "state": meaning.state, "reasons": meaning.reasons,
        }  # fmt: skip
    entry: dict[str, Any] = {"index": one.index, "seq": one.seq, "status": one.status}
    return entry | {"code": one.code} if one.code else entry


def _meanings(touched: Mapping[int, Touched], *, at: datetime) -> dict[int, Meaning]:
    """What the touches of a batch mean now, by their numbers: from presence and facts, not from the batch."""
    found: dict[int, Meaning] = {}
    of_workers: dict[int, list[tuple[int, Touched]]] = defaultdict(list)
    for seq, one in touched.items():
        if one.implausible:
            found[seq] = _IMPLAUSIBLE
        elif one.worker_id is not None:
            of_workers[one.worker_id].append((seq, one))
    if of_workers:
        numbers = [one.number for rows in of_workers.values() for _, one in rows]
        months = {month for day in set(map(day_of, numbers)) for month in months_near(day)}
        sites = {one.site_id for rows in of_workers.values() for _, one in rows}
        facts = load_facts_quickly(of_workers, sites, months, at=at)
        for worker_id, rows in of_workers.items():
            _find_meanings(facts, worker_id, rows, found)
    if len(found) < len(touched):
        found.update(_meanings_alone([(seq, one) for seq, one in touched.items() if seq not in found]))
    return found


def _find_meanings(
    facts: Facts, worker_id: int, rows: Sequence[tuple[int, Touched]], found: dict[int, Meaning]
) -> None:
    """What one worker's touches mean, day by day."""
    numbers = [one.number for _, one in rows]
    numbered = facts.numbers_near(worker_id, min(numbers), max(numbers))
    # All days only of somebody with several cards: the first touch of a new one ends the old one (ruling 19).
    person = facts.of(worker_id, facts.days_of(worker_id) if facts.has_several_cards(worker_id) else {})
    bound: dict[date, dict[int | None, Meaning]] = {}
    for seq, one in rows:
        day = find_day(numbered.get(one.site_id, {}), one.number)
        if day is None:
            continue
        if day not in bound:
            touched = [(site_id, work_day(day, days[day])) for site_id, days in numbered.items() if day in days]
            bound[day] = {there.site_id: meaning_of(there) for there in bind_day(person, touched, ())}
        found[seq] = bound[day][one.site_id]


def meaning_of(bound: BoundDay) -> Meaning:
    """A day in the words of the protocol: bound, waiting for somebody's part, flagged for a decision."""
    state = _STATES.get(bound.standing, TouchState.WAITING if bound.reasons else TouchState.BOUND)
    return Meaning(bound.day, state, bound.reasons)


def _meanings_alone(rows: Collection[tuple[int, Touched]]) -> Iterator[tuple[int, Meaning]]:
    """Touches that are nobody's, or whose card became known a moment ago and the binder is coming."""
    boundaries = load_boundaries({one.site_id for _, one in rows})
    for seq, one in rows:
        day = day_by_boundary(one.number, boundaries.get(one.site_id, NO_BOUNDARY))
        yield seq, Meaning(day, TouchState.FLAGGED, (Reason.CARD_UNKNOWN,))
