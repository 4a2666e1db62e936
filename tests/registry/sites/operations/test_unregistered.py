"""仮現場: who opens one, with what, and what it is to everybody else (ruling 30)."""

from dataclasses import replace

import pytest

from registry.accounts.states import Role
from registry.core.errors import NotAllowedError, RegistryError
from registry.core.ids import BusinessId, IdKind, SiteId, WorkerId, is_id
from registry.core.reach import Reach
from registry.sites.derive import labour_insurance_number
from registry.sites.models import Site
from registry.sites.operations.sites import add_terminal
from registry.sites.operations.unregistered import (
    BoardData,
    close_unregistered_site,
    find_board_problems,
    open_unregistered_site,
)
from registry.sites.queries import (
    find_site,
    find_unregistered_site,
    list_joined_sites,
    list_sites,
    list_terminals,
    list_unregistered_sites,
    which_are_unregistered,
)
from registry.sites.rules import BoardEmptyError, handles_unregistered, is_prime, may_open_unregistered
from tests.factories.cast import NOW, OFFICE, a_firm, a_gate, a_worker, owner_of
from tests.factories.visitors import user_as_actor, worker_as_actor

pytestmark = pytest.mark.django_db
BOARD = BoardData(
    name="町道の補修", address="見本県見本町1", labour_insurance="13101123456000", building_confirmation="第7号", corins="1234-567",
)  # fmt: skip


@pytest.fixture
def worker() -> WorkerId:
    return a_worker(None).worker_id


@pytest.fixture
def firm() -> BusinessId:
    return a_firm()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13-1-01-123456-000", "13-1-01-123456-000"),
        ("１３３０１１２３４５６０００", "13-3-01-123456-000"),
        ("13-2-01-123456-000", None),
        ("48-1-01-123456-000", None),
        ("13-1-01-12345-000", None),
        ("あ", None),
    ],
)
def test_a_labour_insurance_number_has_its_shape(typed: str, kept: str | None) -> None:
    assert labour_insurance_number(typed) == kept


def test_each_field_that_is_wrong_says_so() -> None:
    wrong = BoardData(labour_insurance="123", building_confirmation="なし", corins="―")
    assert [(one.code, one.field) for one in find_board_problems(wrong)] == [
        ("BOARD_EMPTY", "name"),
        ("LABOUR_INSURANCE", "labour_insurance"),
        ("BOARD_NUMBER", "building_confirmation"),
        ("BOARD_NUMBER", "corins"),
    ]
    assert find_board_problems(BOARD) == find_board_problems(BoardData(address="見本県")) == []


def test_a_worker_and_a_firm_open_one_each(worker: WorkerId, firm: BusinessId) -> None:
    ours = open_unregistered_site(BOARD, by=owner_of(firm), at=NOW)
    mine = open_unregistered_site(replace(BOARD, name=""), key="k", by=worker_as_actor(worker), at=NOW)
    again = open_unregistered_site(replace(BOARD, name=""), key="k", by=worker_as_actor(worker), at=NOW)
    assert (again, is_id(mine, IdKind.SITE)) == (mine, True)
    assert [row.id for row in list_unregistered_sites(worker_id=worker)] == [mine]
    (row,) = list_unregistered_sites(business_ids=[firm])
    assert (row.id, row.name, row.labour_insurance, row.building_confirmation, row.corins) == (
        ours, "町道の補修", "13-1-01-123456-000", "第7号", "1234-567",
    )  # fmt: skip
    named_by_address = find_unregistered_site(mine)
    assert named_by_address
    assert named_by_address.name == "見本県見本町1"
    assert [terminal.name for terminal in list_terminals(ours)] == ["町道の補修"]


def test_another_board_typed_on_the_page_that_back_shows_is_another_one(worker: WorkerId, firm: BusinessId) -> None:
    by = worker_as_actor(worker)
    mine = open_unregistered_site(BOARD, key="k", by=by, at=NOW)
    changed = open_unregistered_site(replace(BOARD, name="別の現場"), key="k", by=by, at=NOW)
    theirs = open_unregistered_site(BOARD, key="k", by=owner_of(firm), at=NOW)
    assert len({mine, changed, theirs}) == 3


def test_it_is_no_site_to_anybody(worker: WorkerId, firm: BusinessId) -> None:
    by = owner_of(firm)
    site_id = open_unregistered_site(BOARD, by=by, at=NOW)
    assert (find_site(site_id), list_sites(firm), which_are_unregistered([site_id])) == (None, [], {site_id})
    row = Site.objects.get(pk=site_id)
    assert not is_prime(by, row)
    assert not is_prime(OFFICE, row), "who acts for nobody is not the prime of nobody"
    with pytest.raises(NotAllowedError):
        add_terminal(site_id, "門", by=by, at=NOW)


def test_without_a_board_nothing_is_opened(worker: WorkerId) -> None:
    with pytest.raises(BoardEmptyError):
        open_unregistered_site(BoardData(corins="1"), by=worker_as_actor(worker), at=NOW)
    assert not Site.objects.exists()


def test_who_opens_one(worker: WorkerId, firm: BusinessId) -> None:
    limited = replace(owner_of(firm), reach=Reach(frozenset({1})))
    for nobody in (OFFICE, user_as_actor(firm, Role.SITE_VIEWER), limited):
        assert not may_open_unregistered(nobody)
        with pytest.raises(NotAllowedError):
            open_unregistered_site(BOARD, by=nobody, at=NOW)


def test_who_opened_it_joins_it_once(worker: WorkerId, firm: BusinessId) -> None:
    mine = worker_as_actor(worker)
    site_id, real = open_unregistered_site(BOARD, by=mine, at=NOW), a_gate(firm).site_id
    for stranger in (owner_of(firm), worker_as_actor(a_worker(None, "別").worker_id), OFFICE):
        with pytest.raises(NotAllowedError):
            close_unregistered_site(site_id, real, by=stranger, at=NOW)
    assert close_unregistered_site(site_id, real, by=mine, at=NOW)
    assert not close_unregistered_site(site_id, real, by=mine, at=NOW)
    (row,) = list_joined_sites(real)
    assert (row.id, row.joined_id, row.joined_at) == (site_id, real, NOW)
    assert not handles_unregistered(mine, row), "it is closed"
    with pytest.raises(RegistryError):
        close_unregistered_site(SiteId(1), real, by=mine, at=NOW)
