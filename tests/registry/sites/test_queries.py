"""Reading sites."""

from datetime import date, timedelta

import pytest
from django.conf import settings

from registry.core.errors import RegistryError
from registry.sites.derive import PosterCode, write_poster_code
from registry.sites.operations.sites import add_period, close_site, withdraw_poster
from registry.sites.queries import (
    find_site,
    get_poster,
    list_sites,
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


def test_a_site_is_open_in_its_periods_until_it_is_closed() -> None:
    prime = a_firm()
    site_id, closed_on = a_gate(prime).site_id, REGISTERED.date() + timedelta(days=9)
    close_site(site_id, from_on=closed_on, by=owner_of(prime), at=NOW)
    site = find_site(site_id)
    assert site
    days = [REGISTERED.date() - timedelta(days=1), REGISTERED.date(), closed_on - timedelta(days=1), closed_on]
    assert [site.is_open_on(day) for day in days] == [False, True, True, False]


def test_a_primes_sites_the_newest_first() -> None:
    firm, other = a_firm(), a_firm("別の会社")
    old, new = (
        a_gate(firm, at=REGISTERED + timedelta(days=n)).site_id for n in (0, 1)
    )  # fmt: skip
    a_gate(other)
    assert [site.id for site in list_sites(firm)] == [new, old]
    assert [site.id for site in list_sites(firm, limit=1)] == [new]


def test_names_by_id_leave_out_what_is_not_there() -> None:
    site_id = a_gate(a_firm()).site_id
    assert names_of_sites([site_id, NO_SITE]) == {site_id: "見本ビル新築工事"}
    assert list(load_boundaries([site_id, NO_SITE])) == [site_id]
    assert list_terminals(NO_SITE) == []


def code_of(text: str, seconds: int = 0) -> str:
    """Why a poster's code is refused some seconds after `NOW`, or nothing."""
    try:
        get_poster(text, at=NOW + timedelta(seconds=seconds))
    except RegistryError as error:
        return error.code
    return ""


def test_a_poster_says_where_it_hangs() -> None:
    (terminal,) = list_terminals(a_gate(a_firm()).site_id)
    poster = get_poster(terminal.poster_code(), at=NOW)
    assert (poster.site_name, poster.terminal_name) == ("見本ビル新築工事", "正面ゲート")
    assert (poster.code.site_id, poster.code.is_printed) == (terminal.site_id, True)


def test_a_printed_poster_holds_until_it_is_withdrawn_and_the_next_one_after_it() -> None:
    firm = a_firm()
    gate = a_gate(firm)
    (before,) = list_terminals(gate.site_id)
    assert code_of(before.poster_code(), seconds=10**8) == ""
    withdraw_poster(gate.site_id, before.id, before.poster_generation, by=owner_of(firm), at=NOW)
    (after,) = list_terminals(gate.site_id)
    assert (code_of(before.poster_code()), code_of(after.poster_code())) == ("POSTER_WITHDRAWN", "")


def test_a_code_on_a_screen_is_refused_after_a_minute() -> None:
    (terminal,) = list_terminals(a_gate(a_firm()).site_id)
    text = terminal.poster_code(NOW)
    assert (code_of(text, 60), code_of(text, 61)) == ("", "POSTER_STALE")


def test_a_code_of_ours_that_names_no_terminal_is_unknown() -> None:
    gone = write_poster_code(settings.POSTER_KEYS, PosterCode(NO_SITE, 1, generation=1))
    assert (code_of(gone), code_of("1.1.p1.00")) == ("POSTER_UNKNOWN", "POSTER_UNKNOWN")
