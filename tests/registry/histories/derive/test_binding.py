"""What days mean, rule by rule (rulings 19, 22 to 29); how the rules work together is shown by the oracle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from registry.cards.derive import CardFact
from registry.codes.states import Counts
from registry.histories.derive.binding import BoundDay, bind, standing_of
from registry.histories.derive.facts import ClaimFact, DecisionFact, EditFact, SiteFacts, WorkerFacts
from registry.histories.states import NO_SECOND_TRADE, NO_WORK, ClaimState, Reason, Standing
from registry.structures.derive import EntryFact, Structure, TenureFact
from registry.structures.states import TenureState
from registry.touches.derive.clocks import ms_of
from registry.touches.derive.days import Flag, WorkDay, number_of
from registry.touches.states import Direction
from registry.workers.derive import LinkFact, TradeFact

DAY, START, BEFORE = date(2026, 11, 20), date(2026, 11, 1), date(2026, 10, 1)
PRIME, FIRST, SECOND = 1, 2, 3
HERE, THERE = 11, 12
EARLY = datetime(2026, 11, 1, tzinfo=UTC)
WAITING = {
    Reason.OUTSIDE_PERIOD, Reason.SITE_CLOSED, Reason.SITE_NOT_OF_DEVICE, Reason.DEVICE_REVOKED,
    Reason.CLOCK_IMPLAUSIBLE, Reason.POSTER_FIXED,
}  # fmt: skip
NEVER = {Reason.CARD_LOST, Reason.CARD_UNKNOWN}
COUNTS = {
    reason: Counts.NO if reason in NEVER else Counts.WAITING if reason in WAITING else Counts.YES for reason in Reason
}


def tenure(number: int, firm: int | None, **more: Any) -> TenureFact:
    """A firm's place; node and tenure have the same number."""
    fact = TenureFact(number, number, firm, "名前" if firm is None else "", TenureState.ACCEPTED, START, None, EARLY)
    return fact._replace(**more)


def site(*tenures: TenureFact, **more: Any) -> SiteFacts:
    """A site: the first tenure below the prime, each further one below the one before."""
    parents = {one.node_id: tenures[n - 1].node_id if n else None for n, one in enumerate(tenures)}
    return replace(SiteFacts(Structure(PRIME, parents, tenures), "13", [(START, None)], None, ()), **more)


CHAIN = site(tenure(101, FIRST), tenure(102, SECOND))
ENTRY = EntryFact(1, 102, "06-01", "X001", "配筋", collects=False, from_on=START, until_on=None, added_at=EARLY)


def moment(
    clock: str, day: date = DAY, *, direction: Direction = Direction.NONE, flags: int = 0, branch: int = 1
) -> int:
    """A touch of a day in Japan."""
    return number_of(ms_of(datetime.fromisoformat(f"{day}T{clock}+09:00")), direction, flags, branch)


def touched(*moments: int, day: date = DAY) -> list[WorkDay]:
    """One day with its touches."""
    return [WorkDay(day, moments or (moment("07:58"), moment("17:03", direction=Direction.OUT)))]


def facts(days: Mapping[int, Sequence[WorkDay]] | None = None, **more: Any) -> WorkerFacts:
    """A worker of the second firm, on its roster, with a good card, who was there on the day."""
    base = WorkerFacts(
        links=[LinkFact(SECOND, True, BEFORE, None)], trades=[TradeFact(1, "01-01", BEFORE, None)],
        cards={1: CardFact(1, date(2030, 1, 1), None, EARLY)}, entries={HERE: [ENTRY]},
        days={HERE: touched()} if days is None else days, sites={HERE: CHAIN}, counts=COUNTS,
    )  # fmt: skip
    return msgspec.structs.replace(base, **more)


def one(given: WorkerFacts) -> BoundDay:
    """The only day."""
    (found,) = bind(given)
    return found


def claim(**more: Any) -> ClaimFact:
    """A day entered by hand on the next morning."""
    values = {
        "id": 9, "site_id": HERE, "day": DAY, "trade": "", "work": "", "begins_at": None, "ends_at": None,
        "state": ClaimState.OPEN, "recorded_at": datetime(2026, 11, 21, tzinfo=UTC), **more,
    }  # fmt: skip
    return ClaimFact(**values)


def test_a_complete_day_is_formal_and_belongs_to_the_roster_s_firm() -> None:
    found = one(facts())
    assert (found.standing, found.reasons, found.by_hand) == (Standing.FORMAL, (), False)
    assert found.assignment.business_id == SECOND
    assert found.assignment.path == (SECOND, FIRST, PRIME)
    assert (found.assignment.trade, found.assignment.position, found.assignment.work) == ("06-01", "X001", "配筋")
    assert found.first == datetime(2026, 11, 19, 22, 58, tzinfo=UTC)
    assert found.last == datetime(2026, 11, 20, 8, 3, tzinfo=UTC)


def test_only_the_days_asked_for_are_bound() -> None:
    assert bind(facts(), [date(2026, 11, 19)]) == []


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"entries": {}}, {Reason.ROSTER_MISSING, Reason.TRADE_ASSUMED}),
        ({"entries": {}, "links": []}, {Reason.ROSTER_MISSING, Reason.TRADE_ASSUMED, Reason.NOT_LINKED}),
        ({"links": []}, {Reason.NOT_LINKED}),
        ({"links": [LinkFact(SECOND, True, BEFORE, DAY)]}, {Reason.NOT_LINKED}),
        (
            {"entries": {}, "links": [LinkFact(None, True, BEFORE, None)]},
            {Reason.ROSTER_MISSING, Reason.TRADE_ASSUMED, Reason.FIRM_UNREGISTERED},
        ),
        (
            {"entries": {}, "links": [LinkFact(99, True, BEFORE, None)]},
            {Reason.ROSTER_MISSING, Reason.TRADE_ASSUMED, Reason.STRUCTURE_MISSING},
        ),
        ({"sites": {HERE: replace(CHAIN, periods=[(START, DAY)])}}, {Reason.OUTSIDE_PERIOD}),
        ({"sites": {HERE: replace(CHAIN, closed_on=DAY)}}, {Reason.SITE_CLOSED}),
        ({"sites": {HERE: replace(CHAIN, closed_on=DAY + timedelta(days=1))}}, set()),
        ({"sites": {HERE: site(tenure(101, None), tenure(102, SECOND))}}, {Reason.FIRM_UNREGISTERED}),
        (
            {"sites": {HERE: site(tenure(101, FIRST, state=TenureState.INVITED), tenure(102, SECOND))}},
            {Reason.INVITATION_OPEN},
        ),
        ({"sites": {HERE: site(tenure(101, FIRST, until_on=DAY), tenure(102, SECOND))}}, {Reason.STRUCTURE_MISSING}),
        ({"cards": {1: CardFact(1, date(2026, 11, 19), None, EARLY)}}, {Reason.CARD_EXPIRED}),
        ({"cards": {1: CardFact(1, DAY, None, EARLY)}}, set()),
        ({"cards": {1: CardFact(1, date(2030, 1, 1), EARLY, EARLY)}}, {Reason.CARD_LOST}),
        ({"cards": {}}, set()),
    ],
)
def test_what_a_day_lacks(more: dict[str, Any], reasons: set[Reason]) -> None:
    assert set(one(facts(**more)).reasons) == reasons


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        (Flag.FOREIGN, Reason.SITE_NOT_OF_DEVICE),
        (Flag.REVOKED, Reason.DEVICE_REVOKED),
        (Flag.CLOCK_OFF, Reason.CLOCK_OFF),
        (Flag.TYPED, Reason.TYPED_NUMBER),
        (Flag.POSTER, Reason.POSTER_FIXED),
    ],
)
def test_what_a_touch_carries_is_a_reason_of_its_day(flag: Flag, reason: Reason) -> None:
    found = one(facts({HERE: touched(moment("07:58"), moment("17:03", flags=flag))}))
    assert found.reasons == (reason,)


def test_an_unknown_site_waits_for_somebody() -> None:
    assert Reason.SITE_NOT_OF_DEVICE in one(facts({99: touched()})).reasons


@pytest.mark.parametrize("reason", list(Reason))
def test_one_reason_decides_how_a_day_stands(reason: Reason) -> None:
    expected = {Counts.YES: Standing.FORMAL, Counts.WAITING: Standing.WAITING, Counts.NO: Standing.NONE}
    assert standing_of(facts(), [reason]) is expected[COUNTS[reason]]


def test_the_strictest_reason_decides() -> None:
    assert standing_of(facts(), [Reason.CLOCK_OFF, Reason.SITE_CLOSED]) is Standing.WAITING
    assert standing_of(facts(), [Reason.SITE_CLOSED, Reason.CARD_LOST]) is Standing.NONE


@pytest.mark.parametrize("flag", [Flag.REVOKED, Flag.FOREIGN, Flag.POSTER])
def test_a_good_touch_makes_the_day_whatever_a_worse_one_adds(flag: Flag) -> None:
    found = one(facts({HERE: touched(moment("07:58"), moment("17:03", flags=flag))}))
    assert (found.standing, len(found.reasons)) == (Standing.FORMAL, 1)
    alone = one(facts({HERE: touched(moment("07:58", flags=flag), moment("17:03", flags=flag))}))
    assert alone.standing is Standing.WAITING


def test_a_card_lost_at_noon_takes_no_morning_away() -> None:
    card = CardFact(1, date(2030, 1, 1), datetime(2026, 11, 20, 3, tzinfo=UTC), EARLY)
    found = one(facts(cards={1: card}))
    assert (found.standing, found.reasons) == (Standing.FORMAL, (Reason.CARD_LOST,))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (datetime(2026, 11, 20, 12, tzinfo=UTC), None, None),  # not shipped yet when the old one was touched
        (datetime(2026, 11, 10, tzinfo=UTC), None, Reason.CARD_REPLACED),
        (datetime(2026, 10, 20, 22, 58, tzinfo=UTC), None, Reason.CARD_LOST),  # thirty days after shipment
        (datetime(2026, 11, 10, tzinfo=UTC), moment("07:00", branch=2), Reason.CARD_LOST),
        (datetime(2026, 11, 10, tzinfo=UTC), moment("07:59", branch=2), Reason.CARD_REPLACED),
        (None, moment("07:00", branch=2), Reason.CARD_LOST),  # nobody noted the shipment
        (None, moment("07:59", branch=2), None),
    ],
)
def test_an_old_card_works_until_the_new_one_is_used_or_for_thirty_days(
    old: datetime | None, new: int | None, reason: Reason | None
) -> None:
    cards = {1: CardFact(1, date(2030, 1, 1), None, EARLY), 2: CardFact(2, date(2035, 1, 1), None, old)}
    found = one(facts({HERE: touched(moment("07:58"))}, cards=cards, first_uses={2: new} if new else {}))
    assert found.reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("clock", "prefecture", "too_far"), [("08:27", "27", True), ("08:28", "27", False), ("08:00", "13", False)]
)
def test_two_prefectures_within_half_an_hour(clock: str, prefecture: str, *, too_far: bool) -> None:
    sites = {HERE: CHAIN, THERE: replace(CHAIN, prefecture=prefecture)}
    found = bind(facts({HERE: touched(moment("07:58")), THERE: touched(moment(clock))}, sites=sites))
    assert [Reason.TWO_PLACES in day.reasons for day in found] == [too_far, too_far]


def test_the_trade_of_the_day_not_of_today_is_assumed() -> None:
    trades = [TradeFact(1, "01-01", BEFORE, DAY), TradeFact(1, "02-01", DAY, None)]
    assert one(facts(entries={}, trades=trades)).assignment.trade == "02-01"
    early = [TradeFact(1, "02-01", date(2026, 12, 1), None)]
    assert one(facts(entries={}, trades=early)).assignment.trade == "02-01", "the first that is known"
    assert one(facts(entries={}, trades=[])).assignment.trade == ""


def test_of_several_firms_the_one_in_the_structure_and_the_prime_before_all() -> None:
    links = [LinkFact(99, True, BEFORE, None), LinkFact(FIRST, False, BEFORE, None)]
    assert one(facts(entries={}, links=links)).assignment.path == (FIRST, PRIME)
    primes = [*links, LinkFact(PRIME, False, BEFORE, None)]
    assert one(facts(entries={}, links=primes)).assignment.path == (PRIME,)


def edit(site_id: int, day: date, trade: str, position: str, work: str, **late: Any) -> EditFact:
    """A later word, in time unless told otherwise."""
    return EditFact(
        site_id, day, trade, position, work, EARLY, **{"late": False, "answer": None, "answered_at": None, **late}
    )


@pytest.mark.parametrize(
    ("answer", "work"),
    [(None, "配筋"), (ClaimState.REFUSED, "配筋"), (ClaimState.WITHDRAWN, "配筋"), (ClaimState.APPROVED, "遅れ")],
)
def test_a_late_edit_holds_once_it_is_approved(answer: ClaimState | None, work: str) -> None:
    edits = [edit(HERE, DAY, "", "", "配筋"), edit(HERE, DAY, "", "", "遅れ", late=True, answer=answer)]
    assert one(facts(edits=edits)).assignment.work == work


def test_a_refused_position_leaves_trade_and_work() -> None:
    """Ruling 29: said in time, so nothing else waits for the prime."""
    found = one(facts(edits=[edit(HERE, DAY, "02-01", "X002", "乙", answer=ClaimState.REFUSED)])).assignment
    assert (found.trade, found.position, found.work) == ("02-01", "X001", "乙")


def test_a_second_trade_stands_beside_the_first_until_it_is_taken_back() -> None:
    """Rulings 26, 29: two histories, one day."""
    second = edit(HERE, DAY, "", "", "", second_trade="02-01")
    found = one(facts(edits=[second])).assignment
    assert (found.trade, found.second_trade, found.trades) == ("06-01", "02-01", ("06-01", "02-01"))
    for later in (edit(HERE, DAY, "", "", "", second_trade=NO_SECOND_TRADE), edit(HERE, DAY, "02-01", "", "")):
        assert one(facts(edits=[second, later])).assignment.second_trade == ""


def test_words_on_the_work_are_taken_back_and_said_anew() -> None:
    edits = [edit(HERE, DAY, "", "", work) for work in ("甲", NO_WORK, "", "乙")]
    said = [one(facts(edits=edits[:number])).assignment.work for number in range(1, 5)]
    assert said == ["甲", "", "", "乙"]


def test_of_two_edits_the_later_holds_and_what_is_empty_stays() -> None:
    edits = [edit(HERE, DAY, "02-01", "", "甲"), edit(HERE, DAY, "", "X002", "乙")]
    found = one(facts(entries={}, edits=edits)).assignment
    assert (found.trade, found.position, found.work) == ("02-01", "X002", "乙")
    assert Reason.TRADE_ASSUMED not in one(facts(entries={}, edits=edits)).reasons
    others = [edit(THERE, DAY, "02-01", "", ""), edit(HERE, START, "02-01", "", "")]
    assert one(facts(edits=others)).assignment.trade == "06-01"


@pytest.mark.parametrize(
    ("said", "waits", "expected"),
    [
        ([True], True, Standing.FORMAL),
        ([False], True, Standing.NONE),
        ([True, False], False, Standing.NONE),
        ([False, True], True, Standing.FORMAL),
        ([True], False, Standing.FORMAL),
        ([False, None], False, Standing.FORMAL),
        ([True, None], True, Standing.WAITING),
    ],
)
def test_the_prime_s_last_word_decides(said: list[bool | None], *, waits: bool, expected: Standing) -> None:
    where = replace(CHAIN, closed_on=DAY if waits else None)
    decisions = [DecisionFact(HERE, DAY, counts, EARLY) for counts in said]
    assert one(facts(sites={HERE: where}, decisions=decisions)).standing is expected


def test_no_decision_revives_a_lost_card() -> None:
    lost = {1: CardFact(1, date(2030, 1, 1), EARLY, EARLY)}
    given = facts(cards=lost, decisions=[DecisionFact(HERE, DAY, True, EARLY)])
    assert one(given).standing is Standing.NONE


@pytest.mark.parametrize(("stopped_at", "expected"), [(None, Standing.UNAPPROVED), (EARLY, Standing.NONE)])
def test_on_an_unregistered_site_a_lost_card_does_not_count_either(
    stopped_at: datetime | None, expected: Standing
) -> None:
    cards = {1: CardFact(1, date(2030, 1, 1), stopped_at, EARLY)}
    assert one(facts(sites={HERE: replace(CHAIN, is_registered=False)}, cards=cards)).standing is expected


def test_the_last_day_of_a_card_counts_beside_an_older_card_too() -> None:
    cards = {1: CardFact(1, BEFORE, None, EARLY), 2: CardFact(2, DAY, None, EARLY)}
    given = facts({HERE: touched(moment("07:58", branch=2))}, cards=cards)
    assert Reason.CARD_EXPIRED not in one(given).reasons
    later = DAY + timedelta(days=1)
    given = facts({HERE: touched(moment("07:58", later, branch=2), day=later)}, cards=cards)
    assert Reason.CARD_EXPIRED in one(given).reasons


IN_TIME = datetime.fromisoformat("2026-12-31T23:59+09:00")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Standing.CLAIMED),
        ({"recorded_at": IN_TIME}, Standing.CLAIMED),
        ({"recorded_at": IN_TIME + timedelta(minutes=1)}, Standing.UNAPPROVED),
        ({"state": ClaimState.APPROVED}, Standing.FORMAL),
        ({"state": ClaimState.REFUSED}, Standing.NONE),
        ({"site_id": None}, Standing.UNAPPROVED),
    ],
)
def test_how_a_day_entered_by_hand_stands(more: dict[str, Any], expected: Standing) -> None:
    found = one(facts({}, claims=[claim(**more)]))
    assert (found.standing, found.by_hand) == (expected, True)


def test_a_claim_says_its_trade_work_and_times() -> None:
    given = claim(trade="02-01", work="型枠", begins_at=time(8), ends_at=time(17))
    found = one(facts({}, claims=[given], entries={}))
    assert (found.assignment.trade, found.assignment.work) == ("02-01", "型枠")
    assert found.reasons == (Reason.ROSTER_MISSING,)
    assert (found.first, found.last) == (
        datetime(2026, 11, 19, 23, tzinfo=UTC), datetime(2026, 11, 20, 8, tzinfo=UTC),
    )  # fmt: skip


def test_an_entered_night_ends_on_the_next_morning() -> None:
    night = one(facts({}, claims=[claim(begins_at=time(20), ends_at=time(5))]))
    assert (night.first, night.last) == (
        datetime(2026, 11, 20, 11, tzinfo=UTC), datetime(2026, 11, 20, 20, tzinfo=UTC),
    )  # fmt: skip


def test_an_entered_day_outside_the_period_of_its_site_says_so_and_counts_once_approved() -> None:
    """Of a 仮現場 no period is known; who has approved a day has known that it lies outside."""
    outside, both = replace(CHAIN, periods=[(START, DAY)], closed_on=DAY), {Reason.OUTSIDE_PERIOD, Reason.SITE_CLOSED}
    for site, state, standing, said in (
        (outside, ClaimState.OPEN, Standing.CLAIMED, both),
        (outside, ClaimState.APPROVED, Standing.FORMAL, set()),
        (replace(outside, is_registered=False), ClaimState.APPROVED, Standing.FORMAL, set()),
    ):
        (one,) = bind(facts(days={}, claims=[claim(state=state)], sites={HERE: site}))
        assert one.standing is standing
        assert both & set(one.reasons) == said


def test_a_touch_and_a_claim_of_one_site_are_one_history() -> None:
    found = one(facts(claims=[claim(work="型枠")]))
    assert (found.standing, found.assignment.work, found.by_hand) == (Standing.FORMAL, "型枠", False)
    refused = one(facts(claims=[claim(work="型枠", state=ClaimState.REFUSED)]))
    assert refused.assignment.work == "配筋"


def test_a_touched_day_takes_no_work_from_a_late_claim_that_is_not_approved() -> None:
    late = {"work": "夜間の溶接", "recorded_at": datetime(2027, 1, 1, tzinfo=UTC)}
    assert one(facts(claims=[claim(**late)])).assignment.work == "配筋"
    assert one(facts(claims=[claim(**late, state=ClaimState.APPROVED)])).assignment.work == "夜間の溶接"
    assert one(facts({}, claims=[claim(**late)])).assignment.work == "夜間の溶接", "it is all that is known of that day"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ClaimState.OPEN, Standing.CLAIMED),
        (ClaimState.APPROVED, Standing.FORMAL),
        (ClaimState.REFUSED, Standing.NONE),
    ],
)
def test_a_day_whose_touch_does_not_count_can_be_claimed(state: ClaimState, expected: Standing) -> None:
    lost = {1: CardFact(1, date(2030, 1, 1), EARLY, EARLY)}
    found = one(facts(cards=lost, claims=[claim(state=state)]))
    assert (found.standing, found.reasons, found.by_hand) == (expected, (Reason.CARD_LOST,), False)


def test_of_several_claims_of_a_site_the_standing_one_else_the_last() -> None:
    refused, stands = claim(state=ClaimState.REFUSED, work="一"), claim(id=10, work="二")
    for order in ([refused, stands], [stands, refused]):
        assert one(facts({}, claims=order)).assignment.work == "二"
    again = claim(id=10, state=ClaimState.REFUSED, work="三")
    assert one(facts({}, claims=[refused, again])).assignment.work == "三"


def test_unregistered_sites_stand_each_by_itself() -> None:
    found = bind(facts({}, claims=[claim(site_id=None), claim(id=10, site_id=None)]))
    assert [day.assignment.claim_id for day in found] == [9, 10]
    assert [day.reasons for day in found] == [(), ()]
