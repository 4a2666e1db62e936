"""Ends: of a line of a roster, of a firm's place with its lines, and of a link with the lines that rest on it."""

from datetime import date, datetime
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet

from registry.audit.operations import note_act
from registry.core.actor import Actor
from registry.core.dated import on_day
from registry.structures.models import RosterEntry
from registry.structures.operations.rosters import (
    OnRosterError,
    RosterDaysError,
    RosterLineGoneError,
    hold_places,
    lines_beside,
    locked_entry,
    note_line,
    withdraw_line,
)
from registry.structures.operations.tenures import end_tenure
from registry.structures.states import TenureState
from registry.workers.operations.ends import answer_end_dispute, withdraw_end
from registry.workers.operations.links import end_link, hold_links
from registry.workers.queries import link_ends, linked_businesses, parties_of_dispute, parties_of_link


@transaction.atomic
def end_roster_entry(entry_id: int, *, until_on: date | None, by: Actor, at: datetime) -> date | None:
    """Say when a worker leaves a roster, earlier or later than was said before; None takes that back. Earlier days stay.

    `until_on` is the first day without him; so is what is returned: the line lasts no longer than the firm's place, the link
    that holds on its first day, and the next line. Harmless when repeated. Raises `RosterLineGoneError`, `RosterDaysError`.
    """
    hold_links(RosterEntry.objects.filter(pk=entry_id).values_list("worker", flat=True))
    entry = locked_entry(entry_id, by=by)
    if entry.withdrawn_at:
        raise RosterLineGoneError
    if until_on is not None and until_on <= entry.from_on:
        raise RosterDaysError(field="until_on")
    before, entry.own_until_on = entry.until_on, until_on
    entry.save(update_fields=["own_until_on"])
    if not _hold_until(
        entry, _link_end(entry)
    ):  # on no day for now; should its place or its link last longer, its own end holds
        _save_end(entry, _own_end(entry))
    if entry.until_on != before:
        note_act("structures_roster_entry", entry.pk, "end", by=by, at=at)
        note_line(entry, min(one for one in (before, entry.until_on) if one), None)
    return entry.until_on


def _link_end(entry: RosterEntry) -> date:
    """From which day on the link no longer holds that held on a line's first day; `date.max` where no such day is known."""
    firm = entry.tenure.business_id if entry.tenure else entry.site.business_id
    ends = link_ends([entry.worker_id], firm or 0, on=entry.from_on)
    return ends.get(entry.worker_id, entry.until_on) or date.max


@transaction.atomic
def end_place(tenure_id: int, *, until_on: date | None, by: Actor, at: datetime, on: date) -> None:
    """Say when a firm's place ends (`end_tenure`); the lines of its roster that ended with it, or begin after it, move too."""
    lines = RosterEntry.objects.filter(tenure=tenure_id, withdrawn_at=None)
    hold_links(lines.values_list("worker", flat=True))
    before = end_tenure(tenure_id, until_on=until_on, by=by, at=at, on=on)
    if before is None or (until_on is not None and until_on <= before):
        return
    beyond = lines.filter(Q(until_on=before) | Q(from_on__gte=before)).select_for_update(of=("self",))
    for entry in beyond.select_related("tenure", "site").order_by("pk"):
        _reopen(entry, _link_end(entry), by=by, at=at)


def _end(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    if entry.withdrawn_at or (entry.until_on is not None and entry.until_on <= until_on):
        return
    entry.until_on = until_on
    entry.save(update_fields=["until_on"])
    note_act("structures_roster_entry", entry.pk, "end", by=by, at=at)
    note_line(entry, until_on, None)


def _lines_with(worker_id: int, business_id: int) -> QuerySet[RosterEntry]:
    """A worker's lines on the rosters of a firm, also those that went with a link's end; locked after its places."""
    firm = Q(tenure__business=business_id) | Q(tenure=None, site__business=business_id)
    standing = Q(withdrawn_at=None) | Q(withdrawn_with_link=True)
    lines = RosterEntry.objects.filter(firm, standing, worker=worker_id)
    hold_places(lines)
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
            withdraw_line(entry, with_link=True, by=by, at=at)


def _ended_with_link(entry: RosterEntry, end: date) -> bool:
    """Whether a line ended with its link, or went with it as one of later days."""
    return entry.from_on >= end if entry.withdrawn_with_link else entry.until_on == end


def _place_ends(entry: RosterEntry) -> date | None:
    return entry.tenure.until_on if entry.tenure else None


def _own_end(entry: RosterEntry) -> date:
    """Until when a line lasts by itself: its own end, or where the next one begins; `date.max` where there is neither."""
    later = lines_beside(entry).filter(withdrawn_at=None, from_on__gt=entry.from_on)
    following = later.aggregate(first=Min("from_on"))["first"]
    return min(entry.own_until_on or date.max, following or date.max)


def _hold_until(entry: RosterEntry, until_on: date) -> bool:
    """Let a line last until a day, never beyond its own end, its firm's place or the next line; False where no day is left.

    `date.max` is no end of its own.
    """
    end = min(until_on, _own_end(entry), _place_ends(entry) or date.max)
    if end <= entry.from_on:
        return False
    _save_end(entry, end)
    return True


def _save_end(entry: RosterEntry, end: date) -> None:
    entry.until_on = None if end == date.max else end
    try:
        with transaction.atomic():
            entry.save(update_fields=["until_on", "withdrawn_at", "withdrawn_with_link"])
    except IntegrityError:
        raise OnRosterError(field="until_on", worker=entry.worker_id) from None


def _restore(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    """A line that went with its link's end holds again, where its place still has its days and no other line has them."""
    is_gone = entry.tenure is not None and entry.tenure.state != TenureState.ACCEPTED
    if is_gone or lines_beside(entry).filter(on_day(entry.from_on), withdrawn_at=None).exists():
        return
    entry.withdrawn_at, entry.withdrawn_with_link = None, False
    if _hold_until(entry, until_on):
        note_act("structures_roster_entry", entry.pk, "restore", by=by, at=at)
        note_line(entry, entry.from_on, entry.until_on)


def _reopen(entry: RosterEntry, until_on: date, *, by: Actor, at: datetime) -> None:
    """A line that ended with its link or its place lasts until a later day."""
    before = entry.until_on
    if _hold_until(entry, until_on) and entry.until_on != before:
        note_act("structures_roster_entry", entry.pk, "reopen", by=by, at=at)
        note_line(entry, min(one for one in (before, entry.until_on) if one), None)
