"""Reading sites."""

from datetime import date, timedelta

import pytest

from registry.sites.operations import add_period
from registry.sites.queries import (
    find_site,
    list_sites,
    list_sites_by_id,
    list_terminals,
    load_boundaries,
    names_of_sites,
)
from tests.factories.cast import NOW, REGISTERED, a_firm, a_gate, owner_of

pytestmark = pytest.mark.django_db
NO_SITE = 12345678901824


def test_a_site_or_none() -> None:
    gate = a_gate(a_firm())
    site = find_site(gate.site_id)
    assert site
    assert (site.name, site.from_on, site.until_on) == ("見本ビル新築工事", REGISTERED.date(), None)
    assert find_site(NO_SITE) is None


def test_the_periods_of_a_site_are_in_order() -> None:
    firm = a_firm()
    site_id = a_gate(firm).site_id
    add_period(site_id, date(2026, 1, 1), date(2026, 1, 31), by=owner_of(firm), at=NOW)
    site = find_site(site_id)
    assert site
    assert site.periods == ((date(2026, 1, 1), date(2026, 2, 1)), (REGISTERED.date(), None))
    assert site.from_on == date(2026, 1, 1)
    assert site.until_on is None


def test_a_primes_sites_the_newest_first() -> None:
    firm, other = a_firm(), a_firm("別の会社")
    old, new = (
        a_gate(firm, at=REGISTERED + timedelta(days=n), store=f"{n}a" * 16).site_id for n in (0, 1)
    )  # fmt: skip
    a_gate(other)
    assert [site.id for site in list_sites(firm)] == [new, old]
    assert [site.id for site in list_sites(firm, limit=1)] == [new]


def test_sites_and_names_by_id_leave_out_what_is_not_there() -> None:
    site_id = a_gate(a_firm()).site_id
    assert names_of_sites([site_id, NO_SITE]) == {site_id: "見本ビル新築工事"}
    assert list(list_sites_by_id([site_id, NO_SITE])) == [site_id]
    assert list(load_boundaries([site_id, NO_SITE])) == [site_id]
    assert list_terminals(NO_SITE) == []
