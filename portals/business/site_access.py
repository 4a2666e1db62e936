"""What a firm may do on a site: its own as the prime, or one in whose structure it stands."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import Http404, HttpRequest
from django.utils import timezone

from portals.base.access import viewer_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.ids import SiteId
from registry.sites.queries import SiteRow, TerminalRow, find_site, list_terminals, load_boundaries
from registry.structures.derive import Structure
from registry.structures.queries import (
    RosterRow,
    TenureRow,
    list_roster,
    list_structure,
    load_structure,
    tenures_of_firm,
)
from registry.touches.derive.days import working_day


@dataclass(frozen=True)
class SiteAccess:
    """A site and the viewer's part in it on a day; the prime has no tenures."""

    site: SiteRow
    is_prime: bool
    tenures: list[TenureRow]
    on: date
    manages: bool  # the viewer changes something here; a 現場閲覧者 only looks

    @property
    def answers(self) -> bool:
        """Whether the viewer gives the prime's word."""
        return self.is_prime and self.manages

    @property
    def site_id(self) -> SiteId:
        """The site's ID."""
        return SiteId(self.site.id)

    @cached_property
    def working_day(self) -> date:
        """The day that a touch would begin now: at night still that of the evening (ruling 27)."""
        return working_day(timezone.now(), load_boundaries([self.site.id])[self.site.id])

    @cached_property
    def current(self) -> list[TenureRow]:
        """The firm's places that have not ended: by these it sees what is now."""
        return [row for row in self.tenures if row.lasts(self.on)]

    @cached_property
    def structure(self) -> Structure:
        """The site's structure."""
        return load_structure(self.site.id)

    @cached_property
    def below(self) -> set[int]:
        """The firm's own positions and all that hang below them: what it handles. The prime handles all."""
        if self.is_prime:
            return set(self.structure.parents)
        return self.structure.below(row.node_id for row in self.current)

    @cached_property
    def rows(self) -> list[TenureRow]:
        """The tree that the viewer sees: the prime all, others their way up and what hangs below them."""
        rows = list_structure(self.site.id, on=self.on)
        rows = [row for row in rows if not row.is_overdue(self.on) or self.handles(row)]
        if self.is_prime:
            return rows
        seen = set(self.below)
        for row in self.current:
            node_id = row.parent_id
            while node_id is not None:
                seen.add(node_id)
                node_id = self.structure.parents[node_id]
        return [row for row in rows if row.node_id in seen]

    @cached_property
    def roster(self) -> list[RosterRow]:
        """The roster that the viewer sees, of today or later: the prime all, others their own and those below them."""
        rows = list_roster(self.site.id, on=self.on)
        if self.is_prime:
            return rows
        mine = {one.id for one in self.structure.tenures if one.node_id in self.below}
        return [row for row in rows if row.tenure_id in mine]

    def holder_of(self, node_id: int) -> TenureRow | None:
        """Who holds a visible position today, else who will or has been asked to; None where it is not visible."""
        rows = [row for row in self.rows if row.node_id == node_id]
        now = (row for row in rows if row.from_on <= self.on and row.lasts(self.on))
        return next(now, rows[0] if rows else None)

    @property
    def firms(self) -> int:
        """How many firms the tree that the viewer sees has, each once however many places it holds."""
        return len({row.business_id or row.name for row in self.rows})

    def row_of(self, tenure_id: int) -> TenureRow:
        """One visible place; for all others it does not exist."""
        found = next((row for row in self.rows if row.id == tenure_id), None)
        if found is None:
            raise Http404
        return found

    def handles(self, row: TenureRow) -> bool:
        """Whether the viewer may change who holds a place: not its own, that is for the firm above."""
        return self.manages and row.node_id in self.below and not self.is_own(row)

    def is_own(self, row: TenureRow) -> bool:
        """Whether a place is one of the firm's own."""
        return row.node_id in {one.node_id for one in self.current}


def find_access(request: HttpRequest, site_id: int) -> SiteAccess | None:
    """The viewer's part in a site, or None."""
    business_id, today, viewer = business_of(request), jst_day(timezone.now()), viewer_of(request)
    site, manages = find_site(site_id), viewer.has(Permission.SITE_MANAGE)
    if site is None or not viewer.reach.holds_site(site.id, site.unit_id):
        return None
    if site.business_id == business_id:
        return SiteAccess(site, is_prime=True, tenures=[], on=today, manages=manages)
    tenures = tenures_of_firm(site_id, business_id, on=today)
    return SiteAccess(site, is_prime=False, tenures=tenures, on=today, manages=manages) if tenures else None


def access_to(request: HttpRequest, site_id: int) -> SiteAccess:
    """The viewer's part in a site; for all others the site does not exist."""
    found = find_access(request, site_id)
    if found is None:
        raise Http404
    return found


def own_site(request: HttpRequest, site_id: int) -> SiteRow:
    """One of the firm's own sites."""
    access = access_to(request, site_id)
    if not access.is_prime:
        raise Http404
    return access.site


def own_terminal(request: HttpRequest, site_id: int, terminal_id: int) -> tuple[SiteRow, TerminalRow]:
    """A terminal of one of the firm's own sites, with the site."""
    site = own_site(request, site_id)
    terminal = next((one for one in list_terminals(site_id) if one.id == terminal_id), None)
    if terminal is None:
        raise Http404
    return site, terminal
