"""Firms in a structure: invited, answered, by name, exchanged, ended; who may do what."""

from datetime import date, timedelta
from typing import Any

import pytest

from registry.businesses.queries import list_users
from registry.changes.models import Change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.notices.models import Notice
from registry.notices.queries import list_notices
from registry.structures.models import Tenure
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.operations.tenures import (
    FirmAboveItselfError,
    FirmNameError,
    FirmPlace,
    FirmPlacedTwiceError,
    FirmUnknownError,
    NodeTakenError,
    TenureDaysError,
    TenureInUseError,
    accept_invitation,
    decline_invitation,
    end_tenure,
    exchange_firm,
    invite_firm,
    join_named_firm,
    withdraw_tenure,
)
from registry.structures.queries import firms_of_structures, list_invitations, list_structure, load_structure
from registry.structures.states import TenureState
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_worker, owner_of

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def by(firm: BusinessId) -> dict[str, Any]:
    return {"by": owner_of(firm), "at": NOW, "on": TODAY}


def place(firm: BusinessId, **more: Any) -> FirmPlace:
    return FirmPlace(business_id=firm, **{"from_on": STARTED, **more})


def states(site: SiteId) -> list[tuple[str, int, str]]:
    return [(row.name, row.tier, row.state) for row in list_structure(site, on=TODAY)]


def test_an_invited_firm_is_told_and_joins_by_accepting(prime: BusinessId, site: SiteId) -> None:
    firm = a_firm("一次工業")
    tenure = invite_firm(site, None, place(firm), **by(prime))
    assert [row.id for row in list_invitations(firm, on=TODAY)] == [tenure]
    accept_invitation(tenure, by=owner_of(firm), at=NOW)
    assert states(site) == [("一次工業", 1, "accepted")]
    kinds = set(Notice.objects.order_by("pk").values_list("kind", flat=True))
    assert {"invited_accepted", "invitation_accepted"} <= kinds
    assert "invited" not in kinds, "nobody is asked any more"


@pytest.mark.parametrize(("answer", "now"), [("decline", "invited_declined"), ("withdraw", "place_withdrawn")])
def test_an_invitation_says_what_became_of_it(prime: BusinessId, site: SiteId, answer: str, now: str) -> None:
    firm = a_firm("一次工業")
    account_id, tenure = list_users(firm)[0].account.id, invite_firm(site, None, place(firm), **by(prime))
    if answer == "decline":
        decline_invitation(tenure, reason="人がいない", by=owner_of(firm), at=NOW)
    else:
        withdraw_tenure(tenure, **by(prime))
    told = [(row.kind.value, row.data["firm"]) for row in list_notices(account_id) if "site" in row.data]
    assert told == [(now, "元請建設")], "once, and nobody is asked any more"


def test_firms_of_some_structures_are_those_with_an_id(prime: BusinessId, site: SiteId) -> None:
    other = a_gate(prime).site_id
    first, second, third = (a_firm(name) for name in ("一次工業", "二次工業", "三次工業"))
    a_tenure(site, prime, first)
    invite_firm(site, None, place(second), **by(prime))
    invite_firm(site, None, FirmPlace(business_name="無番工業", from_on=STARTED), **by(prime))
    a_tenure(other, prime, third)
    assert firms_of_structures([site]) == {first, second}
    assert firms_of_structures([site, other]) == {first, second, third}


def test_a_repeated_click_changes_nothing(prime: BusinessId, site: SiteId) -> None:
    firm = a_firm("一次工業")
    first, second = (invite_firm(site, None, place(firm), **by(prime)) for _ in range(2))
    assert first == second
    for _ in range(2):
        accept_invitation(first, by=owner_of(firm), at=NOW)
    assert states(site) == [("一次工業", 1, "accepted")]


def test_a_firm_stands_twice_below_a_place_only_for_other_work_or_other_days(prime: BusinessId, site: SiteId) -> None:
    firm, since, days = a_firm("一次工業"), STARTED + timedelta(days=10), timedelta(days=5)
    invite_firm(site, None, place(firm, from_on=since, until_on=since + days, work="型枠"), **by(prime))
    for first, until in ((since, None), (since + days - timedelta(days=1), None), (STARTED, since + timedelta(days=1))):
        with pytest.raises(FirmPlacedTwiceError) as refused:
            invite_firm(site, None, place(firm, from_on=first, until_on=until, work="型枠"), **by(prime))
        assert refused.value.field == "from_on"
    allowed = [
        invite_firm(site, None, place(firm, from_on=first, until_on=until, work=work), **by(prime))
        for first, until, work in (
            (since, since + days, "鉄筋"), (STARTED, since, "型枠"), (since + days, None, "型枠"),
        )
    ]  # fmt: skip
    assert len(set(allowed)) == 3
    withdraw_tenure(allowed[-1], **by(prime))
    assert invite_firm(site, None, place(firm, from_on=since + 2 * days, work="型枠"), **by(prime)), (
        "of nothing any more"
    )


def test_tiers_have_no_limit_and_the_tree_is_read_from_the_top(prime: BusinessId, site: SiteId) -> None:
    below: int | None = None
    for tier in range(1, 13):
        below = a_tenure(site, prime, a_firm(f"{tier}次工業"), below=below).node_id
    assert states(site) == [(f"{tier}次工業", tier, "accepted") for tier in range(1, 13)]


def test_an_accepted_firm_invites_below_itself_and_nobody_else_does(prime: BusinessId, site: SiteId) -> None:
    first, beside, second = a_firm("一次工業"), a_firm("隣の工業"), a_firm("二次工業")
    node = a_tenure(site, prime, first).node_id
    a_tenure(site, prime, beside)
    with pytest.raises(NotAllowedError):
        invite_firm(site, node, place(second), **by(beside))
    with pytest.raises(NotAllowedError):
        invite_firm(site, None, place(second), **by(first))
    invite_firm(site, node, place(second), **by(first))
    assert ("二次工業", 2, "invited") in states(site)


def test_an_invited_firm_does_not_invite_yet(prime: BusinessId, site: SiteId) -> None:
    first = a_firm("一次工業")
    node = a_tenure(site, prime, first, accepted=False).node_id
    with pytest.raises(NotAllowedError):
        invite_firm(site, node, place(a_firm("二次工業")), **by(first))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"business_id": None}, FirmNameError),
        ({"business_name": "両方"}, FirmNameError),
        ({"business_id": BusinessId(12345678901822)}, FirmUnknownError),
        ({"until_on": STARTED}, TenureDaysError),
    ],
)
def test_wrong_input_is_told_beside_its_field(
    prime: BusinessId, site: SiteId, changes: dict[str, Any], error: type[Exception]
) -> None:
    values: dict[str, Any] = {"business_id": a_firm("一次工業"), "from_on": STARTED, **changes}
    with pytest.raises(error):
        invite_firm(site, None, FirmPlace(**values), **by(prime))


def test_no_firm_stands_below_itself(prime: BusinessId, site: SiteId) -> None:
    first = a_firm("一次工業")
    node = a_tenure(site, prime, first).node_id
    for firm in (prime, first):
        with pytest.raises(FirmAboveItselfError):
            invite_firm(site, node, place(firm), **by(prime))


def test_only_the_invited_firm_answers(prime: BusinessId, site: SiteId) -> None:
    tenure = a_tenure(site, prime, a_firm("一次工業"), accepted=False)
    for firm in (prime, a_firm("別の会社")):
        with pytest.raises(NotAllowedError):
            accept_invitation(tenure.id, by=owner_of(firm), at=NOW)


def test_a_refusal_keeps_its_reason_and_another_firm_can_be_asked(prime: BusinessId, site: SiteId) -> None:
    firm, other = a_firm("一次工業"), a_firm("代わりの工業")
    tenure = a_tenure(site, prime, firm, accepted=False)
    decline_invitation(tenure.id, reason="この現場には入りません", by=owner_of(firm), at=NOW)
    (row,) = list_structure(site, on=TODAY)
    assert (row.state, row.answer_reason) == (TenureState.DECLINED, "この現場には入りません")
    exchange_firm(tenure.node_id, place(other), **by(prime))
    assert states(site) == [("代わりの工業", 1, "invited")]


def test_an_invitation_can_be_taken_back(prime: BusinessId, site: SiteId) -> None:
    tenure = a_tenure(site, prime, a_firm("一次工業"), accepted=False)
    for _ in range(2):
        withdraw_tenure(tenure.id, **by(prime))
    assert states(site) == []


def test_an_acceptance_is_undone_by_either_side_while_nobody_works_there(prime: BusinessId, site: SiteId) -> None:
    first, second = a_firm("一次工業"), a_firm("二次工業")
    for firm, undoing in ((first, prime), (second, second)):
        withdraw_tenure(a_tenure(site, prime, firm).id, **by(undoing))
    assert states(site) == []
    told = [list_notices(list_users(firm)[0].account.id) for firm in (first, second, prime)]
    newest = [(one[0].kind, len([row for row in one if row.kind == one[0].kind])) for one in told]
    assert newest == [("place_withdrawn", 1), ("invited_declined", 1), ("place_withdrawn", 1)]


def test_a_place_in_use_is_ended_and_not_undone(prime: BusinessId, site: SiteId) -> None:
    upper, beside = a_tenure(site, prime, a_firm("一次工業")), a_firm("隣の工業")
    lower = a_tenure(site, prime, firm := a_firm("二次工業"), below=upper.node_id)
    people = [(a_worker(firm).worker_id, RosterData(trade="06-01"))]
    add_to_roster(site, lower.id, people, from_on=STARTED, by=owner_of(firm), at=NOW)
    for tenure in (upper, lower):
        with pytest.raises(TenureInUseError):
            withdraw_tenure(tenure.id, **by(prime))
    with pytest.raises(NotAllowedError):
        withdraw_tenure(lower.id, **by(beside))


def test_a_place_that_fell_empty_above_others_is_shown_as_a_hole(prime: BusinessId, site: SiteId) -> None:
    upper = a_tenure(site, prime, a_firm("一次工業"))
    a_tenure(site, prime, a_firm("二次工業"), below=upper.node_id)
    lone = a_tenure(site, prime, a_firm("隣の工業"))
    for tenure in (upper, lone):
        end_tenure(tenure.id, until_on=TODAY, **by(prime))
    rows = list_structure(site, on=TODAY)
    assert [(row.name, row.is_vacant) for row in rows] == [("一次工業", True), ("二次工業", False)]


def test_a_firm_by_name_has_its_place_and_breaks_nobody_below(prime: BusinessId, site: SiteId) -> None:
    named = invite_firm(site, None, FirmPlace(business_name="無番工業", from_on=STARTED), **by(prime))
    node = Tenure.objects.get(pk=named).node_id
    below = a_tenure(site, prime, a_firm("二次工業"), below=node)
    structure = load_structure(site)
    path = structure.path(structure.by_id[below.id], TODAY)
    assert path.firms == (below.business_id, prime)
    assert path.gaps == {"FIRM_UNREGISTERED"}
    registered = a_firm("無番工業株式会社")
    joined = join_named_firm(named, registered, **by(prime))
    accept_invitation(joined, by=owner_of(registered), at=NOW)
    structure = load_structure(site)
    assert structure.path(structure.by_id[below.id], TODAY).firms == (below.business_id, registered, prime)
    assert structure.path(structure.by_id[below.id], TODAY).gaps == frozenset()


def test_a_firm_exchanged_in_mid_work_loses_no_day_below(prime: BusinessId, site: SiteId) -> None:
    first, other = a_firm("一次工業"), a_firm("代わりの工業")
    upper = a_tenure(site, prime, first)
    below = a_tenure(site, prime, a_firm("二次工業"), below=upper.node_id)
    change = STARTED + timedelta(days=30)
    tenure = exchange_firm(upper.node_id, place(other, from_on=change), **by(prime))
    accept_invitation(tenure, by=owner_of(other), at=NOW)
    structure = load_structure(site)
    row = structure.by_id[below.id]
    assert structure.path(row, change - timedelta(days=1)).firms[1] == first
    assert structure.path(row, change).firms[1] == other
    assert not structure.path(row, change).gaps


def test_a_firm_by_name_is_exchanged_for_another_by_name(prime: BusinessId, site: SiteId) -> None:
    named = invite_firm(site, None, FirmPlace(business_name="甲工業", from_on=STARTED), **by(prime))
    node = Tenure.objects.get(pk=named).node_id
    other = FirmPlace(business_name="乙工業", from_on=STARTED)
    again = [exchange_firm(node, other, **by(prime)) for _ in range(2)]
    assert again[0] == again[1] != named
    assert states(site) == [("乙工業", 1, "named")]


def test_no_firm_comes_above_itself_be_it_later(prime: BusinessId, site: SiteId) -> None:
    upper, below = a_tenure(site, prime, a_firm("一次")), a_firm("二次")
    a_tenure(site, prime, below, below=upper.node_id, from_on=TODAY)
    for days in ({"from_on": TODAY}, {"from_on": STARTED}):
        with pytest.raises(FirmAboveItselfError):
            exchange_firm(upper.node_id, place(below, **days), **by(prime))


def test_a_firm_by_name_does_not_turn_out_to_be_one_below_it(prime: BusinessId, site: SiteId) -> None:
    named = invite_firm(site, None, FirmPlace(business_name="甲工業", from_on=STARTED), **by(prime))
    below = a_firm("二次")
    a_tenure(site, prime, below, below=Tenure.objects.get(pk=named).node_id)
    with pytest.raises(FirmAboveItselfError):
        join_named_firm(named, below, **by(prime))


def test_two_firms_never_hold_a_place_on_one_day(prime: BusinessId, site: SiteId) -> None:
    upper = a_tenure(site, prime, a_firm("一次工業"), from_on=STARTED + timedelta(days=10))
    with pytest.raises(NodeTakenError):
        exchange_firm(upper.node_id, place(a_firm("代わりの工業"), until_on=None), **by(prime))


@pytest.mark.parametrize(("begins", "is_left"), [(20, True), (10, False)])
def test_an_exchange_for_some_days_takes_back_only_what_was_offered_on_them(
    prime: BusinessId, site: SiteId, begins: int, *, is_left: bool
) -> None:
    offered = STARTED + timedelta(days=begins)
    tenure = a_tenure(site, prime, a_firm("一次工業"), from_on=offered, accepted=False)
    known = list(Change.objects.values_list("pk", flat=True))
    days = {"from_on": STARTED + timedelta(days=5), "until_on": STARTED + timedelta(days=20)}
    exchange_firm(tenure.node_id, place(a_firm("代わりの工業"), **days), **by(prime))
    assert (TenureState.INVITED if is_left else TenureState.WITHDRAWN) == Tenure.objects.get(pk=tenure.id).state
    marked = Change.objects.filter(kind=ChangeKind.STRUCTURE, site_id=site).exclude(pk__in=known)
    taken_back = [] if is_left else [(offered, None)]
    assert set(marked.values_list("from_on", "until_on")) == {tuple(days.values()), *taken_back}


def test_an_ended_place_ends_its_days_and_says_so_to_the_feed(prime: BusinessId, site: SiteId) -> None:
    firm = a_firm("一次工業")
    tenure = a_tenure(site, prime, firm)
    end = STARTED + timedelta(days=20)
    with pytest.raises(TenureDaysError):
        end_tenure(tenure.id, until_on=STARTED, **by(firm))
    for _ in range(2):
        end_tenure(tenure.id, until_on=end, **by(firm))
    structure = load_structure(site)
    assert structure.tenure_of(firm, end - timedelta(days=1)) is not None
    assert structure.tenure_of(firm, end) is None


def test_the_system_acts_where_nobody_is_there(prime: BusinessId, site: SiteId) -> None:
    tenure = invite_firm(site, None, place(a_firm("一次工業")), by=Actor.system(), at=NOW, on=date(2026, 11, 20))
    assert Tenure.objects.get(pk=tenure).invited_by_id == prime
