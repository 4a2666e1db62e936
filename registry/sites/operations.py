"""Writes of sites."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from registry.accounts.states import Permission
from registry.audit.operations import note_act
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, RegistryError
from registry.core.ids import BusinessId, IdKind, SiteId, make_id
from registry.sites.models import DAY_BOUNDARY, LATEST_BOUNDARY, DayBoundary, Site, SitePeriod, Terminal


class SitePeriodError(RegistryError):
    """A site's period ends before it begins."""

    code = "SITE_PERIOD"


class DayBoundaryError(RegistryError):
    """A site's day begins after noon."""

    code = "DAY_BOUNDARY"


@dataclass(frozen=True, kw_only=True)
class SiteData:
    """What a prime registers of a site. `last_on` is the last day of the period; empty means open."""

    name: str
    prefecture: str
    address: str
    public_works: bool
    manager_name: str
    from_on: date
    last_on: date | None = None
    hazardous: bool = False
    terminal_name: str
    day_begins_at: time = DAY_BOUNDARY


@transaction.atomic
def open_site(business_id: BusinessId, data: SiteData, *, by: Actor, at: datetime) -> SiteId:
    """Open a site with one terminal."""
    if not by.has(Permission.BUSINESS_SITES) or by.subject_id not in {None, business_id}:
        raise NotAllowedError
    if data.last_on is not None and data.last_on < data.from_on:
        raise SitePeriodError(field="last_on")
    if data.day_begins_at > LATEST_BOUNDARY:
        raise DayBoundaryError(field="day_begins_at")
    site_id = SiteId(make_id(IdKind.SITE))
    Site.objects.create(
        id=site_id, business_id=business_id, name=data.name, prefecture=data.prefecture, address=data.address,
        public_works=data.public_works, hazardous=data.hazardous, manager_name=data.manager_name, opened_at=at,
    )  # fmt: skip
    until_on = date.fromordinal(data.last_on.toordinal() + 1) if data.last_on else None
    SitePeriod.objects.create(site_id=site_id, from_on=data.from_on, until_on=until_on)
    DayBoundary.objects.create(site_id=site_id, begins_at=data.day_begins_at, from_on=data.from_on)
    Terminal.objects.create(site_id=site_id, number=1, name=data.terminal_name)
    note_act("sites_site", site_id, "open", by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=data.from_on)
    return site_id
