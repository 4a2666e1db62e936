"""The days of a made-up world: who touches where and when, with all that goes wrong on real sites."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from commands.world.people import People, Person, draw_id
from commands.world.sites import Place, moment
from commands.world.tables import Tables
from registry.core.days import is_business_day
from registry.core.ids import IdKind
from registry.touches.derive.clocks import ms_of
from registry.touches.derive.days import Flag, in_month, number_of, packed

SATURDAY, SUNDAY = 5, 6
BLOCK = 15  # days that somebody stays on a site before he may change
GETS_USED_TO_IT = timedelta(days=4)  # the old card stays in the pocket for a while
FAR_OFFSET = 1500.0  # seconds that a bad clock is off


@dataclass(frozen=True)
class Touch:
    """One touch before it is written."""

    at: datetime
    place: Place
    direction: str
    method: str = "card"
    flags: int = 0


def make_days(
    tables: Tables, rng: random.Random, people: People, places: list[Place], *, start: date, end: date
) -> Iterator[int]:
    """Write the touches of all workers; yields after each worker, for a progress bar."""
    by_firm: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        for number in place.tenures:
            by_firm[number].append(place)
    for person in people.workers:
        home = by_firm.get(person.firm.number, places) if person.firm else places
        _touches(tables, rng, person, home or places, places, start, end)
        yield person.id
    _strangers(tables, rng, places, end)


def _works(rng: random.Random, day: date) -> bool:
    """Six days a week, Saturdays half; fewer in the weeks of Obon and the new year; everybody is ill at times."""
    if day.weekday() == SUNDAY or (day.weekday() == SATURDAY and rng.random() < 0.5):
        return False
    quiet = (day.month == 8 and 11 <= day.day <= 16) or not is_business_day(day)
    return rng.random() < (0.15 if quiet and day.weekday() != SATURDAY else 0.93)


def _touches(
    tables: Tables, rng: random.Random, person: Person, home: list[Place], places: list[Place], start: date, end: date
) -> None:  # fmt: skip
    presence: dict[tuple[int, date], set[int]] = defaultdict(set)
    place, since = rng.choice(home), 0
    for offset in range((end - start).days):
        day, since = start + timedelta(days=offset), since + 1
        if since > BLOCK and rng.random() < 0.3:
            place, since = rng.choice(home), 0
        if not _works(rng, day) or rng.random() < 0.01:  # the card was forgotten: nothing is there
            continue
        for touch in _of_a_day(rng, person, day, place, places):
            branch = (
                2
                if person.new_card_at and touch.at >= person.new_card_at + GETS_USED_TO_IT and rng.random() < 0.9
                else 1
            )
            _write(tables, touch, f"{person.id}-{branch:02}")
            counted = touch.at - timedelta(seconds=FAR_OFFSET) if touch.flags & Flag.CLOCK_OFF else touch.at
            month, number = in_month(number_of(ms_of(counted), touch.direction, touch.flags, branch))
            presence[touch.place.id, month].add(number)
    for (site_id, month), moments in presence.items():
        plain, odd = packed(sorted(moments))
        tables.add(
            "touches_presence", worker_id=person.id, site_id=site_id, month=month, moments=plain, odd=odd or None
        )


def _of_a_day(rng: random.Random, person: Person, day: date, place: Place, places: list[Place]) -> Iterator[Touch]:
    begin = rng.randrange(1200, 1260) if person.night else rng.randrange(435, 490)
    ends = begin + rng.randrange(480, 600)
    method, flags = _oddity(rng)
    directed = rng.random() < 0.7
    if rng.random() < 0.97:  # else the morning was forgotten
        yield Touch(moment(day, begin), place, "in" if directed else "", method, flags)
    if rng.random() < 0.94:
        yield Touch(moment(day, ends), place, "out" if directed else "", "card", flags & Flag.CLOCK_OFF)
    if rng.random() < 0.01:  # a second site on the same day, at times too soon to be true
        other = rng.choice(places)
        if other.id != place.id:
            yield Touch(moment(day, ends + rng.choice([15, 90])), other, "in" if directed else "")


def _oddity(rng: random.Random) -> tuple[str, int]:
    chance = rng.random()
    if chance < 0.03:
        return "typed", Flag.TYPED
    if chance < 0.035:
        return "poster", Flag.POSTER
    if chance < 0.04:
        return "card", Flag.CLOCK_OFF
    if chance < 0.043:
        return "card", Flag.FOREIGN
    if chance < 0.046:
        return "card", Flag.REVOKED
    return "card", 0


def _write(tables: Tables, touch: Touch, card: str, received_at: datetime | None = None) -> int:
    touch.place.touched += 1
    tables.add(
        "touches_touch", device_id=touch.place.device_id, seq=touch.place.touched, touched_at=touch.at,
        received_at=received_at or touch.at + timedelta(minutes=1), site_id=touch.place.id,
        offset_s=FAR_OFFSET if touch.flags & Flag.CLOCK_OFF else 0.2, credential_kind="card", credential=card,
        direction=touch.direction, method=touch.method,
    )  # fmt: skip
    return touch.place.touched


def _strangers(tables: Tables, rng: random.Random, places: list[Place], end: date) -> None:
    """Cards that nobody knows, and clocks that nobody can believe."""
    for place in places[::5]:
        number = draw_id(rng, IdKind.WORKER)
        real = moment(end - timedelta(days=2), 480)
        for code, at in (
            ("CARD_UNKNOWN", real),
            ("CLOCK_IMPLAUSIBLE", moment(date(2020, 1, 1), 480)),
        ):
            touch, received_at = Touch(at, place, "in"), real + timedelta(minutes=1)
            seq = _write(tables, touch, f"{number}-01", received_at=received_at)
            tables.add(
                "touches_orphan", device_id=place.device_id, seq=seq, site_id=place.id, touched_at=at,
                received_at=received_at, code=code, card_worker_id=number, card_branch=1, moment=in_month(number_of(ms_of(at), "in"))[1],
            )  # fmt: skip
