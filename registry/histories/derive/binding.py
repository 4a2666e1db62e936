"""Binding: which firm, trade, position and work a day belongs to, and what it still lacks (rulings 22 to 29).

Pure: the result depends on the facts, each with its own times, never on the order in which they arrived.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

import msgspec

from registry.cards.derive import OLD_CARD_WORKS, CardFact, works_until
from registry.codes.states import Counts
from registry.core.days import JST, jst_day
from registry.histories.derive.deadlines import is_self_declared
from registry.histories.derive.facts import ClaimFact, SiteFacts, WorkerFacts
from registry.histories.derive.hours import ends_next_morning
from registry.histories.states import NO_SECOND_TRADE, NO_WORK, ClaimState, Reason, Standing
from registry.structures.derive import EntryFact, Gap, Path, TenureFact, collecting_entry
from registry.touches.derive.days import Flag, WorkDay, branch_of, flags_of, minute_of

# Sites of two prefectures within half an hour: nobody gets from one to the other (TWO_PLACES).
QUICKEST_WAY = timedelta(minutes=30)
_ORDER = {reason: number for number, reason in enumerate(Reason)}
_FROM_BEST = (Standing.FORMAL, Standing.WAITING, Standing.CLAIMED, Standing.UNAPPROVED, Standing.NONE)


class Assignment(NamedTuple):
    """Under whom and as what somebody worked. `path` holds the registered firms from the own one up to the prime."""

    business_id: int | None = None
    tenure_id: int | None = None
    path: tuple[int, ...] = ()
    trade: str = ""
    position: str = ""
    work: str = ""
    claim_id: int | None = None  # of an unregistered site: its name stands there
    second_trade: str = ""  # the day is then two histories, and one day (ruling 26)

    @property
    def trades(self) -> tuple[str, ...]:
        """The one trade or the two."""
        return tuple(one for one in (self.trade, self.second_trade) if one)


class BoundDay(msgspec.Struct, frozen=True, gc=False):
    """One worker's day on one site, with its meaning. Times of touches are not working hours (ruling 32)."""

    site_id: int | None
    day: date
    assignment: Assignment
    standing: Standing
    reasons: tuple[Reason, ...]
    first: datetime | None
    last: datetime | None
    by_hand: bool = False  # entered, never touched: the times are what somebody said

    @property
    def came(self) -> bool:
        """Whether somebody came: there is a touch, or the prime approved what was entered. Open claims stand apart."""
        return not self.by_hand or self.standing is Standing.FORMAL


def bind(facts: WorkerFacts, days: Iterable[date] | None = None) -> list[BoundDay]:
    """The days of one worker over all sites, in the order of day and first touch; with `days`, only those."""
    wanted = None if days is None else set(days)
    touched: dict[date, list[tuple[int, WorkDay]]] = defaultdict(list)
    for site_id, found in facts.days.items():
        for one in found:
            if wanted is None or one.day in wanted:
                touched[one.day].append((site_id, one))
    claimed: dict[date, list[ClaimFact]] = defaultdict(list)
    for claim in facts.claims:
        if wanted is None or claim.day in wanted:
            claimed[claim.day].append(claim)
    bound = []
    for day in sorted(touched.keys() | claimed.keys()):
        bound += bind_day(facts, touched.get(day, ()), claimed.get(day, ()))
    return bound


def bind_day(facts: WorkerFacts, touched: Sequence[tuple[int, WorkDay]], claims: Sequence[ClaimFact]) -> list[BoundDay]:
    """One day of one worker: its touches site by site, then what was claimed where nothing was touched.

    A touch and a claim of one site are one history: times from the touches, work from a claim that holds. It stands as the better
    of both: where the touch does not count, a claim can be approved all the same.
    """
    if len(touched) == 1 and not claims:  # nearly every day
        return [_bind_touched(facts, *touched[0], too_far=False, work="")]
    apart = _sites_too_far_apart(touched, facts)
    works = {claim.site_id: claim.work for claim in claims if claim.site_id and _changes_touched(claim)}
    bound = [
        _bind_touched(facts, site_id, one, too_far=site_id in apart, work=works.get(site_id, ""))
        for site_id, one in sorted(touched, key=lambda pair: (pair[1].first, pair[0]))
    ]
    there = {site_id for site_id, _ in touched}
    last = _last_word(claims)
    said = {claim.site_id: _standing_of_claim(claim) for claim in last if claim.site_id in there}
    bound = [_at_best(one, said[one.site_id]) if one.site_id in said else one for one in bound]
    return bound + [_bind_claim(facts, claim) for claim in last if claim.site_id not in there]


def _changes_touched(claim: ClaimFact) -> bool:
    """Whether a claim gives a touched day its work: in time as any other word on it, later once approved (ruling 29)."""
    return _standing_of_claim(claim) in {Standing.CLAIMED, Standing.FORMAL}


def _at_best(one: BoundDay, said: Standing) -> BoundDay:
    return msgspec.structs.replace(one, standing=min(one.standing, said, key=_FROM_BEST.index))


def _last_word(claims: Sequence[ClaimFact]) -> list[ClaimFact]:
    """Of several claims of one site the one that still stands, else the last one; each unregistered site by itself."""
    last: dict[object, ClaimFact] = {}
    for claim in claims:
        key = claim.site_id or ("", claim.id)
        if key not in last or last[key].state is ClaimState.REFUSED:
            last[key] = claim
    return list(last.values())


def _bind_claim(facts: WorkerFacts, claim: ClaimFact) -> BoundDay:
    """A directly entered day (ruling 28): formal once approved, else it stands beside the formal ones."""
    site = facts.sites.get(claim.site_id) if claim.site_id else None
    assignment, missing = _assign(facts, claim.site_id or 0, site, claim.day)
    if claim.trade:
        assignment, missing = assignment._replace(trade=claim.trade), missing - {Reason.TRADE_ASSUMED}
    unregistered = claim.id if claim.site_id is None else None
    assignment = assignment._replace(work=claim.work or assignment.work, claim_id=unregistered)
    assignment, missing = _edited(facts, claim.site_id, claim.day, assignment, missing)
    # It keeps no entered day from counting: who answers it should know, and whoever did has known it.
    if site and site.is_registered and claim.state is not ClaimState.APPROVED:
        missing |= _reasons_of_site(site, claim.day)
    ordered = tuple(sorted(missing, key=_ORDER.__getitem__)) if site else ()
    over = claim.begins_at and claim.ends_at and ends_next_morning(claim.begins_at, claim.ends_at)
    end = claim.day + timedelta(days=1) if over else claim.day
    first, last = _moment(claim.day, claim.begins_at), _moment(end, claim.ends_at)
    return BoundDay(claim.site_id, claim.day, assignment, _standing_of_claim(claim), ordered, first, last, by_hand=True)


def _moment(day: date, at: time | None) -> datetime | None:
    return datetime.combine(day, at, JST).astimezone(UTC) if at else None


def _standing_of_claim(claim: ClaimFact) -> Standing:
    if claim.state is ClaimState.REFUSED:
        return Standing.NONE
    if claim.site_id is None:
        return Standing.UNAPPROVED
    if claim.state is ClaimState.APPROVED:
        return Standing.FORMAL
    return Standing.UNAPPROVED if is_self_declared(claim.day, jst_day(claim.recorded_at)) else Standing.CLAIMED


def _edited(
    facts: WorkerFacts, site_id: int | None, day: date, assignment: Assignment, missing: set[Reason]
) -> tuple[Assignment, set[Reason]]:
    """What later words say of a day: of two the later recorded holds, a late one with the prime's approval (ruling 29)."""
    for edit in facts.edits:
        if edit.site_id == site_id and edit.day == day and edit.holds:
            assignment = assignment._replace(
                trade=edit.trade or assignment.trade, position=edit.position_held or assignment.position,
                work=_said(edit.work, assignment.work), second_trade=edit.second_trade or assignment.second_trade,
            )  # fmt: skip
            missing = missing - {Reason.TRADE_ASSUMED} if edit.trade else missing
    if assignment.second_trade in {NO_SECOND_TRADE, assignment.trade}:
        assignment = assignment._replace(second_trade="")
    return assignment, missing


def _said(work: str, before: str) -> str:
    """The words on the work after an edit: its own, none where it takes them back, or those from before."""
    return "" if work == NO_WORK else work or before


def _sites_too_far_apart(found: Sequence[tuple[int, WorkDay]], facts: WorkerFacts) -> set[int]:
    """Sites of one day whose touches lie too close in time for the way between them."""
    apart: set[int] = set()
    if len(found) == 1:  # nearly every day
        return apart
    for n, (site, one) in enumerate(found):
        for other_site, other in found[n + 1 :]:
            here, there = facts.sites.get(site), facts.sites.get(other_site)
            if here is None or there is None or not here.is_far_from(there):
                continue
            if any(abs(minute_of(a) - minute_of(b)) < QUICKEST_WAY for a in one.numbers for b in other.numbers):
                apart |= {site, other_site}
    return apart


def weigh_day(
    facts: WorkerFacts, touched: Sequence[tuple[int, WorkDay]]
) -> dict[int, tuple[Standing, tuple[Reason, ...]]]:
    """How a day stands by its touches on each site, and what it lacks there: `bind_day` without claims, firm, trade and times."""
    apart = _sites_too_far_apart(touched, facts)
    return {site_id: _weigh(facts, site_id, one, too_far=site_id in apart, work="")[1:] for site_id, one in touched}


def _bind_touched(facts: WorkerFacts, site_id: int, one: WorkDay, *, too_far: bool, work: str) -> BoundDay:
    assignment, standing, reasons = _weigh(facts, site_id, one, too_far=too_far, work=work)
    return BoundDay(site_id, one.day, assignment, standing, reasons, one.first, one.last)


def _weigh(
    facts: WorkerFacts, site_id: int, one: WorkDay, *, too_far: bool, work: str
) -> tuple[Assignment, Standing, tuple[Reason, ...]]:
    site = facts.sites.get(site_id)
    if site and not site.is_registered:
        return _weigh_unregistered(facts, site_id, one)
    assignment, reasons = _assign(facts, site_id, site, one.day)
    if work:
        assignment = assignment._replace(work=work)
    if facts.edits:
        assignment, reasons = _edited(facts, site_id, one.day, assignment, reasons)
    if too_far:
        reasons.add(Reason.TWO_PLACES)
    reasons |= _reasons_of_site(site, one.day)
    of_touches = _reasons_of_touches(facts, one)
    if of_touches:
        standing = min([standing_of(facts, reasons | own) for own in of_touches], key=_FROM_BEST.index)
        reasons = reasons.union(*of_touches)
    else:
        standing = standing_of(facts, reasons) if reasons else Standing.FORMAL
    ordered = tuple(sorted(reasons, key=_ORDER.__getitem__)) if reasons else ()
    return assignment, _decided(facts, site_id, one.day, standing) if facts.decisions else standing, ordered


def _weigh_unregistered(
    facts: WorkerFacts, site_id: int, one: WorkDay
) -> tuple[Assignment, Standing, tuple[Reason, ...]]:
    """A day of touches on a 仮現場 (ruling 30): unapproved, as no prime can answer; only what no prime could mend is told."""
    assignment, _ = _assign(facts, site_id, None, one.day)
    of_touches = [own - {Reason.SITE_NOT_OF_DEVICE} for own in _reasons_of_touches(facts, one)]
    best = min((standing_of(facts, own) for own in of_touches), key=_FROM_BEST.index, default=Standing.FORMAL)
    standing = Standing.NONE if best is Standing.NONE else Standing.UNAPPROVED
    return assignment, standing, tuple(sorted(frozenset[Reason]().union(*of_touches), key=_ORDER.__getitem__))


def _decided(facts: WorkerFacts, site_id: int, day: date, standing: Standing) -> Standing:
    """The prime's last word on a day that waits for one, or that he rejects."""
    for decision in reversed(facts.decisions):
        if decision.site_id == site_id and decision.day == day:
            if decision.counts is False:
                return Standing.NONE
            if decision.counts is None:  # the word was taken back: as if nothing had been said
                return standing
            return Standing.FORMAL if standing is Standing.WAITING else standing
    return standing


def standing_of(facts: WorkerFacts, reasons: Collection[Reason]) -> Standing:
    """How a day stands by one of its touches: the strictest of the reasons decides (ruling 24)."""
    if not reasons:
        return Standing.FORMAL
    held = {facts.counts[reason] for reason in reasons}
    if Counts.NO in held:
        return Standing.NONE
    return Standing.WAITING if Counts.WAITING in held else Standing.FORMAL


_OF_FLAGS = {
    Flag.FOREIGN: Reason.SITE_NOT_OF_DEVICE, Flag.REVOKED: Reason.DEVICE_REVOKED, Flag.CLOCK_OFF: Reason.CLOCK_OFF,
    Flag.TYPED: Reason.TYPED_NUMBER, Flag.POSTER: Reason.POSTER_FIXED,
}  # fmt: skip


_NOTHING: frozenset[Reason] = frozenset()
_PLAIN = {_NOTHING}


def _reasons_of_site(site: SiteFacts | None, day: date) -> AbstractSet[Reason]:
    if site is None:
        return {Reason.SITE_NOT_OF_DEVICE}
    found = _NOTHING if site.is_in_period(day) else {Reason.OUTSIDE_PERIOD}
    return found | {Reason.SITE_CLOSED} if site.closed_on and day >= site.closed_on else found


def _reasons_of_touches(facts: WorkerFacts, one: WorkDay) -> Collection[AbstractSet[Reason]]:
    """What each touch carries, each kind once; nothing at all where none carries anything, as on nearly every day.

    A good touch makes the day, whatever a worse one adds: who found a card or kept a device takes no day from anybody.
    """
    if _is_plain(facts.cards, one):
        return ()
    found: set[frozenset[Reason]] = set()
    for number in one.numbers:
        own = _reasons_of_card(facts, one.day, number)
        if flags := flags_of(number):
            own |= {reason for flag, reason in _OF_FLAGS.items() if flag & flags}
        found.add(own)
    return () if found == _PLAIN else found


def _is_plain(cards: Mapping[int, CardFact], one: WorkDay) -> bool:
    """Whether a day was touched with somebody's one good card and nothing else is to be said: so is nearly every day."""
    if len(cards) != 1 or flags_of(reduce(or_, one.numbers)):
        return False
    (card,) = cards.values()
    return card.stopped_at is None and one.day <= card.valid_until


def _reasons_of_card(facts: WorkerFacts, day: date, number: int) -> frozenset[Reason]:
    branch, cards = branch_of(number), facts.cards
    if (card := cards.get(branch)) is None:
        return _NOTHING
    found = _NOTHING
    if card.stopped_at and minute_of(number) >= card.stopped_at:
        found |= {Reason.CARD_LOST}
    if day > card.valid_until:
        found |= {Reason.CARD_EXPIRED}
    if len(cards) > 1 and branch < max(cards):
        found |= _reasons_of_old_card(facts, branch, minute_of(number))
    return found


def _reasons_of_old_card(facts: WorkerFacts, branch: int, at: datetime) -> set[Reason]:
    """The old card works until the first touch of the new one or 30 days after its shipment (ruling 19)."""
    if any(other > branch and minute_of(first) <= at for other, first in facts.first_uses.items()):
        return {Reason.CARD_LOST}
    until = works_until(card.shipped_at for other, card in facts.cards.items() if other > branch)
    if until is None or at < until - OLD_CARD_WORKS:
        return set()
    return {Reason.CARD_LOST if at >= until else Reason.CARD_REPLACED}


def _assign(
    facts: WorkerFacts, site_id: int, site: SiteFacts | None, day: date
) -> tuple[Assignment, set[Reason]]:  # fmt: skip
    """Firm, trade, position and work of a day: the roster's, else what links and structure tell (ruling 25)."""
    entry = collecting_entry(facts.entries.get(site_id, ()), site.structure, day) if site else None
    if site and entry:
        return _assign_by_roster(facts, site, entry, day)
    linked = [link for link in facts.links if link.from_on <= day and (link.until_on is None or day < link.until_on)]
    reasons = {Reason.ROSTER_MISSING, Reason.TRADE_ASSUMED}
    trade = next(
        (one.trade for one in facts.trades if one.from_on <= day and (one.until_on is None or day < one.until_on)),
        # Days before the registration of the trade: the first one ever registered is the best that is known.
        facts.trades[0].trade if facts.trades else "",
    )
    firms = [link.business_id for link in linked if link.business_id is not None]
    if not linked:
        reasons.add(Reason.NOT_LINKED)
    elif not firms:
        reasons.add(Reason.FIRM_UNREGISTERED)
    if not site or not firms:
        return Assignment(firms[0] if firms else None, trade=trade), reasons
    firm, tenure = _likeliest(site, firms, day)
    path = _path(site, firm, tenure, day)
    reasons |= {Reason(gap) for gap in path.gaps}
    return Assignment(firm, tenure.id if tenure else None, path.firms, trade), reasons


def _assign_by_roster(
    facts: WorkerFacts, site: SiteFacts, entry: EntryFact, day: date
) -> tuple[Assignment, set[Reason]]:  # fmt: skip
    tenure = site.structure.by_id[entry.tenure_id] if entry.tenure_id is not None else None
    firm = tenure.business_id if tenure and tenure.business_id is not None else site.structure.prime_id
    path = _path(site, firm, tenure, day)
    reasons = {Reason(gap) for gap in path.gaps}
    for link in facts.links:
        if link.business_id == firm and link.from_on <= day and (link.until_on is None or day < link.until_on):
            break
    else:
        reasons.add(Reason.NOT_LINKED)
    assignment = Assignment(firm, entry.tenure_id, path.firms, entry.trade, entry.position, entry.work)
    return assignment, reasons


def _likeliest(site: SiteFacts, firms: Sequence[int], day: date) -> tuple[int, TenureFact | None]:
    """Of the firms that a worker is linked to, the one that stands in the structure; the prime before all."""
    if site.structure.prime_id in firms:
        return site.structure.prime_id, None
    for firm in firms:
        if tenure := site.structure.tenure_of(firm, day):
            return firm, tenure
    return firms[0], None


def _path(site: SiteFacts, firm: int, tenure: TenureFact | None, day: date) -> Path:
    if tenure is not None:
        return site.structure.path(tenure, day)
    if firm == site.structure.prime_id:
        return Path((firm,), frozenset())
    return Path((firm, site.structure.prime_id), frozenset({Gap.STRUCTURE_MISSING}))
