"""The worker's own phone at a poster: read its code, press 入場 or 退場, see the receipt.

The touch is made at the moment of the reading: that is when the code proves where somebody stood. The reading is kept in
a signed cookie, so it outlasts a log-in and cannot be handed on, and in the form, so each press names its own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.messages import info
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portals.base.access import PUBLIC, page, viewer_of
from portals.base.cookies import cookie_name
from portals.base.days import shown_reasons
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.codes.queries import list_codes
from registry.codes.states import Counts, Table
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId
from registry.histories.operations.receiving import receive_phone_touch
from registry.histories.queries import touches_of_day
from registry.sites.queries import Poster, get_poster, load_boundaries
from registry.touches.derive.clocks import moment_of, ms_of
from registry.touches.derive.days import LONGEST_SHIFT, Moment, working_day
from registry.touches.operations.phones import PhoneTouch
from registry.touches.states import Direction, TouchState

READING, RECEIPT = "reading", "poster_receipt"
READING_LIFE = timedelta(minutes=10)  # enough to log in
DIRECTIONS = (Direction.IN, Direction.OUT)
TONES = {TouchState.BOUND: "good", TouchState.WAITING: "good", TouchState.FLAGGED: "waiting"}


class ReadingOldError(RegistryError):
    """The page was left open for more than ten minutes: who presses now may be elsewhere."""

    code = "READING_OLD"


@never_cache
@page(PUBLIC)
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """What a phone's camera opens: remember which poster was read and when, then go on, through the log-in if need be."""
    viewer, now = viewer_of(request), timezone.now()
    if not viewer.is_stranger and not viewer.has(Permission.WORKER_OWN):
        return render(request, "worker/poster_not_worker.html", status=403)
    try:
        poster = get_poster(code, at=now)
    except RegistryError as error:
        return refused_touch(request, error)
    if viewer.is_stranger:
        info(request, _("poster.log_in").format(site=poster.site_name))
    answer = redirect("worker:poster")
    answer.set_cookie(
        cookie_name(READING), signing.dumps([code, ms_of(now)], salt=READING), max_age=READING_LIFE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


def refused_touch(request: HttpRequest, error: RegistryError) -> HttpResponse:
    """Why there is no touch, and the way to enter the day by hand: no day is ever lost."""
    site_id = error.data.get("site_id")
    context = {
        **{part: _(f"error.{error.code}.{part}") for part in ("cause", "consequence", "remedy")}, "code": error.code,
        "claim_url": reverse("worker:new_claim_at", args=[site_id]) if site_id else reverse("worker:new_claim"),
    }  # fmt: skip
    return render(request, "worker/poster_refused.html", context, status=422)


def _read(signed: str, now: datetime) -> tuple[Poster, datetime] | None:
    """The poster that was read, and when; None where nothing was. Raises why it does not hold any more."""
    try:
        code, ms = signing.loads(signed, salt=READING)
    except signing.BadSignature:
        return None
    found = get_poster(code, at=moment_of(ms))
    if now - moment_of(ms) > READING_LIFE:
        raise ReadingOldError(site_id=found.code.site_id)
    return found, moment_of(ms)


@never_cache
@page(Permission.WORKER_OWN)
def poster(request: HttpRequest) -> HttpResponse:
    """Site, place, what was touched there today, and two buttons. Each may be pressed twice and is still one touch."""
    signed = request.POST.get(READING) or request.COOKIES.get(cookie_name(READING), "")
    try:
        found = _read(signed, timezone.now())
        if found is None:
            return render(request, "worker/poster_none.html")
        if request.method == "POST" and request.POST.get("direction") in DIRECTIONS:
            return _touch(request, *found, Direction(request.POST["direction"]))
    except RegistryError as error:
        return refused_touch(request, error)
    here, read_at = found
    touched = touched_at(worker_of(request), here.code.site_id, read_at)
    context = {
        "poster": here, "read_at": read_at, "reading": signed, "touched": touched,
        "next": Direction.OUT if touched and touched[-1].direction is not Direction.OUT else Direction.IN,
    }  # fmt: skip
    return render(request, "worker/poster.html", context)


def touched_at(worker_id: int, site_id: int, read_at: datetime) -> Sequence[Moment]:
    """The touches of the day that goes on at a site: of today, or of a night shift that began the day before (ruling 27)."""
    today = working_day(read_at, load_boundaries([site_id])[site_id])
    if touched := touches_of_day(worker_id, today).get(site_id):
        return touched
    touched = touches_of_day(worker_id, today - timedelta(days=1)).get(site_id, ())
    goes_on = touched and touched[-1].direction is not Direction.OUT and read_at - touched[0].at < LONGEST_SHIFT
    return touched if goes_on else ()


def _touch(request: HttpRequest, here: Poster, read_at: datetime, direction: Direction) -> HttpResponse:
    """Store the touch and go on to its receipt, which the session keeps as it was answered."""
    touch = PhoneTouch(here.code.site_id, read_at, direction, here.text)
    by, at = viewer_of(request).actor(), timezone.now()
    stored = receive_phone_touch(WorkerId(worker_of(request)), touch, by=by, at=at)
    request.session[RECEIPT] = {
        "site": here.site_name, "place": here.terminal_name, "at": ms_of(read_at), "direction": direction,
        "state": stored.state, "reasons": stored.reasons, "day": stored.work_day and stored.work_day.isoformat(),
    }  # fmt: skip
    return redirect("worker:poster_receipt")


@never_cache
@page(Permission.WORKER_OWN)
def receipt(request: HttpRequest) -> HttpResponse:
    """What was touched last, with what holds the day up first; loading it again does nothing."""
    kept = request.session.get(RECEIPT)
    if kept is None:
        return redirect("worker:poster")
    at = moment_of(kept["at"])
    lines = list_codes(Table.TOUCH_REASONS, on=jst_day(at))
    flagged = kept["state"] == TouchState.FLAGGED
    holding = {line.code for line in lines if flagged and line.details["counts"] != Counts.YES}
    context = {
        "receipt": kept, "at": at, "tone": TONES[TouchState(kept["state"])],
        "title": _(f"poster.received.{kept['direction']}"), "text": _(f"poster.state.{kept['state']}"),
        "holding": shown_reasons(one for one in kept["reasons"] if one in holding),
        "reasons": shown_reasons((one for one in kept["reasons"] if one not in holding), counts=not flagged),
        "day": kept["day"] and date.fromisoformat(kept["day"]),
    }  # fmt: skip
    return render(request, "worker/poster_receipt.html", context)
