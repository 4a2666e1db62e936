"""Writes of registered sites."""

import json
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from registry.accounts.states import Permission
from registry.audit.operations import note_act
from registry.businesses.models import Business, BusinessUser
from registry.businesses.operations import check_unit
from registry.changes.operations import note_change
from registry.changes.states import EVER, ChangeKind
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.form_keys import key_of_form
from registry.core.ids import BusinessId, IdKind, SiteId, make_id
from registry.sites.derive import hash_of_screen
from registry.sites.models import DayBoundary, Site, SitePeriod, SiteUser, Terminal
from registry.sites.queries import find_opened, list_site_users, list_users_to_choose
from registry.sites.rules import is_prime
from registry.sites.states import DAY_BOUNDARY, LATEST_BOUNDARY, ROLES_OF_MANAGERS


class SitePeriodError(RegistryError):
    """A site's period ends before it begins."""

    code = "SITE_PERIOD"


class PeriodOrderError(RegistryError):
    """A further period of a site ends before it begins."""

    code = "PERIOD_ORDER"


class DayBoundaryError(RegistryError):
    """A site's day begins after noon."""

    code = "DAY_BOUNDARY"


class SitePeriodOverlapError(RegistryError):
    """A site has a period on some of these days already."""

    code = "SITE_PERIOD_OVERLAPS"


class SiteUserError(RegistryError):
    """Somebody to whom a site shall be given does not log in for the firm, or whoever gives it does not manage him."""

    code = "SITE_USER"


class SiteManagerMissingError(RegistryError):
    """A site would have nobody who manages it."""

    code = "SITE_MANAGER_MISSING"


@dataclass(frozen=True, kw_only=True)
class SiteData:
    """What a prime registers of a site. `last_on` is the last day of the period; empty means open."""

    name: str
    prefecture: str
    address: str
    public_works: bool
    from_on: date
    last_on: date | None = None
    hazardous: bool = False
    terminal_name: str
    day_begins_at: time = DAY_BOUNDARY
    unit_id: int | None = None
    users: Collection[int] = ()  # accounts of those who have it; without any, whoever opens it


@transaction.atomic
def open_site(business_id: BusinessId, data: SiteData, *, key: str = "", by: Actor, at: datetime) -> SiteId:
    """Open a site with one terminal. Harmless when repeated with the same form key and data."""
    if not by.has(Permission.BUSINESS_SITES) or by.subject_id not in {None, business_id}:
        raise NotAllowedError
    check_unit(business_id, data.unit_id, by=by)
    if data.last_on is not None and data.last_on < data.from_on:
        raise SitePeriodError(field="last_on")
    if data.day_begins_at > LATEST_BOUNDARY:
        raise DayBoundaryError(field="day_begins_at")
    site_id = SiteId(make_id(IdKind.SITE))
    Business.objects.select_for_update().get(pk=business_id)  # two clicks at once: the second waits for the first
    form_key = key_of_form(key, business_id, data)
    if known := find_opened(form_key):
        return known
    Site.objects.create(
        id=site_id, business_id=business_id, form_key=form_key, name=data.name, prefecture=data.prefecture, address=data.address,
        public_works=data.public_works, hazardous=data.hazardous, opened_at=at, unit_id=data.unit_id,
    )  # fmt: skip
    own = () if by.account_id is None else (by.account_id,)
    _give_managed(site_id, business_id, data.users or own, by=by, at=at)
    SitePeriod.objects.create(site_id=site_id, from_on=data.from_on, until_on=_day_after(data.last_on))
    DayBoundary.objects.create(site_id=site_id, begins_at=data.day_begins_at, from_on=data.from_on)
    Terminal.objects.create(site_id=site_id, number=1, name=data.terminal_name)
    note_act("sites_site", site_id, "open", by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=data.from_on)
    return site_id


@dataclass(frozen=True, kw_only=True)
class SiteNames:
    """What of a site can have been mistyped: how it is called, where it lies."""

    name: str
    prefecture: str
    address: str


@transaction.atomic
def correct_site(site_id: SiteId, names: SiteNames, *, by: Actor, at: datetime) -> None:
    """Correct what was mistyped of a site; the log keeps what stood there. Harmless when repeated."""
    site = _own_site(site_id, by=by)
    before = {name: getattr(site, name) for name, value in asdict(names).items() if getattr(site, name) != value}
    if not before:
        return
    for name in before:
        setattr(site, name, getattr(names, name))
    site.save(update_fields=list(before))
    note_act("sites_site", site_id, "correct", by=by, at=at, reason=json.dumps(before, ensure_ascii=False))
    if "prefecture" in before:  # how far it lies from the others where its people were (decision 0007)
        note_change(ChangeKind.SITE, site_id=site_id, from_on=EVER)


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _own_site(site_id: SiteId, *, by: Actor) -> Site:
    """The prime's own site, locked."""
    site = Site.objects.select_for_update(no_key=True).filter(pk=site_id).first()
    if site is None:
        raise NotFoundError
    if not by.has(Permission.SITE_MANAGE) or not is_prime(by, site):
        raise NotAllowedError
    return site


@transaction.atomic
def add_terminal(site_id: SiteId, name: str, *, by: Actor, at: datetime) -> int:
    """Add a place where touches are made. Harmless when repeated with the same name."""
    site = _own_site(site_id, by=by)
    known = Terminal.objects.filter(site=site, name=name).first()
    if known:
        return known.pk
    last = Terminal.objects.filter(site=site).aggregate(last=Max("number"))["last"] or 0
    terminal = Terminal.objects.create(site=site, number=last + 1, name=name)
    note_act("sites_terminal", terminal.pk, "add", by=by, at=at)
    return terminal.pk


@transaction.atomic
def withdraw_poster(site_id: SiteId, terminal_id: int, generation: int, *, by: Actor, at: datetime) -> None:
    """Withdraw the printed posters of a terminal up to a generation; the next one takes their place. Harmless when repeated."""
    site = _own_site(site_id, by=by)
    posters = Terminal.objects.filter(pk=terminal_id, site=site, poster_generation=generation)
    if posters.update(poster_generation=generation + 1, poster_up=False):
        note_act("sites_terminal", terminal_id, "withdraw_poster", by=by, at=at)


@transaction.atomic
def say_poster_up(site_id: SiteId, terminal_id: int, *, up: bool, by: Actor, at: datetime) -> None:
    """Say whether a printed poster hangs at a terminal: then there is a way to touch. Harmless when repeated."""
    site = _own_site(site_id, by=by)
    if Terminal.objects.filter(pk=terminal_id, site=site, poster_up=not up).update(poster_up=up):
        note_act("sites_terminal", terminal_id, "hang_poster" if up else "take_poster_down", by=by, at=at)


SCREEN_SECRET_BYTES = 32


@transaction.atomic
def make_screen_link(site_id: SiteId, terminal_id: int, *, by: Actor, at: datetime) -> str:
    """The secret of an address that shows a terminal's changing poster and nothing else, without a log-in.

    Told this once; the one before it ends. Kept as a hash.
    """
    terminals = Terminal.objects.filter(pk=terminal_id, site=_own_site(site_id, by=by))
    secret = secrets.token_urlsafe(SCREEN_SECRET_BYTES)
    if not terminals.update(screen_hash=hash_of_screen(secret)):
        raise NotFoundError
    note_act("sites_terminal", terminal_id, "make_screen_link", by=by, at=at)
    return secret


@transaction.atomic
def end_screen_link(site_id: SiteId, terminal_id: int, *, by: Actor, at: datetime) -> None:
    """End the secret address of a terminal's screen. Harmless when repeated."""
    terminals = Terminal.objects.filter(pk=terminal_id, site=_own_site(site_id, by=by), screen_hash__isnull=False)
    if terminals.update(screen_hash=None):
        note_act("sites_terminal", terminal_id, "end_screen_link", by=by, at=at)


@transaction.atomic
def file_site(site_id: SiteId, unit_id: int | None, *, by: Actor, at: datetime) -> None:
    """File a site under another unit of its firm: from now on that unit's people see it. Harmless when repeated."""
    site = _own_site(site_id, by=by)
    if not by.has(Permission.BUSINESS_SITES):
        raise NotAllowedError
    check_unit(BusinessId(site.business_id or 0), unit_id, by=by)
    if site.unit_id != unit_id:
        site.unit_id = unit_id
        site.save(update_fields=["unit_id"])
        note_act("sites_site", site_id, "file", by=by, at=at)


def give_site_to(
    site_id: SiteId, business_id: BusinessId, account_ids: Collection[int], *, by: Actor, at: datetime
) -> None:
    """Give a site to some of a firm's people, and take it from those who are not among them; for whoever may do that.

    Whom the giver does not manage keeps what he has. Harmless when repeated. Raises `SiteUserError`.
    """
    # Two clicks at once: the second waits for the first.
    list(BusinessUser.objects.select_for_update(no_key=True).filter(business=business_id).order_by("pk"))
    possible = {user.account.id for user in list_users_to_choose(business_id, by=by)}
    chosen = set(account_ids)
    if chosen - possible:
        raise SiteUserError(field="users")
    given = SiteUser.objects.filter(site=site_id, user__business=business_id, user__account__in=possible)
    known = set(given.values_list("user__account_id", flat=True))
    if chosen == known:
        return
    given.exclude(user__account__in=chosen).delete()
    new = BusinessUser.objects.filter(business=business_id, account__in=chosen - known).order_by("pk")
    SiteUser.objects.bulk_create(SiteUser(site_id=site_id, user=user) for user in new)
    note_act("sites_site", site_id, "give", by=by, at=at, reason=",".join(map(str, sorted(chosen))))


def _give_managed(
    site_id: SiteId, business_id: BusinessId, account_ids: Collection[int], *, by: Actor, at: datetime
) -> None:
    """Give a prime's site; somebody has to be left who manages it (ruling 7)."""
    give_site_to(site_id, business_id, account_ids, by=by, at=at)
    if not any(user.account.role in ROLES_OF_MANAGERS for user in list_site_users(site_id, business_id)):
        raise SiteManagerMissingError(field="users")


@transaction.atomic
def give_site(site_id: SiteId, account_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Say who of the prime's people have a site: a 現場管理者 then handles it, a 現場閲覧者 sees it (ruling 7).

    Harmless when repeated. Raises what `give_site_to` raises, and `SiteManagerMissingError`.
    """
    site = _own_site(site_id, by=by)
    if not by.has(Permission.BUSINESS_SITES):
        raise NotAllowedError
    _give_managed(site_id, BusinessId(site.business_id or 0), account_ids, by=by, at=at)


@transaction.atomic
def add_period(site_id: SiteId, from_on: date, last_on: date | None, *, by: Actor, at: datetime) -> None:
    """Extend the days on which touches count by a further period; days that waited for it count at once.

    Harmless when repeated.
    """
    site = _own_site(site_id, by=by)
    if last_on is not None and last_on < from_on:
        raise PeriodOrderError(field="last_on")
    if SitePeriod.objects.filter(site=site, from_on=from_on, until_on=_day_after(last_on)).exists():
        return
    try:
        with transaction.atomic():
            SitePeriod.objects.create(site=site, from_on=from_on, until_on=_day_after(last_on))
    except IntegrityError:
        raise SitePeriodOverlapError(field="from_on") from None
    note_act("sites_site", site_id, "add_period", by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=from_on, until_on=_day_after(last_on))


@transaction.atomic
def change_day_boundary(site_id: SiteId, begins_at: time, *, from_on: date, by: Actor, at: datetime) -> None:
    """Let days begin at another hour from a day on (ruling 27). What was said from the same day on is withdrawn.

    Harmless when repeated.
    """
    site = _own_site(site_id, by=by)
    if begins_at > LATEST_BOUNDARY:
        raise DayBoundaryError(field="begins_at")
    boundaries = DayBoundary.objects.filter(site=site, withdrawn_at=None)
    if boundaries.filter(from_on=from_on, begins_at=begins_at).exists():
        return
    boundaries.filter(from_on=from_on).update(withdrawn_at=at)
    # The first row holds for all days before it as well.
    is_first = not boundaries.filter(from_on__lt=from_on).exists()
    DayBoundary.objects.create(site=site, from_on=from_on, begins_at=begins_at)
    note_act("sites_site", site_id, "change_day_boundary", by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=EVER if is_first else from_on)


@transaction.atomic
def close_site(site_id: SiteId, *, from_on: date, by: Actor, at: datetime) -> None:
    """Close a site from a day on. What still comes is stored and waits for the prime (SITE_CLOSED)."""
    _set_closed(site_id, from_on, act="close", by=by, at=at)


@transaction.atomic
def reopen_site(site_id: SiteId, *, by: Actor, at: datetime) -> None:
    """Open a closed site again; days that waited count at once."""
    _set_closed(site_id, None, act="reopen", by=by, at=at)


def _set_closed(site_id: SiteId, closed_on: date | None, *, act: str, by: Actor, at: datetime) -> None:
    site = _own_site(site_id, by=by)
    if site.closed_on == closed_on:
        return
    touched = min(day for day in (site.closed_on, closed_on) if day)
    site.closed_on = closed_on
    site.save(update_fields=["closed_on"])
    note_act("sites_site", site_id, act, by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=touched)
