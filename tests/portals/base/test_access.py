from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from portals.base.access import PUBLIC, page, to_login, viewer_of
from portals.base.requests import of_portal
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.viewer import Viewer
from tests.factories.cast import a_firm
from tests.factories.visitors import as_firm

RIGHT = "office.print"
SOMEBODY = Viewer(account_id=1, rights=frozenset({RIGHT}))
ELSEBODY = Viewer(account_id=2)


def opened(viewer: Viewer, permission: str = RIGHT, error: type[RegistryError] | None = None) -> Any:
    """What a page with a permission answers somebody."""

    @page(permission)
    def view(request: HttpRequest) -> HttpResponse:
        assert viewer_of(request) is viewer
        if error:
            raise error
        return HttpResponse("inside")

    request = RequestFactory().get("/office/letters/")
    of_portal(request).viewer = viewer
    return view(request)


def test_who_has_the_right_is_let_in() -> None:
    assert opened(SOMEBODY).content == b"inside"


def test_a_stranger_is_asked_to_log_in_and_comes_back() -> None:
    answer = opened(Viewer())
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Foffice%2Fletters%2F")


def test_who_has_not_the_right_gets_what_an_unknown_address_gets() -> None:
    with pytest.raises(Http404):
        opened(ELSEBODY)


@pytest.mark.parametrize("error", [NotAllowedError, NotFoundError])
def test_what_may_not_be_known_does_not_exist(error: type[RegistryError]) -> None:
    with pytest.raises(Http404):
        opened(SOMEBODY, error=error)


def test_other_errors_are_not_swallowed() -> None:
    with pytest.raises(RegistryError):
        opened(SOMEBODY, error=RegistryError)


@pytest.mark.parametrize("viewer", [Viewer(), ELSEBODY])
def test_a_public_page_lets_everybody_in(viewer: Viewer) -> None:
    assert opened(viewer, PUBLIC).content == b"inside"


def test_the_address_to_come_back_to_is_escaped() -> None:
    assert to_login(RequestFactory().get("/worker/&next=//evil.example/"))["Location"] == (
        "/login/?next=%2Fworker%2F%26next%3D%2F%2Fevil.example%2F"
    )


def test_who_sent_something_after_the_login_ended_is_told_that_it_was_not_saved(client: Client) -> None:
    told = "いま送った内容は保存されていません"
    assert told not in client.get("/business/sites/new/", follow=True).content.decode()
    answer = client.post("/business/sites/new/", {"name": "見本ビル"}, follow=True)
    assert answer.redirect_chain == [("/login/?next=%2Fbusiness%2Fsites%2Fnew%2F", 302)]
    assert told in answer.content.decode()


@pytest.mark.django_db
def test_who_pressed_a_button_after_the_login_had_ended_comes_to_the_home() -> None:
    answer = as_firm(a_firm()).get("/business/invitations/1/accept/")
    assert (answer.status_code, answer["Location"]) == (302, "/business/")
