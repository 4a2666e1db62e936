"""Reads of structures and rosters."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from registry.core.dated import on_day
from registry.core.reach import WHOLE, Reach
from registry.sites.models import Site
from registry.sites.queries import SHOWN_AT_MOST, SiteRow, in_reach, rows_of_sites
from registry.structures.derive import Structure, TenureFact
from registry.structures.models import Node, RosterEntry, SiteKey, Tenure
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
    is_vacant: bool = False  # nobody holds the position any more, but firms hang below it

    def lasts(self, on: date) -> bool:
        """Whether it holds on a day or later."""
        return self.until_on is None or self.until_on > on

    def is_overdue(self, on: date) -> bool:
        """Whether it is an invitation for days that are over, without an answer."""
        return self.state is TenureState.INVITED and not self.lasts(on)


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


@dataclass(frozen=True)
class SiteKeyRow:
    """A site key: who types it takes a place below `parent_id`, or below the prime."""

    id: int
    site_id: int
    parent_id: int | None
    code: str
    made_by_id: int
    until_on: date


def key_row(key: SiteKey) -> SiteKeyRow:
    """The row of a model instance."""
    return SiteKeyRow(key.pk, key.site_id, key.parent_id, key.code, key.made_by_id, key.until_on)


def find_site_key(site_id: int, parent_id: int | None, *, on: date) -> SiteKeyRow | None:
    """The key of a place that holds on a day, or None."""
    keys = SiteKey.objects.filter(site=site_id, parent=parent_id, withdrawn_at=None, until_on__gt=on)
    found = keys.first()
    return key_row(found) if found else None


def load_structures(site_ids: Iterable[int]) -> dict[int, Structure]:
    """The structures of sites, in three queries."""
    wanted = set(site_ids)
    sites = Site.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "business_id", "unit_id")
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
    return {one: Structure(prime, parents[one], tenures[one], one, unit_id) for one, prime, unit_id in sites}


def load_structure(site_id: int) -> Structure:
    """The structure of one site."""
    return load_structures([site_id])[site_id]


_PLAIN = (
    "id", "business_id", "work", "from_on", "until_on", "invited_by_id", "invited_at", "answered_at", "answer_reason",
    "people",
)  # fmt: skip
_JOINED = ("node_id", "node__parent_id", "node__site_id", "node__tier", "business__name", "business_name", "state")


def _rows(query: Q, *, on: date) -> list[TenureRow]:
    open_entry = Q(rosterentry__from_on__lte=on, rosterentry__withdrawn_at=None) & (
        Q(rosterentry__until_on=None) | Q(rosterentry__until_on__gt=on)
    )
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
    """A site's structure as a tree read from the top: those who hold a position on a day or later, refusals, and holes.

    Behind those who hold a position also invitations for days that are over: they wait for an answer all the same.
    """
    by_node: dict[int, list[TenureRow]] = defaultdict(list)
    for row in _rows(Q(node__site=site_id), on=on):
        by_node[row.node_id].append(row)
    below: dict[int | None, list[int]] = defaultdict(list)
    for node_id, rows in by_node.items():
        below[rows[0].parent_id].append(node_id)

    def walk(parent_id: int | None) -> list[TenureRow]:
        found: list[TenureRow] = []
        for node_id in below.get(parent_id, ()):
            over = [row for row in by_node[node_id] if row.is_overdue(on)]
            rows = [row for row in by_node[node_id] if row not in over]
            deeper, here = walk(node_id), _shown(rows, on=on)
            if deeper and rows and not here:
                here = [replace(max(rows, key=lambda row: row.from_on), is_vacant=True)]
            found += [*here, *over, *deeper]
        return found

    return walk(None)


def _shown(rows: list[TenureRow], *, on: date) -> list[TenureRow]:
    """Of the rows of one position those that hold on a day or later; without one, the last refusal."""
    held = [row for row in rows if row.lasts(on)]
    live = [row for row in held if row.state in LIVE]
    return live or [row for row in held if row.state is TenureState.DECLINED][-1:]


def list_ended_places(site_id: int, *, since: date, on: date) -> list[TenureRow]:
    """Places on a site that have come to their end since a day, in the order of the structure."""
    ended = Q(until_on__gt=since, until_on__lte=on, state__in=[TenureState.ACCEPTED, TenureState.NAMED])
    return _rows(ended & Q(node__site=site_id), on=on)


def get_tenure(tenure_id: int, *, on: date) -> TenureRow | None:
    """One place in a structure, or None."""
    return next(iter(_rows(Q(pk=tenure_id), on=on)), None)


def list_invitations(business_id: int, *, on: date) -> list[TenureRow]:
    """What waits for a firm's answer, the oldest first."""
    return _rows(Q(business=business_id, state=TenureState.INVITED), on=on)


def list_refusals(business_id: int, *, on: date, since: datetime, reach: Reach = WHOLE) -> list[TenureRow]:
    """Places that a firm offered and that were declined since a moment, while nobody else has taken them."""
    taken = Exists(Tenure.objects.filter(node=OuterRef("node"), state__in=LIVE))
    mine = Q(invited_by=business_id) & in_reach(reach, "node__site__")
    return _rows(Q(~taken, mine, state=TenureState.DECLINED, answered_at__gte=since), on=on)


def list_sites_below(
    business_id: int, reach: Reach = WHOLE, *, start: int = 0, limit: int = SHOWN_AT_MOST + 1
) -> list[SiteRow]:
    """Sites on which a firm has an accepted place, as far as they are in reach, the newest first; one more than a page."""
    ids = Tenure.objects.filter(business=business_id, state=TenureState.ACCEPTED).values("node__site_id")
    rows = Site.objects.filter(in_reach(reach), pk__in=ids)
    return rows_of_sites(rows.order_by("-opened_at", "pk")[start : start + limit])


def sites_with_part(site_ids: Collection[int], business_id: int) -> set[int]:
    """Of some sites those of which a firm is the prime, or on which it has, or had, an accepted place: their pages open to it."""
    placed = Tenure.objects.filter(node__site=OuterRef("pk"), business=business_id, state=TenureState.ACCEPTED)
    found = Site.objects.filter(Q(business=business_id) | Q(Exists(placed)), pk__in=site_ids)
    return set(found.values_list("pk", flat=True))


def firms_of_structures(site_ids: Iterable[int]) -> set[int]:
    """The firms with a place on some sites, or with one that they were offered or had."""
    found = Tenure.objects.filter(node__site__in=list(site_ids), business__isnull=False).order_by("business_id")
    return set(found.values_list("business_id", flat=True).distinct())


def tenures_of_firm(site_id: int, business_id: int, *, on: date) -> list[TenureRow]:
    """A firm's accepted places on a site, also those that have ended."""
    return _rows(Q(node__site=site_id, business=business_id, state=TenureState.ACCEPTED), on=on)


def list_ended_lines(site_id: int, business_id: int, *, since: date, on: date) -> list[RosterRow]:
    """Lines of a firm on a site's roster that have come to their end since a day."""
    rows = _roster(Q(until_on__gt=since, until_on__lte=on, site=site_id, withdrawn_at=None))
    return [row for row in rows if row.business_id == business_id]


def _roster(query: Q) -> list[RosterRow]:
    firm = Coalesce("tenure__business_id", "site__business_id")
    names = [one.name for one in fields(RosterRow) if one.name != "business_id"]
    rows = RosterEntry.objects.filter(query).order_by("tenure", "pk")
    return [RosterRow(**row) for row in rows.annotate(business_id=firm).values("business_id", *names)]


def list_roster(site_id: int, *, on: date) -> list[RosterRow]:
    """Who is on a site's roster on a day or later."""
    return _roster(_listed(site_id, on))


def count_people_on_roster(site_id: int, *, on: date) -> int:
    """How many people these are, each once however many lines there are."""
    return RosterEntry.objects.filter(_listed(site_id, on)).values("worker").distinct().count()


def _listed(site_id: int, on: date) -> Q:
    return Q(site=site_id, withdrawn_at=None) & (Q(until_on=None) | Q(until_on__gt=on))


def list_rosters_of_worker(worker_id: int, *, on: date) -> list[int]:
    """The sites on whose rosters a worker stands on a day or later, that of the last line first."""
    lines = RosterEntry.objects.filter(Q(until_on=None) | Q(until_on__gt=on), worker=worker_id, withdrawn_at=None)
    return list(dict.fromkeys(lines.order_by("-from_on", "-pk").values_list("site_id", flat=True)))


def find_roster_line(site_id: int, entry_id: int) -> RosterRow | None:
    """One line of a site's roster, also one that has ended or was taken back, or None."""
    return next(iter(_roster(Q(site=site_id, pk=entry_id))), None)


def firms_of_expected(site_id: int, *, on: date) -> dict[int, int | None]:
    """Workers on a site's roster on a day, and under which firm; firm by firm."""
    rows = RosterEntry.objects.filter(on_day(on), site=site_id, withdrawn_at=None).order_by("tenure_id", "pk")
    return dict(rows.values_list("worker_id", Coalesce("tenure__business_id", "site__business_id")))


def has_part_in(site_id: int, business_id: int) -> bool:
    """Whether a firm has, or had, an accepted place on a site."""
    return Tenure.objects.filter(node__site=site_id, business=business_id, state=TenureState.ACCEPTED).exists()


def holds_place_on(site_id: int, business_id: int, day: date) -> bool:
    """Whether a firm has an accepted place on a site on a day."""
    held = Tenure.objects.filter(on_day(day), node__site=site_id, business=business_id, state=TenureState.ACCEPTED)
    return held.exists()


def workers_on_rosters_below(site_id: int, business_id: int) -> set[int]:
    """Workers on the rosters of a firm and of those that hang below its places, on days on which it held them (ruling 38)."""
    structure = load_structure(site_id)
    own = [
        (structure.below([one.node_id]), one.from_on, one.until_on or date.max)
        for one in structure.tenures
        if one.business_id == business_id and one.state is TenureState.ACCEPTED
    ]
    rows = RosterEntry.objects.filter(site=site_id, tenure__isnull=False, withdrawn_at=None).order_by("worker_id")
    return {
        worker_id
        for worker_id, node_id, from_on, until_on in rows.values_list(
            "worker_id", "tenure__node_id", "from_on", "until_on"
        )
        if any(node_id in nodes and from_on < end and start < (until_on or date.max) for nodes, start, end in own)
    }


def is_on_roster_for(worker_id: int, business_id: int, *, reach: Reach, on: date) -> bool:
    """Whether a worker stands, on a day or later, on the roster of a firm's own site, or below a place that the firm holds.

    Of sites in the asker's reach.
    """
    lines = RosterEntry.objects.filter(Q(until_on=None) | Q(until_on__gt=on), worker=worker_id, withdrawn_at=None)
    lines = lines.filter(in_reach(reach, "site__")).order_by("pk")
    rows = list(lines.values_list("site_id", "site__business_id", "tenure__node_id"))
    if any(prime == business_id for _, prime, _ in rows):
        return True
    structures = load_structures({site_id for site_id, *_ in rows})
    return any(node in _held(structures[site_id], business_id, on) for site_id, _, node in rows)


def _held(structure: Structure, business_id: int, on: date) -> set[int]:
    """The positions that a firm holds on a day, and all below them."""
    own = [one for one in structure.tenures if one.business_id == business_id and one.state is TenureState.ACCEPTED]
    return structure.below(one.node_id for one in own if one.holds(on))
