"""Site keys: a firm hands ten signs to those who are to work below it; who types them has its place, without waiting.

Both sides have acted then, as with an invitation: one handed the key out, the other typed it.
"""

from datetime import date, datetime

from django.db import transaction

from registry.audit.operations import move, note_act
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, SiteId
from registry.core.short_codes import draw_code, typed_code
from registry.notices.states import NoticeKind
from registry.structures.models import Node, SiteKey, Tenure
from registry.structures.operations.place_news import tell_firm
from registry.structures.operations.tenures import (
    FirmPlace,
    accept_invitation,
    check_place,
    locked_structure,
    note_tenure,
)
from registry.structures.queries import SiteKeyRow, key_row, load_structure
from registry.structures.rules import may_answer, may_invite, stands_above
from registry.structures.states import KEY_LENGTH, KEY_LIFE, TENURE_LIFE, TenureMove, TenureState


class SiteKeyError(RegistryError):
    """A site key is wrong, too old, or was taken back."""

    code = "SITE_KEY"


@transaction.atomic
def make_site_key(site_id: SiteId, parent_id: int | None, *, by: Actor, at: datetime, on: date) -> SiteKeyRow:
    """Make the key of a place. Harmless when repeated: a key that still holds is returned as it is."""
    structure = locked_structure(site_id)
    if parent_id is not None and parent_id not in structure.parents:
        raise NotFoundError
    if not may_invite(by, structure, parent_id, on=on):
        raise NotAllowedError
    maker = by.subject_id or structure.prime_id
    last = SiteKey.objects.filter(site=site_id, parent=parent_id, withdrawn_at=None).first()
    if last and last.until_on > on and last.made_by_id == maker:
        return key_row(last)
    if last:
        _withdraw(last, by=by, at=at)
    key = SiteKey.objects.create(
        site_id=site_id, parent_id=parent_id, code=draw_code(KEY_LENGTH), made_by_id=maker, made_at=at,
        until_on=on + KEY_LIFE,
    )  # fmt: skip
    note_act("structures_site_key", key.pk, "make", by=by, at=at)
    return key_row(key)


def _withdraw(key: SiteKey, *, by: Actor, at: datetime) -> None:
    key.withdrawn_at = at
    key.save(update_fields=["withdrawn_at"])
    note_act("structures_site_key", key.pk, "withdraw", by=by, at=at)


@transaction.atomic
def withdraw_site_key(key_id: int, *, by: Actor, at: datetime, on: date) -> None:
    """Take a key back: nobody enters by it any more; who has entered stays. Harmless when repeated."""
    key = SiteKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFoundError
    if not may_invite(by, locked_structure(SiteId(key.site_id)), key.parent_id, on=on):
        raise NotAllowedError
    key.refresh_from_db()
    if key.withdrawn_at is None:
        _withdraw(key, by=by, at=at)


def check_site_key(text: str, *, on: date) -> SiteKeyRow:
    """The key that somebody typed. Raises `SiteKeyError` when none holds."""
    key = SiteKey.objects.filter(code=typed_code(text), withdrawn_at=None, until_on__gt=on).first()
    if key is None or not stands_above(
        load_structure(key.site_id), key.made_by_id, key.parent_id, on=on
    ):  # the firm that handed it out has left
        raise SiteKeyError(field="key")
    return key_row(key)


@transaction.atomic
def join_by_key(
    text: str, business_id: BusinessId, *, from_on: date, work: str = "", by: Actor, at: datetime, on: date
) -> int:
    """Take the place that a key opens, from a day on. Days since then become complete by themselves.

    Harmless when repeated; an open invitation to the same place is answered by it, and the days before those that it is
    for are a row of their own. Returns the tenure of the first day.
    """
    key = check_site_key(text, on=on)
    if not may_answer(by, business_id):
        raise NotAllowedError
    structure = locked_structure(SiteId(key.site_id))
    mine = Tenure.objects.filter(
        node__site=key.site_id, node__parent=key.parent_id, business=business_id,
        state__in=[TenureState.INVITED, TenureState.ACCEPTED],
    )  # fmt: skip
    days = mine.order_by("from_on", "state", "pk")
    known = next((one for one in days if one.until_on is None or one.until_on > from_on), None)
    if known and known.state == TenureState.INVITED:
        accept_invitation(known.pk, by=by, at=at)
    if known and known.from_on <= from_on:
        return known.pk
    until_on = known.from_on if known else None
    place = FirmPlace(business_id=business_id, from_on=from_on, until_on=until_on)
    check_place(place, structure, key.parent_id)
    node = Node.objects.create(site_id=key.site_id, parent_id=key.parent_id, tier=structure.tier(key.parent_id) + 1)
    tenure = Tenure.objects.create(
        node=node, business_id=business_id, work=work, from_on=from_on, until_on=until_on, invited_by_id=key.made_by_id,
        invited_at=at, answered_at=at,
    )  # fmt: skip
    move(tenure, TENURE_LIFE, TenureMove.ACCEPT, by=by, at=at, reason="site key")
    note_tenure(tenure)
    for firm_id in sorted({structure.prime_id, key.made_by_id}):
        tell_firm(NoticeKind.JOINED_BY_KEY, firm_id, tenure, firm_id=business_id, at=at)
    return tenure.pk
