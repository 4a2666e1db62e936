"""Reads of touches: days from presence, what they lack, who is on a site, devices."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection

from registry.codes.queries import list_codes
from registry.codes.states import Counts, Table
from registry.core.days import jst_day
from registry.sites.models import DAY_BOUNDARY
from registry.touches.derive import (
    DayFacts,
    Moment,
    WorkDay,
    day_by_boundary,
    gaps,
    months_around,
    reasons_of_day,
    unpacked,
    work_days,
)
from registry.touches.states import DeviceState, TouchState


@dataclass(frozen=True)
class Touched:
    """A readable touch: where, whose if the card is known, when."""

    site_id: int
    worker_id: int | None
    moment: Moment
    implausible: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a touch or day means now."""

    work_day: date | None
    state: TouchState
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DayRow:
    """One worker's day on one site. Times of touches are not working hours (ruling 32)."""

    worker_id: int
    site_id: int
    day: date
    first: datetime
    last: datetime | None
    state: TouchState
    reasons: tuple[str, ...]
    counts: Counts


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass(frozen=True)
class _Facts:
    """Facts around many days, read set by set."""

    sites: Mapping[int, tuple[int, date | None, date | None]]
    boundaries: Mapping[int, time]
    links: Mapping[int, list[tuple[int, date, date | None]]]
    cards: Mapping[tuple[int, int], tuple[date, datetime | None]]

    def of(self, worker_id: int, site_id: int, work_day: WorkDay) -> DayFacts:
        """The facts of one day."""
        prime, begins, ends = self.sites.get(site_id, (None, None, None))
        valid_until, stopped_at = self.cards.get((worker_id, work_day.moments[-1].branch), (None, None))
        employers = {
            firm for firm, start, end in self.links.get(worker_id, ())
            if start <= work_day.day and (end is None or work_day.day < end)
        }  # fmt: skip
        return DayFacts(
            work_day.day, site_id in self.sites, prime, begins, ends, frozenset(employers), valid_until, stopped_at
        )


def _facts(worker_ids: Iterable[int], site_ids: Iterable[int]) -> _Facts:
    workers, sites = sorted(set(worker_ids)), sorted(set(site_ids))
    links: dict[int, list[tuple[int, date, date | None]]] = defaultdict(list)
    for worker_id, firm, start, end in _rows(
        "SELECT worker_id, business_id, from_on, until_on FROM workers_affiliation"
        " WHERE worker_id = ANY(%s) AND business_id IS NOT NULL",
        [workers],
    ):
        links[worker_id].append((firm, start, end))
    return _Facts(
        {row[0]: (row[1], row[2], row[3]) for row in _rows(
            "SELECT s.id, s.business_id, min(p.from_on), CASE WHEN bool_or(p.until_on IS NULL) THEN NULL ELSE max(p.until_on) END"
            " FROM sites_site s LEFT JOIN sites_period p ON p.site_id = s.id WHERE s.id = ANY(%s) GROUP BY 1, 2", [sites])},
        dict(_rows(
            "SELECT DISTINCT ON (site_id) site_id, begins_at FROM sites_day_boundary WHERE site_id = ANY(%s)"
            " ORDER BY site_id, from_on DESC", [sites])),
        links,
        {(row[0], row[1]): (row[2], row[3]) for row in _rows(
            "SELECT worker_id, branch, valid_until, stopped_at FROM cards_card WHERE worker_id = ANY(%s)", [workers])},
    )  # fmt: skip


def _verdict(reasons: tuple[str, ...], counts: Mapping[str, Counts]) -> tuple[TouchState, Counts]:
    held = {counts[code] for code in reasons}
    if Counts.NO in held:
        return TouchState.FLAGGED, Counts.NO
    if Counts.WAITING in held:
        return TouchState.FLAGGED, Counts.WAITING
    return (TouchState.WAITING if reasons else TouchState.BOUND), Counts.YES


def _counts(on: date) -> dict[str, Counts]:
    return {line.code: Counts(line.details["counts"]) for line in list_codes(Table.TOUCH_REASONS, on=on)}


def _presence(where: str, parameters: list[Any]) -> dict[tuple[int, int], list[Moment]]:
    moments: dict[tuple[int, int], list[Moment]] = defaultdict(list)
    statement = f"SELECT worker_id, site_id, moments FROM touches_presence WHERE {where}"  # noqa: S608 -- our own words
    for worker_id, site_id, packed in _rows(statement, parameters):
        moments[worker_id, site_id] += [unpacked(one) for one in packed]
    return moments


def _days(presence: Mapping[tuple[int, int], list[Moment]], *, on: date) -> list[DayRow]:
    facts = _facts((worker for worker, _ in presence), (site for _, site in presence))
    counts = _counts(on)
    found = []
    for (worker_id, site_id), moments in presence.items():
        for one in work_days(moments, facts.boundaries.get(site_id, DAY_BOUNDARY)):
            reasons = reasons_of_day(facts.of(worker_id, site_id, one), one.moments)
            state, counted = _verdict(reasons, counts)
            found.append(DayRow(worker_id, site_id, one.day, one.first, one.last, state, reasons, counted))
    return sorted(found, key=lambda row: (row.day, row.first))


def list_days_of_worker(worker_id: int, month: date, *, on: date) -> list[DayRow]:
    """A worker's days in a month, over all sites, with what each lacks."""
    around = _presence("worker_id = %s AND month = ANY(%s)", [worker_id, months_around(month)])
    return [row for row in _days(around, on=on) if row.day.replace(day=1) == month]


def list_days_of_site(site_id: int, day: date) -> list[DayRow]:
    """Who worked on a site on a day, by first touch."""
    months = sorted({day.replace(day=1), *months_around(day.replace(day=1))})
    around = _presence("site_id = %s AND month = ANY(%s)", [site_id, months])
    return [row for row in _days(around, on=day) if row.day == day]


def reasons_of_touches(touched: Mapping[int, Touched]) -> dict[int, Meaning]:
    """What the touches of a batch mean now, by their numbers: from presence and facts, not from the batch."""
    known = {seq: one for seq, one in touched.items() if one.worker_id is not None and not one.implausible}
    workers, sites = {one.worker_id for one in known.values()}, {one.site_id for one in known.values()}
    months = {
        month for one in known.values() for month in months_around(jst_day(one.moment.at).replace(day=1))
    }  # fmt: skip
    presence = _presence(
        "worker_id = ANY(%s) AND month = ANY(%s) AND site_id = ANY(%s)",
        [sorted(filter(None, workers)), sorted(months), sorted(sites)],
    )
    facts, counts = _facts(filter(None, workers), sites), None
    meanings: dict[int, Meaning] = {}
    days = {
        (worker_id, site_id, moment.key): one
        for (worker_id, site_id), moments in presence.items()
        for one in work_days(moments, facts.boundaries.get(site_id, DAY_BOUNDARY))
        for moment in one.moments
    }
    for seq, touch in touched.items():
        if touch.implausible:
            meanings[seq] = Meaning(None, TouchState.FLAGGED, ("CLOCK_IMPLAUSIBLE",))
        elif touch.worker_id is None:
            boundary = facts.boundaries.get(touch.site_id, DAY_BOUNDARY)
            meanings[seq] = Meaning(day_by_boundary(touch.moment.at, boundary), TouchState.FLAGGED, ("CARD_UNKNOWN",))
        else:
            counts = counts or _counts(jst_day(touch.moment.at))
            one = days[touch.worker_id, touch.site_id, touch.moment.key]
            reasons = reasons_of_day(facts.of(touch.worker_id, touch.site_id, one), one.moments)
            meanings[seq] = Meaning(one.day, _verdict(reasons, counts)[0], reasons)
    return meanings


@dataclass(frozen=True)
class DeviceRow:
    """A device on a site's page of terminals."""

    id: int
    name: str
    terminal_id: int
    state: DeviceState
    registered_at: datetime
    last_seen_at: datetime | None
    highest: int
    gaps: list[list[int]]
    refused: int


def list_devices(site_id: int) -> list[DeviceRow]:
    """The devices that serve a site's terminals, in the order of their registration."""
    rows = _rows(
        "SELECT d.id, d.name, p.terminal_id, d.state, d.registered_at, d.last_seen_at, d.highest, d.dense,"
        " ARRAY(SELECT ARRAY[lower(r), upper(r)] FROM unnest(d.seen + d.refused + d.lost) r),"
        " (SELECT COALESCE(sum(upper(r) - lower(r)), 0)::int FROM unnest(d.refused) r)"
        " FROM touches_device d JOIN touches_pairing p ON p.device_id = d.id AND p.until_at IS NULL"
        " JOIN sites_terminal t ON t.id = p.terminal_id WHERE t.site_id = %s ORDER BY d.id",
        [site_id],
    )
    return [
        DeviceRow(
            row[0], row[1], row[2], DeviceState(row[3]), row[4], row[5], row[6],
            gaps(row[6], [(a, b) for a, b in row[8]]) if row[7] else [], row[9],
        )
        for row in rows
    ]  # fmt: skip
