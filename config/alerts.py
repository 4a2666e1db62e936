"""Whoever runs the registry is told by mail of what should never happen: a 500, a job that failed.

A mail says when, on which page and where in the code, and nothing that anybody typed or was called. One of a kind an hour from
each machine. It goes out at once and not by the queue, and is counted in files: the database may be what is missing.
"""

import hashlib
import logging
import time
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb

from django.conf import settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext, override

from registry.core.days import JST

ONE_OF_A_KIND_SECONDS = 3600
OURS = Path(__file__).resolve().parent.parent


class AlertHandler(logging.Handler):
    """Mails what is logged as an error. What strangers send wrongly, a 4xx, is none."""

    def emit(self, record: logging.LogRecord) -> None:
        """Mail it, if nothing of its kind was mailed within the hour."""
        if getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR) < HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        facts = {"kind": _kind(record), "page": _page(record), "place": _place(record)}
        try:
            if settings.ALERT_MAILS and _is_new("|".join(facts.values())):
                _send(facts, datetime.fromtimestamp(record.created, UTC))
        # Disk, net, mail server: who tells of trouble makes none, what failed first is what counts.
        except (OSError, ImproperlyConfigured) as error:
            logging.getLogger(__name__).warning("An alert could not be sent: %s", type(error).__name__)


def _kind(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f"{type(error).__module__}.{type(error).__qualname__}" if error else record.name


def _page(record: logging.LogRecord) -> str:
    """Method and pattern of the address: the address itself may hold somebody's number."""
    request = getattr(record, "request", None)
    found = getattr(request, "resolver_match", None)
    return f"{request.method} /{found.route}" if request and found else record.name


def _place(record: logging.LogRecord) -> str:
    """The last line of our own code on the way to the error."""
    error = record.exc_info[1] if record.exc_info else None
    steps = [step for step in extract_tb(error.__traceback__) if _is_ours(step.filename)] if error else []
    if not steps:
        return "―"
    return f"{Path(steps[-1].filename).relative_to(OURS)}:{steps[-1].lineno} {steps[-1].name}"


def _is_ours(filename: str) -> bool:
    return Path(filename).is_relative_to(OURS) and ".venv" not in Path(filename).parts


def _is_new(kind: str) -> bool:
    """Whether none of this kind was mailed within the hour; notes that one is now."""
    stamp: Path = settings.VAR_DIR / "alerts" / hashlib.sha256(kind.encode()).hexdigest()[:16]
    stamp.parent.mkdir(parents=True, exist_ok=True)
    if stamp.exists() and time.time() - stamp.stat().st_mtime < ONE_OF_A_KIND_SECONDS:
        return False
    stamp.touch()
    return True


def _send(facts: dict[str, str], at: datetime) -> None:
    with override("ja"):
        title = gettext("alert.title").format(kind=facts["kind"])
        body = gettext("alert.body").format(at=f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S}", **facts)
    mail.send_mail(title, body, settings.DEFAULT_FROM_EMAIL, settings.ALERT_MAILS)
