"""Each constraint of every table is broken once. The walk is over the database: what no case breaks is named."""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from registry.accounts.models import Account, Allowance, SecurityCode, WrongTries
from registry.businesses.models import Business, BusinessUser, Unit
from registry.cards.models import Card
from registry.codes.models import Code
from registry.drafts.models import Draft
from registry.files.models import File
from registry.histories.models import Claim, DayDecision, DayEdit, EditAnswer
from registry.papers.models import Paper
from registry.sites.models import DayBoundary, Site, SitePeriod, SiteUser, Terminal, UnregisteredSite
from registry.structures.models import Node, RosterEntry, SiteKey, Tenure
from registry.touches.models import Device, Pairing, PairingCode
from registry.workers.models import (
    Affiliation,
    Credential,
    EndDispute,
    Insurance,
    LinkRequest,
    Worker,
    WorkerTrade,
)
from tests.factories.cast import NOW
from tests.factories.one_of_each import OneOfEach

Model = type[models.Model]


def first(model: Model) -> Any:
    """The oldest row."""
    return model._default_manager.order_by("account_id" if model is Worker else "pk")[0]  # worker IDs are drawn


def change(model: Model, **values: Any) -> Callable[[], object]:
    """Change the oldest row behind the operations' back."""
    return lambda: model._default_manager.filter(pk=first(model).pk).update(**values)


def again(model: Model, **values: Any) -> Callable[[], object]:
    """Write the oldest row once more, with other values in some columns."""

    def write() -> object:
        row = first(model)
        kept = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields if not one.primary_key}
        return model._default_manager.create(**{**kept, **values})

    return write


def both(one: Callable[[], object], other: Callable[[], object]) -> Callable[[], object]:
    """A first step that is allowed, and a second one that is not."""
    return lambda: (one(), other())


def give_to_worker() -> object:
    """Let the oldest device be the oldest worker's own."""
    return Device.objects.filter(pk=first(Device).pk).update(worker=first(Worker))


def sql(statement: str) -> Callable[[], object]:
    """A write to a table that has no model."""

    def write() -> object:
        with connection.cursor() as cursor:
            return cursor.execute(statement)

    return write


LONG_AGO, FREE_ID = date(2000, 1, 1), 99_999_999_999_000
REFUSED = "INSERT INTO touches_refused (device_id, received_at, code, received) VALUES (1, now(), 'TOUCH_SHAPE', '')"
TOUCH = "INSERT INTO touches_touch VALUES (1, {}, now(), now(), 1, NULL, 'card', '', '', 'card', '')"

CASES: dict[str, Callable[[], object]] = {
    "accounts_account_login_id_key": again(Account),
    "accounts_portal_known": change(Account, portal="window"),
    "accounts_role_known": change(Account, role="king"),
    "accounts_state_known": change(Account, state="asleep"),
    "accounts_one_code_at_a_time": again(SecurityCode),
    "accounts_tries_once": again(WrongTries),
    "accounts_allowance_once": again(Allowance),
    "accounts_allowance_kind_known": change(Allowance, kind="breathing"),
    "drafts_once": again(Draft),
    "businesses_business_form_key_key": both(
        change(Business, form_key="k"), again(Business, id=FREE_ID + 22, form_key="k")
    ),
    "businesses_kind_known": change(Business, kind="club"),
    "businesses_permit_whole": change(Business, permit_number="1"),
    "businesses_capital_not_negative": change(Business, capital_yen=-1),
    "businesses_id_shape": again(Business, id=22),
    "businesses_unit_code_once": again(Unit),
    "businesses_unit_tier_fits": change(Unit, tier=2),
    "businesses_unit_code_shape": change(Unit, code="A1"),
    "businesses_user_form_key_key": both(
        change(BusinessUser, form_key="k"), again(BusinessUser, account_id=0, form_key="k")
    ),
    "files_digest_fits": change(File, content=b"another"),
    "files_file_draft_key_key": both(change(File, draft_key="k"), again(File, draft_key="k")),
    "workers_worker_photo_id_key": again(Worker, id=FREE_ID + 21, account_id=0),
    "businesses_user_account_id_key": again(BusinessUser),
    "cards_branch_once": again(Card),
    "cards_one_usable_card": again(Card, branch=2),
    "cards_branch_two_digits": change(Card, branch=100),
    "cards_valid_for_days": change(Card, valid_until=LONG_AGO),
    "cards_colour_known": change(Card, colour="pink"),
    "cards_stopped_at_a_moment": change(Card, state="stopped"),
    "cards_ended_at_a_moment": change(Card, state="dead"),
    "cards_card_token_key": both(
        change(Card, token="t", state="dead", stopped_at=NOW), again(Card, branch=2, token="t", state="active")
    ),
    "codes_code_once": again(Code),
    "histories_claim_has_a_site": change(Claim, site=None),
    "histories_claim_is_joined": change(Claim, joined_at=NOW),
    "histories_claim_has_a_side": change(Claim, entered_by="nobody"),
    "histories_one_claim_a_day": again(Claim),
    "histories_claim_form_key_key": both(change(Claim, form_key="k"), again(Claim, form_key="k", day=LONG_AGO)),
    "histories_edit_has_a_side": again(DayEdit, side="nobody"),
    "histories_edit_says_something": again(DayEdit, work=""),
    "histories_refused_day_says_why": again(DayDecision, counts=False),
    "histories_edit_answer_edit_id_key": again(EditAnswer),
    "histories_answer_is_the_primes": again(EditAnswer, answer="approved"),
    "histories_refused_edit_says_why": again(EditAnswer, answer="refused", business_id=FREE_ID),
    "papers_kind_known": change(Paper, kind="poem"),
    "papers_site_where_asked": change(Paper, site=None),
    "papers_person_where_asked": change(Paper, kind="person_days", site=None),
    "papers_months_in_order": change(Paper, first_month=LONG_AGO),
    "papers_made_is_there": change(Paper, state="made"),
    "papers_one_wish_at_a_time": again(Paper),
    "sites_site_form_key_key": both(change(Site, form_key="k"), again(Site, id=FREE_ID + 24, form_key="k")),
    "sites_user_once": again(SiteUser),
    "sites_period_has_days": again(SitePeriod, from_on=LONG_AGO, until_on=LONG_AGO),
    "sites_one_period_at_a_time": again(SitePeriod),
    "sites_boundary_once_a_day": again(DayBoundary),
    "sites_boundary_before_noon": change(DayBoundary, begins_at=time(12, 1)),
    "sites_unregistered_opened_by_one": change(UnregisteredSite, business_id=None),
    "sites_unregistered_joined_at_a_moment": change(UnregisteredSite, joined_at=NOW),
    "sites_terminal_number_once": again(Terminal),
    "sites_terminal_screen_hash_key": both(
        change(Terminal, screen_hash="h"), again(Terminal, number=9, screen_hash="h")
    ),
    "structures_tier_fits": change(Node, tier=2),
    "structures_tenure_has_days": again(Tenure, until_on=LONG_AGO),
    "structures_tenure_state_known": change(Tenure, state="asleep"),
    "structures_tenure_names_a_firm": change(Tenure, business_name="会社"),
    "structures_one_firm_at_a_time": again(Tenure),
    "structures_site_key_code_key": again(SiteKey, withdrawn_at=NOW),
    "structures_one_key_at_a_time": again(SiteKey, code="OTHER"),
    "structures_key_has_signs": change(SiteKey, code=""),
    "structures_entry_has_days": again(RosterEntry, until_on=LONG_AGO),
    "structures_entry_has_a_trade": change(RosterEntry, trade=""),
    "structures_entry_withdrawn_with_link": change(RosterEntry, withdrawn_with_link=True),
    "structures_on_a_roster_once": again(RosterEntry),
    "touches_device_store_key": again(Device),
    "touches_one_phone_at_a_time": both(give_to_worker, again(Device, store="e" * 32)),
    "touches_device_state_known": change(Device, state="asleep"),
    "touches_revoked_at_a_moment": change(Device, state="revoked"),
    "touches_store_is_hex": change(Device, store="x" * 32),
    "touches_one_open_pairing": again(Pairing),
    "touches_pairing_has_time": change(Pairing, until_at=models.F("from_at")),
    "touches_pairing_code_code_hash_key": again(PairingCode),
    "touches_refused_once": sql(f"{REFUSED}; {REFUSED}"),
    "touches_seq_in_range": sql(TOUCH.format(0)),
    "workers_worker_account_id_key": again(Worker, id=FREE_ID + 21),
    "workers_worker_form_key_key": both(
        change(Worker, form_key="k"),
        again(Worker, id=FREE_ID + 21, form_key="k", account_id=0),
    ),
    "workers_sex_known": change(Worker, sex="3"),
    "workers_kind_known": change(Worker, registration_kind="other"),
    "workers_level_known": change(Worker, level=5),
    "workers_id_shape": again(Worker, id=21),
    "workers_affiliation_has_days": again(Affiliation, until_on=LONG_AGO),
    "workers_affiliation_goes_on_after_a_day": change(Affiliation, goes_on=True),
    "workers_affiliation_names_a_firm": change(Affiliation, business=None),
    "workers_one_link_to_a_firm_at_a_time": again(Affiliation, principal=False),
    "workers_one_principal_at_a_time": again(Affiliation, business_id=None, business_name="会社"),
    "workers_one_open_request": again(LinkRequest),
    "workers_request_has_a_side": change(LinkRequest, asked_by="nobody"),
    "workers_one_open_dispute": again(EndDispute),
    "workers_dispute_has_a_side": change(EndDispute, asked_by="nobody"),
    "workers_dispute_has_a_reason": change(EndDispute, reason=""),
    "workers_trade_has_days": again(WorkerTrade, until_on=LONG_AGO),
    "workers_trade_place_once": again(WorkerTrade, trade="01-01"),
    "workers_trade_once": again(WorkerTrade, place=2),
    "workers_four_trades": again(WorkerTrade, place=5, trade="01-01"),
    "workers_insurance_once": again(Insurance),
    "workers_insurance_known": change(Insurance, item="luck"),
    "workers_no_forbidden_number": change(Insurance, number="123"),
    "workers_confirmed_on_a_day": change(Insurance, confirmation="confirmed"),
    "workers_credential_known": change(Credential, block="other"),
    "workers_credential_confirmed_on_a_day": change(Credential, confirmed_on=None),
}
# The guard of the workflow stands before these and refuses first, under no name.
BEHIND_A_GUARD = {"accounts_state_known", "structures_tenure_state_known", "touches_device_state_known"}
# Tables of others: Django's own and the queue's.
FOREIGN = ("auth_", "django_", "procrastinate_")
_NAMES = """
SELECT r.relname, c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
  JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE n.nspname = 'public' AND c.contype IN ('c', 'u', 'x') AND NOT r.relispartition
UNION
SELECT r.relname, i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE n.nspname = 'public' AND x.indisunique AND NOT x.indisprimary AND NOT r.relispartition
"""


def names_in_database() -> Iterator[str]:
    """All constraints and unique indexes of our own tables."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES)
        yield from (name for table, name in cursor.fetchall() if not table.startswith(FOREIGN))


def names_in_models() -> Iterator[str]:
    """All named constraints of the registry's models."""
    for config in apps.get_app_configs():
        if config.name.startswith("registry."):
            for model in config.get_models():
                yield from (one.name for one in model._meta.constraints)


def test_every_constraint_is_broken_by_a_case(one_of_each: OneOfEach) -> None:
    known = set(names_in_database())
    assert known - set(CASES) == set(), "no case breaks these"
    assert set(CASES) - known == set(), "the database does not have these"


def test_every_constraint_of_the_models_is_in_the_database(one_of_each: OneOfEach) -> None:
    assert set(names_in_models()) - set(names_in_database()) == set()


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses(one_of_each: OneOfEach, name: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CASES[name]()
    cause: Any = refused.value.__cause__
    if name in BEHIND_A_GUARD:
        assert "no move from" in str(cause)
    else:
        assert cause.diag.constraint_name == name
