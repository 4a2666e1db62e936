import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from portals.base.context import page
from portals.base.requests import of_portal
from registry.accounts.states import ROLE_PERMISSIONS, Role
from registry.core.actor import ActorKind
from registry.core.viewer import Viewer


def request_of(role: Role, kind: ActorKind, path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    of_portal(request).viewer = Viewer(account_id=1, kind=kind, rights=frozenset(map(str, ROLE_PERMISSIONS[role])))
    return request


def test_a_stranger_has_no_menu() -> None:
    request = RequestFactory().get("/")
    assert page(request) == {"menu": [], "home_url": "/", "portal_name": ""}
    of_portal(request).viewer = Viewer()
    assert page(request)["menu"] == []


def test_the_menu_has_what_the_rights_open() -> None:
    viewer, owner = Role.SITE_VIEWER, Role.OWNER
    few = page(request_of(viewer, ActorKind.BUSINESS))["menu"]
    many = page(request_of(owner, ActorKind.BUSINESS))["menu"]
    assert {link.url for link in few} < {link.url for link in many}
    assert "/business/users/" not in {link.url for link in few}


def test_the_page_that_is_open_is_marked() -> None:
    menu = page(request_of(Role.WORKER, ActorKind.WORKER, "/worker/own/"))["menu"]
    assert [link.url for link in menu if link.current] == ["/worker/own/"]


# The numbers of the manuals beside the names: people follow old guides.
@pytest.mark.parametrize(
    ("role", "kind", "url", "number"),
    [
        (Role.WORKER, ActorKind.WORKER, "/worker/own/", "310"),
        (Role.WORKER, ActorKind.WORKER, "/worker/days/", "320"),
        (Role.OWNER, ActorKind.BUSINESS, "/business/own/", "510"),
        (Role.OWNER, ActorKind.BUSINESS, "/business/workers/", "510-30"),
        (Role.OWNER, ActorKind.BUSINESS, "/business/users/", "810-20"),
    ],
)
def test_the_menu_has_the_numbers_of_the_manuals(role: Role, kind: ActorKind, url: str, number: str) -> None:
    assert {link.url: link.number for link in page(request_of(role, kind))["menu"]}[url] == number
