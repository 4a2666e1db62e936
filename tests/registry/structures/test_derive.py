"""Who stands above whom on a day, what is missing in between, and which line of a roster holds. Without tables."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.structures.derive import EntryFact, Gap, Structure, TenureFact, collecting_entry
from registry.structures.states import TenureState

PRIME, FIRST, SECOND, THIRD = 1, 11, 12, 13
DAY, BEFORE, AFTER = date(2026, 11, 20), date(2026, 11, 1), date(2026, 12, 1)
AT = datetime(2026, 11, 1, tzinfo=UTC)
# Position 1 hangs below the prime, 2 below it, 3 below that; 4 stands beside.
PARENTS = {1: None, 2: 1, 3: 2, 4: None}


def tenure(number: int, node: int, firm: int | None, **more: Any) -> TenureFact:
    values = {
        "name": "" if firm else "無番工業", "state": TenureState.ACCEPTED if firm else TenureState.NAMED,
        "from_on": BEFORE, "until_on": None, "invited_at": AT, **more,
    }  # fmt: skip
    return TenureFact(id=number, node_id=node, business_id=firm, **values)


def line(number: int, tenure_id: int | None, **more: Any) -> EntryFact:
    values = {
        "trade": "06-01", "position": "", "work": "", "collects": False, "from_on": BEFORE, "until_on": None,
        "added_at": AT, **more,
    }  # fmt: skip
    return EntryFact(id=number, tenure_id=tenure_id, **values)


CHAIN = (tenure(1, 1, FIRST), tenure(2, 2, SECOND), tenure(3, 3, THIRD))


def structure(*tenures: TenureFact) -> Structure:
    return Structure(PRIME, PARENTS, tenures)


def test_tiers_are_counted_from_the_prime() -> None:
    assert [structure().tier(node) for node in (None, 1, 2, 3, 4)] == [0, 1, 2, 3, 1]


def test_the_way_up_names_all_firms() -> None:
    path = structure(*CHAIN).path(CHAIN[2], DAY)
    assert (path.firms, path.gaps) == ((THIRD, SECOND, FIRST, PRIME), frozenset())


@pytest.mark.parametrize(
    ("middle", "firms", "gap"),
    [
        (tenure(2, 2, None), (THIRD, FIRST, PRIME), Gap.FIRM_UNREGISTERED),
        (tenure(2, 2, SECOND, state=TenureState.INVITED), (THIRD, SECOND, FIRST, PRIME), Gap.INVITATION_OPEN),
        (tenure(2, 2, SECOND, until_on=DAY), (THIRD, FIRST, PRIME), Gap.STRUCTURE_MISSING),
        (tenure(2, 2, SECOND, from_on=AFTER), (THIRD, FIRST, PRIME), Gap.STRUCTURE_MISSING),
    ],
)
def test_what_is_missing_in_between_is_named_and_breaks_nobody_below(
    middle: TenureFact, firms: tuple[int, ...], gap: Gap
) -> None:
    path = structure(CHAIN[0], middle, CHAIN[2]).path(CHAIN[2], DAY)
    assert (path.firms, path.gaps) == (firms, frozenset({gap}))


def test_a_day_outside_the_own_days_lacks_the_structure() -> None:
    ended = tenure(3, 3, THIRD, until_on=DAY)
    assert Gap.STRUCTURE_MISSING in structure(*CHAIN[:2], ended).path(ended, DAY).gaps


def test_an_accepted_firm_holds_a_place_before_one_by_name_and_that_before_an_invited_one() -> None:
    rows = [tenure(1, 1, FIRST, state=TenureState.INVITED), tenure(2, 1, None), tenure(3, 1, SECOND)]
    for best in (3, 2, 1):
        found = structure(*rows).holder(1, DAY)
        assert found
        assert found.id == best
        rows = [row for row in rows if row.id != best]
    assert structure().holder(1, DAY) is None


def test_a_firms_own_place_is_the_accepted_then_the_highest_then_the_oldest() -> None:
    low, high, invited = tenure(1, 3, FIRST), tenure(2, 4, FIRST), tenure(3, 1, FIRST, state=TenureState.INVITED)
    older = tenure(4, 1, FIRST, from_on=date(2026, 10, 1))
    assert structure(low, high, invited).tenure_of(FIRST, DAY) == high
    assert structure(low, high, older).tenure_of(FIRST, DAY) == older
    assert structure(low).tenure_of(FIRST, date(2026, 10, 31)) is None
    assert structure(low).tenure_of(SECOND, DAY) is None


def test_below_is_the_place_itself_and_all_that_hangs_there() -> None:
    assert structure().below([1]) == {1, 2, 3}
    assert structure().below([3, 4]) == {3, 4}
    assert structure().below([]) == set()


def test_of_two_lines_the_collecting_one_holds_then_the_lower_tier_then_the_older() -> None:
    tree = structure(*CHAIN)
    prime, low, high = line(1, None), line(2, 3), line(3, 1)
    assert collecting_entry([prime, low, high], tree, DAY) == low
    marked = high._replace(collects=True)
    assert collecting_entry([prime, low, marked], tree, DAY) == marked
    older = low._replace(id=4, from_on=date(2026, 10, 1))
    assert collecting_entry([low, older], tree, DAY) == older


@pytest.mark.parametrize("one", [line(1, 3, until_on=DAY), line(1, 3, from_on=AFTER), line(1, 99)])
def test_a_line_holds_on_its_days_and_those_of_its_firms_place(one: EntryFact) -> None:
    assert collecting_entry([one], structure(*CHAIN), DAY) is None
    assert collecting_entry([line(1, 3)], structure(*CHAIN[:2], tenure(3, 3, THIRD, until_on=DAY)), DAY) is None
