"""What the firm's home asks of its people: every kind, with the way to where it is done, the most urgent first."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from portals.business.to_do import SHOWN, Kind, ToDo
from registry.accounts.states import Role
from registry.audit.models import Look
from registry.businesses.models import Business, BusinessUser
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.cards.queries import CardRow
from registry.core.ids import SiteId
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.operations.edits import edit_day
from registry.histories.operations.unregistered import join_unregistered_site
from registry.histories.queries.waiting import MANY
from registry.sites.models import Site
from registry.sites.operations.sites import SiteData, add_terminal, close_site, open_site
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.structures.models import Tenure
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import FirmPlace, decline_invitation, exchange_firm
from registry.touches.operations.devices import revoke_device
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.links import ask_for_link
from registry.workers.operations.registration import CredentialData
from registry.workers.queries import list_ended_links
from registry.workers.states import CredentialBlock, RegistrationKind
from tests.factories.cast import NOW, STARTED, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.links import unlink
from tests.factories.shared import shared
from tests.factories.visitors import activate_account, as_firm, give, worker_as_actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


class Scene:
    """A firm that is the prime of one site, with a worker; and a firm that has its own site."""

    def __init__(self) -> None:
        self.own, self.other = a_firm(), a_firm("別の会社")
        self.gate: Gate = a_gate(self.own)
        self.card: CardRow = a_worker(self.own)
        self.owner = as_firm(self.own)

    @property
    def site(self) -> SiteId:
        return self.gate.site_id

    def lines(self, client: Client | None = None) -> list[ToDo]:
        found: list[ToDo] = (client or self.owner).get("/business/").context["to_do"].found
        return found

    def kinds(self, client: Client | None = None) -> list[Kind]:
        return [one.kind for one in self.lines(client)]

    def their_site(self) -> Gate:
        return a_gate(self.other, name="よその現場")

    def claim(self, card: CardRow, site_id: SiteId, day: date = TODAY) -> int:
        data = ClaimData(day=day, site_id=site_id)
        claim = enter_claim(card.worker_id, data, by=worker_as_actor(card.worker_id), at=NOW)
        bind_months({(card.worker_id, day.replace(day=1))})
        return claim

    def approve(self) -> str:
        self.claim(self.card, self.site, date(2026, 10, 25))
        return f"/business/sites/{self.site}/days/"

    def confirm(self) -> str:
        theirs = self.their_site().site_id
        a_tenure(theirs, self.other, self.own)
        self.claim(self.card, theirs)
        return "/business/days/"

    def decide(self) -> str:
        close_site(self.site, from_on=date(2026, 11, 19), by=owner_of(self.own), at=NOW)
        self.gate.send(a_touch(1, self.card, "2026-11-19T07:58:00+09:00"), a_touch(2, self.card))
        bind_all()
        return f"/business/sites/{self.site}/days/2026-11/"

    def two_places(self) -> str:
        far = self.their_site()
        Site.objects.filter(pk=far.site_id).update(prefecture="27")
        self.gate.send(a_touch(1, self.card))
        far.send(a_touch(1, self.card, "2026-11-20T08:05:00+09:00"))
        bind_all()
        return f"/business/sites/{self.site}/days/2026-11/"

    def correct(self) -> str:
        theirs = a_firm("直す会社")
        a_tenure(self.site, self.own, theirs)
        card = a_worker(theirs, "直す")
        self.gate.send(a_touch(1, card, "2026-09-15T07:58:00+09:00"))
        bind_all()
        by = worker_as_actor(card.worker_id)
        assert not edit_day(card.worker_id, self.site, date(2026, 9, 15), work="足場", by=by, at=NOW)
        return f"/business/sites/{self.site}/days/"

    def unsent(self) -> str:
        self.gate.send(a_touch(1, self.card), unsent=3, unsent_since="2026-11-17T08:00:00+09:00")
        return f"/business/sites/{self.site}/terminals/"

    def gap(self) -> str:
        self.gate.send(a_touch(1, self.card), a_touch(5, self.card))
        return f"/business/sites/{self.site}/terminals/"

    def unreadable(self) -> str:
        self.gate.send({**a_touch(1, self.card), "card": "1"})
        return f"/business/sites/{self.site}/terminals/"

    def unplaced(self) -> str:
        self.gate.send(a_touch(1, self.card, "2000-01-01T07:58:00+09:00"))
        return f"/business/sites/{self.site}/terminals/unplaced/"

    def revoked(self) -> str:
        revoke_device(self.gate.device.device_id, reason="", by=owner_of(self.own), at=NOW)
        return self._code_page(self.site)

    def no_device(self) -> str:
        add_terminal(self.site, "裏門", by=owner_of(self.own), at=NOW)
        return self._code_page(self.site, place=1)

    def _code_page(self, site_id: SiteId, place: int = 0) -> str:
        return f"/business/sites/{site_id}/terminals/{list_terminals(site_id)[place].id}/code/"

    def invitation(self) -> str:
        a_tenure(self.their_site().site_id, self.other, self.own, accepted=False)
        return "/business/invitations/"

    def declined(self) -> str:
        row = a_tenure(self.site, self.own, self.other, accepted=False)
        decline_invitation(row.id, reason="手いっぱいです", by=owner_of(self.other), at=NOW)
        return f"/business/sites/{self.site}/firms/{row.id}/"

    def structure(self) -> str:
        self.gate.send(a_touch(1, a_worker(self.other)))
        bind_all()
        return f"/business/sites/{self.site}/structure/"

    def roster(self) -> str:
        self.gate.send(a_touch(1, self.card))
        bind_all()
        return f"/business/sites/{self.site}/roster/"

    def place(self) -> str:
        self.their_site().send(a_touch(1, self.card))
        bind_all()
        return "/business/sites/join/"

    def link(self) -> str:
        people = [(self.card.worker_id, RosterData(trade="06-01"))]
        add_to_roster(self.site, None, people, from_on=STARTED, by=owner_of(self.own), at=NOW)
        unlink(self.card.worker_id, self.own, until_on=date(2026, 11, 2), by=owner_of(self.own), at=NOW)
        self.gate.send(a_touch(1, self.card))
        bind_all()
        return "/business/links/"

    def answer_link(self) -> str:
        free = a_worker(None, "自由").worker_id
        ask_for_link(free, self.own, from_on=TODAY, principal=False, by=worker_as_actor(free), at=NOW)
        return "/business/links/"

    def answer_end(self) -> str:
        worker = self.card.worker_id
        unlink(worker, self.own, until_on=TODAY, by=owner_of(self.own), at=NOW)
        (ended,) = list_ended_links(since=TODAY, business_id=self.own)
        earlier = TODAY - timedelta(days=1)
        dispute_end(ended.id, earlier, reason="違います", by=worker_as_actor(worker), at=NOW)
        return "/business/links/"

    def site_ends(self) -> str:
        data = SiteData(
            name="もうすぐ終わる現場", prefecture="13", address="東京都現場町4-5", public_works=False,
            from_on=date(2026, 12, 1), last_on=date(2026, 12, 10), terminal_name="正面ゲート",
        )  # fmt: skip
        return f"/business/sites/{open_site(self.own, data, by=owner_of(self.own), at=NOW)}/extend/"

    def unregistered(self) -> str:
        board = BoardData(name="町道の補修")
        return f"/business/unregistered/{open_unregistered_site(board, by=owner_of(self.own), at=NOW)}/"

    def credential(self) -> str:
        ends = CredentialData(block=CredentialBlock.QUALIFICATION, name="玉掛け", valid_until=date(2026, 12, 1))
        return f"/business/workers/{a_worker(self.own, registration_kind=RegistrationKind.DETAILED, credentials=(ends,)).worker_id}/"

    def registration(self) -> str:
        Business.objects.filter(pk=self.own).update(valid_until=date(2026, 12, 1))
        return "/business/own/"


scene = shared(Scene)


MAKERS: dict[Kind, Callable[[Scene], str]] = {kind: getattr(Scene, kind) for kind in Kind}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_stands_with_the_way_to_where_it_is_done(scene: Scene, kind: Kind) -> None:
    assert scene.lines() == []
    where = MAKERS[kind](scene)
    line = next(one for one in scene.lines() if one.kind is kind)
    assert line.url == where
    assert line.text
    assert scene.owner.get(where).status_code == 200


@pytest.mark.parametrize("kind", Kind)
def test_nothing_of_another_firm_appears(scene: Scene, kind: Kind) -> None:
    MAKERS[kind](scene)
    assert scene.lines(as_firm(a_firm("無関係の会社"))) == []


@pytest.mark.parametrize("kind", Kind)
def test_a_viewer_is_asked_for_nothing_that_he_may_not_do(scene: Scene, kind: Kind) -> None:
    MAKERS[kind](scene)
    assert scene.lines(as_firm(scene.own, Role.SITE_VIEWER, scene.site)) == []


def test_an_invitation_and_the_registration_are_not_a_site_manager_s(scene: Scene) -> None:
    scene.invitation()
    scene.registration()
    scene.no_device()
    assert scene.kinds(as_firm(scene.own, Role.SITE_MANAGER, scene.site)) == [Kind.NO_DEVICE]


OF_SITES = (
    Kind.APPROVE, Kind.CORRECT, Kind.DECIDE, Kind.TWO_PLACES, Kind.UNSENT, Kind.GAP, Kind.UNREADABLE, Kind.UNPLACED,
    Kind.REVOKED, Kind.NO_DEVICE, Kind.DECLINED, Kind.STRUCTURE, Kind.ROSTER, Kind.SITE_ENDS,
)  # fmt: skip


@pytest.mark.parametrize("kind", OF_SITES)
def test_a_site_manager_is_asked_about_the_sites_that_were_given_to_him(scene: Scene, kind: Kind) -> None:
    where = MAKERS[kind](scene)
    client = as_firm(scene.own, Role.SITE_MANAGER)
    assert kind not in scene.kinds(client)
    user = BusinessUser.objects.get(account__role=Role.SITE_MANAGER)
    give(user.account_id, scene.own, SiteId(int(where.split("/")[3])))
    assert kind in scene.kinds(client)
    assert client.get(where).status_code == 200


def test_an_invitation_for_later_days_alone_leaves_those_before_to_be_asked_for(scene: Scene) -> None:
    gate, later = scene.their_site(), date(2026, 12, 1)
    gate.send(a_touch(1, scene.card))
    bind_all()
    for from_on, until_on, is_asked in ((later, None, True), (date(2026, 11, 1), later, False)):
        a_tenure(gate.site_id, scene.other, scene.own, accepted=False, from_on=from_on, until_on=until_on)
        assert (Kind.PLACE in scene.kinds()) is is_asked


def test_the_most_urgent_stands_first(scene: Scene) -> None:
    scene.approve()  # until 30 November
    scene.registration()  # until 30 November, and a matter of less weight
    scene.no_device()
    scene.invitation()  # a week from today
    scene.site_ends()
    assert scene.kinds() == [
        Kind.NO_DEVICE, Kind.INVITATION, Kind.APPROVE, Kind.ROSTER, Kind.REGISTRATION, Kind.SITE_ENDS,
    ]  # fmt: skip


def words(scene: Scene, language: str = "ja") -> str:
    scene.owner.cookies["django_language"] = language
    page = scene.owner.get("/business/").content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_line_says_what_until_when_and_what_to_do(scene: Scene) -> None:
    scene.approve()
    page = words(scene)
    assert "見本ビル新築工事：手入力の就業日が元請の承認を待っています（1件）" in page
    assert "あと10日" in page
    assert "期限 2026年11月30日（月）" in page
    assert "承認する" in page


def test_one_whose_time_is_over_says_so(scene: Scene) -> None:
    Business.objects.filter(pk=scene.own).update(valid_until=date(2026, 11, 18))
    assert "3日超過" in words(scene)


def test_where_nothing_waits_it_is_said(scene: Scene) -> None:
    assert "対応を待っている用件はありません" in words(scene)
    assert "Nothing waits for you" in words(scene, "en")


def test_the_messages_stay_below(scene: Scene) -> None:
    scene.approve()
    page = words(scene)
    assert "お知らせ" in page.partition("承認を待っています")[2].split()


def test_what_is_done_is_gone(scene: Scene) -> None:
    scene.confirm()
    client = scene.owner
    claim = client.get("/business/days/").context["claims"][0]["row"].id
    client.post(f"/business/claims/{claim}/confirm/")
    assert Kind.CONFIRM not in scene.kinds()


def test_an_entry_that_came_too_late_waits_for_nobody(scene: Scene) -> None:
    scene.claim(scene.card, scene.site, date(2026, 9, 30))
    assert Kind.APPROVE not in scene.kinds()


def test_a_day_on_a_site_without_a_number_is_no_matter_of_rosters(scene: Scene) -> None:
    worker = scene.card.worker_id
    data = ClaimData(day=TODAY, site_name="番号のない現場")
    enter_claim(worker, data, by=worker_as_actor(worker), at=NOW)
    bind_months({(worker, TODAY.replace(day=1))})
    assert scene.lines() == []


def test_a_gap_is_shown_as_long_as_its_day_can_be_entered_by_hand(scene: Scene) -> None:
    scene.gate.send(
        a_touch(1, scene.card, "2026-09-30T07:58:00+09:00"), a_touch(5, scene.card, "2026-09-30T12:00:00+09:00")
    )
    assert Kind.GAP not in scene.kinds()


def test_what_is_unsent_for_an_hour_troubles_nobody(scene: Scene) -> None:
    scene.gate.send(a_touch(1, scene.card), unsent=3, unsent_since="2026-11-20T11:00:00+09:00")
    assert Kind.UNSENT not in scene.kinds()


def test_nobody_counts_beyond_fifty(scene: Scene) -> None:
    for name in ("一番", "二番"):
        worker = a_worker(scene.own, name).worker_id
        for number in range(MANY // 2 + 1):
            data = ClaimData(day=TODAY - timedelta(days=number), site_id=scene.site)
            enter_claim(worker, data, by=worker_as_actor(worker), at=NOW)
    assert "（50件以上）" in words(scene)


def test_a_page_shows_the_first_and_says_how_many_follow(scene: Scene) -> None:
    for number in range(SHOWN + 3):
        add_terminal(scene.site, f"{number}番ゲート", by=owner_of(scene.own), at=NOW)
    page = words(scene)
    assert page.count("に端末がありません") == 2 * SHOWN  # the line, and for the ear what its button is about
    assert "ほかに3件あります" in page


def test_only_the_certificate_that_ends_is_read_of_a_person(scene: Scene) -> None:
    scene.credential()
    before = Look.objects.filter(noun="worker").count()
    scene.lines()
    looks = Look.objects.filter(noun="worker").order_by("pk")
    assert looks.count() == before + 1


def test_a_place_offered_anew_is_not_called_declined(scene: Scene) -> None:
    scene.declined()
    row = next(one for one in scene.lines() if one.kind is Kind.DECLINED)
    tenure = int(row.url.rstrip("/").rsplit("/", 1)[1])
    place = FirmPlace(business_id=a_firm("次の会社"), from_on=TODAY)
    exchange_firm(Tenure.objects.get(pk=tenure).node_id, place, by=owner_of(scene.own), at=NOW, on=TODAY)
    assert Kind.DECLINED not in scene.kinds()


def test_who_was_at_two_places_is_asked_for_until_the_prime_has_looked(scene: Scene) -> None:
    scene.two_places()
    assert Kind.TWO_PLACES in scene.kinds()
    page = f"/business/sites/{scene.site}/days/decide/"
    scene.owner.post(page, {"day": f"{scene.card.worker_id}:2026-11-20", "counts": "1"})
    assert Kind.TWO_PLACES not in scene.kinds()


def test_a_site_without_an_id_stands_there_calmly_until_it_is_joined(scene: Scene) -> None:
    board, opened_at = BoardData(name="町道の補修"), NOW - timedelta(days=200)
    site_id = open_unregistered_site(board, by=owner_of(scene.own), at=opened_at)
    (line,) = scene.lines()
    assert (line.tone, line.when) == ("neutral", "2026年5月から")
    assert line.text == "仮現場「町道の補修」：現場IDが付くまで、ここの就業日は未承認です"
    unit = add_unit(scene.own, UnitData(name="支店", kana="シテン", code="1"), by=owner_of(scene.own), at=NOW)
    limited = add_user(
        scene.own, name="支店 係", mail="", role=Role.SITE_MANAGER, unit_id=unit, by=owner_of(scene.own), at=NOW
    )
    assert scene.lines(logged_in(activate_account(limited))) == [], (
        "of no unit: who is limited to one has no page of it"
    )
    join_unregistered_site(site_id, scene.their_site().site_id, by=owner_of(scene.own), at=NOW)
    assert scene.lines() == []
