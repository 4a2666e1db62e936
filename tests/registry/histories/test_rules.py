"""Who is the prime, which edits wait for it, and what it may refuse (ruling 29)."""

from datetime import date

import pytest

from registry.core.actor import Actor, ActorKind
from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.rules import is_here_now, may_decide, may_refuse_position, needs_approval, speaks_for_prime
from registry.histories.states import Reason, Standing
from registry.sites.operations.sites import close_site
from registry.sites.queries import find_site
from registry.touches.states import Direction
from tests.factories.cast import NOW, a_firm, a_gate, owner_of

pytestmark = pytest.mark.django_db
IN_TIME, TOO_LATE = date(2026, 12, 31), date(2027, 1, 1)


def test_only_the_prime_needs_no_approval_after_the_deadline() -> None:
    prime, other = a_firm(), a_firm("別の会社")
    site = find_site(a_gate(prime).site_id)
    for by, own in ((owner_of(prime), True), (owner_of(other), False), (Actor(ActorKind.BUSINESS, None, prime), False)):
        assert speaks_for_prime(site, by) is own
        assert needs_approval(NOW.date(), site, by=by, on=TOO_LATE) is not own
        assert needs_approval(NOW.date(), site, by=by, on=IN_TIME) is False
    assert speaks_for_prime(None, owner_of(prime)) is False


def test_the_prime_refuses_positions_of_others_as_long_as_it_answers_claims() -> None:
    prime, day = a_firm(), NOW.date()
    number = a_gate(prime).site_id
    site = find_site(number)
    assert site
    assert may_refuse_position(day, site, firm=prime + 1, on=date(2036, 1, 1))
    assert not may_refuse_position(day, site, firm=prime, on=day)
    close_site(number, from_on=date(2026, 12, 15), by=owner_of(prime), at=NOW)
    closed = find_site(number)
    assert closed
    for on, may in ((date(2027, 1, 15), True), (date(2027, 1, 16), False)):
        assert may_refuse_position(day, closed, firm=None, on=on) is may


@pytest.mark.parametrize(
    ("standing", "reasons", "may"),
    [
        (Standing.WAITING, {Reason.POSTER_FIXED}, False),
        (Standing.WAITING, {Reason.POSTER_FIXED, Reason.ROSTER_MISSING}, False),
        (Standing.NONE, {Reason.POSTER_FIXED}, False),
        (Standing.FORMAL, {Reason.POSTER_FIXED, Reason.TYPED_NUMBER}, True),
        (Standing.WAITING, {Reason.POSTER_FIXED, Reason.SITE_CLOSED}, True),
        (Standing.WAITING, {Reason.SITE_CLOSED}, True),
    ],
)
def test_only_a_day_by_a_poster_s_code_alone_has_the_time_of_an_entry(
    standing: Standing, reasons: set[Reason], *, may: bool
) -> None:
    prime = a_firm()
    number = a_gate(prime).site_id
    close_site(number, from_on=date(2026, 12, 15), by=owner_of(prime), at=NOW)
    site, day = find_site(number), BoundDay(number, NOW.date(), Assignment(), standing, tuple(reasons), NOW, None)
    assert site
    assert may_decide(day, site, on=date(2027, 1, 15))
    assert may_decide(day, site, on=date(2027, 1, 16)) is may


@pytest.mark.parametrize(
    ("said", "touches", "here"),
    [
        (None, 0, False), (Direction.NONE, 1, True), (Direction.NONE, 2, False), (Direction.IN, 1, True), (Direction.IN, 2, True),
        (Direction.OUT, 1, False), (Direction.OUT, 2, False),
    ],
)  # fmt: skip
def test_who_has_not_gone_out_is_here(said: Direction | None, touches: int, *, here: bool) -> None:
    first, last = (NOW if touches > number else None for number in (0, 1))
    day = BoundDay(1, NOW.date(), Assignment(), Standing.FORMAL, (), first, last, by_hand=not touches)
    assert is_here_now(day, said) is here
