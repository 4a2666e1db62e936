"""A lost phone: nobody is logged in on it any more, and nobody touches with it (`docs/handbook/ingest.md`)."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.middleware import begin_session
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.core.ids import WorkerId
from registry.touches.operations.phones import revoke_phone
from registry.touches.queries import find_phone


@page(Permission.WORKER_OWN)
def phone(request: HttpRequest) -> HttpResponse:
    """Say what follows, then do it; who does it stays logged in here. A second click does no harm."""
    worker_id, viewer = worker_of(request), viewer_of(request)
    if request.method != "POST":
        return render(request, "worker/phone.html", {"phone": find_phone(worker_id)})
    revoke_phone(WorkerId(worker_id), by=viewer.actor(), at=timezone.now())
    if viewer.account_id is not None:
        begin_session(request, viewer.account_id)
    success(request, _("phone.revoked"))
    return redirect("worker:card")
