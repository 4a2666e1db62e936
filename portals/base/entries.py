"""Days entered by hand: what worker and employer do with them alike."""

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.forms import refusal
from registry.core.errors import RegistryError
from registry.histories.operations.binder import bind_at_once
from registry.histories.operations.claims import withdraw_claim
from registry.histories.queries import ClaimRow


def take_back(request: HttpRequest, claim: ClaimRow) -> None:
    """Take an entry back, and say what became of it."""
    try:
        withdraw_claim(claim.id, by=viewer_of(request).actor(), at=timezone.now())
    except RegistryError as error:
        say_error(request, refusal(error).message)
    else:
        bind_at_once([(claim.worker_id, claim.day)])
        success(request, _("claim.taken_back"))
