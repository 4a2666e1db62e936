"""Reads of sites."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.sites.models import Site, SitePeriod, Terminal


@dataclass(frozen=True)
class SiteRow:
    """One site with its present period; `until_on` is the first day after it."""

    id: int
    business_id: int
    name: str
    prefecture: str
    address: str
    public_works: bool
    manager_name: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class TerminalRow:
    """One terminal."""

    id: int
    site_id: int
    number: int
    name: str


def _rows(sites: Iterable[Site]) -> list[SiteRow]:
    found = list(sites)
    periods = {
        period.site_id: period for period in SitePeriod.objects.filter(site__in=found).order_by("site_id", "from_on")
    }
    return [
        SiteRow(
            site.pk, site.business_id, site.name, site.prefecture, site.address, site.public_works, site.manager_name,
            periods[site.pk].from_on if site.pk in periods else None,
            periods[site.pk].until_on if site.pk in periods else None,
        )
        for site in found
    ]  # fmt: skip


def find_site(site_id: int) -> SiteRow | None:
    """A site by its ID, or None."""
    rows = _rows(Site.objects.filter(pk=site_id).order_by("pk"))
    return rows[0] if rows else None


def list_sites(business_id: int, *, limit: int = 200) -> list[SiteRow]:
    """A prime's sites, the newest first."""
    return _rows(Site.objects.filter(business_id=business_id).order_by("-opened_at", "pk")[:limit])


def names_of_sites(ids: Iterable[int]) -> dict[int, str]:
    """Names of sites."""
    return dict(Site.objects.filter(pk__in=set(ids)).order_by("pk").values_list("pk", "name"))


def list_terminals(site_id: int) -> list[TerminalRow]:
    """A site's terminals by number."""
    rows = Terminal.objects.filter(site_id=site_id).order_by("number")
    return [TerminalRow(row.pk, row.site_id, row.number, row.name) for row in rows]
