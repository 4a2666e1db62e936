"""A day is entered on a site that the worker knows, and not by its name alone."""

from datetime import date

import pytest
from django.test import Client

from registry.histories.queries import list_claims_of_worker
from registry.structures.operations.rosters import RosterData, add_to_roster
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.shared import shared
from tests.factories.visitors import as_worker

pytestmark = pytest.mark.django_db
PATH = "/worker/days/new/"
FORM = {"day": "2026/11/12"}


class Known:
    """A worker with a day on one site and a line on the roster of another."""

    def __init__(self) -> None:
        firm = a_firm()
        self.card = a_worker(firm, trades=("06-01",))
        worked, listed = a_gate(firm), a_gate(firm, name="もう一つの現場")
        worked.send(a_touch(1, self.card))
        people = [(self.card.worker_id, RosterData(trade="06-01"))]
        add_to_roster(listed.site_id, None, people, from_on=STARTED, by=owner_of(firm), at=NOW)
        bind_all()
        self.sites = [worked.site_id, listed.site_id]
        self.browser: Client = as_worker(self.card.worker_id)

    def refused(self, form: dict[str, str]) -> str:
        """The page that says what is wrong; nothing was entered."""
        answer = self.browser.post(PATH, FORM | form)
        assert answer.status_code == 422
        assert list_claims_of_worker(self.card.worker_id, date(2026, 11, 1)) == []
        return answer.content.decode()


known = shared(Known)


def test_sites_of_days_and_rosters_are_offered_and_chosen(known: Known) -> None:
    offered = known.browser.get(PATH).content.decode().partition('name="own_site"')[2].partition("</select>")[0]
    assert [offered.find(f'value="{site}"') > 0 for site in known.sites] == [True, True]
    assert offered.find(f'value="{known.sites[0]}"') < offered.find(f'value="{known.sites[1]}"')
    assert known.browser.post(PATH, FORM | {"own_site": str(known.sites[1])}).status_code == 302
    (claim,) = list_claims_of_worker(known.card.worker_id, date(2026, 11, 1))
    assert claim.site_id == known.sites[1]


def test_who_knows_no_site_is_offered_none() -> None:
    assert 'name="own_site"' not in as_worker(a_worker(None).worker_id).get(PATH).content.decode()


def test_the_name_of_a_known_site_leads_to_its_id(known: Known) -> None:
    page = known.refused({"site_name": "見本ビル　新築 工事"})
    assert "元請は承認できません" in page
    assert f'<a href="{PATH}at/{known.sites[0]}/">この現場で入力する</a>' in page
    assert known.browser.post(PATH, FORM | {"site_name": "近所の家"}).status_code == 302, "another site without ID"


def test_two_different_sites_are_not_taken_for_one(known: Known) -> None:
    assert "の現場は「見本ビル新築工事」です" in known.refused(
        {"site_id": str(known.sites[0]), "site_name": "近所の家"}
    )
    for other in ({"site_id": str(known.sites[1])}, {"site_name": "近所の家"}):
        assert "現場が二つ指定されています" in known.refused({"own_site": str(known.sites[0]), **other})
    same = {"site_id": str(known.sites[0]), "site_name": "見本ビル新築工事"}
    assert known.browser.post(PATH, FORM | same).status_code == 302
