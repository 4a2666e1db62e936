"""Finding firms."""

import pytest

from registry.businesses.models import Business
from registry.businesses.policy import BUSINESS_POLICY
from registry.businesses.queries import (
    FOUND_AT_MOST,
    fields_of_businesses,
    find_registered,
    list_users,
    names_of_businesses,
    part_of_account,
    search_businesses,
)
from registry.core.ids import IdKind
from tests.factories.cast import a_firm

pytestmark = pytest.mark.django_db


def test_the_firm_of_an_account() -> None:
    firm = a_firm()
    assert part_of_account(list_users(firm)[0].account.id) == (firm, None)
    assert part_of_account(0) == (None, None)


def test_names_of_firms() -> None:
    one, other = a_firm("一番"), a_firm("二番")
    assert names_of_businesses([one, other, 1, one]) == {one: "一番", other: "二番"}


@pytest.mark.parametrize("words", ["見本建設", "みほん けんせつ", "ﾐﾎﾝ", "建設株", "　見本　"])
def test_a_firm_is_found_by_parts_of_name_and_reading(words: str) -> None:
    firm = a_firm()
    assert search_businesses(words) == [firm]


@pytest.mark.parametrize("words", ["", " ", ".", "・", "別", "%", "_"])
def test_nothing_and_signs_find_nobody(words: str) -> None:
    a_firm()
    assert search_businesses(words) == []


def test_a_page_has_one_more_row_than_it_shows() -> None:
    first = a_firm()
    row = Business.objects.values().get(pk=first)
    others = [
        100 * n + IdKind.BUSINESS
        for n in range(10**11, 10**11 + FOUND_AT_MOST + 1)
        if 100 * n + IdKind.BUSINESS != first
    ]
    Business.objects.bulk_create(Business(**{**row, "id": other}) for other in others[:FOUND_AT_MOST])
    found = search_businesses("見本")
    assert len(found) == FOUND_AT_MOST + 1
    assert search_businesses("見本", start=FOUND_AT_MOST) == found[FOUND_AT_MOST:]


def test_all_decided_fields_are_read() -> None:
    firm = a_firm()
    assert set(fields_of_businesses([firm])[firm]) == {one.name for one in BUSINESS_POLICY.fields}


def test_a_form_finds_what_it_registered() -> None:
    firm = a_firm()
    Business.objects.filter(pk=firm).update(form_key="k")
    assert (find_registered("k"), find_registered("other"), find_registered("")) == (firm, None, None)
