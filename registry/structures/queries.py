"""Reads of structures and rosters."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from registry.core.dated import on_day
from registry.sites.models import Site
from registry.sites.queries import SiteRow, rows_of_sites
from registry.structures.derive import Structure, TenureFact
from registry.structures.models import Node, RosterEntry, Tenure
from registry.structures.states import LIVE, TenureState


@dataclass(frozen=True)
class TenureRow:
    """One line of a site's structure, as pages show it. `people` counts today's roster."""

    id: int
    node_id: int
    parent_id: int | None
    site_id: int
    tier: int
    business_id: int | None
    name: str
    work: str
    state: TenureState
    from_on: date
    until_on: date | None
    invited_by_id: int
    invited_at: datetime
    answered_at: datetime | None
    answer_reason: str
    people: int


@dataclass(frozen=True)
class RosterRow:
    """One worker on a site's roster, and under which firm."""

    id: int
    site_id: int
    tenure_id: int | None
    business_id: int
    worker_id: int
    trade: str
    position: str
    work: str
    hazardous: bool
    collects: bool
    from_on: date
    until_on: date | None


def load_structures(site_ids: Iterable[int]) -> dict[int, Structure]:
    """The structures of sites, in three queries."""
    wanted = set(site_ids)
    primes = dict(Site.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "business_id"))
    parents: dict[int, dict[int, int | None]] = defaultdict(dict)
    for node_id, site_id, parent_id in (
        Node.objects.filter(site__in=wanted).order_by("pk").values_list("pk", "site_id", "parent_id")
    ):
        parents[site_id][node_id] = parent_id
    tenures: dict[int, list[TenureFact]] = defaultdict(list)
    rows = Tenure.objects.filter(node__site__in=wanted, state__in=LIVE).order_by("pk")
    for row in rows.values_list(
        "pk", "node_id", "business_id", "business_name", "state", "from_on", "until_on", "invited_at", "node__site_id"
    ):
        tenures[row[-1]].append(TenureFact(*row[:4], TenureState(row[4]), *row[5:-1]))
    return {site_id: Structure(prime, parents[site_id], tenures[site_id]) for site_id, prime in primes.items()}


def load_structure(site_id: int) -> Structure:
    """The structure of one site."""
    return load_structures([site_id])[site_id]


_PLAIN = (
    "id", "business_id", "work", "from_on", "until_on", "invited_by_id", "invited_at", "answered_at", "answer_reason",
    "people",
)  # fmt: skip
_JOINED = ("node_id", "node__parent_id", "node__site_id", "node__tier", "business__name", "business_name", "state")


def _rows(query: Q, *, on: date) -> list[TenureRow]:
    open_entry = Q(rosterentry__from_on__lte=on) & (Q(rosterentry__until_on=None) | Q(rosterentry__until_on__gt=on))
    rows = Tenure.objects.filter(query).annotate(people=Count("rosterentry", filter=open_entry)).order_by("pk")
    return [
        TenureRow(
            **{name: row[name] for name in _PLAIN},
            node_id=row["node_id"],
            parent_id=row["node__parent_id"],
            site_id=row["node__site_id"],
            tier=row["node__tier"],
            name=row["business__name"] or row["business_name"],
            state=TenureState(row["state"]),
        )
        for row in rows.values(*_PLAIN, *_JOINED)
    ]


def list_structure(site_id: int, *, on: date) -> list[TenureRow]:
    """A site's structure as a tree read from the top: those who hold a position on a day or later, and refusals."""
    shown = Q(node__site=site_id) & (Q(until_on=None) | Q(until_on__gt=on))
    rows = _rows(shown & Q(state__in=[*LIVE, TenureState.DECLINED]), on=on)
    answered = {row.node_id for row in rows if row.state is not TenureState.DECLINED}
    below: dict[int | None, list[TenureRow]] = defaultdict(list)
    for row in rows:
        if row.state is not TenureState.DECLINED or row.node_id not in answered:
            below[row.parent_id].append(row)
    found: list[TenureRow] = []

    def walk(parent_id: int | None) -> None:
        for row in below.pop(parent_id, ()):
            found.append(row)
            walk(row.node_id)

    walk(None)
    return found + [row for rows_left in below.values() for row in rows_left]


def get_tenure(tenure_id: int, *, on: date) -> TenureRow | None:
    """One place in a structure, or None."""
    return next(iter(_rows(Q(pk=tenure_id), on=on)), None)


def list_invitations(business_id: int, *, on: date) -> list[TenureRow]:
    """What waits for a firm's answer, the oldest first."""
    return _rows(Q(business=business_id, state=TenureState.INVITED), on=on)


def list_sites_below(business_id: int) -> list[SiteRow]:
    """Sites on which a firm has an accepted place, the newest first."""
    ids = Tenure.objects.filter(business=business_id, state=TenureState.ACCEPTED).values("node__site_id")
    return rows_of_sites(Site.objects.filter(pk__in=ids).order_by("-opened_at", "pk"))


def tenures_of_firm(site_id: int, business_id: int, *, on: date) -> list[TenureRow]:
    """A firm's accepted places on a site, also those that have ended."""
    return _rows(Q(node__site=site_id, business=business_id, state=TenureState.ACCEPTED), on=on)


def list_roster(site_id: int, *, on: date, tenure_ids: Collection[int] | None = None) -> list[RosterRow]:
    """Who is on a site's roster on a day or later; with `tenure_ids`, only under these firms."""
    rows = RosterEntry.objects.filter(Q(until_on=None) | Q(until_on__gt=on), site=site_id)
    if tenure_ids is not None:
        rows = rows.filter(tenure__in=tenure_ids)
    firm = Coalesce("tenure__business_id", "site__business_id")
    names = [one.name for one in fields(RosterRow) if one.name != "business_id"]
    found = rows.order_by("tenure", "pk").annotate(business_id=firm).values("business_id", *names)
    return [RosterRow(**row) for row in found]


def firms_of_expected(site_id: int, *, on: date) -> dict[int, int | None]:
    """Workers on a site's roster on a day, and under which firm; firm by firm."""
    rows = RosterEntry.objects.filter(on_day(on), site=site_id).order_by("tenure_id", "pk")
    return dict(rows.values_list("worker_id", Coalesce("tenure__business_id", "site__business_id")))


def has_part_in(site_id: int, business_id: int) -> bool:
    """Whether a firm has, or had, an accepted place on a site."""
    return Tenure.objects.filter(node__site=site_id, business=business_id, state=TenureState.ACCEPTED).exists()


def workers_on_rosters_below(site_id: int, business_id: int) -> set[int]:
    """Workers on the rosters of a firm and of those that hang below its places."""
    structure = load_structure(site_id)
    nodes = structure.below(
        one.node_id for one in structure.tenures if one.business_id == business_id and one.state is TenureState.ACCEPTED
    )
    tenures = [one.id for one in structure.tenures if one.node_id in nodes]
    rows = RosterEntry.objects.filter(site=site_id, tenure__in=tenures).order_by("worker_id")
    return set(rows.values_list("worker_id", flat=True))
