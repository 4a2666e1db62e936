"""Searched words: posted, limited, and never in an address."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory

from portals.base.search import pages_around, start_of
from registry.accounts.operations import use_allowance
from registry.accounts.states import LIMITS, Limited
from registry.audit.models import Look
from registry.businesses.queries import list_users
from tests.factories.cast import NOW, a_firm, a_worker
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db
PATH = "/business/workers/"


def search(client: Client, words: str) -> Any:
    return client.post(PATH, {"words": words})


def test_words_stand_in_no_address_and_are_there_after_a_reload() -> None:
    firm = a_firm()
    a_worker(firm)
    client = as_firm(firm)

    address = search(client, "みほん").headers["Location"]

    assert "みほん" not in address
    assert QueryDict(address.partition("?")[2]).keys() == {"k"}
    for _ in range(2):
        assert 'value="みほん"' in client.get(address).content.decode()


def test_a_key_of_somebody_else_finds_nothing_of_theirs() -> None:
    firm = a_firm()
    address = search(as_firm(firm), "みほん").headers["Location"]
    assert "みほん" not in as_firm(a_firm("別の会社")).get(address).content.decode()


def test_too_many_searches_wait_and_keep_the_words() -> None:
    firm = a_firm()
    client, account_id = as_firm(firm), list_users(firm)[0].account.id
    for _ in range(LIMITS[Limited.SEARCH].times):
        use_allowance(Limited.SEARCH, str(account_id), at=NOW)

    answer = search(client, "みほん")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    page = answer.content.decode()
    assert 'value="みほん"' in page
    assert "5秒たってから" in page


def test_further_pages_of_a_search_and_strangers_opened_by_their_ids_count_as_searches() -> None:
    firm, stranger = a_firm(), a_worker(a_firm("別の会社")).worker_id
    client, account_id, own = as_firm(firm), list_users(firm)[0].account.id, a_worker(firm).worker_id
    address = search(client, "みほん").headers["Location"]
    for _ in range(LIMITS[Limited.SEARCH].times - 4):
        use_allowance(Limited.SEARCH, str(account_id), at=NOW)
    for where in (f"{address}&start=50", f"{PATH}{stranger}/"):
        assert client.get(where).status_code == 200
    assert client.get(f"{PATH}12345678901821/").status_code == 404
    looks = Look.objects.count()
    for where in (f"{address}&start=50", f"{PATH}{stranger}/", f"{PATH}12345678901821/"):
        answer = client.get(where)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        assert "5秒たってから" in answer.content.decode()
    assert Look.objects.count() == looks, "nothing was shown"
    assert [client.get(where).status_code for where in (address, PATH, f"{PATH}{own}/")] == [200, 200, 200]


@pytest.mark.parametrize(("typed", "start"), [("50", 50), ("", 0), ("-1", 0), ("x", 0), ("٣", 0), ("99999999", 0)])
def test_start_of_takes_only_a_number(typed: str, start: int) -> None:
    assert start_of(RequestFactory().get(PATH, {"start": typed})) == start


def test_pages_around_keeps_the_key() -> None:
    request = RequestFactory().get(PATH, {"k": "abc", "start": "50"})
    assert pages_around(request, 50, more=True, size=50) == {
        "newer_url": "?k=abc&start=0", "older_url": "?k=abc&start=100",
    }  # fmt: skip
    assert pages_around(request, 0, more=False) == {"newer_url": "", "older_url": ""}
