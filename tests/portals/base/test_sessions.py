import pytest
from django.conf import settings
from django.test import Client

from tests.factories.cast import a_firm
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", [r'"aaaaaaaaaaaa\000"', "", "short", "ABCDEFGHIJKL", r'"\343\201\202aaaaaaaa"'])
def test_a_cookie_that_can_be_no_key_opens_nothing_and_breaks_nothing(key: str) -> None:
    answer = Client().get("/business/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=%2Fbusiness%2F")


def test_a_session_of_ours_opens() -> None:
    assert as_firm(a_firm()).get("/business/").status_code == 200
