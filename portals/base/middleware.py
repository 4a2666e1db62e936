"""Makes the `Viewer` once a request, and ends the office's sessions early."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registry.core.actor import ActorKind
from registry.core.viewer import Viewer
from registry.disclosure.queries import viewer_for

ACCOUNT = "account_id"
OFFICE_IDLE = timedelta(minutes=30)
OFFICE_LONGEST = timedelta(hours=12)


class ViewerMiddleware:
    """Puts `request.viewer` on every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Make the viewer, then answer. Endpoints for machines never look at cookies."""
        request.viewer = Viewer() if request.path.startswith("/api/") else _viewer(request)  # type: ignore[attr-defined]
        return self._get_response(request)


def _viewer(request: HttpRequest) -> Viewer:
    account_id = request.session.get(ACCOUNT)
    if account_id is None:
        return Viewer()
    viewer = viewer_for(account_id)
    if viewer.kind is ActorKind.OFFICE and not _goes_on(request, timezone.now()):
        request.session.flush()
        return Viewer()
    return viewer


def _goes_on(request: HttpRequest, now: datetime) -> bool:
    """Whether an office session is neither idle for 30 minutes nor older than 12 hours; notes the use."""
    began = datetime.fromisoformat(request.session.setdefault("began_at", now.isoformat()))
    used = datetime.fromisoformat(request.session.get("used_at", now.isoformat()))
    request.session["used_at"] = now.isoformat()
    return now - used <= OFFICE_IDLE and now - began <= OFFICE_LONGEST
