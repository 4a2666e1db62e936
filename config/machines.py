"""Requests of machines go past all that pages need: no session, no language, no forms, no signals."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, cast

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
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


class Server:
    """Django's way from the server through the middleware and back, which is shorter for machines."""

    def __init__(self) -> None:
        self._django = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; a machine's without Django's signals, which cost more than to check its signature.

        Here they only give up a connection that broke or is too old, and a machine needs none but that of its thread.
        """
        if not environ["PATH_INFO"].startswith(MACHINES):
            return self._django(environ, start_response)
        connection.close_if_unusable_or_obsolete()
        answer = cast(HttpResponse, self._django.get_response(WSGIRequest(environ)))
        start_response(f"{answer.status_code} {answer.reason_phrase}", [*answer.items()])
        return [answer.content]  # as a list it goes out whole, not piece by piece
