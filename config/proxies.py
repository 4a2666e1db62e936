"""Behind proxies of ours the address of a visitor is the one that the outermost of them saw."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Puts the visitor's address into `REMOTE_ADDR`. What the visitor wrote into the header itself is not believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the address that the outermost of our proxies added."""
        seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if 0 < settings.PROXIES <= len(seen):
            request.META["REMOTE_ADDR"] = seen[-settings.PROXIES]
        return self._get_response(request)
