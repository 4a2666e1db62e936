"""A worker calls: his phone is lost. The office does for him what he cannot do without it."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.records import full_name
from registry.accounts.states import Permission
from registry.core.ids import WorkerId
from registry.disclosure.queries import LISTED, see_worker
from registry.touches.operations.phones import revoke_phone
from registry.touches.queries import find_phone


@page(Permission.OFFICE_REGISTER)
def phone(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Say what follows, then do it. A second click does no harm."""
    viewer, now = viewer_of(request), timezone.now()
    if request.method != "POST":
        seen = see_worker(viewer, worker_id, at=now, only=LISTED)
        context = {"worker_id": worker_id, "full_name": full_name(seen), "phone": find_phone(worker_id)}
        return render(request, "office/phone.html", context)
    revoke_phone(WorkerId(worker_id), by=viewer.actor(), at=now)
    success(request, _("phone.revoked"))
    return redirect("office:worker", worker_id)
