"""The demonstration: each login finds something to answer, the same on whatever day it is loaded."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from commands.management.commands import demo
from commands.management.commands.demo import _site_with_device
from commands.world.words import days_long_ago
from registry.accounts.queries import account_of_login
from registry.businesses.models import Business
from registry.core.days import end_of_next_month
from registry.disclosure.queries import viewer_for
from registry.histories.models import Claim
from registry.histories.queries import (
    get_claim,
    list_claims_to_confirm,
    list_claims_waiting,
    list_edits_waiting,
    list_positions_said,
    list_unregistered,
)
from registry.histories.states import ClaimState
from registry.sites.models import SitePeriod
from tests.factories.cast import NOW, REGISTERED, a_firm

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SMALL = {"workers": 40, "firms": 12, "sites": 4, "months": 1, "seed": 1}


@pytest.mark.parametrize("now", [datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2027, 1, 1, 3, tzinfo=UTC)])
def test_each_login_finds_something_to_answer(
    now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo, "WORLD", SMALL)
    settings.VAR_DIR = tmp_path / "var"
    with time_machine.travel(now, tick=False):
        call_command("demo")
    loaded: dict[str, Any] = json.loads((tmp_path / "var" / "demo.json").read_text())
    who = {login["role"]: int(login["login_id"]) for login in loaded["logins"] if login["login_id"].isdigit()}
    prime, firm, worker, on = who["prime owner"], who["firm owner"], who["worker"], now.date()
    (claims,), (edits,) = list_claims_waiting(prime, on=on), list_edits_waiting(prime)
    assert (claims.number, edits.number) == (4, 2)
    months = {date(on.year, on.month, 1), days_long_ago(on)[0].replace(day=1)}
    months |= {one.replace(day=1) for one in (date.fromordinal(on.toordinal() - 10),)}
    assert sum(len(list_positions_said(claims.site_id, month)) for month in months) == 1
    assert [one.is_done for one in list_claims_to_confirm(firm, on=on)] == [False, True, True]
    assert len(list_unregistered(worker_id=worker)) == len(list_unregistered(business_id=firm)) == 2
    assert Claim.objects.filter(worker=worker, state=ClaimState.REFUSED).count() == 1
    assert list_claims_waiting(who["world prime"], on=on)
    for login in ("site manager", "site viewer"):
        assert viewer_for(account_of_login(str(who[login]))).reach.sites == {claims.site_id}
    assert Claim.objects.filter(worker=who["world worker"], state=ClaimState.OPEN).exists()
    assert all(row and not row.is_self_declared for row in map(get_claim, Claim.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2026, 3, 1), date(2026, 11, 30), date(2027, 12, 31)])
def test_days_long_ago_are_past_the_deadline_and_within_the_demonstration_s_site(on: date) -> None:
    days = days_long_ago(on)
    assert len(days) == 3
    assert all(end_of_next_month(day) < on for day in days)
    assert (on - days[-1]).days <= 70


def test_the_site_begins_no_earlier_than_its_firm_is_known() -> None:
    prime = a_firm(at=REGISTERED)
    _site_with_device(prime, REGISTERED, NOW - timedelta(days=1))
    assert SitePeriod.objects.get().from_on >= Business.objects.get(pk=prime).registered_on
