"""One row of every table that has a constraint or a workflow, made by the real operations."""

from datetime import date, timedelta

from registry.accounts.operations import LoginWrongError, Place, check_login, make_security_code
from registry.businesses.operations import UnitData, add_unit
from registry.core.ids import BusinessId, WorkerId
from registry.drafts.operations import keep_draft
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.operations.edits import decide_days, edit_day, withdraw_edit
from registry.histories.queries import list_open_edits
from registry.papers.operations import ask_paper
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.structures.operations.keys import make_site_key
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import FirmPlace, invite_firm
from registry.touches.operations.devices import make_pairing_code
from registry.workers.models import Worker
from registry.workers.operations.ends import dispute_end
from registry.workers.operations.links import ask_for_link
from registry.workers.operations.registration import CredentialData, InsuranceData
from registry.workers.queries import list_ended_links
from registry.workers.states import Confirmation, CredentialBlock, InsuranceItem, RegistrationKind
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_worker, owner_of
from tests.factories.links import unlink
from tests.factories.photos import a_kept_photo
from tests.factories.visitors import worker_as_actor

INSURANCE = InsuranceData(item=InsuranceItem.HEALTH, joined=True)
CREDENTIAL = CredentialData(
    block=CredentialBlock.QUALIFICATION,
    name="玉掛け",
    confirmation=Confirmation.CONFIRMED,
    confirmed_on=date(2026, 9, 1),
)


class OneOfEach:
    """A firm with a worker, a site with a gate, an open place in its structure, a roster, a question for a link."""

    def __init__(self) -> None:
        self.firm: BusinessId = a_firm()
        self.other: BusinessId = a_firm("下請の会社")
        self.worker: WorkerId = a_worker(
            self.firm,
            registration_kind=RegistrationKind.DETAILED,
            insurances=(INSURANCE,),
            credentials=(CREDENTIAL,),
            photo_key=a_kept_photo(),
        ).worker_id
        self.account: int = Worker.objects.get(pk=self.worker).account_id
        self.gate: Gate = a_gate(self.firm)
        branch = UnitData(name="見本支店", kana="ミホンシテン", code="1")
        add_unit(self.firm, branch, by=owner_of(self.firm), at=NOW)
        by = owner_of(self.firm)
        place = FirmPlace(business_id=self.other, from_on=NOW.date())
        invite_firm(self.gate.site_id, None, place, by=by, at=NOW, on=NOW.date())
        make_site_key(self.gate.site_id, None, by=by, at=NOW, on=NOW.date())
        people = [(self.worker, RosterData(trade="06-01"))]
        add_to_roster(self.gate.site_id, None, people, from_on=NOW.date(), by=by, at=NOW)
        ask_for_link(
            self.worker, self.other, from_on=NOW.date(), principal=False, by=owner_of(self.other), at=NOW
        )  # fmt: skip
        left = a_worker(self.firm, "前の人").worker_id
        unlink(left, self.firm, until_on=NOW.date(), by=by, at=NOW)
        (ended,) = list_ended_links(since=NOW.date(), business_id=self.firm)
        day = NOW.date() - timedelta(days=1)
        dispute_end(ended.id, day, reason="違います", by=worker_as_actor(left), at=NOW)
        enter_claim(
            self.worker, ClaimData(day=NOW.date(), site_id=self.gate.site_id), by=worker_as_actor(self.worker), at=NOW
        )
        edit_day(self.worker, self.gate.site_id, NOW.date(), work="足場", by=by, at=NOW)
        by_worker, later = worker_as_actor(self.worker), NOW + timedelta(days=90)
        edit_day(self.worker, self.gate.site_id, NOW.date(), work="型枠", by=by_worker, at=later)
        (late,) = list_open_edits(self.gate.site_id)
        withdraw_edit(late.id, by=by_worker, at=later)
        decide_days(self.gate.site_id, [(self.worker, NOW.date())], counts=True, by=by, at=NOW)
        make_pairing_code(list_terminals(self.gate.site_id)[0].id, by=by, at=NOW)
        month = NOW.date().replace(day=1)
        ask_paper(Wish(PaperKind.SITE_DAYS, month, month, self.gate.site_id), by=by, at=NOW)
        open_unregistered_site(BoardData(name="道路の補修"), by=by, at=NOW)
        make_security_code(self.account, by=OFFICE, at=NOW)
        keep_draft(self.account, "/worker/claims/new/", {"work": "足場"}, at=NOW)
        try:
            check_login(str(self.worker), "wrong", place=Place("192.0.2.0/24"), at=NOW)
        except LoginWrongError:
            return
