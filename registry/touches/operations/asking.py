"""What a registered device asks for: who asks is proved by its signature, as with a batch."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction

from registry.audit.operations import note_act
from registry.core.actor import Actor
from registry.touches.derive.signing import device_secret, masked_secret
from registry.touches.models import Device, Pairing
from registry.touches.operations.batches import DeviceForkedError, SignatureError, check_signature
from registry.touches.operations.devices import add_pairing
from registry.touches.operations.items import UNREAD, BatchShapeError
from registry.touches.queries import ServedPlace, places_of_device
from registry.touches.states import DeviceState


class Question(msgspec.Struct, frozen=True):
    """What every question of a device says: of which store it is, and when it was asked."""

    store: str
    sent_at: str = ""


_decode_question = msgspec.json.Decoder(Question).decode


@dataclass(frozen=True)
class AskingDevice:
    """A device that has proved itself; `sites` are those that it serves now, none once it is revoked."""

    id: int
    secret: bytes
    version: int
    trusted: bool
    sites: tuple[int, ...]


@transaction.atomic
def check_question(device: str, signature: str, body: bytes) -> AskingDevice:
    """Who asks. The first question signed with a new secret ends the one before, as the first batch does.

    Raises `SignatureError`, `BatchShapeError` or `DeviceForkedError`.
    """
    device_id, version, secret = check_signature(device, signature, body)
    found = Device.objects.select_for_update(no_key=True).get(pk=device_id)
    if version not in {found.secret_version, found.secret_version + found.next_secret_asked}:
        raise SignatureError
    try:
        question = _decode_question(body)
    except UNREAD:
        raise BatchShapeError from None
    if question.store != found.store:
        raise DeviceForkedError
    if version != found.secret_version:
        found.secret_version, found.next_secret_asked = version, False
        found.save(update_fields=["secret_version", "next_secret_asked"])
    pairings = Pairing.objects.filter(device=found, until_at=None).order_by("terminal__site").distinct("terminal__site")
    trusted = found.state == DeviceState.ACTIVE
    sites = tuple(pairings.values_list("terminal__site", flat=True)) if trusted else ()
    return AskingDevice(device_id, secret, version, trusted, sites)


@transaction.atomic
def make_next_secret(device: str, signature: str, body: bytes, *, at: datetime) -> str:
    """The device's next secret by our newest key, masked with the present one, the same however often it is asked for.

    Both hold until it signs with the new one. A captured request proves nothing: who replays it cannot read the answer.
    Raises what `check_question` raises.
    """
    asking = check_question(device, signature, body)
    if Device.objects.filter(pk=asking.id, next_secret_asked=False).update(next_secret_asked=True):
        note_act("touches_device", asking.id, "next_secret", by=Actor.system(), at=at)
    following = device_secret(settings.DEVICE_KEYS[0], asking.id, asking.version + 1)
    return masked_secret(asking.secret, following, asking.id).hex()


def pair_further(device: str, signature: str, body: bytes, code: str, *, at: datetime) -> tuple[int, list[ServedPlace]]:
    """Let a registered device serve the terminal of one more code; asking again does no harm.

    Returns its number and all its places. Raises what `check_question` raises, and `PairingCodeError`.
    """
    asking = check_question(device, signature, body)
    if not asking.trusted:
        raise SignatureError
    add_pairing(asking.id, code, at=at)
    return asking.id, places_of_device(asking.id)
