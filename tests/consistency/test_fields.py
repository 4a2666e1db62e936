"""Every column of every table with personal data is decided: by a read policy, as part of one, or by who alone opens it."""

from collections import Counter
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db import models

from registry.accounts.models import Account, Allowance, SecurityCode, WrongTries
from registry.audit.models import Look, Move
from registry.businesses.models import Business, BusinessUser, Unit
from registry.businesses.policy import BUSINESS_POLICY
from registry.cards.models import Card
from registry.changes.models import Change, Cursor
from registry.codes.models import Code
from registry.core.read_policy import ReadPolicy
from registry.disclosure.queries import read_policies
from registry.drafts.models import Draft
from registry.files.models import File
from registry.histories.models import Claim, DayDecision, DayEdit, EditAnswer
from registry.notices.models import Letter, Notice
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
from registry.workers.policy import BLOCKS, WORKER_POLICY

Model = type[models.Model]
POLICIES: dict[Model, tuple[ReadPolicy, frozenset[str]]] = {
    Worker: (WORKER_POLICY, BLOCKS), Business: (BUSINESS_POLICY, frozenset()),
}  # fmt: skip

# What hangs on a worker: which column is read in which block of the worker's policy. What stands under "" is in none: keys,
# bookkeeping, and what only the worker, the office or the two sides of a link read, on pages of their own.
PARTS: dict[Model, dict[str, str]] = {
    Affiliation: {"affiliations": "business business_name from_on until_on principal position", "": "id worker goes_on ended_by ended_at"},
    WorkerTrade: {"trades": "place trade from_on until_on", "": "id worker"},
    Insurance: {"insurances": "item joined kind number confirmation confirmed_on evidence", "": "id worker"},
    Credential: {
        "credentials": "block name number body acquired_on valid_until confirmation confirmed_on evidence",
        "": "id worker code",
    },
    Card: {"card_valid": "state valid_until", "": "id worker branch issued_on colour token stopped_at shipped_at"},
    File: {"photo": "media_type content digest", "": "id stored_at draft_key drafted_by"},
    RosterEntry: {
        "roster": "site tenure trade position work hazardous collects from_on until_on",
        "": "id worker own_until_on added_at withdrawn_at withdrawn_with_link",
    },
    Claim: {
        "days": "site site_name site_address day note entered_by recorded_at state answered_at answer_reason reply self_approved",
        "day_times": "begins_at ends_at",
        "day_role": "trade work",
        "day_firm": "employer_confirmed_at first_tier_confirmed_at",
        "": "id worker joined_at form_key",
    },
    DayEdit: {"days": "site day side recorded_at late", "day_role": "trade second_trade position work", "": "id worker"},
    EditAnswer: {"days": "answer reason recorded_at self_approved", "day_firm": "business", "": "id edit"},
    DayDecision: {"days": "site day counts reason recorded_at self_approved", "": "id worker"},
}  # fmt: skip


class Opened(NamedTuple):
    """A table whose rows no relation to a person or firm opens: who alone does, and its columns."""

    by: str
    columns: str


OPENED: dict[Model, Opened] = {
    Account: Opened(
        "whose login it is; of a firm's users also who manages them",
        "id password last_login login_id portal role display_name mail state opened_at initial_password_at logged_out_at",
    ),
    BusinessUser: Opened("who manages the firm's users", "id business account unit form_key"),
    Draft: Opened("who typed it", "id account form typed saved_at"),
    Notice: Opened("to whom it is written", "id account kind data about written_at read_at"),
    Letter: Opened("who prints the office's letters", "id account kind state recipient_name postal_code address data queued_at"),
    Paper: Opened(
        "who asked for it, and only while he may read the days on it",
        "id account kind site worker first_month last_month state asked_at form_key made_at failure content people",
    ),
    LinkRequest: Opened("its two sides", "id worker business asked_by from_on principal position state asked_at"),
    EndDispute: Opened("the two sides of its link", "id affiliation asked_by until_on reason state asked_at"),
    Site: Opened(
        "its prime; name and place also who has a part or days there",
        "id business unit name prefecture address public_works hazardous opened_at closed_on form_key",
    ),
    SiteUser: Opened("who sees the site's page in the firm; who settles it", "id site user"),
    UnregisteredSite: Opened(
        "who opened it", "site business worker labour_insurance building_confirmation corins joined joined_at"
    ),
    Device: Opened(
        "who pairs devices on its sites; a phone's, whose it is",
        "id store worker name dense state secret_version next_secret_asked highest registered_at last_seen_at sent_at revoked_at"
        " renumbered_at unsent unsent_since",
    ),
    Move: Opened(
        "no page: queries only ask it who did something", "id at noun subject_id move from_state to_state actor_kind account_id actor_subject_id reason"
    ),
    Look: Opened(
        "at whom it was: a worker, his own", "id at account_id business_id noun relation purpose items subjects"
    ),
    WrongTries: Opened("no page: only the log-in asks it", "id typed_id place in_a_row closed_until last_at"),
    Change: Opened("no page: only the followers of the feed read it", "id xid kind worker_id worker_ids site_id business_id from_on until_on"),
}  # fmt: skip

NOT_PERSONAL: dict[Model, str] = {
    Code: "the code tables, the same for all",
    Cursor: "how far a follower has read the feed",
    SecurityCode: "a hash, and how often it was tried",
    Allowance: "how much of a limit an account, device or network has used",
    Unit: "the branches of a firm",
    SitePeriod: "the days of a site",
    DayBoundary: "when the day of a site begins",
    Terminal: "a place on a site",
    Node: "a place in a structure",
    Tenure: "which firm holds a place",
    SiteKey: "a code for taking a place",
    Pairing: "which device serves which terminal",
    PairingCode: "the hash of a code",
}


def columns_of(model: Model) -> list[str]:
    """The columns of a table."""
    return sorted(field.name for field in model._meta.concrete_fields)


def words(*texts: str) -> list[str]:
    """The words of texts, in order."""
    return sorted(" ".join(texts).split())


def test_every_table_is_decided_in_one_place() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("registry.")]
    assert Counter([*POLICIES, *PARTS, *OPENED, *NOT_PERSONAL]) == Counter(ours)


def test_every_policy_has_its_table() -> None:
    assert [policy for policy, _ in POLICIES.values()] == read_policies()


@pytest.mark.parametrize("model", POLICIES, ids=lambda model: model.__name__)
def test_every_column_is_decided(model: Model) -> None:
    policy, beside = POLICIES[model]
    assert sorted({field.name for field in policy.fields} - beside) == columns_of(model)


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_every_column_of_a_part_stands_in_a_block_of_the_policy_or_in_none(model: Model) -> None:
    assert words(*PARTS[model].values()) == columns_of(model)
    own_column = {"photo"}  # a block that is a column of the worker too: where the picture lies
    assert set(PARTS[model]) - {""} <= BLOCKS | own_column


@pytest.mark.parametrize("model", OPENED, ids=lambda model: model.__name__)
def test_every_column_that_no_relation_opens_is_named(model: Model) -> None:
    assert words(OPENED[model].columns) == columns_of(model)


def test_the_item_mask_fits_its_column() -> None:
    assert all(len(policy.fields) < 63 for policy in read_policies())
