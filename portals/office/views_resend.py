"""A letter with a first password was lost or has lapsed: the desk has it printed again (ruling 2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.resending import send_again
from registry.accounts.states import Permission
from registry.businesses.operations import send_user_first_password_again
from registry.core.ids import BusinessId, WorkerId
from registry.workers.operations.letters import send_worker_first_password_again


@page(Permission.OFFICE_RESEND)
@require_POST
def resend_to_worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Queue the letter to a worker. A second click does no harm."""
    by, at = viewer_of(request).actor(), timezone.now()
    send_again(request, lambda: send_worker_first_password_again(WorkerId(worker_id), by=by, at=at))
    return redirect("office:worker", worker_id)


@page(Permission.OFFICE_RESEND)
@require_POST
def resend_to_user(request: HttpRequest, business_id: int, account_id: int) -> HttpResponse:
    """Queue the letter to one who logs in for a firm. A second click does no harm."""
    by, at = viewer_of(request).actor(), timezone.now()
    send_again(request, lambda: send_user_first_password_again(BusinessId(business_id), account_id, by=by, at=at))
    return redirect("office:business", business_id)
