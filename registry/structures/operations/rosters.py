"""Rosters: a firm puts its own linked people on a site, with trade, position and work, from a day on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet

from registry.audit.operations import note_act
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.actor import Actor
from registry.core.dated import on_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import SiteId, WorkerId
from registry.sites.models import Site
from registry.structures.models import RosterEntry, Tenure
from registry.structures.operations.tenures import end_tenure, locked_tenures
from registry.structures.rules import may_fill_roster
from registry.structures.states import TenureState
from registry.workers.operations.ends import answer_end_dispute, withdraw_end
from registry.workers.operations.links import end_link, hold_links
from registry.workers.queries import (
    link_ends,
    linked_businesses,
    parties_of_dispute,
    parties_of_link,
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
    _note(entry, entry.from_on, until_on)
    return True


def _write(*, at: datetime, **line: Any) -> RosterEntry:
    try:
        with transaction.atomic():
            entry = RosterEntry.objects.create(added_at=at, **line)
    except IntegrityError:
        raise OnRosterError(field="workers", worker=line["worker_id"]) from None
    # What went with a link's end, and would hold again on one of these days, has a line in its place.
    gone = _of_roster(entry).filter(withdrawn_with_link=True, from_on__gte=entry.from_on)
    gone.filter(from_on__lt=entry.until_on or date.max).update(withdrawn_with_link=False)
    return entry


def _of_roster(entry: RosterEntry) -> QuerySet[RosterEntry]:
    """All lines of a line's worker on its roster."""
    return RosterEntry.objects.filter(site=entry.site_id, tenure=entry.tenure_id, worker=entry.worker_id)


def _note(entry: RosterEntry, from_on: date, until_on: date | None) -> None:
    note_change(ChangeKind.ROSTER, worker_id=entry.worker_id, site_id=entry.site_id, from_on=from_on, until_on=until_on)


def _hold_places(lines: QuerySet[RosterEntry]) -> None:
    """Lock the firms' places that lines stand under, before the lines: none of them ends or is withdrawn meanwhile."""
    list(locked_tenures().filter(pk__in=lines.values("tenure")))


def _entry(entry_id: int, *, by: Actor) -> RosterEntry:
    """A line, locked after its firm's place."""
    _hold_places(RosterEntry.objects.filter(pk=entry_id))
    entry = RosterEntry.objects.select_for_update(of=("self",)).select_related("tenure", "site").filter(pk=entry_id)
    found = entry.first()
    if found is None:
        raise NotFoundError
    business_id = found.tenure.business_id if found.tenure else found.site.business_id
    if business_id is None or not may_fill_roster(by, business_id, found.site):
        raise NotAllowedError
    return found


@transaction.atomic
def end_roster_entry(entry_id: int, *, until_on: date | None, by: Actor, at: datetime) -> date | None:
    """Say when a worker leaves a roster, earlier or later than was said before; None takes that back. Earlier days stay.

    `until_on` is the first day without him; so is what is returned: the line lasts no longer than the firm's place, the link
    that holds on its first day, and the next line. Harmless when repeated. Raises `RosterLineGoneError`, `RosterDaysError`.
    """
    hold_links(RosterEntry.objects.filter(pk=entry_id).values_list("worker", flat=True))
    entry = _entry(entry_id, by=by)
    if entry.withdrawn_at:
        raise RosterLineGoneError
    if until_on is not None and until_on <= entry.from_on:
        raise RosterDaysError(field="until_on")
    before, entry.own_until_on = entry.until_on, until_on
    entry.save(update_fields=["own_until_on"])
    _hold_until(entry, _link_end(entry))
    if entry.until_on != before:
        note_act("structures_roster_entry", entry.pk, "end", by=by, at=at)
        _note(entry, min(one for one in (before, entry.until_on) if one), None)
    return entry.until_on


def _link_end(entry: RosterEntry) -> date:
    """From which day on the link no longer holds that held on a line's first day; `date.max` where no such day is known."""
    firm = entry.tenure.business_id if entry.tenure else entry.site.business_id
    ends = link_ends([entry.worker_id], firm or 0, on=entry.from_on)
    return ends.get(entry.worker_id, entry.until_on) or date.max


@transaction.atomic
def end_place(tenure_id: int, *, until_on: date | None, by: Actor, at: datetime, on: date) -> None:
    """Say when a firm's place ends (`end_tenure`); the lines of its roster that ended with it move with the end."""
    lines = RosterEntry.objects.filter(tenure=tenure_id, withdrawn_at=None)
    hold_links(lines.values_list("worker", flat=True))
    before = end_tenure(tenure_id, until_on=until_on, by=by, at=at, on=on)
    if before is None or (until_on is not None and until_on <= before):
        return
    ended = lines.filter(until_on=before).select_for_update(of=("self",)).select_related("tenure", "site")
    for entry in ended.order_by("pk"):
        _reopen(entry, _link_end(entry), by=by, at=at)


def _end(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    if entry.withdrawn_at or (entry.until_on is not None and entry.until_on <= until_on):
        return
    entry.until_on = until_on
    entry.save(update_fields=["until_on"])
    note_act("structures_roster_entry", entry.pk, "end", by=by, at=at)
    _note(entry, until_on, None)


@transaction.atomic
def withdraw_roster_entry(entry_id: int, *, by: Actor, at: datetime) -> None:
    """A line that was a mistake holds on no day; it stays in the log. Harmless when repeated."""
    _withdraw(_entry(entry_id, by=by), by=by, at=at)


def _withdraw(entry: RosterEntry, *, with_link: bool = False, by: Actor, at: datetime) -> None:
    if entry.withdrawn_at is None:
        entry.withdrawn_at, entry.withdrawn_with_link = at, with_link
        entry.save(update_fields=["until_on", "withdrawn_at", "withdrawn_with_link"])
        note_act("structures_roster_entry", entry.pk, "withdraw", by=by, at=at)
        _note(entry, entry.from_on, entry.until_on)


@transaction.atomic
def change_roster_entry(entry_id: int, data: RosterData, *, from_on: date, by: Actor, at: datetime) -> int:
    """Change what a roster says of a worker from a day on (ruling 29). Returns the new line. Harmless when repeated.

    The old line is closed and a new one written. From its first day on, or from an earlier one, the new line takes its place.
    """
    hold_links(RosterEntry.objects.filter(pk=entry_id).values_list("worker", flat=True))
    entry = _entry(entry_id, by=by)
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
        _withdraw(entry, by=by, at=at)
    changed = _write(at=at, until_on=until_on, own_until_on=own_until_on, **line)
    note_act("structures_roster_entry", changed.pk, "change", by=by, at=at)
    _note(entry, from_on, until_on)
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


def _lines_with(worker_id: int, business_id: int) -> QuerySet[RosterEntry]:
    """A worker's lines on the rosters of a firm, also those that went with a link's end; locked after its places."""
    firm = Q(tenure__business=business_id) | Q(tenure=None, site__business=business_id)
    standing = Q(withdrawn_at=None) | Q(withdrawn_with_link=True)
    lines = RosterEntry.objects.filter(firm, standing, worker=worker_id)
    _hold_places(lines)
    return lines.select_for_update(of=("self",)).select_related("tenure").order_by("pk")


@transaction.atomic
def end_affiliation(affiliation_id: int, *, until_on: date, by: Actor, at: datetime) -> None:
    """End a link (ruling 14), and with it the worker's lines on the firm's rosters: who is not linked is not listed."""
    parties = parties_of_link(affiliation_id)
    moved = end_link(affiliation_id, until_on=until_on, by=by, at=at)
    if moved and parties:
        _follow_end(*parties, *moved, by=by, at=at)


@transaction.atomic
def keep_affiliation(affiliation_id: int, *, by: Actor, at: datetime) -> None:
    """Take back an end that was announced; the worker's lines on the firm's rosters go on as they did."""
    parties = parties_of_link(affiliation_id)
    before = withdraw_end(affiliation_id, by=by, at=at)
    if before and parties:
        _follow_end(*parties, before, None, by=by, at=at)


@transaction.atomic
def settle_end(dispute_id: int, *, agree: bool, by: Actor, at: datetime) -> None:
    """Answer an objection to the day on which a link ended; where it moves, the lines that ended with it move too."""
    moved = answer_end_dispute(dispute_id, agree=agree, by=by, at=at)
    if moved:
        _follow_end(*parties_of_dispute(dispute_id), *moved, by=by, at=at)


def _follow_end(
    worker_id: int, business_id: int, before: date | None, end: date | None, *, by: Actor, at: datetime
) -> None:  # fmt: skip
    """Move the lines on a firm's rosters with the end of a link, None where it goes on; those of a later link stay.

    The last ones first: a line that lasts longer stops where the one after it stands again.
    """
    after = end or date.max
    for entry in sorted(_lines_with(worker_id, business_id), key=attrgetter("from_on"), reverse=True):
        if before is not None and _ended_with_link(entry, before) and max(before, entry.from_on) < after:
            lengthen = _restore if entry.withdrawn_with_link else _reopen
            lengthen(entry, after, by=by, at=at)
        elif entry.withdrawn_with_link or end is None:
            continue  # it stays off; or its end, if it has one, is its own
        elif entry.from_on < end:
            _end(entry, end, by=by, at=at)
        elif business_id not in linked_businesses([worker_id], on=entry.from_on).get(worker_id, ()):
            _withdraw(entry, with_link=True, by=by, at=at)


def _ended_with_link(entry: RosterEntry, end: date) -> bool:
    """Whether a line ended with its link, or went with it as one of later days."""
    return entry.from_on >= end if entry.withdrawn_with_link else entry.until_on == end


def _place_ends(entry: RosterEntry) -> date | None:
    return entry.tenure.until_on if entry.tenure else None


def _hold_until(entry: RosterEntry, until_on: date) -> bool:
    """Let a line last until a day, never beyond its own end, its firm's place or the next line; False where no day is left.

    `date.max` is no end of its own.
    """
    later = _of_roster(entry).filter(withdrawn_at=None, from_on__gt=entry.from_on)
    following = later.aggregate(first=Min("from_on"))["first"]
    end = min(one for one in (until_on, entry.own_until_on, _place_ends(entry), following) if one)
    if end <= entry.from_on:
        return False
    entry.until_on = None if end == date.max else end
    try:
        with transaction.atomic():
            entry.save(update_fields=["until_on", "withdrawn_at", "withdrawn_with_link"])
    except IntegrityError:
        raise OnRosterError(field="until_on", worker=entry.worker_id) from None
    return True


def _restore(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    """A line that went with its link's end holds again, where its place still has its days and no other line has them."""
    is_gone = entry.tenure is not None and entry.tenure.state != TenureState.ACCEPTED
    if is_gone or _of_roster(entry).filter(on_day(entry.from_on), withdrawn_at=None).exists():
        return
    entry.withdrawn_at, entry.withdrawn_with_link = None, False
    if _hold_until(entry, until_on):
        note_act("structures_roster_entry", entry.pk, "restore", by=by, at=at)
        _note(entry, entry.from_on, entry.until_on)


def _reopen(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    """A line that ended with its link lasts until a later day."""
    before = entry.until_on or until_on
    if _hold_until(entry, until_on):
        note_act("structures_roster_entry", entry.pk, "reopen", by=by, at=at)
        _note(entry, before, until_on)
