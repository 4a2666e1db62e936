"""Rosters: a firm puts its own linked people on a site, with trade, position and work, from a day on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from registry.audit.operations import note_act
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import SiteId, WorkerId
from registry.sites.models import Site
from registry.structures.models import RosterEntry, Tenure
from registry.structures.operations.tenures import locked_tenures
from registry.structures.rules import may_fill_roster
from registry.structures.states import TenureState
from registry.workers.operations.links import hold_links
from registry.workers.queries import (
    link_ends,
    linked_businesses,
    registered_trades,
)


class NotLinkedError(RegistryError):
    """A worker is not linked to the firm on the first day: not linked, not listed [src:004 Q2-6]."""

    code = "ROSTER_NOT_LINKED"


class RosterDaysError(RegistryError):
    """The days lie outside those of the firm's place, or end before they begin."""

    code = "ROSTER_DAYS"


class RosterEarlyError(RosterDaysError):
    """A line would begin before its firm has a place on the site."""

    code = "ROSTER_EARLY"


class RosterLateError(RosterDaysError):
    """A line would begin when its firm has no place on the site any more."""

    code = "ROSTER_LATE"


class RosterLineGoneError(RegistryError):
    """The line was taken back."""

    code = "ROSTER_LINE_GONE"


class RosterLineEndedError(RosterDaysError):
    """The line ends before the day from which it would be changed."""

    code = "ROSTER_LINE_ENDED"


class OnRosterError(RegistryError):
    """A worker is on this roster already on some of these days."""

    code = "ON_ROSTER"


class RosterTradeError(RegistryError):
    """The trade or position is not in its table."""

    code = "ROSTER_TRADE"


class RosterTradeUnregisteredError(RegistryError):
    """Somebody has not registered the trade as which the roster would list him."""

    code = "ROSTER_TRADE_UNREGISTERED"


@dataclass(frozen=True, kw_only=True)
class RosterData:
    """What a roster says of one worker. `position` is a code of 立場 or empty."""

    trade: str
    position: str = ""
    work: str = ""
    hazardous: bool = False
    collects: bool = False


@transaction.atomic
def add_to_roster(
    site_id: SiteId, tenure_id: int | None, people: Sequence[tuple[WorkerId, RosterData]], *,
    from_on: date, by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Put workers on a roster from a day on; without a tenure, the prime's own people. Returns how many are new.

    A line ends with the firm's place, or with the link that holds on its first day where that ends earlier. Harmless when
    repeated: who stands there with the same data from the same day is left as he is.
    """
    hold_links(worker for worker, _ in people)
    site, tenure = _place(site_id, tenure_id, by=by)
    business_id = tenure.business_id if tenure and tenure.business_id else site.business_id
    if tenure and from_on < tenure.from_on:
        raise RosterEarlyError(field="from_on", first=tenure.from_on)
    if tenure and tenure.until_on is not None and from_on >= tenure.until_on:
        raise RosterLateError(field="from_on", last=tenure.until_on - timedelta(days=1))
    _check_data([data for _, data in people])
    ends = link_ends([worker for worker, _ in people], business_id or 0, on=from_on)
    strangers = [worker for worker, _ in people if worker not in ends]
    if strangers:
        raise NotLinkedError(field="workers", workers=", ".join(map(str, strangers)))
    _check_registered(people)
    place, place_ends = {"site": site, "tenure": tenure, "from_on": from_on}, tenure.until_on if tenure else None
    return sum(
        _add({**place, "worker_id": worker, **asdict(data)}, _earlier(place_ends, ends[worker]), by=by, at=at)
        for worker, data in people
    )


def _earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two ends, either of which may not be known."""
    return min((end for end in (one, other) if end), default=None)


def _place(site_id: SiteId, tenure_id: int | None, *, by: Actor) -> tuple[Site, Tenure | None]:
    """The site, and the firm's accepted place on it, locked."""
    site = Site.objects.filter(pk=site_id).first()
    tenure = None
    if tenure_id is not None:
        tenure = locked_tenures().filter(pk=tenure_id, node__site=site_id, state=TenureState.ACCEPTED).first()
    if site is None or (tenure_id is not None and tenure is None):
        raise NotFoundError
    business_id = tenure.business_id if tenure else site.business_id
    if business_id is None or not may_fill_roster(by, business_id, site):
        raise NotAllowedError
    return site, tenure


def _check_data(rows: Sequence[RosterData]) -> None:
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    for one in rows:
        # A trade that the table lacks is typed and stored with a code X… (ruling 33).
        if one.trade and one.trade not in trades and not one.trade.startswith("X"):
            raise RosterTradeError(field="trade")
        if one.position and one.position not in positions:
            raise RosterTradeError(field="position")


def _check_registered(people: Sequence[tuple[WorkerId, RosterData]], kept: str = "") -> None:
    """A roster says one of the worker's own trades, as an edit of a day does (ruling 29); a line keeps the one it `kept`."""
    own = registered_trades([worker for worker, _ in people])
    without = [worker for worker, data in people if data.trade not in {*own.get(worker, ()), kept or None}]
    if without:
        raise RosterTradeUnregisteredError(field="trade", workers=", ".join(map(str, without)))


def _add(line: dict[str, Any], until_on: date | None, *, by: Actor, at: datetime) -> bool:
    if RosterEntry.objects.filter(withdrawn_at=None, **line).exists():
        return False
    entry = _write(at=at, until_on=until_on, **line)
    note_act("structures_roster_entry", entry.pk, "add", by=by, at=at)
    note_line(entry, entry.from_on, until_on)
    return True


def _write(*, at: datetime, **line: Any) -> RosterEntry:
    try:
        with transaction.atomic():
            entry = RosterEntry.objects.create(added_at=at, **line)
    except IntegrityError:
        raise OnRosterError(field="workers", worker=line["worker_id"]) from None
    # What went with a link's end, and would hold again on one of these days, has a line in its place.
    gone = lines_beside(entry).filter(withdrawn_with_link=True, from_on__gte=entry.from_on)
    gone.filter(from_on__lt=entry.until_on or date.max).update(withdrawn_with_link=False)
    return entry


def lines_beside(entry: RosterEntry) -> QuerySet[RosterEntry]:
    """All lines of a line's worker on its roster."""
    return RosterEntry.objects.filter(site=entry.site_id, tenure=entry.tenure_id, worker=entry.worker_id)


def note_line(entry: RosterEntry, from_on: date, until_on: date | None) -> None:
    note_change(ChangeKind.ROSTER, worker_id=entry.worker_id, site_id=entry.site_id, from_on=from_on, until_on=until_on)


def hold_places(lines: QuerySet[RosterEntry]) -> None:
    """Lock the firms' places that lines stand under, before the lines: none of them ends or is withdrawn meanwhile."""
    list(locked_tenures().filter(pk__in=lines.values("tenure")))


def locked_entry(entry_id: int, *, by: Actor) -> RosterEntry:
    """A line, locked after its firm's place."""
    hold_places(RosterEntry.objects.filter(pk=entry_id))
    entry = RosterEntry.objects.select_for_update(of=("self",)).select_related("tenure", "site").filter(pk=entry_id)
    found = entry.first()
    if found is None:
        raise NotFoundError
    business_id = found.tenure.business_id if found.tenure else found.site.business_id
    if business_id is None or not may_fill_roster(by, business_id, found.site):
        raise NotAllowedError
    return found


@transaction.atomic
def withdraw_roster_entry(entry_id: int, *, by: Actor, at: datetime) -> None:
    """A line that was a mistake holds on no day; it stays in the log. Harmless when repeated."""
    withdraw_line(locked_entry(entry_id, by=by), by=by, at=at)


def withdraw_line(entry: RosterEntry, *, with_link: bool = False, by: Actor, at: datetime) -> None:
    if entry.withdrawn_at is None:
        entry.withdrawn_at, entry.withdrawn_with_link = at, with_link
        entry.save(update_fields=["until_on", "withdrawn_at", "withdrawn_with_link"])
        note_act("structures_roster_entry", entry.pk, "withdraw", by=by, at=at)
        note_line(entry, entry.from_on, entry.until_on)


@transaction.atomic
def change_roster_entry(entry_id: int, data: RosterData, *, from_on: date, by: Actor, at: datetime) -> int:
    """Change what a roster says of a worker from a day on (ruling 29). Returns the new line. Harmless when repeated.

    The old line is closed and a new one written. From its first day on, or from an earlier one, the new line takes its place.
    """
    hold_links(RosterEntry.objects.filter(pk=entry_id).values_list("worker", flat=True))
    entry = locked_entry(entry_id, by=by)
    line = {
        "site": entry.site,
        "tenure": entry.tenure,
        "worker_id": entry.worker_id,
        "from_on": from_on,
        **asdict(data),
    }
    known = RosterEntry.objects.filter(withdrawn_at=None, **line).first()
    if known:
        return known.pk
    _check_days(entry, from_on)
    _check_data([data])
    _check_registered([(WorkerId(entry.worker_id), data)], entry.trade)
    until_on, own_until_on = entry.until_on, entry.own_until_on
    if from_on > entry.from_on:
        entry.until_on = entry.own_until_on = from_on
        entry.save(update_fields=["until_on", "own_until_on"])
    else:
        withdraw_line(entry, by=by, at=at)
    changed = _write(at=at, until_on=until_on, own_until_on=own_until_on, **line)
    note_act("structures_roster_entry", changed.pk, "change", by=by, at=at)
    note_line(entry, from_on, until_on)
    return changed.pk


def _check_days(entry: RosterEntry, from_on: date) -> None:
    """The line still holds on that day or later, and its firm's place and the link hold on it."""
    if entry.withdrawn_at:
        raise RosterLineGoneError
    if entry.tenure is not None and from_on < entry.tenure.from_on:
        raise RosterEarlyError(field="from_on", first=entry.tenure.from_on)
    if entry.until_on is not None and from_on >= entry.until_on:
        raise RosterLineEndedError(field="from_on", last=entry.until_on - timedelta(days=1))
    firm = entry.tenure.business_id if entry.tenure else entry.site.business_id
    if from_on < entry.from_on and firm not in linked_businesses([entry.worker_id], on=from_on).get(
        entry.worker_id, ()
    ):
        raise NotLinkedError(field="from_on", workers=str(entry.worker_id))
