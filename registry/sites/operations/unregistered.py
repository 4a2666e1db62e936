"""Writes of 仮現場: sites that nobody has registered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registry.audit.operations import note_act
from registry.businesses.models import Business
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.form_keys import key_of_form
from registry.core.ids import IdKind, SiteId, make_id
from registry.sites.derive import labour_insurance_number
from registry.sites.models import DayBoundary, Site, Terminal, UnregisteredSite
from registry.sites.queries import find_opened, sites_now
from registry.sites.rules import (
    BoardEmptyError,
    BoardNumberError,
    LabourInsuranceError,
    handles_unregistered,
    may_open_unregistered,
)
from registry.sites.states import DAY_BOUNDARY
from registry.workers.models import Worker

NAME_LENGTH, TERMINAL_NAME_LENGTH = 200, 100


@dataclass(frozen=True, kw_only=True)
class BoardData:
    """What the notice board of a 仮現場 shows; name or address is enough (ruling 30)."""

    name: str = ""
    address: str = ""
    labour_insurance: str = ""
    building_confirmation: str = ""
    corins: str = ""


def find_board_problems(data: BoardData) -> list[RegistryError]:
    """What is wrong with what was typed from a notice board, each for its field."""
    found: list[RegistryError] = []
    if not data.name and not data.address:
        found.append(BoardEmptyError(field="name"))
    if data.labour_insurance and labour_insurance_number(data.labour_insurance) is None:
        found.append(LabourInsuranceError(field="labour_insurance"))
    for name in ("building_confirmation", "corins"):
        number = getattr(data, name)
        if number and not any(sign.isdigit() for sign in number):
            found.append(BoardNumberError(field=name))
    return found


@transaction.atomic
def open_unregistered_site(data: BoardData, *, key: str = "", by: Actor, at: datetime) -> SiteId:
    """Open a 仮現場 with one terminal, for the worker or the firm that acts. Raises the first of `find_board_problems`.

    Harmless when repeated with the same form key and data.
    """
    if not may_open_unregistered(by):
        raise NotAllowedError
    if problems := find_board_problems(data):
        raise problems[0]
    is_worker = by.kind is ActorKind.WORKER
    opener = {"worker_id" if is_worker else "business_id": by.subject_id}
    table: type[Worker | Business] = Worker if is_worker else Business
    table.objects.select_for_update().get(pk=by.subject_id or 0)  # two clicks at once: the second waits for the first
    form_key = key_of_form(key, opener, data)
    if known := find_opened(form_key):
        return known
    site_id, name = SiteId(make_id(IdKind.SITE)), data.name or data.address
    Site.objects.create(
        id=site_id, form_key=form_key, name=name[:NAME_LENGTH], prefecture="", address=data.address, public_works=False,
        opened_at=at,
    )  # fmt: skip
    UnregisteredSite.objects.create(
        site_id=site_id, labour_insurance=labour_insurance_number(data.labour_insurance) or "",
        building_confirmation=data.building_confirmation, corins=data.corins, **opener,
    )  # fmt: skip
    DayBoundary.objects.create(site_id=site_id, begins_at=DAY_BOUNDARY, from_on=jst_day(at))
    Terminal.objects.create(site_id=site_id, number=1, name=name[:TERMINAL_NAME_LENGTH])
    note_act("sites_unregistered", site_id, "open", by=by, at=at)
    note_change(ChangeKind.SITE, site_id=site_id, from_on=jst_day(at))
    return site_id


def hold_sites(ids: Collection[int]) -> dict[int, int]:
    """Those of some sites that exist, each with the one as which touches there are kept (`sites_now`).

    Until the caller's transaction ends, nobody joins a 仮現場 of them to another site.
    """
    list(UnregisteredSite.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    return sites_now(ids)


@transaction.atomic
def close_unregistered_site(unregistered_id: SiteId, joined_id: SiteId, *, by: Actor, at: datetime) -> bool:
    """Note that a 仮現場 is a registered site. False where it was joined before; what it holds, upper nouns move."""
    row = UnregisteredSite.objects.select_for_update().filter(pk=unregistered_id).first()
    if row is None:
        raise NotFoundError
    if row.joined_id is not None:
        return False
    if not handles_unregistered(by, row):
        raise NotAllowedError
    row.joined_id, row.joined_at = joined_id, at
    row.save(update_fields=["joined", "joined_at"])
    note_act("sites_unregistered", unregistered_id, "join", by=by, at=at, reason=str(joined_id))
    for site_id in (unregistered_id, joined_id):
        note_change(ChangeKind.SITE, site_id=site_id, from_on=jst_day(row.site.opened_at))
    return True
