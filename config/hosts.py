"""A request for a host that is none of ours gets a page, and one calm line in the log as every 400 does.

Left to Django, it is logged as an error with its way through the code and with the host, where anybody can write anything.
"""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from portals.base.views import bad_request


class OurHostsOnly:
    """Refuses a foreign `Host` header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on where the host is one of `ALLOWED_HOSTS`."""
        try:
            request.get_host()
        except DisallowedHost:
            return bad_request(request)
        return self._get_response(request)
