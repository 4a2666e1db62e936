"""Makes the `Viewer` once a request, and ends the office's sessions early."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portals.base.requests import of_portal
from registry.core.actor import ActorKind
from registry.core.viewer import Viewer
from registry.disclosure.queries import viewer_for

ACCOUNT = "account_id"
OFFICE_IDLE = timedelta(minutes=30)
OFFICE_LONGEST = timedelta(hours=12)


class ViewerMiddleware:
    """Puts `request.viewer` on every request, worked out when a page first asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Make the viewer, then answer."""
        of_portal(request).viewer = cast("Viewer", SimpleLazyObject(lambda: _viewer(request)))
        return self._get_response(request)


def begin_session(request: HttpRequest, account_id: int) -> None:
    """Log somebody in. A new session number and CSRF token each time: one known before is worth nothing."""
    request.session.flush()
    now = timezone.now().isoformat()
    request.session.update({ACCOUNT: account_id, "began_at": now, "used_at": now})
    rotate_token(request)


def _viewer(request: HttpRequest) -> Viewer:
    account_id, began = (request.session.get(key) for key in (ACCOUNT, "began_at"))
    if account_id is None or began is None:
        return Viewer()
    viewer = viewer_for(account_id, since=datetime.fromisoformat(began))
    if viewer.kind is ActorKind.OFFICE and not _goes_on(request, timezone.now()):
        request.session.flush()
        return Viewer()
    return viewer


def _goes_on(request: HttpRequest, now: datetime) -> bool:
    """Whether an office session is neither idle for 30 minutes nor older than 12 hours; notes the use."""
    if not {"began_at", "used_at"} <= set(request.session.keys()):
        return False  # begun before these times were kept
    began, used = (datetime.fromisoformat(request.session[key]) for key in ("began_at", "used_at"))
    request.session["used_at"] = now.isoformat()
    return now - used <= OFFICE_IDLE and now - began <= OFFICE_LONGEST
