"""A world with rows of everything, and the addresses of all pages that somebody can open in it."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.urls import get_resolver

from registry.accounts.states import Role
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.businesses.queries import list_users
from registry.cards.queries import CardRow
from registry.core.actor import Actor, ActorKind
from registry.core.ids import BusinessId, IdKind, SiteId, id_of_body
from registry.disclosure.queries import viewer_for
from registry.histories.operations.claims import ClaimData, enter_claim, refuse_claim
from registry.histories.operations.edits import edit_day
from registry.histories.queries import list_claims_of_worker, list_open_edits
from registry.papers.operations import ask_paper, make_paper
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.operations.sites import add_terminal
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals, list_unregistered_sites
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import FirmPlace, invite_firm
from registry.structures.queries import list_invitations, list_roster
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.workers.models import Worker
from registry.workers.operations.links import ask_for_link
from registry.workers.queries import list_ended_links, list_links
from registry.workers.states import LinkSide
from tests.factories.addresses import patterns, takes_get
from tests.factories.cast import (
    NOW,
    Gate,
    a_firm,
    a_gate,
    a_tenure,
    a_touch,
    a_worker,
    activate,
    logged_in,
    office_login,
    owner_of,
    secrets_of_letters,
)
from tests.factories.days import bind_all
from tests.factories.links import link, unlink
from tests.factories.photos import a_kept_photo
from tests.factories.visitors import account_of_worker, worker_as_actor

PORTALS = ("worker/", "business/", "office/")
MANY, DATA, TODAY = 3, RosterData(trade="06-01"), NOW.date()
MONTH = TODAY.replace(day=1)
# The card is not stopped nor replaced, and beside `stop_card` it has the same page; a poster's code and its receipt lead elsewhere, and so
# does what asks for a reason, as long as nobody has chosen days.
NOT_NOW = {"lift_card", "stop_old_card", "scan", "poster_receipt", "decide"}
NAMED_SITE = {"worker:join_site", "business:join_claims"}  # of a day without site ID
# A firm below the prime sees these pages of the prime's site in its own way.
BELOW = ("structure", "tenure", "roster", "add_to_roster", "invitations")
PAGES = {
    f"{where.split('/')[0]}:{entry.name}": where
    for where, entry in patterns(get_resolver())
    if where.startswith(PORTALS) and entry.name not in NOT_NOW and takes_get(entry)
}
PAGES |= {f"below:{name}": PAGES[f"business:{name}"] for name in BELOW}


def mark(number: int) -> str:
    """What stands in all names of the n-th row."""
    return "零一二三"[number] + "番目"


def unknown_site(number: int) -> int:
    """The n-th site ID that touches name and nobody has registered."""
    return id_of_body(f"9876543210{number}", IdKind.SITE)


class World:
    """A worker, his firm with a site, a firm below it: each has of everything as many rows as were asked for."""

    def __init__(self) -> None:
        self.prime, self.below = a_firm(), a_firm("下請の会社")
        self.card, helper = a_worker(self.prime, photo_key=a_kept_photo()), a_worker(self.below)
        self.gate = a_gate(self.prime)
        self.tenure = a_tenure(self.gate.site_id, self.prime, self.below)
        named = FirmPlace(business_name="名前だけの会社", from_on=TODAY)
        self.named = invite_firm(self.gate.site_id, None, named, by=owner_of(self.prime), at=NOW, on=TODAY)
        self.enlist(self.prime, self.card, None)
        self.enlist(self.below, helper, self.tenure.id)
        letters = secrets_of_letters()
        for firm in (self.prime, self.below):
            activate(str(firm), list_users(firm)[0].account.id, letters)
        activate(str(self.card.worker_id), Worker.objects.get(pk=self.card.worker_id).account_id, letters)
        self.clients = {
            "worker": logged_in(str(self.card.worker_id)), "business": logged_in(str(self.prime)),
            "below": logged_in(str(self.below)), "office": logged_in(office_login(Role.REVIEWER)),
        }  # fmt: skip
        self.count = 0
        by = viewer_for(account_of_worker(self.card.worker_id)).actor()
        self.papers = {
            "worker": ask_paper(Wish(PaperKind.WORKER_DAYS, MONTH, MONTH), by=by, at=NOW),
            "business": ask_paper(Wish(PaperKind.FIRM_DAYS, MONTH, MONTH), by=owner_of(self.prime), at=NOW),
        }
        for paper_id in self.papers.values():
            make_paper(paper_id, at=NOW)

    def enlist(self, firm: BusinessId, card: CardRow, tenure: int | None) -> None:
        """Put somebody on the roster of the prime's site."""
        people = [(card.worker_id, DATA)]
        add_to_roster(self.gate.site_id, tenure, people, from_on=TODAY, by=owner_of(firm), at=NOW)

    def grow(self) -> None:
        """One more row of everything."""
        self.count += 1
        name, firm = mark(self.count), a_firm(mark(self.count))
        self._grow_people(name, firm)
        self._grow_sites(name)
        self._edit()
        a_tenure(self.gate.site_id, self.prime, firm)
        a_tenure(self.gate.site_id, self.prime, firm, below=self.tenure.node_id, accepted=False)
        self._grow_invitations(name, firm)
        bind_all()
        self.open("business:worker")  # a look

    def _grow_people(self, name: str, firm: BusinessId) -> None:
        by, present, free = owner_of(self.prime), a_worker(self.prime, name), a_worker(self.prime, name)
        self.enlist(self.prime, present, None)
        self.enlist(self.below, a_worker(self.below, name), self.tenure.id)
        link(free.worker_id, self.below, from_on=TODAY, principal=False)
        self.gate.send(a_touch(self.count, present, method="typed"))
        self._refuse(present)
        link(self.card.worker_id, firm, from_on=TODAY, principal=False)
        asking, asked = a_worker(None, name).worker_id, a_firm(name)
        ask = partial(ask_for_link, from_on=TODAY, principal=False, at=NOW)
        ask(asking, self.prime, by=Actor(ActorKind.WORKER, None, asking))
        ask(a_worker(None, name).worker_id, self.prime, by=by)
        ask(self.card.worker_id, asked, by=owner_of(asked))
        left, past = a_worker(self.prime, name).worker_id, a_firm(name)
        unlink(left, self.prime, until_on=TODAY, by=Actor(ActorKind.WORKER, None, left), at=NOW)
        sent_off, given_up, oneself = a_worker(self.prime, name).worker_id, a_firm(name), self.card.worker_id
        unlink(sent_off, self.prime, until_on=TODAY, by=by, at=NOW)
        link(oneself, given_up, from_on=TODAY - timedelta(days=1), principal=False)
        unlink(oneself, given_up, until_on=TODAY, by=Actor(ActorKind.WORKER, None, oneself), at=NOW)
        link(self.card.worker_id, past, from_on=TODAY.replace(day=1), principal=False)
        unlink(self.card.worker_id, past, until_on=TODAY, by=owner_of(past), at=NOW)
        add_unit(self.prime, UnitData(name=name, kana="ソシキ", code=str(self.count)), by=by, at=NOW)
        add_user(self.prime, name=name, mail="", role=Role.SITE_VIEWER, by=by, at=NOW)

    def _grow_sites(self, name: str) -> None:
        """A further gate of the prime's site; a further site, on which the worker was today."""
        by = owner_of(self.prime)
        code = make_pairing_code(add_terminal(self.gate.site_id, name, by=by, at=NOW), by=by, at=NOW).code
        beside = register_device(code, store=f"{self.count}a" * 16, name=name, dense=True, at=NOW)
        # A gap, and a number that is no card's.
        Gate(beside, self.gate.site_id, f"{self.count}a" * 16).send(
            a_touch(5, self.card), {**a_touch(6, self.card), "card": "1"}
        )
        # A clock that shows an impossible day, a card that nobody has, a site that nobody has registered.
        self.gate.send(
            a_touch(200 + self.count, self.card, f"2000-01-0{self.count}T07:58:00+09:00"),
            {**a_touch(300 + self.count, self.card), "card": f"{self.card.worker_id}-9{self.count}"},
            {**a_touch(400 + self.count, self.card), "site": str(unknown_site(self.count))},
        )
        further = a_gate(self.prime, name=name)
        self._claim(further.site_id)
        ask_paper(Wish(PaperKind.SITE_DAYS, MONTH, MONTH, further.site_id), by=by, at=NOW)
        for who in (by, worker_as_actor(self.card.worker_id)):
            open_unregistered_site(BoardData(name=name, corins="1"), by=who, at=NOW)
        further.send(a_touch(1, self.card, f"2026-11-20T0{self.count}:58:00+09:00"))

    def _claim(self, site_id: SiteId) -> None:
        """A day by hand on each of two sites: for the worker's firm to confirm, for the prime to approve; one without ID."""
        by, day = worker_as_actor(self.card.worker_id), TODAY - timedelta(days=self.count)
        for where in (site_id, self.gate.site_id):
            data = ClaimData(day=day, site_id=where)
            enter_claim(self.card.worker_id, data, by=by, at=NOW)
            day -= timedelta(days=MANY)
        enter_claim(self.card.worker_id, ClaimData(day=day, site_name="仮の現場"), by=by, at=NOW)

    def _refuse(self, card: CardRow) -> None:
        """A day by hand of somebody, which the prime has refused."""
        data = ClaimData(day=TODAY - timedelta(days=1), site_id=self.gate.site_id)
        claim = enter_claim(card.worker_id, data, by=worker_as_actor(card.worker_id), at=NOW)
        refuse_claim(claim, reason="記録がありません", by=owner_of(self.prime), at=NOW)

    def _edit(self) -> None:
        """A word on a day of this month, and one that comes too late and waits for the prime."""
        worker, site, by = self.card.worker_id, self.gate.site_id, worker_as_actor(self.card.worker_id)
        edit_day(worker, site, TODAY, work=mark(self.count), by=by, at=NOW)
        self.gate.send(a_touch(100 + self.count, self.card, f"2026-09-0{self.count}T07:58:00+09:00"))
        edit_day(worker, site, date(2026, 9, self.count), work=mark(self.count), by=by, at=NOW)

    def _grow_invitations(self, name: str, firm: BusinessId) -> None:
        site_id = a_gate(firm, name=name).site_id
        for invited in (self.prime, self.below):
            a_tenure(site_id, firm, invited, accepted=False)

    def path(self, page: str) -> str:
        """The address of a page; the office searches for all rows."""
        name, site = page.split(":")[1], self.gate.site_id
        if page == "office:search":
            return str(self.clients["office"].post("/office/search/", {"words": "番目"}).headers["Location"])
        claimed = None if page in NAMED_SITE else site
        claim = next(row for row in list_claims_of_worker(self.card.worker_id, TODAY) if row.site_id == claimed)
        own = [row for row in list_roster(site, on=TODAY) if row.business_id == self.prime]
        tenures = {"join": self.named, "decline": next(iter(list_invitations(self.prime, on=TODAY))).id}
        mine = {"worker_id": self.card.worker_id} if page.startswith("worker") else {"business_id": self.prime}
        numbers = {
            "<int:affiliation_id>": self._affiliation(name, mine),
            "<int:site_id>": self._site(page), "<int:worker_id>": self.card.worker_id, "<int:year>": 2026, "<int:month>": 11,
            "<int:terminal_id>": list_terminals(site)[0].id, "<int:entry_id>": own[0].id, "<int:business_id>": self.prime,
            "<int:device_id>": self.gate.device.device_id, "<int:seq>": 301, "<int:branch>": 1, "<int:named_id>": unknown_site(1),
            "<int:edit_id>": list_open_edits(site)[0].id, "<int:node_id>": self.tenure.node_id, "<int:tenure_id>": tenures.get(name, self.tenure.id),
            "<int:day>": TODAY.day if page == "business:site_day" else claim.day.day, "<int:claim_id>": claim.id,
            "<int:paper_id>": self.papers.get(page.split(":", maxsplit=1)[0], 0),
        }  # fmt: skip
        where = PAGES[page]
        for placeholder, number in numbers.items():
            where = where.replace(placeholder, str(number))
        return "/" + where

    def _affiliation(self, name: str, mine: Any) -> int:
        """A link that holds, or one that has ended and whose day can be changed or disputed."""
        if name in {"end_link", "make_principal"}:
            return list_links(self.card.worker_id, on=TODAY)[-1].id
        side = LinkSide.WORKER if "worker_id" in mine else LinkSide.BUSINESS
        ended = list_ended_links(since=TODAY, **mine)
        return [one.id for one in ended if (one.ended_by == side) is (name == "change_end")][-1]

    def _site(self, page: str) -> int:
        """The prime's site, or a 仮現場 of whose page it is."""
        if "unregistered" not in page:
            return self.gate.site_id
        if page.startswith("worker"):
            return list_unregistered_sites(worker_id=self.card.worker_id)[0].id
        return list_unregistered_sites(business_ids=[self.prime])[0].id

    def open(self, page: str) -> Any:
        """Open a page as the one whose page it is."""
        return self.clients[page.split(":", maxsplit=1)[0]].get(self.path(page))
