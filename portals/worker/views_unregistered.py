"""仮現場 in the worker's portal: own ones, and those of the own firms, where the own phone touches (ruling 30)."""

from datetime import datetime

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portals.base.access import page, viewer_of
from portals.base.templatetags.ds import jtime
from portals.base.unregistered import code_page, join_unregistered_page, list_page, new_page, site_page
from portals.worker.views_poster import DIRECTIONS, refused_touch, touched_at
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId
from registry.histories.operations.receiving import receive_phone_touch
from registry.sites.queries import UnregisteredRow, list_unregistered_sites
from registry.touches.operations.phones import PhoneTouch
from registry.touches.states import Direction
from registry.workers.queries import linked_businesses


def _visible(request: HttpRequest, now: datetime) -> list[UnregisteredRow]:
    worker_id = worker_of(request)
    firms = linked_businesses([worker_id], on=jst_day(now)).get(worker_id, set())
    return list_unregistered_sites(worker_id=worker_id, business_ids=firms)


def _row(request: HttpRequest, site_id: int) -> UnregisteredRow:
    found = next((row for row in _visible(request, timezone.now()) if row.id == site_id), None)
    if found is None:
        raise Http404
    return found


@page(Permission.WORKER_OWN)
def unregistered(request: HttpRequest) -> HttpResponse:
    """Own 仮現場, and those of the own firms."""
    return list_page(request, _visible(request, timezone.now()))


@page(Permission.WORKER_OWN)
def new_unregistered(request: HttpRequest) -> HttpResponse:
    """Open one."""
    return new_page(request)


@never_cache
@page(Permission.WORKER_OWN)
def unregistered_site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One 仮現場, with the two buttons of the own phone. A second click within a minute is the same touch."""
    row, now = _row(request, site_id), timezone.now()
    direction = request.POST.get("direction")
    if direction in DIRECTIONS and row.joined_id is None:
        return _touch(request, row, Direction(direction), now)
    touched = touched_at(worker_of(request), row.id, now)
    following = Direction.OUT if touched and touched[-1].direction is not Direction.OUT else Direction.IN
    return site_page(request, row, may_touch=True, touched=touched, next=following)


def _touch(request: HttpRequest, row: UnregisteredRow, direction: Direction, now: datetime) -> HttpResponse:
    touch = PhoneTouch(row.id, now, direction)
    try:
        receive_phone_touch(WorkerId(worker_of(request)), touch, by=viewer_of(request).actor(), at=now)
    except RegistryError as error:
        error.data.pop("site_id", None)  # its number is no site ID to enter the day with
        return refused_touch(request, error)
    success(request, _(f"unregistered.touched.{direction}").format(time=jtime(now)))
    return redirect("worker:unregistered_site", row.id)


@never_cache
@page(Permission.WORKER_OWN)
def unregistered_code(request: HttpRequest, site_id: int) -> HttpResponse:
    """A code that registers a further phone."""
    return code_page(request, _row(request, site_id))


@page(Permission.WORKER_OWN)
def join_unregistered(request: HttpRequest, site_id: int) -> HttpResponse:
    """Give it its site ID."""
    return join_unregistered_page(request, _row(request, site_id))
