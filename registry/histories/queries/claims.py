"""Days entered by hand as pages show them, and whose part they wait for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery

from registry.audit.queries import firms_that
from registry.core.days import end_of_next_month, jst_day, months_around
from registry.histories.derive.binding import Assignment, bind
from registry.histories.derive.deadlines import asks_since, is_answerable, is_self_declared, last_answer_on
from registry.histories.models import Claim
from registry.histories.queries.days import DayRow
from registry.histories.queries.facts import SITES_WITH_A_PART, load_facts
from registry.histories.states import ENTER, Approval, ClaimMove, ClaimState, Side, Standing


def assignment_of_day(worker_id: int, site_id: int, day: date) -> Assignment:
    """Under whom and as what somebody worked on a site and day, as it is bound now; empty where there is no such day."""
    facts = load_facts([worker_id], months_around(day.replace(day=1)), on=day)
    bound = bind(facts.of(worker_id, facts.days_of(worker_id)), [day])
    return next((one.assignment for one in bound if one.site_id == site_id), Assignment())


def path_of_day(worker_id: int, site_id: int, day: date) -> tuple[int, ...]:
    """The registered firms from the worker's own up to the prime, on a site and day, as they are bound now."""
    return assignment_of_day(worker_id, site_id, day).path


@dataclass(frozen=True)
class ClaimRow:
    """A directly entered day as pages show it."""

    id: int
    worker_id: int
    site_id: int | None
    site_name: str
    day: date
    trade: str
    work: str
    begins_at: time | None
    ends_at: time | None
    note: str
    state: ClaimState
    recorded_at: datetime
    employer_confirmed_at: datetime | None
    first_tier_confirmed_at: datetime | None
    answered_at: datetime | None
    answer_reason: str
    reply: str
    entered_by: Side
    self_approved: bool
    joined_at: datetime | None
    first_name: str  # of the site, as it was typed
    is_entered_anew: bool  # refused, and the same day and site stand in another entry: that is the worker's answer
    closed_on: date | None  # the site's last close
    refused_before: str  # why an earlier entry of the same day and site was refused

    @property
    def due_on(self) -> date:
        """Until when the prime's approval is in time; a day that was joined to its site later has a month more (ruling 30)."""
        return end_of_next_month(asks_since(self.day, self.joined_at))

    @property
    def is_self_declared(self) -> bool:
        """自己申告: entered too late to become formal."""
        return is_self_declared(self.day, jst_day(self.recorded_at))

    @property
    def last_answer_on(self) -> date | None:
        """The last day on which the prime may answer it: a month after the site's last close; None while that is open."""
        return last_answer_on(asks_since(self.day, self.joined_at), self.closed_on)

    def may_be_answered(self, on: date) -> bool:
        """Whether the prime may approve or refuse it on a day (ruling 28)."""
        return is_answerable(
            self.day, recorded_at=self.recorded_at, joined_at=self.joined_at, closed_on=self.closed_on, on=on
        )

    @property
    def is_late_approval(self) -> bool:
        """期限後承認: approved after the end of the next month."""
        return (
            self.state is ClaimState.APPROVED
            and self.answered_at is not None
            and jst_day(self.answered_at) > self.due_on
        )

    @property
    def approval(self) -> tuple[Approval, ...]:
        """What has to be shown of the way in which it was approved (ruling 28)."""
        said = ((self.is_late_approval, Approval.LATE), (self.self_approved, Approval.SELF))
        return tuple(word for holds, word in said if holds)


@dataclass(frozen=True)
class ClaimToConfirm:
    """An open claim in the eyes of a firm that marks it as right, as employer, as first tier, or both."""

    row: ClaimRow
    as_employer: bool
    as_first_tier: bool

    @property
    def is_done(self) -> bool:
        """Whether the firm has set its marks."""
        by_employer = not self.as_employer or self.row.employer_confirmed_at is not None
        return by_employer and (not self.as_first_tier or self.row.first_tier_confirmed_at is not None)


def _claims(query: Q) -> list[ClaimRow]:
    names = [
        one.name
        for one in fields(ClaimRow)
        if one.name not in {"site_name", "first_name", "closed_on", "refused_before"}
    ]
    others = Claim.objects.filter(worker=OuterRef("worker"), site=OuterRef("site"), day=OuterRef("day"))
    later = Q(state=ClaimState.REFUSED, pk__gt=OuterRef("pk"))
    anew = Q(state=ClaimState.REFUSED) & Exists(
        others.filter(Q(state__in=[ClaimState.OPEN, ClaimState.APPROVED]) | later)
    )
    earlier = others.filter(state=ClaimState.REFUSED, pk__lt=OuterRef("pk")).order_by("-pk").values("answer_reason")
    found = Claim.objects.filter(query).annotate(
        is_entered_anew=ExpressionWrapper(anew, output_field=BooleanField()), refused_before=Subquery(earlier[:1])
    )
    rows = found.order_by("day", "pk").values(*names, "site_name", "site__name", "site__closed_on", "refused_before")
    return [
        ClaimRow(**{**{name: row[name] for name in names}, "state": ClaimState(row["state"]), "entered_by": Side(row["entered_by"])}, site_name=row["site__name"] or row["site_name"], first_name=row["site_name"], closed_on=row["site__closed_on"], refused_before=row["refused_before"] or "")
        for row in rows
    ]  # fmt: skip


def list_claims_of_worker(worker_id: int, month: date) -> list[ClaimRow]:
    """A worker's entered days of a month, refused ones too."""
    return _claims(Q(worker=worker_id, day__year=month.year, day__month=month.month) & ~Q(state=ClaimState.WITHDRAWN))


@dataclass(frozen=True)
class WithdrawnClaim:
    """An entry that was taken back, and the firm that did so; None where the worker did. Nothing vanishes (ruling 28)."""

    row: ClaimRow
    firm_id: int | None


def list_withdrawn_of_worker(worker_id: int, month: date) -> list[WithdrawnClaim]:
    """A worker's entries of a month that were taken back: they count for nothing, and stay to be read (ruling 29)."""
    rows = _claims(Q(worker=worker_id, day__year=month.year, day__month=month.month, state=ClaimState.WITHDRAWN))
    firms = firms_that(ClaimMove.WITHDRAW, "histories_claim", [one.id for one in rows]) if rows else {}
    return [WithdrawnClaim(one, firms.get(one.id)) for one in rows]


def list_open_claims(site_ids: Collection[int]) -> list[ClaimRow]:
    """Claims on sites that wait for the prime."""
    return _claims(Q(site__in=site_ids, state=ClaimState.OPEN))


def list_chosen_claims(site_id: int, claim_ids: Collection[int]) -> list[ClaimRow]:
    """Those of some claims that are of a site, however they stand."""
    return _claims(Q(site=site_id, pk__in=claim_ids))


# The firm has an accepted place on the site on the day of the entry.
_HAS_PLACE = """EXISTS (SELECT FROM structures_tenure t JOIN structures_node n ON n.id = t.node_id
  WHERE n.site_id = c.site_id AND t.business_id = %(firm)s AND t.state = 'accepted'
    AND t.from_on <= c.day AND (t.until_on IS NULL OR t.until_on > c.day))"""
_TO_CONFIRM = f"""
SELECT c.id, m.path[1] = %(firm)s,
  m.path[array_length(m.path, 1) - 1] = %(firm)s AND {_HAS_PLACE}
FROM histories_claim c JOIN histories_month m ON m.worker_id = c.worker_id AND m.site_id = c.site_id
  AND m.month = date_trunc('month', c.day)::date
  AND (m.formal | m.waiting | m.claimed | m.unapproved | m.uncounted) >> extract(day FROM c.day)::int - 1 & 1 = 1
WHERE c.id IN (
    SELECT id FROM histories_claim WHERE state = 'open'
      AND worker_id IN (SELECT worker_id FROM workers_affiliation WHERE business_id = %(firm)s)
    UNION ALL SELECT id FROM histories_claim WHERE state = 'open' AND site_id IN ({SITES_WITH_A_PART}))
  AND (c.recorded_at AT TIME ZONE 'Asia/Tokyo')::date < (date_trunc('month', c.day) + interval '2 months')::date
  AND array_length(m.path, 1) > 1
  AND (m.path[1] = %(firm)s
    OR m.path[array_length(m.path, 1) - 1] = %(firm)s AND {_HAS_PLACE})
"""  # noqa: S608 -- our own words


def list_claims_to_confirm(business_id: int, *, on: date) -> list[ClaimToConfirm]:
    """Open claims that a firm confirms as employer or first tier: its place is the one that the day is bound to.

    A prime's own people need no mark but its approval; what the prime can approve no more needs none at all (ruling 28).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TO_CONFIRM, {"firm": business_id})
        parts = {claim_id: (as_employer, as_first) for claim_id, as_employer, as_first in cursor.fetchall()}
    rows = _claims(Q(pk__in=parts)) if parts else []
    return [ClaimToConfirm(row, *parts[row.id]) for row in rows if row.may_be_answered(on)]


_UNREGISTERED_OF_FIRM = """
SELECT c.id FROM histories_claim c JOIN histories_month m ON m.worker_id = c.worker_id AND m.claim_id = c.id
  AND m.month = date_trunc('month', c.day)::date
WHERE c.site_id IS NULL AND c.state = 'open' AND m.business_id = %(firm)s
  AND c.worker_id IN (SELECT worker_id FROM workers_affiliation WHERE business_id = %(firm)s)
"""


def list_unregistered(*, worker_id: int | None = None, business_id: int | None = None) -> list[ClaimRow]:
    """Days on sites without ID that a worker may join to a site, or a firm for which they were worked (ruling 30)."""
    if worker_id is not None:
        return _claims(Q(worker=worker_id, site=None, state=ClaimState.OPEN))
    with connection.cursor() as cursor:
        cursor.execute(_UNREGISTERED_OF_FIRM, {"firm": business_id})
        found = [row[0] for row in cursor.fetchall()]
    return _claims(Q(pk__in=found)) if found else []


def names_of_claimed_sites(claim_ids: Collection[int]) -> dict[int, str]:
    """Names of unregistered sites, by the claims that name them."""
    return dict(Claim.objects.filter(pk__in=claim_ids).order_by("pk").values_list("pk", "site_name"))


def entered_by_firm(claim_ids: Collection[int], business_id: int) -> set[int]:
    """Of some claims those that a firm itself has entered, for one of its people."""
    return {one for one, firm in firms_that(ENTER, "histories_claim", claim_ids).items() if firm == business_id}


def approved_claims(rows: Iterable[DayRow]) -> dict[tuple[int, int, date], ClaimRow]:
    """The approved entries of those of some days that count, by worker, site and day. A light query, a second one where there are any."""
    days = [row for row in rows if row.bound.standing is Standing.FORMAL and row.bound.site_id]
    if not days:
        return {}
    ends = sorted({row.bound.day for row in days})
    approved = Claim.objects.filter(
        state=ClaimState.APPROVED, site__in={row.bound.site_id for row in days}, day__range=(ends[0], ends[-1]),
        worker__in={row.worker_id for row in days},
    ).values_list("pk", flat=True)  # fmt: skip
    found = _claims(Q(pk__in=list(approved))) if approved else []
    return {(one.worker_id, one.site_id or 0, one.day): one for one in found}


def approvers_of(claims: Iterable[ClaimRow]) -> dict[int, int]:
    """The firm that approved each of some entries, by entry. One query."""
    approved = [one.id for one in claims if one.state is ClaimState.APPROVED]
    return firms_that(ClaimMove.APPROVE, "histories_claim", approved) if approved else {}


def get_claim(claim_id: int) -> ClaimRow | None:
    """One entered day, or None."""
    return next(iter(_claims(Q(pk=claim_id))), None)
