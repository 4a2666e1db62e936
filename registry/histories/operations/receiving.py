"""Batches of touches with the meaning of each touch in the answer."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import partial
from operator import attrgetter

import msgspec
from django.db import transaction

from registry.core.actor import Actor
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId
from registry.histories.derive.binding import weigh_day
from registry.histories.operations.remembering import load_facts_quickly
from registry.histories.queries.facts import Facts
from registry.histories.states import Reason, Standing
from registry.sites.queries import load_boundaries
from registry.touches.derive.days import NO_BOUNDARY, day_by_boundary, months_of_days_with
from registry.touches.operations.batches import TakenBatch, open_signed, take_alone, take_together
from registry.touches.operations.judging import Result, SentBatch
from registry.touches.operations.phones import PhoneTouch, sign_phone_touch
from registry.touches.queries import Touched, find_settled
from registry.touches.states import Status, TouchState


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """What a touch means now."""

    work_day: date | None
    state: TouchState
    reasons: tuple[Reason, ...]


class Answer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of one touch, in the words of the protocol."""

    index: int
    seq: int | None
    status: Status
    code: str = ""


class StoredAnswer(msgspec.Struct, frozen=True, gc=False):
    """What became of a touch that is stored, and what it means now."""

    index: int
    seq: int
    status: Status
    work_day: date | None
    state: TouchState
    reasons: tuple[Reason, ...]


class Received(msgspec.Struct, frozen=True):
    """The answer to a batch."""

    received_at: str
    highest: int
    gaps: list[list[int]]
    results: list[Answer | StoredAnswer]


_IMPLAUSIBLE = Meaning(None, TouchState.FLAGGED, (Reason.CLOCK_IMPLAUSIBLE,))
# Somebody should look, also where another touch makes the day count.
_OF_ONE_TOUCH = frozenset({Reason.CARD_LOST, Reason.SITE_NOT_OF_DEVICE, Reason.DEVICE_REVOKED, Reason.POSTER_FIXED})
_STATES = {
    Standing.NONE: TouchState.FLAGGED, Standing.WAITING: TouchState.FLAGGED, Standing.UNAPPROVED: TouchState.WAITING,
}  # fmt: skip


_NUMBER = attrgetter("number")
# What names a touch for ever: its device and its number.
_Name = tuple[int, int]


def receive_together(batches: Sequence[SentBatch]) -> list[Received | RegistryError | None]:
    """Take and answer what can be taken together; None and errors as `take_together` answers them."""
    answers = take_together(batches)
    received = iter(_received([one for one in answers if isinstance(one, TakenBatch)]))
    return [next(received) if isinstance(one, TakenBatch) else one for one in answers]


def receive_one(sent: SentBatch) -> Received | RegistryError | None:
    """As `receive_together` answers one batch."""
    return receive_together([sent])[0]


def receive_batch(
    sent: SentBatch, quickly: Callable[[SentBatch], Received | RegistryError | None] = receive_one
) -> Received:
    """Take a batch and answer it: every touch is stored durably, and its meaning is that of now.

    `quickly` is tried first; what it leaves is taken alone. Raises what `take_alone` raises; nothing is kept then.
    """
    answer = quickly(sent)
    if isinstance(answer, RegistryError):
        raise answer
    return answer or _received([take_alone(sent)])[0]


def receive_touches(device: str, signature: str, body: bytes, *, at: datetime) -> Received:
    """Take a signed batch and answer it. Raises what `open_signed` and `receive_batch` raise."""
    return receive_batch(open_signed(device, signature, body, at=at))


@transaction.atomic
def receive_phone_touch(worker_id: WorkerId, touch: PhoneTouch, *, by: Actor, at: datetime) -> StoredAnswer:
    """Take a touch of a worker's own phone, as that of any device. Harmless when repeated.

    Raises `NoCardError`.
    """
    (answer,) = receive_touches(*sign_phone_touch(worker_id, touch, by=by, at=at), at=at).results
    if not isinstance(answer, StoredAnswer):
        message = "a touch that we wrote ourselves was not stored"
        raise TypeError(message)
    return answer


def _received(batches: Sequence[TakenBatch]) -> list[Received]:
    """The answers to batches that are taken."""
    touched = {
        (taken.device_id, one.seq): one.touched for taken in batches for one in taken.results if one.seq and one.touched
    }
    meanings = _meanings(touched, at=max(taken.received_at for taken in batches)) if touched else {}
    return [
        Received(
            taken.received_at.isoformat(timespec="milliseconds"), taken.highest, taken.gaps,
            [_answer(taken.device_id, one, meanings) for one in taken.results],
        )
        for taken in batches
    ]  # fmt: skip


def _answer(device_id: int, one: Result, meanings: Mapping[_Name, Meaning]) -> Answer | StoredAnswer:
    if one.seq and one.touched:
        now = meanings[device_id, one.seq]
        return StoredAnswer(one.index, one.seq, one.status, now.work_day, now.state, now.reasons)
    return Answer(one.index, one.seq, one.status, one.code)


def _meanings(touched: Mapping[_Name, Touched], *, at: datetime) -> dict[_Name, Meaning]:
    """What touches mean now: from presence and facts, not from the batches."""
    found = _meanings_of_workers(touched, at=at)
    if len(found) < len(touched):
        lonely = {name: one for name, one in touched.items() if name not in found}
        settled = find_settled(lonely)
        found |= _meanings_of_workers(settled, at=at)
        found.update(_meanings_alone({name: one for name, one in (lonely | settled).items() if name not in found}))
    return found


def _meanings_of_workers(touched: Mapping[_Name, Touched], *, at: datetime) -> dict[_Name, Meaning]:
    """What those touches mean that are somebody's and stand on a day."""
    found: dict[_Name, Meaning] = {}
    of_workers: dict[int, list[tuple[_Name, Touched]]] = defaultdict(list)
    for name, one in touched.items():
        if one.worker_id is not None and not one.implausible:
            of_workers[one.worker_id].append((name, one))
    if of_workers:
        rows = [one for own in of_workers.values() for _, one in own]
        months = months_of_days_with([one.number for one in rows])
        load = partial(load_facts_quickly, site_ids={one.site_id for one in rows}, at=at)
        facts = further = load(of_workers, months=months)
        hanging = _hanging(facts, of_workers, months)
        if hanging:  # a night's touches that name no direction
            further = load(hanging, months=months.union(*hanging.values()))
        for worker_id, own in of_workers.items():
            _find_meanings(further if worker_id in hanging else facts, worker_id, own, found)
    return found


def _hanging(
    facts: Facts, of_workers: Mapping[int, Sequence[tuple[_Name, Touched]]], months: AbstractSet[date]
) -> dict[int, set[date]]:
    """The workers whose days may hang on months before those that were read, and these months.

    If the first of somebody's touches hangs on none, later ones don't either.
    """
    found = {}
    for worker_id in facts.who_may_hang():
        first = min([one for _, one in of_workers[worker_id]], key=_NUMBER)
        if before := facts.months_before(worker_id, first) - months:
            found[worker_id] = before
    return found


def _find_meanings(
    facts: Facts, worker_id: int, rows: Sequence[tuple[_Name, Touched]], found: dict[_Name, Meaning]
) -> None:
    """What one worker's touches mean, day by day."""
    person = facts.of(worker_id, {})
    bound: dict[int, dict[int, Meaning]] = {}
    for name, one in rows:
        found_on = facts.day_with(worker_id, one)
        if found_on is None:
            continue
        day, touched = found_on
        if day not in bound:
            on = touched[0][1].day
            bound[day] = {there: meaning_of(on, *said) for there, said in weigh_day(person, touched).items()}
        found[name] = bound[day][one.site_id]


def meaning_of(day: date, standing: Standing, reasons: tuple[Reason, ...]) -> Meaning:
    """A day in the words of the protocol: bound, waiting for somebody's part, flagged for a decision."""
    if standing is Standing.FORMAL and not reasons:  # nearly every day
        return Meaning(day, TouchState.BOUND, ())
    state = _STATES.get(standing, TouchState.WAITING)
    if state is TouchState.WAITING and not _OF_ONE_TOUCH.isdisjoint(reasons):
        state = TouchState.FLAGGED
    return Meaning(day, state, reasons)


def _meanings_alone(touched: Mapping[_Name, Touched]) -> Iterator[tuple[_Name, Meaning]]:
    """Touches that have no day, are nobody's, or whose card became known a moment ago and the binder is coming."""
    boundaries = load_boundaries({one.site_id for one in touched.values()})
    for name, one in touched.items():
        if one.implausible:
            yield name, _IMPLAUSIBLE
            continue
        day = day_by_boundary(one.number, boundaries.get(one.site_id, NO_BOUNDARY))
        yield name, Meaning(day, TouchState.FLAGGED, (Reason.CARD_UNKNOWN,))
