"""Reads of sites."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from registry.accounts.queries import AccountRow
from registry.accounts.states import AccountState
from registry.businesses.queries import UserRow, list_users, part_of_account, units_from
from registry.codes.derive import full_address
from registry.core.actor import Actor
from registry.core.ids import BusinessId, SiteId
from registry.core.reach import WHOLE, Reach
from registry.sites.derive import PosterCode, hash_of_screen, read_poster_code, write_poster_code
from registry.sites.models import DayBoundary, Site, SitePeriod, SiteUser, Terminal, UnregisteredSite
from registry.sites.rules import PosterUnknownError, check_poster
from registry.sites.states import ROLES_GIVEN_SITES, ROLES_LIMITED_TO_SITES


@dataclass(frozen=True)
class SiteRow:
    """One site. Each of its periods ends before its second day, which is None while it is open."""

    id: int
    business_id: int
    name: str
    prefecture: str
    address: str
    public_works: bool
    periods: tuple[tuple[date, date | None], ...]
    closed_on: date | None
    unit_id: int | None

    @property
    def full_address(self) -> str:
        """Where it is, with the prefecture."""
        return full_address(self.prefecture, self.address)

    @property
    def from_on(self) -> date:
        """The first day of the first period."""
        return self.periods[0][0]

    @property
    def until_on(self) -> date | None:
        """The first day after the last period; None while it is open."""
        return self.periods[-1][1]

    @property
    def spans(self) -> list[tuple[date, date | None]]:
        """The first and the last day of each period; no last one while it is open."""
        return [(from_on, until_on and until_on - timedelta(days=1)) for from_on, until_on in self.periods]

    def is_open_on(self, day: date) -> bool:
        """Whether a day lies in one of its periods and before it is closed."""
        is_in_period = any(
            from_on <= day and (until_on is None or day < until_on) for from_on, until_on in self.periods
        )
        return is_in_period and not (self.closed_on and day >= self.closed_on)

    @property
    def closed_after(self) -> date | None:
        """The last day before it is closed."""
        return self.closed_on and self.closed_on - timedelta(days=1)


@dataclass(frozen=True)
class TerminalRow:
    """One terminal."""

    id: int
    site_id: int
    number: int
    name: str
    poster_generation: int
    poster_up: bool
    has_screen: bool

    def poster_code(self, shown_at: datetime | None = None) -> str:
        """The code of its printed poster, or of a screen at a moment."""
        code = PosterCode(self.site_id, self.number, self.poster_generation, shown_at)
        return write_poster_code(settings.POSTER_KEYS, code)


@dataclass(frozen=True)
class Poster:
    """A poster that somebody has read: where it hangs, and its code as it was read."""

    text: str
    code: PosterCode
    site_name: str
    terminal_name: str


def rows_of_sites(sites: Iterable[Site]) -> list[SiteRow]:
    """Registered sites with their periods, in the order given."""
    found = [site for site in sites if site.business_id is not None]
    periods: dict[int, list[SitePeriod]] = defaultdict(list)
    for period in SitePeriod.objects.filter(site__in=found).order_by("site_id", "from_on"):
        periods[period.site_id].append(period)
    return [
        SiteRow(
            site.pk, site.business_id or 0, site.name, site.prefecture, site.address, site.public_works,
            tuple((one.from_on, one.until_on) for one in periods[site.pk]), site.closed_on,
            site.unit_id,
        )
        for site in found
    ]  # fmt: skip


def prime_and_unit(site_id: int) -> tuple[int, int | None] | None:
    """The prime of a registered site, and the unit that it filed the site under; None where there is no such site."""
    found = Site.objects.filter(pk=site_id, business__isnull=False).values_list("business_id", "unit_id").first()
    return (found[0] or 0, found[1]) if found else None


def find_site(site_id: int) -> SiteRow | None:
    """A site by its ID, or None."""
    return load_sites([site_id]).get(site_id)


def load_sites(ids: Iterable[int]) -> dict[int, SiteRow]:
    """Those of some sites that are registered, by ID."""
    return {row.id: row for row in rows_of_sites(Site.objects.filter(pk__in=set(ids)).order_by("pk"))}


def find_opened(form_key: str | None) -> SiteId | None:
    """The site, or 仮現場, that the form of a key (`key_of_form`) opened."""
    found = Site.objects.filter(form_key=form_key).values_list("pk", flat=True).first() if form_key else None
    return SiteId(found) if found else None


def firm_and_reach(account: AccountRow) -> tuple[BusinessId | None, Reach]:
    """The firm that an account acts for, and what of it and of its sites it reaches."""
    business_id, units = part_of_account(account.id)
    if account.role not in ROLES_LIMITED_TO_SITES:
        return business_id, Reach(units)
    given = SiteUser.objects.filter(user__account=account.id).order_by("site")
    return business_id, Reach(frozenset(), frozenset(given.values_list("site_id", flat=True)))


def _accounts_given(site_id: int) -> set[int]:
    return set(SiteUser.objects.filter(site=site_id).order_by("pk").values_list("user__account_id", flat=True))


def list_site_users(site_id: int, business_id: BusinessId) -> list[UserRow]:
    """Those of a firm's people to whom a site is given and who log in for it still, in the order of their opening."""
    given = _accounts_given(site_id)
    return [
        user
        for user in list_users(business_id)
        if user.account.id in given and user.account.state is not AccountState.CLOSED
    ]


def list_users_to_choose(business_id: BusinessId, *, by: Actor) -> list[UserRow]:
    """Those of a firm's people to whom somebody can give sites: those whom he reaches himself, and whose role has to do with sites."""
    return [
        user
        for user in list_users(business_id)
        if user.account.role in ROLES_GIVEN_SITES
        and user.account.state is not AccountState.CLOSED
        and by.reach.holds_unit(user.unit_id)
    ]


def list_users_of_own_site(site: SiteRow) -> list[UserRow]:
    """Those of a prime's people who reach one of its sites."""
    own = BusinessId(site.business_id)
    above, given = units_from(own, site.unit_id), _accounts_given(site.id)
    return [
        user
        for user in list_users(own)
        if (user.account.id in given if user.account.role in ROLES_LIMITED_TO_SITES else user.unit_id in above)
        and user.account.state is not AccountState.CLOSED
    ]


SHOWN_AT_MOST = 50  # sites on a page
ALL_AT_MOST = 2000  # sites of one prime that a list over all of them takes


def in_reach(reach: Reach, site: str = "") -> Q:
    """Sites that somebody reaches; `site` leads to them from another table."""
    return Q() if reach.units is None else Q(**{f"{site}unit__in": reach.units}) | Q(**{f"{site}pk__in": reach.sites})


def list_sites(
    business_id: int, *, reach: Reach = WHOLE, start: int = 0, limit: int = SHOWN_AT_MOST + 1
) -> list[SiteRow]:
    """A prime's sites, as far as they are in reach, the newest first; one more than a page, to know if there is more."""
    rows = Site.objects.filter(in_reach(reach), business_id=business_id)
    return rows_of_sites(rows.order_by("-opened_at", "pk")[start : start + limit])


def which_are_own(business_id: int, ids: Iterable[int], *, reach: Reach) -> set[int]:
    """Those of some sites that are a prime's own, as far as they are in reach."""
    rows = Site.objects.filter(in_reach(reach), business_id=business_id, pk__in=set(ids))
    return set(rows.order_by("pk").values_list("pk", flat=True))


def names_of_sites(ids: Iterable[int]) -> dict[int, str]:
    """Names of sites."""
    return dict(Site.objects.filter(pk__in=set(ids)).order_by("pk").values_list("pk", "name"))


def sites_now(ids: Iterable[int]) -> dict[int, int]:
    """Those of some sites that exist, each with the one that it was joined to, if it was a 仮現場, else with itself."""
    rows = Site.objects.filter(pk__in=set(ids)).order_by("pk")
    return dict(rows.values_list("pk", Coalesce("unregistered__joined_id", "pk")))


def list_terminals(site_id: int) -> list[TerminalRow]:
    """A site's terminals by number."""
    rows = Terminal.objects.filter(site_id=site_id).order_by("number")
    return [_terminal_row(row) for row in rows]


def names_of_terminals(site_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """The places of some sites, by site and number."""
    rows = Terminal.objects.filter(site_id__in=site_ids).values_list("site_id", "number", "name")
    return {(site_id, number): name for site_id, number, name in rows}


def _terminal_row(row: Terminal) -> TerminalRow:
    return TerminalRow(
        row.pk, row.site_id, row.number, row.name, row.poster_generation, row.poster_up, row.screen_hash is not None
    )


def find_screen(secret: str, *, on: date) -> tuple[TerminalRow, str] | None:
    """The terminal whose screen has a secret address, and its site's name; None once either has ended."""
    found = Terminal.objects.select_related("site").filter(screen_hash=hash_of_screen(secret)).first()
    if found is None or (found.site.closed_on and found.site.closed_on <= on):
        return None
    return _terminal_row(found), found.site.name


def get_poster(text: str, *, at: datetime) -> Poster:
    """The poster whose code was read at a moment. Raises what `check_poster` raises, and `PosterUnknownError`."""
    code = read_poster_code(settings.POSTER_KEYS, text)
    found = code and Terminal.objects.select_related("site").filter(site=code.site_id, number=code.number).first()
    if not code or not found:
        raise PosterUnknownError
    check_poster(code, found.poster_generation, at=at)
    return Poster(text, code, found.site.name, found.name)


def load_boundaries(site_ids: Iterable[int]) -> dict[int, list[tuple[date, time]]]:
    """When days begin on sites: dated rows, the oldest first."""
    found: dict[int, list[tuple[date, time]]] = defaultdict(list)
    rows = DayBoundary.objects.filter(site__in=set(site_ids), withdrawn_at=None).order_by("site_id", "from_on")
    for site_id, from_on, begins_at in rows.values_list("site_id", "from_on", "begins_at"):
        found[site_id].append((from_on, begins_at))
    return found


@dataclass(frozen=True)
class EndingSite:
    """A site whose last period ends, and which nobody has closed. `until_on` is the first day behind it."""

    id: int
    name: str
    until_on: date


def list_ending_sites(
    business_id: int, *, from_on: date, until_on: date, reach: Reach = WHOLE, limit: int
) -> list[EndingSite]:
    """A prime's sites that end in some days, the first first."""
    goes_on = Exists(SitePeriod.objects.filter(site=OuterRef("pk"), until_on=None))
    rows = Site.objects.filter(~goes_on, in_reach(reach), business_id=business_id, closed_on=None).annotate(
        end=Max("siteperiod__until_on")
    )
    ending = rows.filter(end__gte=from_on, end__lt=until_on).order_by("end", "pk")
    return [EndingSite(*row) for row in ending.values_list("pk", "name", "end")[:limit]]


@dataclass(frozen=True)
class UnregisteredRow:
    """A 仮現場: what its notice board shows, who opened it, and the site that it turned out to be."""

    id: int
    name: str
    address: str
    labour_insurance: str
    building_confirmation: str
    corins: str
    business_id: int | None
    worker_id: int | None
    opened_at: datetime
    joined_id: int | None
    joined_at: datetime | None


_UNREGISTERED = [
    "pk", "site__name", "site__address", "labour_insurance", "building_confirmation", "corins", "business_id", "worker_id",
    "site__opened_at", "joined_id", "joined_at",
]  # fmt: skip


def _unregistered(query: Q) -> list[UnregisteredRow]:
    rows = UnregisteredSite.objects.filter(query).order_by("-site__opened_at", "pk")
    return [UnregisteredRow(*row) for row in rows.values_list(*_UNREGISTERED)]


def list_unregistered_sites(
    *, worker_id: int | None = None, business_ids: Collection[int] = ()
) -> list[UnregisteredRow]:
    """仮現場 that a worker or some firms opened, the newest first."""
    own = Q(worker=worker_id) if worker_id is not None else Q(pk=None)
    return _unregistered(own | Q(business__in=business_ids))


def list_unjoined_sites(
    *, worker_id: int | None = None, business_id: int | None = None, limit: int
) -> list[UnregisteredRow]:
    """仮現場 that a worker or a firm opened and that have no site ID yet, the oldest first."""
    own = {"worker": worker_id} if worker_id is not None else {"business": business_id}
    rows = UnregisteredSite.objects.filter(**own, joined=None).order_by("site__opened_at", "pk")
    return [UnregisteredRow(*row) for row in rows.values_list(*_UNREGISTERED)[:limit]]


def find_unregistered_site(site_id: int) -> UnregisteredRow | None:
    """A 仮現場 by its number, or None."""
    return next(iter(_unregistered(Q(pk=site_id))), None)


def list_joined_sites(site_id: int) -> list[UnregisteredRow]:
    """The 仮現場 that turned out to be a site, the newest first."""
    return _unregistered(Q(joined=site_id))


def which_are_unregistered(site_ids: Collection[int]) -> set[int]:
    """Those of some sites that are 仮現場."""
    return set(UnregisteredSite.objects.filter(pk__in=site_ids).order_by("pk").values_list("pk", flat=True))
