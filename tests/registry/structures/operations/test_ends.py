"""Ends that were said are moved, taken back and told; none lies behind what a line rests on."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.core.actor import Actor
from registry.core.errors import NotFoundError
from registry.notices.queries import list_notices
from registry.structures.operations.ends import end_affiliation, end_place, end_roster_entry
from registry.structures.operations.rosters import (
    RosterLineEndedError,
    RosterLineGoneError,
    change_roster_entry,
    withdraw_roster_entry,
)
from registry.structures.operations.tenures import (
    FirmAboveItselfError,
    FirmPlace,
    FirmPlacedTwiceError,
    NodeTakenError,
    PlaceLongerError,
    decline_invitation,
    exchange_firm,
    invite_firm,
    join_named_firm,
)
from registry.structures.queries import get_tenure, list_roster
from tests.factories.cast import NOW, STARTED, a_firm, owner_of
from tests.factories.links import last_link
from tests.factories.shared import shared
from tests.registry.structures.operations.test_rosters import DATA, Scene, lines

pytestmark = pytest.mark.django_db
scene = shared(Scene)


def test_an_end_that_was_said_is_moved_and_taken_back(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    by, today = owner_of(scene.firm), NOW.date()
    for days in (9, 20, 5, None):
        until_on = None if days is None else today + timedelta(days=days)
        assert end_roster_entry(row.id, until_on=until_on, by=by, at=NOW) == until_on
        assert lines(scene) == [("06-01", STARTED, until_on)]


def test_no_end_lies_behind_that_of_the_place_the_link_or_before_the_next_line(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    by, prime, today = owner_of(scene.firm), owner_of(scene.prime), NOW.date()
    left, place_ends, later = (today + timedelta(days=days) for days in (5, 9, 20))
    how: dict[str, Any] = {"by": by, "at": NOW}
    end_place(scene.tenure.id, until_on=place_ends, by=prime, at=NOW, on=today)
    assert [end_roster_entry(row.id, until_on=until_on, **how) for until_on in (later, None)] == [place_ends] * 2
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=left, **how)
    assert [end_roster_entry(row.id, until_on=until_on, **how) for until_on in (later, None)] == [left] * 2
    end_roster_entry(row.id, until_on=today - timedelta(days=5), **how)
    scene.add(from_on=today)
    assert end_roster_entry(row.id, until_on=None, **how) == today
    assert lines(scene) == [("06-01", STARTED, today), ("06-01", today, left)]


def test_the_end_of_a_place_moves_with_its_people_and_is_told(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    firm, prime, today = owner_of(scene.firm), owner_of(scene.prime), NOW.date()
    early, late = (today + timedelta(days=days) for days in (9, 20))

    def end(until_on: date | None, by: Actor) -> None:
        end_place(scene.tenure.id, until_on=until_on, by=by, at=NOW, on=today)

    for until_on in (early, late, None, late):
        end(until_on, prime)
        assert lines(scene) == [("06-01", STARTED, until_on)]
        told = [one for one in list_notices(firm.account_id or 0) if one.about == f"place {scene.tenure.id}"]
        assert [one.data.get("day") for one in told if one.kind in {"place_ended", "place_goes_on"}] == [
            until_on.isoformat() if until_on else None
        ]
    end_roster_entry(row.id, until_on=early, by=firm, at=NOW)
    end(None, prime)
    assert lines(scene) == [("06-01", STARTED, early)], "its own end is no other's"
    end(early, firm)
    for until_on in (late, None):
        with pytest.raises(PlaceLongerError) as refused:
            end(until_on, firm)
        assert refused.value.field == "until_on"


def test_a_place_lasts_no_longer_than_until_the_next_firm_has_it(scene: Scene) -> None:
    prime, today = owner_of(scene.prime), NOW.date()
    place = FirmPlace(business_id=a_firm("あとの会社"), from_on=today)
    exchange_firm(scene.tenure.node_id, place, by=prime, at=NOW, on=today)
    for until_on in (today + timedelta(days=1), None):
        with pytest.raises(NodeTakenError):
            end_place(scene.tenure.id, until_on=until_on, by=prime, at=NOW, on=today)


@pytest.mark.parametrize("own", [12, None])
def test_a_line_that_begins_after_its_places_end_holds_again_when_that_is_moved(scene: Scene, own: int | None) -> None:
    """It keeps the end that was said of it meanwhile, though it held on no day then."""
    prime, today = owner_of(scene.prime), NOW.date()
    begins, place_ends, later = (today + timedelta(days=days) for days in (10, 5, 30))
    said = today + timedelta(days=own) if own else None
    scene.add(from_on=begins)
    (row,) = list_roster(scene.site, on=today)
    end_place(scene.tenure.id, until_on=place_ends, by=prime, at=NOW, on=today)
    assert end_roster_entry(row.id, until_on=said, by=owner_of(scene.firm), at=NOW) == said
    end_place(scene.tenure.id, until_on=later, by=prime, at=NOW, on=today)
    assert lines(scene) == [("06-01", begins, said or later)]


def test_a_place_that_lasts_longer_takes_nobody_along_whose_link_has_ended(scene: Scene) -> None:
    scene.add()
    prime, today = owner_of(scene.prime), NOW.date()
    place_ends, left, later = (today + timedelta(days=days) for days in (5, 9, 20))
    end_place(scene.tenure.id, until_on=place_ends, by=prime, at=NOW, on=today)
    end_affiliation(last_link(scene.card.worker_id, scene.firm), until_on=left, by=owner_of(scene.firm), at=NOW)
    end_place(scene.tenure.id, until_on=later, by=prime, at=NOW, on=today)
    assert lines(scene) == [("06-01", STARTED, left)]


def test_a_place_that_lasts_longer_leaves_those_off_who_left_before(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    prime, today = owner_of(scene.prime), NOW.date()
    left, place_ends, later = (today + timedelta(days=days) for days in (3, 5, 20))
    end_roster_entry(row.id, until_on=left, by=owner_of(scene.firm), at=NOW)
    for until_on in (place_ends, later):
        end_place(scene.tenure.id, until_on=until_on, by=prime, at=NOW, on=today)
    assert lines(scene) == [("06-01", STARTED, left)]


def test_a_place_does_not_last_until_days_that_its_firm_has_beside_it(scene: Scene) -> None:
    """Twice below one place a firm could put one worker on two rosters."""
    end = NOW.date() + timedelta(days=5)
    how: dict[str, Any] = {"by": owner_of(scene.prime), "at": NOW, "on": NOW.date()}
    end_place(scene.tenure.id, until_on=end, **how)
    invite_firm(scene.site, None, FirmPlace(business_id=scene.firm, from_on=end), **how)
    with pytest.raises(FirmPlacedTwiceError):
        end_place(scene.tenure.id, until_on=None, **how)


def test_a_place_does_not_last_until_its_firm_stands_above_itself(scene: Scene) -> None:
    end, firm = NOW.date() + timedelta(days=5), a_firm("下から上へ")
    how: dict[str, Any] = {"by": owner_of(scene.prime), "at": NOW, "on": NOW.date()}
    below = FirmPlace(business_id=firm, from_on=STARTED, until_on=end)
    tenure = invite_firm(scene.site, scene.tenure.node_id, below, **how)
    exchange_firm(scene.tenure.node_id, FirmPlace(business_id=firm, from_on=end), **how)
    with pytest.raises(FirmAboveItselfError):
        end_place(tenure, until_on=None, **how)


def test_nobody_comes_a_second_time_below_a_place_by_taking_anothers(scene: Scene) -> None:
    how: dict[str, Any] = {"by": owner_of(scene.prime), "at": NOW, "on": NOW.date()}
    named = invite_firm(scene.site, None, FirmPlace(business_name="無番工業", from_on=STARTED), **how)
    row = get_tenure(named, on=STARTED)
    assert row
    with pytest.raises(FirmPlacedTwiceError):
        exchange_firm(row.node_id, FirmPlace(business_id=scene.firm, from_on=STARTED), **how)
    with pytest.raises(FirmPlacedTwiceError):
        join_named_firm(named, scene.firm, **how)


def test_what_was_declined_has_no_end(scene: Scene) -> None:
    firm, prime = a_firm("断る会社"), owner_of(scene.prime)
    place = FirmPlace(business_id=firm, from_on=STARTED)
    tenure = invite_firm(scene.site, None, place, by=prime, at=NOW, on=NOW.date())
    decline_invitation(tenure, reason="人がいない", by=owner_of(firm), at=NOW)
    with pytest.raises(NotFoundError):
        end_place(tenure, until_on=NOW.date(), by=prime, at=NOW, on=NOW.date())


def test_a_line_that_was_taken_back_or_has_ended_says_so(scene: Scene) -> None:
    scene.add()
    (row,) = list_roster(scene.site, on=STARTED)
    by, left = owner_of(scene.firm), STARTED + timedelta(days=5)
    end_roster_entry(row.id, until_on=left, by=by, at=NOW)
    with pytest.raises(RosterLineEndedError) as ended:
        change_roster_entry(row.id, replace(DATA, work="型枠"), from_on=left, by=by, at=NOW)
    assert ended.value.data["last"] == left - timedelta(days=1)
    withdraw_roster_entry(row.id, by=by, at=NOW)
    with pytest.raises(RosterLineGoneError):
        change_roster_entry(row.id, replace(DATA, work="型枠"), from_on=STARTED, by=by, at=NOW)
    with pytest.raises(RosterLineGoneError):
        end_roster_entry(row.id, until_on=None, by=by, at=NOW)
