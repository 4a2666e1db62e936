"""Bodies that nobody wants: read away, so that who still sends hears the answer and not a broken connection."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from api.problems import missing_length

_PIECE = 64 * 1024
MOST_READ_AWAY = 32 * 1024 * 1024  # beyond it the connection is cut: nobody keeps us reading


def after_failure(request: HttpRequest, given: HttpResponse) -> HttpResponse:
    """The answer to a request that was refused; where its body came in pieces without a length, that is why."""
    in_pieces = "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")
    if in_pieces:  # Django takes such a body for an empty one
        _read_away(request.META["wsgi.input"])
    elif not hasattr(request, "_body"):
        _read_away(request)
    return missing_length(request) if in_pieces and request.method == "POST" else given


def _read_away(stream: Any) -> None:
    left = MOST_READ_AWAY
    while left > 0 and (piece := stream.read(_PIECE)):
        left -= len(piece)
