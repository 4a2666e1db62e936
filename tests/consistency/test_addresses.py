"""Every address, opened as a stranger, a worker, each who logs in for a firm, another firm, and the office's desk without the right."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from registry.accounts.states import ROLE_PERMISSIONS, Role
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.businesses.queries import list_users
from registry.core.actor import Actor, ActorKind
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.operations.edits import edit_day
from registry.histories.queries import list_open_edits
from registry.papers.operations import ask_paper, make_paper
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.operations.sites import file_site, make_screen_link
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import FirmPlace, invite_firm
from registry.structures.queries import list_roster
from registry.workers.models import Worker
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.links import ask_for_link
from registry.workers.queries import list_ended_links
from tests.factories.addresses import patterns, takes_get
from tests.factories.cast import (
    NOW,
    STARTED,
    Gate,
    a_firm,
    a_gate,
    a_tenure,
    a_worker,
    activate,
    logged_in,
    office_login,
    owner_of,
    secrets_of_letters,
)
from tests.factories.links import last_link, unlink
from tests.factories.photos import a_kept_photo
from tests.factories.shared import shared
from tests.factories.visitors import activate_account, as_firm, worker_as_actor

pytestmark = pytest.mark.django_db
OPEN = {"public", "device", None}
OBJECT = re.compile(r"<int:\w+_id>")
SITE = re.compile(r"business/(sites|unregistered)/<int:site_id>/")
ELSEWHERE = {"manager elsewhere", "viewer elsewhere", "tier manager elsewhere"}  # of the same firm, with another site
# Addresses of one firm's objects that answer other firms too, and why.
OPEN_TO_FIRMS = {
    "business/workers/<int:worker_id>/": "ID, level and whether the card can be used are open to every firm (read policy)",
}
HOMES = {"/worker/", "/business/", "/office/"}  # where one comes who opens the address of a button


class Cast:
    """Everybody who tries the doors."""

    def __init__(self) -> None:
        self.prime, self.other = a_firm(), a_firm("別の会社")
        self.card = a_worker(self.prime, photo_key=a_kept_photo())
        self.gate: Gate = a_gate(self.prime)
        self.tenure = a_tenure(self.gate.site_id, self.prime, a_firm("下請の会社"))
        colleague = a_worker(None, "同僚")
        self.request = ask_for_link(
            colleague.worker_id, self.prime, from_on=NOW.date(), principal=False, by=owner_of(self.prime), at=NOW
        )  # fmt: skip
        data = RosterData(trade="06-01")
        add_to_roster(
            self.gate.site_id, None, [(self.card.worker_id, data)], from_on=NOW.date(), by=owner_of(self.prime), at=NOW
        )
        left = a_worker(self.prime, "前の人").worker_id
        unlink(left, self.prime, until_on=NOW.date(), by=Actor(ActorKind.WORKER, subject_id=left), at=NOW)
        (row,) = list_ended_links(since=NOW.date(), business_id=self.prime)
        self.ended = row.id
        sent_off = a_worker(self.prime, "辞めた人").worker_id
        unlink(sent_off, self.prime, until_on=NOW.date(), by=owner_of(self.prime), at=NOW)
        self.ended_by_firm = last_link(sent_off, self.prime)
        self.dispute = dispute_end(
            row.id, NOW.date() - timedelta(days=1), reason="違います", by=owner_of(self.prime), at=NOW
        )
        self.entry = list_roster(self.gate.site_id, on=NOW.date())[0].id
        entry = ClaimData(day=NOW.date(), site_id=self.gate.site_id)
        by = Actor(ActorKind.WORKER, subject_id=self.card.worker_id)
        self.claim = enter_claim(self.card.worker_id, entry, by=by, at=NOW)
        long_ago = NOW - timedelta(days=90)
        edit_day(self.card.worker_id, self.gate.site_id, long_ago.date(), work="型枠", by=by, at=NOW)
        self.edit = list_open_edits(self.gate.site_id)[0].id
        board = BoardData(name="道路の補修")
        self.unregistered = open_unregistered_site(board, by=owner_of(self.prime), at=NOW)
        month = NOW.date().replace(day=1)
        bind_months([(self.card.worker_id, month)])
        self.terminal, self.account = list_terminals(self.gate.site_id)[0], list_users(self.prime)[0].account.id
        self.screen = make_screen_link(self.gate.site_id, self.terminal.id, by=owner_of(self.prime), at=NOW)
        self.paper = ask_paper(Wish(PaperKind.FIRM_DAYS, month, month), by=owner_of(self.prime), at=NOW)
        self.own = self._below_another_prime()
        letters = secrets_of_letters()
        for firm in (self.prime, self.other):
            activate(str(firm), list_users(firm)[0].account.id, letters)
        activate(str(self.card.worker_id), Worker.objects.get(pk=self.card.worker_id).account_id, letters)
        make_paper(self.paper, at=NOW)  # only for somebody who is active
        self.clients: dict[str, tuple[Client, frozenset[Any]]] = {
            "stranger": (Client(), frozenset()),
            "other firm": (logged_in(str(self.other)), ROLE_PERMISSIONS[Role.OWNER]),
            "desk": (logged_in(office_login(Role.DESK)), ROLE_PERMISSIONS[Role.DESK]),
            **self._colleagues(),
            # Whose things these are comes last: what they do to them must not be why others do not find them.
            "worker": (logged_in(str(self.card.worker_id)), ROLE_PERMISSIONS[Role.WORKER]),
            "manager": (as_firm(self.prime, Role.SITE_MANAGER, self.gate.site_id), ROLE_PERMISSIONS[Role.SITE_MANAGER]),
            "firm": (logged_in(str(self.prime)), ROLE_PERMISSIONS[Role.OWNER]),
        }

    def _colleagues(self) -> dict[str, tuple[Client, frozenset[Any]]]:
        """Who else logs in for the first firm: with another site than the one looked at, or with that one to look at only."""
        by, prime, beside = (
            owner_of(self.prime),
            self.prime,
            a_gate(self.prime, name="となりの現場").site_id,
        )
        unit = add_unit(prime, UnitData(name="支店", kana="シテン", code="1"), by=by, at=NOW)
        file_site(beside, unit, by=by, at=NOW)
        add = partial(add_user, prime, name="支店長", mail="", role=Role.TIER_MANAGER, unit_id=unit, by=by, at=NOW)
        manager, viewer = ROLE_PERMISSIONS[Role.SITE_MANAGER], ROLE_PERMISSIONS[Role.SITE_VIEWER]
        return {
            "manager elsewhere": (as_firm(prime, Role.SITE_MANAGER, beside), manager),
            "viewer elsewhere": (as_firm(prime, Role.SITE_VIEWER, beside), viewer),
            "tier manager elsewhere": (logged_in(activate_account(add())), ROLE_PERMISSIONS[Role.TIER_MANAGER]),
            "clerk": (as_firm(prime, Role.PROXY_CLERK), ROLE_PERMISSIONS[Role.PROXY_CLERK]),
            "viewer": (as_firm(prime, Role.SITE_VIEWER, self.gate.site_id), viewer),
        }

    def _below_another_prime(self) -> dict[str, tuple[str, int]]:
        """What the first firm has where it is not the prime: by the address that is its own to open there."""
        prime, worker, by = a_firm("元請の会社"), self.card.worker_id, owner_of(self.prime)
        site, day = a_gate(prime).site_id, NOW.date()
        place = a_tenure(site, prime, self.prime).id
        add_to_roster(site, place, [(worker, RosterData(trade="06-01"))], from_on=STARTED, by=by, at=NOW)
        asked = enter_claim(worker, ClaimData(day=day, site_id=site), by=worker_as_actor(worker), at=NOW)
        entered = enter_claim(worker, ClaimData(day=STARTED, site_id=site), by=by, at=NOW)
        edit_day(worker, site, STARTED, work="足場", by=by, at=NOW)
        other_site = a_gate(prime).site_id
        named = FirmPlace(business_name="名前だけの会社", from_on=day)
        return {
            "business/invitations/": ("<int:tenure_id>", a_tenure(other_site, prime, self.prime, accepted=False).id),
            "business/claims/<int:claim_id>/confirm/": ("<int:claim_id>", asked),
            "business/claims/<int:claim_id>/withdraw/": ("<int:claim_id>", entered),
            "business/edits/": ("<int:edit_id>", list_open_edits(site)[0].id),
            "business/sites/<int:site_id>/firms/<int:tenure_id>/join/": (
                "<int:tenure_id>", invite_firm(self.gate.site_id, None, named, by=by, at=NOW, on=day),
            ),
        }  # fmt: skip

    def address(self, where: str) -> str:
        """An address with the first firm's own numbers in it."""
        for start, (placeholder, own) in self.own.items():
            if where.startswith(start):
                where = where.replace(placeholder, str(own))
        numbers = {
            "<int:worker_id>": self.card.worker_id, "<int:business_id>": self.prime, "<int:site_id>": self.unregistered if "unregistered" in where else self.gate.site_id,
            "<int:terminal_id>": self.terminal.id, "<int:device_id>": self.gate.device.device_id, "<int:year>": 2026, "<int:month>": 11, "<int:day>": 20, "<int:claim_id>": self.claim,
            "<int:node_id>": self.tenure.node_id, "<int:tenure_id>": self.tenure.id, "<int:request_id>": self.request,
            "<int:entry_id>": self.entry, "<int:affiliation_id>/change/": f"{self.ended_by_firm}/change/", "<int:affiliation_id>": self.ended, "<int:dispute_id>": self.dispute,
            "<int:paper_id>": self.paper, "<int:edit_id>": self.edit, "<int:seq>": 1, "<int:branch>": 1, "<int:named_id>": 1, "<str:secret>": self.screen, "<int:account_id>": self.account,
            "<str:code>": self.terminal.poster_code(),
        }  # fmt: skip
        for placeholder, number in numbers.items():
            where = where.replace(placeholder, str(number))
        return "/" + where


everybody = shared(Cast)


@pytest.fixture
def cast(everybody: Cast) -> Iterator[Cast]:
    with time_machine.travel(NOW, tick=False):
        yield everybody


def of_others(who: str, where: str) -> bool:
    """Whether an address names something that is no business of the visitor's firm, or a site that is not his."""
    if who in ELSEWHERE and SITE.match(where):
        return True
    return who == "other firm" and bool(OBJECT.search(where)) and where not in OPEN_TO_FIRMS


def test_every_address_keeps_out_who_has_no_business_there(cast: Cast) -> None:
    wrong = []
    for who, (client, rights) in cast.clients.items():
        for where, pattern in patterns(get_resolver()):
            permission = getattr(pattern.callback, "permission", None)
            if permission in OPEN:
                continue
            for method in (client.get, client.post):
                answer = method(cast.address(where))
                status = answer.status_code
                # Opened like a page, a button's address leads home before it looks at what it names.
                to_home = method == client.get and not takes_get(pattern) and answer.headers.get("Location") in HOMES
                if who == "stranger":
                    right = status == 302
                elif permission not in rights or (of_others(who, where) and not to_home):
                    right = status == 404
                else:
                    right = status in {200, 302, 404, 405, 422}
                if not right:
                    wrong.append((where, who, method.__name__, status))
    assert wrong == []


def unfound(cast: Cast, who: str, is_wanted: Callable[[str, Any], bool]) -> list[str]:
    """Those of some of the firm's addresses that answer somebody 404, whatever he does there."""
    client, found = cast.clients[who][0], []
    for where, pattern in patterns(get_resolver()):
        if where.startswith("business/") and is_wanted(where, pattern):
            methods: list[Callable[[str], Any]] = [client.get, client.post] if takes_get(pattern) else [client.post]
            with transaction.atomic():
                answers = {method(cast.address(where)).status_code for method in methods}
                transaction.set_rollback(True)
            found += [where] if answers == {404} else []
    return found


TAKE_BACK = ["business/sites/<int:site_id>/days/take-back/"]  # what to take back stands in the form


def test_the_firm_itself_finds_each_of_them(cast: Cast) -> None:
    assert unfound(cast, "firm", lambda where, _pattern: bool(OBJECT.search(where))) == TAKE_BACK


def test_a_site_manager_finds_all_of_the_site_that_was_given_to_him(cast: Cast) -> None:
    rights = ROLE_PERMISSIONS[Role.SITE_MANAGER]

    def is_of_the_site(where: str, pattern: Any) -> bool:
        permission = getattr(pattern.callback, "permission", None)
        return where.startswith("business/sites/<int:site_id>/") and permission in rights

    assert unfound(cast, "manager", is_of_the_site) == TAKE_BACK


def test_a_site_viewer_opens_the_site_s_pages_and_can_send_nothing(cast: Cast) -> None:
    client, opened = cast.clients["viewer"][0], set()
    for where, _pattern in patterns(get_resolver()):
        if where.startswith("business/sites/") and client.get(cast.address(where)).status_code == 200:
            opened.add(where.removeprefix("business/sites/"))
            page = client.get(cast.address(where)).content.decode()
            if not where.endswith(".csv"):
                main = page.split("<main")[1].split("</main")[0]
                assert 'method="post"' not in main, where
                for link in set(re.findall(r'href="(/[^"#]*)', main)):
                    assert client.get(link).status_code == 200, (where, link)
    site = "<int:site_id>/"
    assert opened == {
        "", site, f"{site}structure/", f"{site}firms/<int:tenure_id>/", f"{site}roster/", f"{site}days/", "days/",
        "days/<int:year>-<int:month>/", "days/<int:year>-<int:month>/list.csv", f"{site}days/<int:year>-<int:month>/",
        f"{site}days/<int:year>-<int:month>-<int:day>/", f"{site}days/<int:year>-<int:month>/list.csv",
        f"{site}days/<int:year>-<int:month>/workers/<int:worker_id>/",
    }  # fmt: skip


def test_what_is_said_to_be_open_to_every_firm_is(cast: Cast) -> None:
    assert {cast.clients["other firm"][0].get(cast.address(where)).status_code for where in OPEN_TO_FIRMS} == {200}


def test_the_prime_opens_a_person_s_days_on_its_site(cast: Cast) -> None:
    where = f"/business/sites/{cast.gate.site_id}/days/2026-11/workers/{cast.card.worker_id}/"
    answers = {who: client.get(where).status_code for who, (client, _rights) in cast.clients.items()}
    assert {who for who, status in answers.items() if status == 200} == {"firm", "manager", "viewer"}
    assert {status for who, status in answers.items() if status != 200 and who != "stranger"} == {404}
    assert answers["stranger"] == 302


def test_public_addresses_answer_everybody(cast: Cast) -> None:
    for where, pattern in patterns(get_resolver()):
        if getattr(pattern.callback, "permission", None) == "public":
            assert cast.clients["stranger"][0].get(cast.address(where)).status_code in {200, 302, 405}


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def look(client: Client, method: str, path: str) -> tuple[int, bytes]:
    """What an address answers, without what differs from request to request: the token and the address itself."""
    answer = client.generic(method, path)
    where = answer.headers.get("Location", "").replace(quote(path, safe=""), "").encode()
    return answer.status_code, where + TOKEN.sub(b"", answer.content).replace(path.encode(), b"")


@pytest.mark.parametrize(
    ("who", "forbidden", "unknown"),
    [
        ("stranger", "/office/letters/", "/office/nothing-here/"),
        ("stranger", "/business/workers/12345678901821/", "/business/nothing/12345678901821/"),
        ("worker", "/office/letters/", "/office/nothing-here/"),
        ("firm", "/worker/own/", "/worker/nothing-here/"),
        ("desk", "/office/letters/", "/office/nothing-here/"),
        ("other firm", "/business/sites/{site}/", "/business/sites/12345678901824/"),
        ("manager elsewhere", "/business/sites/{site}/", "/business/sites/12345678901824/"),
        ("viewer elsewhere", "/business/sites/{site}/roster/", "/business/sites/12345678901824/roster/"),
        ("viewer", "/business/sites/{site}/close/", "/business/sites/{site}/nothing-here/"),
        ("other firm", "/business/sites/{site}/roster/", "/business/sites/12345678901824/roster/"),
        ("other firm", "/business/workers/{worker}/photo/", "/business/workers/12345678901821/photo/"),
        ("worker", "/worker/claims/999/answer/", "/worker/claims/998/answer/"),
    ],
)
def test_unknown_and_forbidden_look_alike(cast: Cast, who: str, forbidden: str, unknown: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = cast.clients[who][0].cookies
    forbidden, unknown = (
        one.format(site=cast.gate.site_id, worker=cast.card.worker_id) for one in (forbidden, unknown)
    )
    assert [look(client, one, forbidden) for one in METHODS] == [look(client, one, unknown) for one in METHODS]


def test_another_firm_sees_of_a_worker_only_id_and_level(cast: Cast) -> None:
    own = cast.clients["firm"][0].get(f"/business/workers/{cast.card.worker_id}/").content.decode()
    other = cast.clients["other firm"][0].get(f"/business/workers/{cast.card.worker_id}/").content.decode()
    for text in ("太郎", "東京都例町9-9", "090-0000-1111"):
        assert text in own
        assert text not in other


def test_another_firm_does_not_find_a_worker_by_name(cast: Cast) -> None:
    for who, found in (("firm", True), ("other firm", False)):
        page = cast.clients[who][0].post("/business/workers/", {"words": "みほん"}, follow=True)
        assert ("太郎" in page.content.decode()) is found
        assert "みほん" not in page.redirect_chain[-1][0]


def test_an_id_with_a_wrong_digit_is_told_so(cast: Cast) -> None:
    digits = str(cast.card.worker_id)
    wrong = digits[:4] + str((int(digits[4]) + 1) % 10) + digits[5:]
    page = cast.clients["firm"][0].post("/business/workers/", {"words": wrong})
    assert page.status_code == 422
    assert "1桁" in page.content.decode()
    assert wrong in page.content.decode()
