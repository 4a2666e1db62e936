"""Questions of a device: who asks is proved by its signature, as with a batch."""

import hmac
from dataclasses import dataclass

import msgspec
from django.conf import settings

from registry.touches.derive import device_secret, signature_of
from registry.touches.models import Device, Pairing
from registry.touches.operations.batches import BatchShapeError, DeviceForkedError, SignatureError
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
    number = int(device) if device.isascii() and device.isdigit() and len(device) < 19 else 0  # noqa: PLR2004 -- int8
    found = Device.objects.filter(pk=number).first()
    secret = device_secret(settings.DEVICE_KEY, number, found.secret_version if found else 0)
    right = hmac.compare_digest(signature_of(secret, body).encode(), signature.lower().encode("ascii", "replace"))
    if found is None or not right:
        raise SignatureError
    try:
        question = msgspec.json.decode(body, type=Question)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BatchShapeError from None
    if question.store != found.store:
        raise DeviceForkedError
    pairings = Pairing.objects.filter(device=found, until_at=None).order_by("terminal__site").distinct("terminal__site")
    sites = tuple(pairings.values_list("terminal__site", flat=True)) if found.state == DeviceState.ACTIVE else ()
    return AskingDevice(number, secret, sites)
