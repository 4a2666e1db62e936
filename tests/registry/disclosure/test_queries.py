"""Who stands how to whom, and what that person may therefore read (rulings 37, 38)."""

from datetime import date, datetime, timedelta
from typing import cast

import pytest

from registry.accounts.models import Account
from registry.accounts.states import Role
from registry.audit.models import Look
from registry.businesses.policy import BUSINESS_POLICY
from registry.businesses.queries import list_users
from registry.cards.operations import stop_card
from registry.core.errors import NotFoundError
from registry.core.ids import BusinessId
from registry.core.read_policy import Purpose, Relation
from registry.core.viewer import Viewer
from registry.disclosure.queries import (
    FOUND,
    LISTED,
    find_businesses,
    find_workers,
    read_policies,
    relations_to_workers,
    see_business,
    see_worker,
    see_workers_at_work,
    see_workers_on_site,
    viewer_for,
)
from registry.histories.queries import ElsewhereDay
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import end_tenure
from registry.structures.queries import list_roster, tenures_of_firm
from registry.workers.policy import WORKER_POLICY
from registry.workers.states import ALL_OF_DAYS
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.links import link, unlink
from tests.factories.visitors import (
    a_user,
    firm_viewer,
    office_viewer,
    worker_viewer,
)

pytestmark = pytest.mark.django_db
OPEN = {"id", "level", "card_valid"}
TODAY = NOW.date()


def fields(relation: Relation) -> set[str]:
    """What the policy opens to a relation."""
    return (set(WORKER_POLICY.visible([relation]))) - {
        "roster",
        "days_elsewhere",
        *ALL_OF_DAYS,
    }  # they stand on lists of days and people


class TestViewers:
    """Who looks."""

    def test_a_worker(self) -> None:
        worker_id = a_worker(None).worker_id
        viewer = worker_viewer(worker_id)
        assert (viewer.worker_id, viewer.business_id, viewer.purpose) == (worker_id, None, Purpose.OWN_WORK)
        assert viewer.login_id == str(worker_id)

    def test_a_firms_user(self) -> None:
        firm = a_firm()
        viewer = viewer_for(a_user(firm, Role.SITE_VIEWER))
        assert (viewer.worker_id, viewer.business_id, viewer.purpose) == (None, firm, Purpose.EMPLOYMENT)

    def test_the_office(self) -> None:
        viewer = office_viewer()
        assert (viewer.worker_id, viewer.business_id, viewer.purpose) == (None, None, Purpose.DESK)

    def test_who_has_not_finished_the_first_log_in_or_is_closed_is_a_stranger(self) -> None:
        firm = a_firm()
        account_id = list_users(firm)[0].account.id
        assert viewer_for(account_id) == Viewer()
        active = a_user(firm, Role.OWNER)
        assert not viewer_for(active).is_stranger
        Account.objects.filter(pk=active).update(state="closed")
        assert viewer_for(active) == viewer_for(None) == viewer_for(0) == Viewer()


class TestWorker:
    """One worker, seen by each."""

    def seen(self, viewer: Viewer, worker_id: int, at: datetime = NOW) -> set[str]:
        return set(see_worker(viewer, worker_id, at=at).values)

    def test_oneself(self) -> None:
        worker_id = a_worker(None).worker_id
        assert self.seen(worker_viewer(worker_id), worker_id) == fields(Relation.SELF)
        assert Look.objects.count() == 0

    def test_another_worker_sees_nothing(self) -> None:
        viewer = worker_viewer(a_worker(None).worker_id)
        with pytest.raises(NotFoundError):
            see_worker(viewer, a_worker(None).worker_id, at=NOW)
        assert Look.objects.count() == 0

    def test_the_employer(self) -> None:
        firm = a_firm()
        worker_id = a_worker(firm).worker_id
        seen = self.seen(firm_viewer(firm), worker_id)
        assert seen == fields(Relation.EMPLOYER)
        assert {"address", "phone", "birth_on"} <= seen
        assert not {"card_address", "search_text", "form_key", "account"} & seen

    def test_another_firm_sees_id_validity_and_level_alone(self) -> None:
        worker_id = a_worker(a_firm()).worker_id
        assert self.seen(firm_viewer(a_firm("別の会社")), worker_id) == OPEN

    def test_the_office_sees_all_but_the_machinery(self) -> None:
        worker_id = a_worker(None).worker_id
        seen = self.seen(office_viewer(), worker_id)
        assert seen == fields(Relation.OFFICE)
        assert not {"search_text", "form_key", "account"} & seen

    def test_a_stranger_sees_nothing(self) -> None:
        with pytest.raises(NotFoundError):
            see_worker(Viewer(), a_worker(None).worker_id, at=NOW)

    @pytest.mark.parametrize(
        ("at", "relation"),
        [
            (NOW, Relation.EMPLOYER),
            (NOW + timedelta(hours=11), Relation.EMPLOYER),  # 23:00 in Japan
            (NOW + timedelta(hours=12), Relation.OTHER),  # midnight in Japan: the end day
            (NOW + timedelta(days=30), Relation.OTHER),
        ],
    )
    def test_a_former_employer_sees_nothing_from_the_end_day_on(self, at: datetime, relation: Relation) -> None:
        firm = a_firm()
        worker_id = a_worker(firm).worker_id
        unlink(worker_id, firm, until_on=date(2026, 11, 21), by=OFFICE, at=NOW)
        viewer = firm_viewer(firm)
        assert relations_to_workers(viewer, [worker_id], at=at) == {worker_id: frozenset({relation})}
        assert self.seen(viewer, worker_id, at) == fields(relation)

    def test_an_employer_to_be_sees_nothing_yet(self) -> None:
        firm = a_firm()
        worker_id = a_worker(firm).worker_id
        before = datetime(2026, 8, 31, tzinfo=NOW.tzinfo)
        assert self.seen(firm_viewer(firm), worker_id, before) == OPEN

    def test_a_card_that_was_stopped_is_not_valid(self) -> None:
        worker_id, viewer = a_worker(None).worker_id, firm_viewer(a_firm())
        assert see_worker(viewer, worker_id, at=NOW).get("card_valid") is True
        stop_card(worker_id, reason="lost", by=OFFICE, at=NOW)
        assert see_worker(viewer, worker_id, at=NOW).get("card_valid") is False

    def test_who_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFoundError):
            see_worker(office_viewer(), 12345678901821, at=NOW)


class TestFinding:
    """Lists of workers."""

    def ids(self, viewer: Viewer, text: str) -> list[int]:
        return [one.subject_id for one in find_workers(viewer, text, at=NOW).rows]

    def test_a_firm_finds_its_own_people_by_name_and_nobody_else(self) -> None:
        firm = a_firm()
        own = a_worker(firm).worker_id
        a_worker(a_firm("別の会社"))
        viewer = firm_viewer(firm)
        assert self.ids(viewer, "見本") == self.ids(viewer, "") == [own]

    @pytest.mark.parametrize("text", [".", "・", " ", "　・"])
    def test_signs_alone_find_nobody(self, text: str) -> None:
        firm = a_firm()
        a_worker(firm)
        assert self.ids(firm_viewer(firm), text) == self.ids(office_viewer(), text) == []

    def test_a_firm_finds_anybody_by_the_exact_id_and_sees_three_fields(self) -> None:
        worker_id = a_worker(None).worker_id
        (one,) = find_workers(firm_viewer(a_firm()), str(worker_id), at=NOW).rows
        assert (one.subject_id, set(one.values)) == (worker_id, OPEN)

    @pytest.mark.parametrize("change", [1, 100, 10**9])
    def test_nearly_an_id_finds_nobody(self, change: int) -> None:
        worker_id = a_worker(None).worker_id
        assert self.ids(office_viewer(), str(worker_id + change)) == []

    def test_a_worker_finds_only_the_own_id(self) -> None:
        worker_id = a_worker(None).worker_id
        viewer = worker_viewer(worker_id)
        assert self.ids(viewer, "見本") == self.ids(viewer, "") == []
        assert self.ids(viewer, str(worker_id)) == [worker_id]
        assert self.ids(viewer, str(a_worker(None).worker_id)) == []

    def test_a_stranger_finds_nobody(self) -> None:
        worker_id = a_worker(None).worker_id
        assert self.ids(Viewer(), str(worker_id)) == self.ids(Viewer(), "見本") == []

    def test_an_empty_text_lists_nobody_to_the_office(self) -> None:
        a_worker(None)
        assert self.ids(office_viewer(), "") == []

    def test_a_list_is_one_look(self) -> None:
        firm = a_firm()
        ids = sorted(a_worker(firm).worker_id for _ in range(3))
        find_workers(firm_viewer(firm), "", at=NOW)
        look = Look.objects.get()
        assert (look.subjects, look.relation, look.business_id, look.noun) == (ids, "employer", firm, "worker")
        assert set(WORKER_POLICY.names(look.items)) == {"id", *FOUND}


class TestOnSite:
    """People of a site: the prime, those above, those beside."""

    UPPER = fields(Relation.UPPER_FIRM)

    def test_the_prime_sees_a_subcontractors_people_as_an_upper_firm(self) -> None:
        prime = a_firm()
        gate, worker_id = a_gate(prime), a_worker(a_firm("下請の会社")).worker_id
        seen = see_workers_on_site(firm_viewer(prime), gate.site_id, [worker_id], at=NOW, only=None)[worker_id]
        assert seen.relations == {Relation.UPPER_FIRM, Relation.OTHER}
        assert "family_name" in seen.values
        assert not {"address", "phone", "blood_type", "birth_on", "health_checked_on"} & set(seen.values)

    def test_the_primes_own_people_are_seen_as_by_an_employer(self) -> None:
        prime = a_firm()
        gate, worker_id = a_gate(prime), a_worker(prime).worker_id
        seen = see_workers_on_site(firm_viewer(prime), gate.site_id, [worker_id], at=NOW, only=None)[worker_id]
        assert "address" in seen.values

    def test_a_list_of_a_site_is_one_look(self) -> None:
        prime = a_firm()
        gate, ids = a_gate(prime), sorted(a_worker(prime).worker_id for _ in range(3))
        see_workers_on_site(firm_viewer(prime), gate.site_id, ids, at=NOW)
        look = Look.objects.get()
        assert (look.subjects, set(WORKER_POLICY.names(look.items))) == (ids, {"id", *LISTED})

    def test_lines_of_the_roster_are_read_by_the_policy_and_stand_in_the_look(
        self, three: tuple[Gate, dict[str, BusinessId], int]
    ) -> None:
        gate, firms, worker_id = three
        lines = list_roster(gate.site_id, on=TODAY)
        for who, named in (("prime", True), ("above", True), ("below", True), ("beside", False)):
            found = see_workers_on_site(firm_viewer(firms[who]), gate.site_id, [worker_id], at=NOW, roster=lines)
            assert (found[worker_id].get("roster") == lines) is named
        assert "roster" in WORKER_POLICY.names(Look.objects.order_by("pk")[0].items)

    def test_a_firm_that_left_sees_nobody_who_came_after_it(
        self, three: tuple[Gate, dict[str, BusinessId], int]
    ) -> None:
        gate, firms, worker_id = three
        (row,) = tenures_of_firm(gate.site_id, firms["above"], on=TODAY)
        end_tenure(row.id, until_on=TODAY, by=owner_of(firms["prime"]), at=NOW, on=TODAY)
        seen = see_workers_on_site(firm_viewer(firms["above"]), gate.site_id, [worker_id], at=NOW)[worker_id]
        assert "family_name" not in seen.values

    @pytest.fixture
    def three(self) -> tuple[Gate, dict[str, BusinessId], int]:
        """A site with a firm above, one below it on whose roster somebody stands, and one beside."""
        firms = {name: a_firm(name) for name in ("prime", "above", "below", "beside")}
        gate = a_gate(firms["prime"])
        above = a_tenure(gate.site_id, firms["prime"], firms["above"])
        below = a_tenure(gate.site_id, firms["prime"], firms["below"], below=above.node_id)
        a_tenure(gate.site_id, firms["prime"], firms["beside"])
        worker_id = a_worker(firms["below"]).worker_id
        people = [(worker_id, RosterData(trade="06-01"))]
        add_to_roster(gate.site_id, below.id, people, from_on=TODAY, by=owner_of(firms["below"]), at=NOW)
        return gate, firms, worker_id

    @pytest.mark.parametrize(("who", "named"), [("prime", True), ("above", True), ("below", True), ("beside", False)])
    def test_names_are_open_upwards_and_not_sideways(
        self, three: tuple[Gate, dict[str, BusinessId], int], who: str, named: bool
    ) -> None:
        gate, firms, worker_id = three
        seen = see_workers_on_site(firm_viewer(firms[who]), gate.site_id, [worker_id], at=NOW, only=None)[worker_id]
        assert ("family_name" in seen.values) is named
        assert ("address" in seen.values) is (who == "below")

    def test_who_has_no_part_in_the_site_is_told_nothing(self, three: tuple[Gate, dict[str, BusinessId], int]) -> None:
        gate, _, worker_id = three
        for viewer in (firm_viewer(a_firm("別の会社")), worker_viewer(worker_id), office_viewer(), Viewer()):
            with pytest.raises(NotFoundError):
                see_workers_on_site(viewer, gate.site_id, [worker_id], at=NOW)

    def test_an_invited_firm_has_no_part_before_it_accepts(self) -> None:
        prime, invited = a_firm(), a_firm("呼ばれた会社")
        gate, worker_id = a_gate(prime), a_worker(prime).worker_id
        a_tenure(gate.site_id, prime, invited, accepted=False)
        with pytest.raises(NotFoundError):
            see_workers_on_site(firm_viewer(invited), gate.site_id, [worker_id], at=NOW)

    def test_somebody_who_only_touched_is_open_to_the_firms_above(self) -> None:
        prime, above = a_firm(), a_firm("上の会社")
        gate = a_gate(prime)
        tenure = a_tenure(gate.site_id, prime, above)
        below = a_firm("下の会社")
        a_tenure(gate.site_id, prime, below, below=tenure.node_id)
        card = a_worker(below)
        viewer = firm_viewer(above)
        before = see_workers_on_site(viewer, gate.site_id, [card.worker_id], at=NOW)[card.worker_id]
        gate.send(a_touch(1, card))
        bind_all()
        after = see_workers_on_site(viewer, gate.site_id, [card.worker_id], at=NOW)[card.worker_id]
        assert ("family_name" in before.values, "family_name" in after.values) == (False, True)


class TestDaysElsewhere:
    """What an employer reads of its people's days for others."""

    def test_only_the_employer_reads_them_and_the_look_says_so(self) -> None:
        own, other = a_firm("自社"), a_firm("よそ")
        gate, card = a_gate(other), a_worker(own, trades=("06-01", "02-01"))
        link(card.worker_id, other, from_on=date(2026, 11, 1), principal=False)
        people = [(card.worker_id, RosterData(trade="02-01"))]
        add_to_roster(gate.site_id, None, people, from_on=date(2026, 11, 1), by=owner_of(other), at=NOW)
        gate.send(a_touch(1, card))
        bind_all()
        month = date(2026, 11, 1)

        viewers = {firm: firm_viewer(firm) for firm in (own, other, a_firm("第三者"))}

        def read(firm: BusinessId) -> object:
            seen = see_workers_at_work(viewers[firm], [card.worker_id], at=NOW, elsewhere_in=month)
            return seen[card.worker_id].get("days_elsewhere")

        assert [one.day for one in cast("list[ElsewhereDay]", read(own))] == [TODAY]
        assert "days_elsewhere" in WORKER_POLICY.names(Look.objects.order_by("-pk")[0].items)
        assert read(other) == [], "the day is its own"
        assert read(list(viewers)[-1]) is None
        unlink(card.worker_id, own, until_on=TODAY, by=OFFICE, at=NOW)
        assert read(own) is None, "the link has ended, and with it what it opened"


class TestBusinesses:
    """Firms."""

    def test_oneself_and_the_office_see_the_data_and_others_the_name(self) -> None:
        firm = a_firm()
        own, other = firm_viewer(firm), firm_viewer(a_firm("別の会社"))
        assert set(see_business(own, firm, at=NOW).values) == BUSINESS_POLICY.visible([Relation.SELF])
        assert set(see_business(office_viewer(), firm, at=NOW).values) == BUSINESS_POLICY.visible([Relation.OFFICE])
        assert set(see_business(other, firm, at=NOW).values) == {"id", "name", "kana", "kind"}

    def test_workers_and_strangers_see_no_firm(self) -> None:
        firm = a_firm()
        for viewer in (worker_viewer(a_worker(firm).worker_id), Viewer()):
            with pytest.raises(NotFoundError):
                see_business(viewer, firm, at=NOW)

    def test_firms_are_found_by_id_and_by_name_in_one_look(self) -> None:
        one, other = a_firm("一番の会社"), a_firm("二番の会社")
        viewer = office_viewer()
        assert [row.subject_id for row in find_businesses(viewer, str(one), at=NOW).rows] == [one]
        looks = Look.objects.count()
        found = find_businesses(viewer, "の会社", at=NOW)
        assert ({row.subject_id for row in found.rows}, found.more) == ({one, other}, False)
        assert Look.objects.count() == looks + 1

    @pytest.mark.parametrize("text", ["", ".", "12345678901822", "いない会社"])
    def test_nobody_is_found(self, text: str) -> None:
        a_firm()
        assert find_businesses(office_viewer(), text, at=NOW).rows == []


def test_the_policies_of_all_personal_nouns_are_known() -> None:
    assert {policy.noun for policy in read_policies()} == {"worker", "business"}


def test_the_account_of_a_worker_is_no_ones_to_read() -> None:
    worker_id = a_worker(None).worker_id
    shown = see_worker(office_viewer(), worker_id, at=NOW).values
    assert shown["family_name"]
    assert [name for name in shown if "account" in name] == []
