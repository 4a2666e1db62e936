"""Rosters: a firm puts its own linked people on a site, with trade, position and work, from a day on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

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
from registry.structures.rules import may_fill_roster
from registry.structures.states import TenureState
from registry.workers.queries import linked_businesses


class NotLinkedError(RegistryError):
    """A worker is not linked to the firm on the first day: not linked, not listed [src:004 Q2-6]."""

    code = "ROSTER_NOT_LINKED"


class RosterDaysError(RegistryError):
    """The days lie outside those of the firm's place, or end before they begin."""

    code = "ROSTER_DAYS"


class OnRosterError(RegistryError):
    """A worker is on this roster already on some of these days."""

    code = "ON_ROSTER"


class RosterTradeError(RegistryError):
    """The trade or position is not in its table."""

    code = "ROSTER_TRADE"


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

    Harmless when repeated: who stands there with the same data from the same day is left as he is.
    """
    site, tenure = _place(site_id, tenure_id, by=by)
    business_id = tenure.business_id if tenure and tenure.business_id else site.business_id
    if tenure and (from_on < tenure.from_on or (tenure.until_on is not None and from_on >= tenure.until_on)):
        raise RosterDaysError(field="from_on")
    _check_data([data for _, data in people])
    linked = linked_businesses([worker for worker, _ in people], on=from_on)
    strangers = [worker for worker, _ in people if business_id not in linked.get(worker, ())]
    if strangers:
        raise NotLinkedError(field="workers", workers=", ".join(map(str, strangers)))
    return sum(_add(site, tenure, worker, data, from_on, by=by, at=at) for worker, data in people)


def _place(site_id: SiteId, tenure_id: int | None, *, by: Actor) -> tuple[Site, Tenure | None]:
    site = Site.objects.filter(pk=site_id).first()
    tenure = None
    if tenure_id is not None:
        tenure = Tenure.objects.filter(pk=tenure_id, node__site=site_id, state=TenureState.ACCEPTED).first()
    if site is None or (tenure_id is not None and tenure is None):
        raise NotFoundError
    business_id = tenure.business_id if tenure else site.business_id
    if business_id is None or not may_fill_roster(by, business_id):
        raise NotAllowedError
    return site, tenure


def _check_data(rows: Sequence[RosterData]) -> None:
    trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
    for one in rows:
        # A trade that the table lacks is typed and stored with a code X… (ruling 33).
        if one.trade not in trades and not one.trade.startswith("X"):
            raise RosterTradeError(field="trade")
        if one.position and one.position not in positions:
            raise RosterTradeError(field="position")


def _add(
    site: Site, tenure: Tenure | None, worker_id: WorkerId, data: RosterData, from_on: date, *, by: Actor, at: datetime
) -> bool:
    same = RosterEntry.objects.filter(site=site, tenure=tenure, worker=worker_id, from_on=from_on, **asdict(data))
    if same.exists():
        return False
    until_on = tenure.until_on if tenure else None
    try:
        with transaction.atomic():
            entry = RosterEntry.objects.create(
                site=site,
                tenure=tenure,
                worker_id=worker_id,
                from_on=from_on,
                until_on=until_on,
                added_at=at,
                **asdict(data),
            )
    except IntegrityError:
        raise OnRosterError(field="workers", worker=worker_id) from None
    note_act("structures_roster_entry", entry.pk, "add", by=by, at=at)
    note_change(ChangeKind.ROSTER, worker_id=worker_id, site_id=site.pk, from_on=from_on, until_on=until_on)
    return True


def _entry(entry_id: int, *, by: Actor) -> RosterEntry:
    entry = RosterEntry.objects.select_for_update(of=("self",)).select_related("tenure", "site").filter(pk=entry_id)
    found = entry.first()
    if found is None:
        raise NotFoundError
    business_id = found.tenure.business_id if found.tenure else found.site.business_id
    if business_id is None or not may_fill_roster(by, business_id):
        raise NotAllowedError
    return found


@transaction.atomic
def end_roster_entry(entry_id: int, *, until_on: date, by: Actor, at: datetime) -> None:
    """Take a worker off a roster; `until_on` is the first day without him. Earlier days stay. Harmless when repeated."""
    entry = _entry(entry_id, by=by)
    if until_on <= entry.from_on:
        raise RosterDaysError(field="until_on")
    if entry.until_on is not None and entry.until_on <= until_on:
        return
    entry.until_on = until_on
    entry.save(update_fields=["until_on"])
    note_act("structures_roster_entry", entry.pk, "end", by=by, at=at)
    note_change(ChangeKind.ROSTER, worker_id=entry.worker_id, site_id=entry.site_id, from_on=until_on)


@transaction.atomic
def change_roster_entry(entry_id: int, data: RosterData, *, from_on: date, by: Actor, at: datetime) -> None:
    """Change what a roster says from a day on: the old row is closed, a new one written (ruling 29)."""
    entry = _entry(entry_id, by=by)
    if from_on <= entry.from_on or (entry.until_on is not None and from_on >= entry.until_on):
        raise RosterDaysError(field="from_on")
    _check_data([data])
    until_on, entry.until_on = entry.until_on, from_on
    entry.save(update_fields=["until_on"])
    RosterEntry.objects.create(
        site=entry.site, tenure=entry.tenure, worker_id=entry.worker_id, from_on=from_on, until_on=until_on,
        added_at=at, **asdict(data),
    )  # fmt: skip
    note_act("structures_roster_entry", entry.pk, "change", by=by, at=at)
    note_change(
        ChangeKind.ROSTER, worker_id=entry.worker_id, site_id=entry.site_id, from_on=from_on, until_on=until_on
    )  # fmt: skip
