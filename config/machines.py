"""Requests of machines go past all that pages need: no session, no language, no forms. It stands first in `MIDDLEWARE`."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from api.bodies import after_failure
from api.problems import unknown_address

MACHINES = "/api/"


@lru_cache(maxsize=100)
def _found(path: str) -> ResolverMatch:
    return resolve(path)


class MachinesFirst:
    """Hands requests of machines straight to their view; everything else goes its usual way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a machine at once. Signatures and the proxy's TLS stand for what the other middleware does for people."""
        if not request.path_info.startswith(MACHINES):
            return self._get_response(request)
        try:
            found = _found(request.path_info)
        except Resolver404:
            answer: HttpResponse = after_failure(request, unknown_address(request))
        else:
            answer = found.func(request, *found.args, **found.kwargs)
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Content-Length"] = str(len(answer.content))
        return answer
