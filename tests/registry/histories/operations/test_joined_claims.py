"""Days on a site without site ID that are joined to it later, and wait for the prime (ruling 30)."""

from datetime import date, datetime
from typing import Any

import pytest

from registry.businesses.queries import list_users
from registry.core.errors import NotAllowedError
from registry.core.ids import SiteId
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import (
    ClaimTwiceError,
    SiteUnknownError,
    join_site,
    withdraw_claim,
)
from registry.histories.queries import (
    list_unregistered,
)
from registry.histories.states import Standing
from registry.notices.states import NoticeKind
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, owner_of
from tests.factories.claims import Place, row, standing, told
from tests.factories.shared import shared
from tests.factories.visitors import account_of_worker

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TOO_LATE = datetime.fromisoformat("2027-01-01T00:00+09:00")


place = shared(Place)


SPRING = datetime.fromisoformat("2027-03-10T12:00+09:00")  # the site has got its ID


def test_a_day_without_site_id_is_joined_later_and_approved(place: Place) -> None:
    claim = place.enter(site_id=None, site_name="道路工事の仮現場")
    for joined in (1, 0):
        assert join_site([claim], place.site, by=place.self, at=SPRING) == joined
    found = row(claim)
    assert (found.site_name, found.first_name, found.due_on) == (
        "見本ビル新築工事",
        "道路工事の仮現場",
        date(2027, 4, 30),
    )
    assert standing(place.worker) == [Standing.CLAIMED]
    for firm in (place.prime, place.first, place.second):
        assert told(list_users(firm)[0].account.id) == [NoticeKind.CLAIMS_JOINED]
    assert told(account_of_worker(place.worker)) == []
    assert place.answer(claim, at=SPRING) == 1
    assert standing(place.worker) == [Standing.FORMAL]
    assert not row(claim).is_late_approval


@pytest.mark.parametrize(("answered", "count"), [("2027-04-30T23:59+09:00", 1), ("2027-05-01T00:00+09:00", 0)])
def test_a_joined_day_is_approved_until_the_end_of_the_next_month(place: Place, answered: str, count: int) -> None:
    """Ruling 30; also where the site was closed long ago. An open site has the time of all claims (ruling 28)."""
    claim = place.enter(site_id=None, site_name="仮現場")
    close_site(place.site, from_on=DAY, by=owner_of(place.prime), at=NOW)
    join_site([claim], place.site, by=place.self, at=SPRING)
    assert place.answer(claim, at=datetime.fromisoformat(answered)) == count


def test_a_day_that_was_entered_too_late_stays_so_with_its_site_id(place: Place) -> None:
    claim = place.enter(site_id=None, site_name="仮現場", at=TOO_LATE)
    assert join_site([claim], place.site, by=place.self, at=SPRING) == 1
    assert place.answer(claim, at=SPRING) == 0
    assert standing(place.worker) == [Standing.UNAPPROVED]


def test_an_employer_joins_its_people_s_days_and_the_worker_is_told(place: Place) -> None:
    claim = place.enter(site_id=None, site_name="仮現場")
    bind_months([(place.worker, DAY.replace(day=1))])
    assert [one.id for one in list_unregistered(business_id=place.second)] == [claim]
    assert [list_unregistered(business_id=firm) for firm in (place.first, place.prime)] == [[], []]
    for by in (owner_of(place.first), owner_of(place.prime)):
        with pytest.raises(NotAllowedError):
            join_site([claim], place.site, by=by, at=SPRING)
    assert join_site([claim], place.site, by=owner_of(place.second), at=SPRING) == 1
    assert told(account_of_worker(place.worker)) == [NoticeKind.CLAIM_JOINED_FOR_YOU]
    assert Claim.objects.get().employer_confirmed_at == SPRING
    assert list_unregistered(worker_id=place.worker) == []


def test_a_day_is_joined_to_a_known_site_and_not_to_one_where_it_stands_already(place: Place) -> None:
    place.enter()
    claim = place.enter(site_id=None, site_name="仮現場")
    with pytest.raises(ClaimTwiceError):
        join_site([claim], place.site, by=place.self, at=NOW)
    with pytest.raises(SiteUnknownError):
        join_site([claim], SiteId(1), by=place.self, at=NOW)
    withdraw_claim(claim, by=place.self, at=NOW)
    assert join_site([claim], place.site, by=place.self, at=NOW) == 0


def test_a_day_on_a_site_without_id_is_one_history_by_the_name_of_the_site(place: Place) -> None:
    named: Any = {"site_id": None, "site_name": "道路工事の仮現場"}
    claim = place.enter(**named)
    with pytest.raises(ClaimTwiceError):
        place.enter(**named)
    assert standing(place.worker) == [Standing.UNAPPROVED]
    assert place.enter(site_id=None, site_name="別の仮現場"), "another site of the same day"
    join_site([claim], place.site, by=place.self, at=SPRING)
    with pytest.raises(ClaimTwiceError):
        place.enter(**named)
    withdraw_claim(claim, by=place.self, at=SPRING)
    assert place.enter(**named)
