"""Two who change one structure at the same moment: none waits for the other in a circle, none misses what the other did."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from registry.core.errors import NotFoundError
from registry.core.ids import BusinessId, SiteId
from registry.structures.models import Tenure
from registry.structures.operations.ends import end_affiliation, settle_end
from registry.structures.operations.keys import join_by_key, make_site_key
from registry.structures.operations.rosters import (
    RosterData,
    add_to_roster,
    change_roster_entry,
)
from registry.structures.operations.tenures import (
    FirmPlace,
    TenureInUseError,
    end_tenure,
    exchange_firm,
    invite_firm,
    join_named_firm,
    locked_structure,
    withdraw_tenure,
)
from registry.structures.queries import TenureRow, list_roster, list_structure
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.links import locked_links
from registry.workers.queries import list_ended_links
from tests.factories.cast import NOW, STARTED, a_firm, a_tenure, a_worker, owner_of
from tests.factories.links import last_link
from tests.factories.meetings import meeting
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()
LATER = STARTED + timedelta(days=10)


def _withdraw(tenure_id: int, prime: BusinessId) -> None:
    withdraw_tenure(tenure_id, by=owner_of(prime), at=NOW, on=TODAY)


def _join(tenure_id: int, prime: BusinessId) -> None:
    join_named_firm(tenure_id, a_firm("無番工業株式会社"), by=owner_of(prime), at=NOW, on=TODAY)


@pytest.mark.parametrize(("move", "left"), [(_withdraw, []), (_join, [(STARTED, LATER)])])
def test_a_place_that_is_exchanged_meanwhile_is_moved_afterwards(
    prime: BusinessId, site: SiteId, move: Callable[[int, BusinessId], None], left: list[object]
) -> None:
    named = FirmPlace(business_name="無番工業", from_on=STARTED)
    first = invite_firm(site, None, named, by=owner_of(prime), at=NOW, on=TODAY)
    other = FirmPlace(business_id=a_firm("代わりの工業"), from_on=LATER)
    with meeting(lambda: move(first, prime)) as begin:
        locked_structure(site)  # as an exchange begins
        begin()
        exchange_firm(Tenure.objects.get(pk=first).node_id, other, by=owner_of(prime), at=NOW, on=TODAY)
    found = [(row.from_on, row.until_on) for row in list_structure(site, on=STARTED)]
    assert sorted(found, key=str) == sorted([*left, (LATER, None)], key=str)


def test_two_clicks_at_once_open_one_place_by_a_key(prime: BusinessId, site: SiteId) -> None:
    key = make_site_key(site, None, by=owner_of(prime), at=NOW, on=TODAY)
    firm, opened = a_firm("一次工業"), []

    def click() -> None:
        opened.append(join_by_key(key.code, firm, from_on=STARTED, by=owner_of(firm), at=NOW, on=TODAY))

    with meeting(click):
        click()
    assert opened[0] == opened[1]


class Crew:
    """A firm's place on a site, and one of its workers."""

    def __init__(self, prime: BusinessId, site: SiteId) -> None:
        self.prime, self.site, self.firm = prime, site, a_firm("一次工業")
        self.place: TenureRow = a_tenure(site, prime, self.firm)
        self.worker_id = a_worker(self.firm, trades=("06-01", "01-01")).worker_id

    def add(self) -> None:
        people = [(self.worker_id, RosterData(trade="06-01"))]
        add_to_roster(self.site, self.place.id, people, from_on=STARTED, by=owner_of(self.firm), at=NOW)

    def change(self) -> None:
        (row,) = list_roster(self.site, on=STARTED)
        day = STARTED + timedelta(days=1)
        change_roster_entry(row.id, RosterData(trade="01-01"), from_on=day, by=owner_of(self.firm), at=NOW)

    def leave(self) -> None:
        end_affiliation(last_link(self.worker_id, self.firm), until_on=LATER, by=owner_of(self.firm), at=NOW)

    def withdraw(self) -> None:
        _withdraw(self.place.id, self.prime)

    def end(self) -> None:
        end_tenure(self.place.id, until_on=LATER, by=owner_of(self.firm), at=NOW, on=TODAY)

    def ends(self) -> set[object]:
        return {row.until_on for row in list_roster(self.site, on=STARTED)}


@pytest.fixture
def crew(prime: BusinessId, site: SiteId) -> Crew:
    return Crew(prime, site)


def test_nobody_is_put_on_the_roster_of_a_place_that_is_withdrawn_meanwhile(crew: Crew) -> None:
    with pytest.raises(NotFoundError), meeting(crew.add):
        crew.withdraw()
    assert crew.ends() == set()


def test_a_place_is_not_withdrawn_while_somebody_is_put_on_its_roster(crew: Crew) -> None:
    with pytest.raises(TenureInUseError), meeting(crew.withdraw):
        crew.add()
    assert crew.ends() == {None}


def test_who_is_put_on_a_roster_while_its_place_ends_ends_with_it(crew: Crew) -> None:
    with meeting(crew.add):
        crew.end()
    assert crew.ends() == {LATER}


def test_a_line_that_is_changed_while_its_place_ends_ends_with_it(crew: Crew) -> None:
    crew.add()
    (row,) = list_roster(crew.site, on=STARTED)
    day = STARTED + timedelta(days=5)
    with meeting(crew.end):
        change_roster_entry(row.id, RosterData(trade="01-01"), from_on=day, by=owner_of(crew.firm), at=NOW)
    assert crew.ends() == {day, LATER}


def test_who_is_put_on_a_roster_while_he_leaves_the_firm_stands_there_until_then(crew: Crew) -> None:
    with meeting(crew.add) as begin:
        locked_links(crew.worker_id)  # as the end of a link begins
        begin()
        crew.leave()
    assert crew.ends() == {LATER}


def test_who_leaves_the_firm_while_he_is_put_on_a_roster_stands_there_until_then(crew: Crew) -> None:
    with meeting(crew.leave):
        crew.add()
    assert crew.ends() == {LATER}


def test_a_line_of_the_primes_own_people_that_is_changed_ends_with_a_link_that_ends_meanwhile(
    prime: BusinessId, site: SiteId
) -> None:
    """No place is locked there, in front of which the two would meet."""
    worker, by = a_worker(prime, trades=("06-01", "01-01")).worker_id, owner_of(prime)
    add_to_roster(site, None, [(worker, RosterData(trade="06-01"))], from_on=STARTED, by=by, at=NOW)
    (row,) = list_roster(site, on=STARTED)
    day, link = STARTED + timedelta(days=1), last_link(worker, prime)
    with meeting(lambda: end_affiliation(link, until_on=LATER, by=by, at=NOW)):
        change_roster_entry(row.id, RosterData(trade="01-01"), from_on=day, by=by, at=NOW)
    assert {one.until_on for one in list_roster(site, on=STARTED)} == {day, LATER}


def test_a_line_that_is_changed_while_its_link_ends_ends_with_it(crew: Crew) -> None:
    crew.add()
    with meeting(crew.change):
        crew.leave()
    assert crew.ends() == {STARTED + timedelta(days=1), LATER}


def test_a_line_whose_link_lasts_longer_after_all_ends_with_its_place(crew: Crew) -> None:
    crew.add()
    by, left = owner_of(crew.firm), STARTED + timedelta(days=5)
    end_affiliation(last_link(crew.worker_id, crew.firm), until_on=left, by=by, at=NOW)
    (ended,) = list_ended_links(since=left, business_id=crew.firm)
    day, worker = LATER + timedelta(days=5), worker_as_actor(crew.worker_id)
    dispute = dispute_end(ended.id, day, reason="違います", by=worker, at=NOW)
    with meeting(lambda: settle_end(dispute, agree=True, by=by, at=NOW)):
        crew.end()
    assert crew.ends() == {LATER}


def test_lines_follow_the_day_agreed_on_while_the_end_is_corrected(crew: Crew) -> None:
    crew.add()
    by, left, corrected = owner_of(crew.firm), STARTED + timedelta(days=5), STARTED + timedelta(days=7)
    end_affiliation(last_link(crew.worker_id, crew.firm), until_on=left, by=by, at=NOW)
    (ended,) = list_ended_links(since=left, business_id=crew.firm)
    dispute = dispute_end(ended.id, LATER, reason="違います", by=worker_as_actor(crew.worker_id), at=NOW)
    with meeting(lambda: settle_end(dispute, agree=True, by=by, at=NOW)):
        end_affiliation(ended.id, until_on=corrected, by=by, at=NOW)
    assert crew.ends() == {LATER}
