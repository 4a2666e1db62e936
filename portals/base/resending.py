"""The button that queues the letter with a first password again: what came of it, in words."""

from collections.abc import Callable

from django.contrib.messages import info, success
from django.http import HttpRequest
from django.utils.translation import gettext as _

from registry.core.errors import MoveRefusedError


def send_again(request: HttpRequest, send: Callable[[], bool]) -> None:
    """Queue the letter by `send`, and say so; or that one waits already, or that the person has a password by now."""
    try:
        queued = send()
    except MoveRefusedError:
        info(request, _("resend.has_password"))
        return
    if queued:
        success(request, _("resend.done"))
    else:
        info(request, _("resend.waits"))
