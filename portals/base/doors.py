"""Which portal is open where: each on its own host, the office's only from named networks, where the settings say so.

`PORTAL_HOSTS` names the host of a portal; a portal without one is open on all of `ALLOWED_HOSTS`. `OFFICE_NETWORKS` names from
where the office is open: `None` is from anywhere, an empty list from nowhere.
"""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import reverse

from registry.accounts.states import Portal


class Doors:
    """Keeps everybody out of a portal that is not open here. What stands behind the door shows in no answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on where the address belongs to no portal, or to one that is open here."""
        first = request.path.split("/")[1]
        if first in set(Portal) and not is_open(request, Portal(first)):
            return elsewhere(request, Portal(first))
        return self._get_response(request)


def is_open(request: HttpRequest, portal: Portal) -> bool:
    """Whether a portal is open for a request: by its host, and the office's by where the request comes from."""
    host = settings.PORTAL_HOSTS.get(portal)
    here = split_domain_port(request.get_host())[0]
    return host in {None, here} and (portal is not Portal.OFFICE or _is_near(request.META["REMOTE_ADDR"]))


def open_portals(request: HttpRequest) -> frozenset[Portal]:
    """The portals whose people may log in by a request. The office's are unknown where the office is not open.

    The others are known everywhere, and are told where their portal is once their password was right.
    """
    return frozenset(Portal) if is_open(request, Portal.OFFICE) else frozenset(Portal) - {Portal.OFFICE}


def login_address(portal: Portal) -> str:
    """Where the people of a portal log in."""
    host = settings.PORTAL_HOSTS.get(portal)
    return f"https://{host}{reverse('public:login')}" if host else reverse("public:login")


def printed_address(portal: Portal, path: str) -> str:
    """An address of a portal in full, for paper: like those in mails it never comes from the Host header."""
    host = settings.PORTAL_HOSTS.get(portal)
    return f"https://{host}{path}" if host else settings.PUBLIC_URL + path


def elsewhere(request: HttpRequest, portal: Portal) -> HttpResponse:
    """A calm page: this portal is open, but not here. Only of the office it does not say where."""
    where = login_address(portal) if portal is not Portal.OFFICE else ""
    return render(request, "base/elsewhere.html", {"where": where}, status=HTTPStatus.NOT_FOUND)


def _is_near(address: str) -> bool:
    """Whether an address is of the office's networks; one that came as IPv4 over IPv6 is what it is."""
    if settings.OFFICE_NETWORKS is None:
        return True
    try:
        found = ip_address(address)
    except ValueError:  # a socket has none
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(one) for one in settings.OFFICE_NETWORKS)
