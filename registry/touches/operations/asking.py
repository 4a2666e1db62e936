"""Questions of a device: who asks is proved by its signature, as with a batch."""

from dataclasses import dataclass

import msgspec
from django.conf import settings

from registry.touches.derive import device_secret
from registry.touches.models import Device, Pairing
from registry.touches.operations.batches import DeviceForkedError, SignatureError, check_signature
from registry.touches.operations.items import BatchShapeError
from registry.touches.states import DeviceState


class Question(msgspec.Struct, frozen=True):
    """What every question of a device says: of which store it is, and when it was asked."""

    store: str
    sent_at: str = ""


@dataclass(frozen=True)
class AskingDevice:
    """A device that has proved itself; `sites` are those that it serves now, none once it is revoked."""

    id: int
    secret: bytes
    sites: tuple[int, ...]


def check_question(device: str, signature: str, body: bytes) -> AskingDevice:
    """Who asks. Raises `SignatureError`, `BatchShapeError` or `DeviceForkedError`."""
    device_id, version = check_signature(device, signature, body)
    found = Device.objects.get(pk=device_id)
    if version not in {found.secret_version, found.secret_version + found.next_secret_asked}:
        raise SignatureError
    try:
        question = msgspec.json.decode(body, type=Question)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BatchShapeError from None
    if question.store != found.store:
        raise DeviceForkedError
    pairings = Pairing.objects.filter(device=found, until_at=None).order_by("terminal__site").distinct("terminal__site")
    sites = tuple(pairings.values_list("terminal__site", flat=True)) if found.state == DeviceState.ACTIVE else ()
    return AskingDevice(device_id, device_secret(settings.DEVICE_KEY, device_id, version), sites)
