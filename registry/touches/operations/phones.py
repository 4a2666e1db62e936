"""A worker's own phone, at a poster or on a 仮現場: a device of that person, whose store we keep in its place."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection, transaction

from registry.accounts.operations import end_sessions
from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.cards.queries import newest_card
from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import WorkerId
from registry.sites.operations.unregistered import hold_sites
from registry.touches.derive.signing import device_secret, signature_of
from registry.touches.models import Device
from registry.touches.operations.devices import STORE_BYTES
from registry.touches.states import DEVICE_LIFE, DeviceMove, DeviceState, Direction
from registry.workers.models import Worker


class NoCardError(RegistryError):
    """Somebody without a card touches with the own phone: there is no number to keep."""

    code = "NO_CARD"


@dataclass(frozen=True)
class PhoneTouch:
    """What a worker did with the own phone. At a poster the moment is that of the reading, which proves where he stood."""

    site_id: int
    read_at: datetime
    direction: Direction
    poster: str = ""  # its code; empty on a 仮現場, where none hangs


@transaction.atomic
def sign_phone_touch(
    worker_id: WorkerId, touch: PhoneTouch, *, by: Actor, at: datetime
) -> tuple[str, str, bytes]:  # fmt: skip
    """A touch as the worker's own device sends it: device, signature, body. The next number, or that of the same touch.

    The caller's transaction holds the device until the touch is stored. Raises `NoCardError`.
    """
    if by.kind is not ActorKind.WORKER or by.subject_id != worker_id:
        raise NotAllowedError
    if not touch.poster:
        held = hold_sites([touch.site_id])
        touch = replace(touch, site_id=held.get(touch.site_id, touch.site_id))
    device = _own_device(worker_id, by=by, at=at)
    seq, card = _sent_before(device, touch) or (device.highest + 1, _newest_card_number(worker_id, touch))
    one = {
        "seq": seq, "card": card, "site": str(touch.site_id), "touched_at": touch.read_at.isoformat(),
        "direction": touch.direction, "method": "poster" if touch.poster else "phone", "ref": touch.poster,
        "offset_s": 0,
    }  # fmt: skip
    body = msgspec.json.encode({"store": device.store, "sent_at": at.isoformat(), "touches": [one]})
    secret = device_secret(settings.DEVICE_KEYS[0], device.pk, device.secret_version)
    return str(device.pk), signature_of(secret, body), body


def _own_device(worker_id: int, *, by: Actor, at: datetime) -> Device:
    """The worker's device, locked; made when it is first needed."""
    new = {"store": secrets.token_hex(STORE_BYTES), "name": "", "registered_at": at}
    device, made = Device.objects.get_or_create(worker_id=worker_id, state=DeviceState.ACTIVE, defaults=new)
    if made:
        note_act("touches_device", device.pk, "register", by=by, at=at)
    return Device.objects.select_for_update(no_key=True).get(pk=device.pk)


def _sent_before(device: Device, touch: PhoneTouch) -> tuple[int, str] | None:
    """Number and card of a touch that this device has sent: one reading and one button are one touch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, credential FROM touches_touch"
            " WHERE device_id = %s AND touched_at = %s AND site_id = %s AND direction = %s",
            [device.pk, touch.read_at, touch.site_id, touch.direction],
        )
        found: tuple[int, str] | None = cursor.fetchone()
    return found


def _newest_card_number(worker_id: int, touch: PhoneTouch) -> str:
    card = newest_card(worker_id)
    if card is None:
        raise NoCardError(site_id=touch.site_id)
    return card.number


@transaction.atomic
def revoke_phone(worker_id: WorkerId, *, by: Actor, at: datetime) -> None:
    """A worker's own phone is lost: nobody is logged in on it any more, and its device is trusted no longer.

    The worker says so, or the office for him. His next touch at a poster makes a new device. Harmless when repeated.
    """
    own = by.kind is ActorKind.WORKER and by.subject_id == worker_id
    if not own and not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    worker = Worker.objects.filter(pk=worker_id).first()
    if worker is None:
        raise NotFoundError
    end_sessions(worker.account_id, by=by, at=at)
    device = Device.objects.select_for_update().filter(worker=worker, state=DeviceState.ACTIVE).first()
    if device is not None:
        device.revoked_at = at
        device.save(update_fields=["revoked_at"])
        move(device, DEVICE_LIFE, DeviceMove.REVOKE, by=by, at=at, reason="")
