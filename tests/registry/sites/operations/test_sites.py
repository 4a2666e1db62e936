"""Opening sites, their terminals, periods, day boundaries, closing and reopening; who of a firm has one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import pytest

from registry.accounts.models import Account
from registry.accounts.states import AccountState, Role
from registry.audit.models import Move
from registry.businesses.operations import UnitData, add_unit, add_user
from registry.changes.models import Change
from registry.changes.states import EVER
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, IdKind, SiteId, is_id
from registry.core.reach import Reach
from registry.disclosure.queries import viewer_for
from registry.sites.models import DayBoundary, Site
from registry.sites.operations.sites import (
    DayBoundaryError,
    PeriodOrderError,
    SiteData,
    SiteManagerMissingError,
    SiteNames,
    SitePeriodError,
    SitePeriodOverlapError,
    SiteUserError,
    add_period,
    add_terminal,
    change_day_boundary,
    close_site,
    correct_site,
    file_site,
    give_site,
    open_site,
    reopen_site,
    withdraw_poster,
)
from registry.sites.queries import (
    find_site,
    list_site_users,
    list_sites,
    list_terminals,
    list_users_of_own_site,
    load_boundaries,
)
from tests.factories.cast import NOW, OFFICE, a_firm, a_worker, owner_of
from tests.factories.visitors import a_user, give, user_as_actor, worker_as_actor

pytestmark = pytest.mark.django_db
TODAY, LAST = date(2026, 11, 20), date(2026, 12, 31)
DATA = SiteData(
    name="見本ビル", prefecture="13", address="東京都", public_works=False, from_on=TODAY,
    last_on=LAST, terminal_name="正面",
)  # fmt: skip
NAMES = SiteNames(name="見本ビル", prefecture="13", address="東京都")


@pytest.fixture
def firm() -> BusinessId:
    return a_firm()


@pytest.fixture
def site(firm: BusinessId) -> SiteId:
    return open_site(firm, DATA, by=owner_of(firm), at=NOW)


@pytest.fixture
def by(firm: BusinessId, site: SiteId) -> Actor:
    return owner_of(firm)


def mark() -> tuple[date, date | None]:
    """The days of the newest mark."""
    row = Change.objects.filter(kind="site").latest("pk")
    return row.from_on, row.until_on


def test_a_site_has_an_id_a_period_a_boundary_and_a_terminal(firm: BusinessId, site: SiteId) -> None:
    row = find_site(site)
    assert is_id(site, IdKind.SITE)
    assert row
    assert (row.business_id, row.periods, row.closed_on) == (firm, ((TODAY, date(2027, 1, 1)),), None)
    assert [(one.number, one.name) for one in list_terminals(site)] == [(1, "正面")]
    assert load_boundaries([site]) == {site: [(TODAY, time(4, 0))]}
    assert Move.objects.filter(noun="sites_site", subject_id=site, move="open").count() == 1
    assert mark() == (TODAY, None)


def test_a_site_without_a_last_day_is_open(firm: BusinessId) -> None:
    row = find_site(open_site(firm, replace(DATA, last_on=None), by=owner_of(firm), at=NOW))
    assert row
    assert row.until_on is None


def test_a_period_of_one_day_is_one(firm: BusinessId) -> None:
    row = find_site(open_site(firm, replace(DATA, last_on=TODAY), by=owner_of(firm), at=NOW))
    assert row
    assert row.until_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("wrong", "kind", "field"),
    [
        (replace(DATA, last_on=date(2026, 11, 19)), SitePeriodError, "last_on"),
        (replace(DATA, day_begins_at=time(12, 1)), DayBoundaryError, "day_begins_at"),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field(
    firm: BusinessId, wrong: SiteData, kind: type[SitePeriodError], field: str
) -> None:
    with pytest.raises(kind) as refused:
        open_site(firm, wrong, by=owner_of(firm), at=NOW)
    assert refused.value.field == field
    assert Site.objects.count() == 0


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.SITE_VIEWER, Role.PROXY_CLERK])
def test_who_does_not_open_sites_opens_none(firm: BusinessId, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        open_site(firm, DATA, by=user_as_actor(firm, role), at=NOW)


def test_nobody_opens_a_site_for_another_firm(firm: BusinessId) -> None:
    with pytest.raises(NotAllowedError):
        open_site(firm, DATA, by=owner_of(a_firm("別の会社")), at=NOW)


def test_another_site_typed_on_the_page_that_back_shows_is_opened(firm: BusinessId) -> None:
    by = owner_of(firm)
    one = open_site(firm, DATA, key="k", by=by, at=NOW)
    other = open_site(firm, replace(DATA, name="別の現場"), key="k", by=by, at=NOW)
    assert Site.objects.get(pk=other).name == "別の現場"
    assert open_site(firm, DATA, key="k", by=by, at=NOW) == one


def test_terminals_are_numbered_and_a_name_stands_once(site: SiteId, by: Actor) -> None:
    second = add_terminal(site, "裏門", by=by, at=NOW)
    assert add_terminal(site, "裏門", by=by, at=NOW) == second
    assert [(one.number, one.name) for one in list_terminals(site)] == [(1, "正面"), (2, "裏門")]


def test_a_further_period_begins_after_the_first(site: SiteId, by: Actor) -> None:
    add_period(site, date(2027, 1, 1), date(2027, 1, 31), by=by, at=NOW)
    row = find_site(site)
    assert row
    assert row.periods == ((TODAY, date(2027, 1, 1)), (date(2027, 1, 1), date(2027, 2, 1)))
    assert mark() == (date(2027, 1, 1), date(2027, 2, 1))


@pytest.mark.parametrize("from_on", [TODAY, LAST, date(2026, 11, 1)])
def test_periods_do_not_overlap(site: SiteId, by: Actor, from_on: date) -> None:
    with pytest.raises(SitePeriodOverlapError) as refused:
        add_period(site, from_on, None, by=by, at=NOW)
    assert refused.value.field == "from_on"


def test_a_further_period_does_not_end_before_it_begins(site: SiteId, by: Actor) -> None:
    with pytest.raises(PeriodOrderError):
        add_period(site, date(2027, 1, 2), date(2027, 1, 1), by=by, at=NOW)


def test_days_begin_at_another_hour_from_a_day_on(site: SiteId, by: Actor) -> None:
    for begins_at in (time(5, 0), time(6, 0)):  # the second one mends the first
        change_day_boundary(site, begins_at, from_on=date(2026, 12, 1), by=by, at=NOW)
    assert load_boundaries([site])[site] == [(TODAY, time(4, 0)), (date(2026, 12, 1), time(6, 0))]
    assert mark() == (date(2026, 12, 1), None)


def test_what_was_said_of_the_same_day_stays_to_be_read_and_a_second_click_says_nothing(
    site: SiteId, by: Actor
) -> None:
    for _ in range(2):
        change_day_boundary(site, time(5, 0), from_on=TODAY, by=by, at=NOW)
    rows = DayBoundary.objects.order_by("pk").values_list("begins_at", "from_on", "withdrawn_at")
    assert list(rows) == [(time(4, 0), TODAY, NOW), (time(5, 0), TODAY, None)]
    assert Move.objects.filter(move="change_day_boundary").count() == 1
    assert Change.objects.filter(site_id=site, from_on=EVER).count() == 1


@pytest.mark.parametrize(("begins_at", "fits"), [(time(12, 0), True), (time(12, 1), False)])
def test_a_day_begins_before_noon(site: SiteId, by: Actor, begins_at: time, fits: bool) -> None:
    if fits:
        change_day_boundary(site, begins_at, from_on=TODAY, by=by, at=NOW)
        assert DayBoundary.objects.get(withdrawn_at=None).begins_at == begins_at
        return
    with pytest.raises(DayBoundaryError):
        change_day_boundary(site, begins_at, from_on=TODAY, by=by, at=NOW)


def test_closed_and_opened_again(site: SiteId, by: Actor) -> None:
    for _ in range(2):
        close_site(site, from_on=date(2026, 12, 1), by=by, at=NOW)
    assert Site.objects.get().closed_on == date(2026, 12, 1)
    assert mark() == (date(2026, 12, 1), None)
    for _ in range(2):
        reopen_site(site, by=by, at=NOW)
    assert Site.objects.get().closed_on is None
    acts = Move.objects.filter(noun="sites_site", move__in=["close", "reopen"]).order_by("pk")
    assert list(acts.values_list("move", flat=True)) == ["close", "reopen"]


def test_closing_earlier_tells_from_the_earlier_day(site: SiteId, by: Actor) -> None:
    close_site(site, from_on=date(2026, 12, 10), by=by, at=NOW)
    close_site(site, from_on=date(2026, 12, 1), by=by, at=NOW)
    assert mark() == (date(2026, 12, 1), None)
    close_site(site, from_on=date(2026, 12, 5), by=by, at=NOW)
    assert mark() == (date(2026, 12, 1), None)


def test_what_was_mistyped_is_corrected_and_the_log_keeps_what_stood_there(site: SiteId, by: Actor) -> None:
    for _ in range(2):
        correct_site(site, replace(NAMES, name="見本ビル新築工事"), by=by, at=NOW)
    row = find_site(site)
    assert row
    assert (row.name, row.address) == ("見本ビル新築工事", "東京都")
    (kept,) = Move.objects.filter(noun="sites_site", move="correct")
    assert kept.reason == '{"name": "見本ビル"}'


def test_a_site_tells_the_last_days_of_its_periods_and_before_it_is_closed(site: SiteId, by: Actor) -> None:
    add_period(site, date(2027, 2, 1), None, by=by, at=NOW)
    close_site(site, from_on=date(2027, 3, 1), by=by, at=NOW)
    row = find_site(site)
    assert row
    assert row.spans == [(TODAY, LAST), (date(2027, 2, 1), None)]
    assert row.closed_after == date(2027, 2, 28)


ACTS: dict[str, Callable[..., object]] = {
    "terminal": lambda site, **by: add_terminal(site, "門", **by),
    "period": lambda site, **by: add_period(site, date(2027, 1, 1), None, **by),
    "boundary": lambda site, **by: change_day_boundary(site, time(5, 0), from_on=TODAY, **by),
    "correct": lambda site, **by: correct_site(site, NAMES, **by),
    "close": lambda site, **by: close_site(site, from_on=LAST, **by),
    "reopen": reopen_site,
}


@pytest.mark.parametrize("act", ACTS)
def test_only_the_prime_changes_its_site(site: SiteId, firm: BusinessId, act: str) -> None:
    others = [
        owner_of(a_firm("別の会社")), user_as_actor(firm, Role.SITE_VIEWER, site), user_as_actor(firm, Role.PROXY_CLERK),
        user_as_actor(firm, Role.SITE_MANAGER, open_site(firm, DATA, by=owner_of(firm), at=NOW)),
        worker_as_actor(a_worker(firm).worker_id),
    ]  # fmt: skip
    for other in others:
        with pytest.raises(NotAllowedError):
            ACTS[act](site, by=other, at=NOW)
    ACTS[act](site, by=user_as_actor(firm, Role.SITE_MANAGER, site), at=NOW)


@pytest.mark.parametrize("act", ACTS)
def test_what_is_not_there_is_not_found(by: Actor, act: str) -> None:
    with pytest.raises(NotFoundError):
        ACTS[act](SiteId(12345678901824), by=by, at=NOW)


def test_withdrawing_a_poster_twice_does_no_harm(site: SiteId, by: Actor) -> None:
    (terminal,) = list_terminals(site)
    for _ in range(2):
        withdraw_poster(site, terminal.id, 1, by=by, at=NOW)
    assert list_terminals(site)[0].poster_generation == 2
    assert Move.objects.filter(noun="sites_terminal", move="withdraw_poster").count() == 1


def test_another_firm_withdraws_no_poster(site: SiteId) -> None:
    other = a_firm("別の会社")
    with pytest.raises(NotAllowedError):
        withdraw_poster(site, list_terminals(site)[0].id, 1, by=owner_of(other), at=NOW)
    assert list_terminals(site)[0].poster_generation == 1


def who_has(site: SiteId, firm: BusinessId) -> list[int]:
    return [user.account.id for user in list_site_users(site, firm)]


def test_who_opens_a_site_has_it_unless_others_are_named(firm: BusinessId, site: SiteId) -> None:
    assert who_has(site, firm) == [owner_of(firm).account_id]
    manager = a_user(firm, Role.SITE_MANAGER)
    named = open_site(firm, replace(DATA, users=(manager,)), by=owner_of(firm), at=NOW)
    assert who_has(named, firm) == [manager]


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.SITE_VIEWER])
def test_a_given_site_is_in_reach_and_no_other(firm: BusinessId, site: SiteId, role: Role) -> None:
    other, account_id = open_site(firm, DATA, by=owner_of(firm), at=NOW), a_user(firm, role)
    assert viewer_for(account_id).reach == Reach(frozenset())
    give(account_id, firm, site)
    reach = viewer_for(account_id).reach
    assert reach == Reach(frozenset(), frozenset({site}))
    assert [row.id for row in list_sites(firm, reach=reach)] == [site]
    give_site(site, [owner_of(firm).account_id or 0], by=owner_of(firm), at=NOW)
    assert viewer_for(account_id).reach == Reach(frozenset())
    assert other not in reach.sites


def test_a_site_has_always_somebody_who_manages_it(firm: BusinessId, site: SiteId) -> None:
    by, viewer, manager = owner_of(firm), a_user(firm, Role.SITE_VIEWER), a_user(firm, Role.SITE_MANAGER)
    for nobody in ([], [viewer]):
        with pytest.raises(SiteManagerMissingError):
            give_site(site, nobody, by=by, at=NOW)
    with pytest.raises(SiteManagerMissingError):
        open_site(firm, replace(DATA, users=(viewer,)), by=by, at=NOW)
    for _ in range(2):
        give_site(site, [manager, viewer], by=by, at=NOW)
    assert set(who_has(site, firm)) == {manager, viewer}


def test_whose_account_is_closed_manages_no_site(firm: BusinessId, site: SiteId) -> None:
    owner, viewer = owner_of(firm), a_user(firm, Role.SITE_VIEWER)
    manager = a_user(firm, Role.SITE_MANAGER)
    give_site(site, [manager, viewer], by=owner, at=NOW)
    Account.objects.filter(pk=manager).update(state=AccountState.CLOSED)
    assert who_has(site, firm) == [viewer]
    with pytest.raises(SiteManagerMissingError):
        give_site(site, [], by=owner, at=NOW)


def test_only_the_firm_s_own_people_have_it(firm: BusinessId, site: SiteId) -> None:
    other = a_firm("別の会社")
    for wrong in (owner_of(other).account_id or 0, a_user(firm, Role.PROXY_CLERK), 10**9):
        with pytest.raises(SiteUserError):
            give_site(site, [owner_of(firm).account_id or 0, wrong], by=owner_of(firm), at=NOW)


def test_who_gives_a_site(firm: BusinessId, site: SiteId) -> None:
    manager = user_as_actor(firm, Role.SITE_MANAGER, site)
    for nobody in (owner_of(a_firm("別の会社")), OFFICE, manager, user_as_actor(firm, Role.PROXY_CLERK)):
        with pytest.raises(NotAllowedError):
            give_site(site, [manager.account_id or 0], by=nobody, at=NOW)


def test_a_tier_manager_gives_sites_of_his_part_to_people_of_his_part(firm: BusinessId, site: SiteId) -> None:
    owner = owner_of(firm)
    unit = add_unit(firm, UnitData(name="支店", kana="シテン", code="1"), by=owner, at=NOW)
    branch, inside = (
        add_user(firm, name="支店 係", mail="", role=role, unit_id=unit, by=owner, at=NOW)
        for role in (Role.TIER_MANAGER, Role.SITE_MANAGER)
    )
    outside = a_user(firm, Role.SITE_MANAGER)
    by = replace(owner, account_id=branch, reach=Reach(frozenset({unit})))
    with pytest.raises(NotAllowedError):
        give_site(site, [inside], by=by, at=NOW)
    file_site(site, unit, by=owner, at=NOW)
    with pytest.raises(SiteUserError):
        give_site(site, [outside], by=by, at=NOW)
    give_site(site, [inside], by=by, at=NOW)
    assert who_has(site, firm) == [owner.account_id, inside], "whom he does not manage keeps it"


def test_messages_about_a_site_go_to_those_who_reach_it(firm: BusinessId, site: SiteId) -> None:
    given, other = user_as_actor(firm, Role.SITE_MANAGER, site), a_user(firm, Role.SITE_MANAGER)
    row = find_site(site)
    assert row
    told = {user.account.id for user in list_users_of_own_site(row)}
    assert told >= {owner_of(firm).account_id, given.account_id}
    assert other not in told


def test_nobody_who_is_limited_to_sites_reaches_a_unit(firm: BusinessId, site: SiteId) -> None:
    by: Actor = user_as_actor(firm, Role.SITE_MANAGER, site)
    assert not any(by.reach.holds_unit(unit) for unit in (None, 1))
