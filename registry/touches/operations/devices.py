"""Devices: the short code that registers one, revoking."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import SiteId
from registry.core.short_codes import draw_code, shown_code, typed_code
from registry.core.typed_text import visible
from registry.sites.models import Site, Terminal
from registry.sites.rules import handles_unregistered, has_opened, is_prime
from registry.touches.derive.signing import device_secret
from registry.touches.models import Device, Pairing, PairingCode
from registry.touches.queries import owed_numbers
from registry.touches.states import DEVICE_LIFE, DeviceMove

CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=30)
STORE_BYTES = 16
REASON_LENGTH = 300


class PairingCodeError(RegistryError):
    """A pairing code is wrong, used, or older than half an hour."""

    code = "PAIRING_CODE"


class StoreTakenError(RegistryError):
    """A store with this number is registered already: the file was copied."""

    code = "STORE_TAKEN"


class StoreShapeError(RegistryError):
    """A store's number is not 128 random bits in hexadecimal."""

    code = "STORE_SHAPE"


@dataclass(frozen=True)
class NewPairingCode:
    """A code to type into the device, shown once."""

    code: str
    valid_until: datetime


@dataclass(frozen=True)
class RegisteredDevice:
    """What a device learns at its registration, once."""

    device_id: int
    secret: str
    site_id: int
    terminal_name: str


def _hashes(code: str) -> list[str]:
    """How a code is kept by each of our keys; the first is that of a new one."""
    return [hashlib.sha256((key + typed_code(code)).encode()).hexdigest() for key in settings.DEVICE_KEYS]


def _check_manages(terminal_id: int, by: Actor) -> Terminal:
    terminal = Terminal.objects.select_related("site__unregistered").filter(pk=terminal_id).first()
    if terminal is None:
        raise NotFoundError
    if not _manages(by, terminal.site):
        raise NotAllowedError
    return terminal


def _manages(by: Actor, site: Site) -> bool:
    """The prime manages the devices of its site, who opened a 仮現場 those of that (ruling 30)."""
    if site.business_id is None:
        return has_opened(by, site.unregistered)
    return by.has(Permission.SITE_MANAGE) and is_prime(by, site)


@transaction.atomic
def make_pairing_code(terminal_id: int, *, by: Actor, at: datetime) -> NewPairingCode:
    """Make a code that registers one device for a terminal within half an hour."""
    terminal = _check_manages(terminal_id, by)
    if terminal.site.business_id is None and not handles_unregistered(by, terminal.site.unregistered):
        raise NotAllowedError
    code = draw_code(CODE_LENGTH)
    PairingCode.objects.create(terminal=terminal, code_hash=_hashes(code)[0], valid_until=at + CODE_LIFE)
    note_act("touches_pairing_code", terminal.pk, "make", by=by, at=at)
    return NewPairingCode(shown_code(code, group=4), at + CODE_LIFE)


@transaction.atomic
def register_device(code: str, *, store: str, name: str, dense: bool, at: datetime) -> RegisteredDevice:
    """Register a device by a code. Its secret travels only now.

    Raises `PairingCodeError`, `StoreShapeError` or `StoreTakenError`.
    """
    if len(store) != 2 * STORE_BYTES or not set(store) <= set("0123456789abcdef"):
        raise StoreShapeError(field="store")
    found = PairingCode.objects.select_for_update().filter(code_hash__in=_hashes(code)).first()
    if found is None or found.valid_until < at:
        raise PairingCodeError(field="code")
    if found.used_at is not None:
        return _registered_before(found, store)
    try:
        with transaction.atomic():
            device = Device.objects.create(store=store, name=visible(name), dense=dense, registered_at=at)
    except IntegrityError:
        raise StoreTakenError(field="store") from None
    found.used_at = at
    found.save(update_fields=["used_at"])
    Pairing.objects.create(device=device, terminal_id=found.terminal_id, from_at=at)
    note_act("touches_device", device.pk, "register", by=Actor.system(), at=at)
    return _answer(device, found.terminal_id)


@transaction.atomic
def add_pairing(device_id: int, code: str, *, at: datetime) -> None:
    """Let a device serve the terminal of a further code, beside those that it serves. Raises `PairingCodeError`."""
    found = PairingCode.objects.select_for_update().filter(code_hash__in=_hashes(code)).first()
    if found is None or found.valid_until < at:
        raise PairingCodeError(field="code")
    if Pairing.objects.filter(device_id=device_id, terminal_id=found.terminal_id, until_at=None).exists():
        return
    if found.used_at is not None:
        raise PairingCodeError(field="code")
    found.used_at = at
    found.save(update_fields=["used_at"])
    Pairing.objects.create(device_id=device_id, terminal_id=found.terminal_id, from_at=at)
    note_act("touches_device", device_id, "pair", by=Actor.system(), at=at)


def _registered_before(code: PairingCode, store: str) -> RegisteredDevice:
    """The answer again, for a device whose first answer was lost on the way. Raises `PairingCodeError` for any other."""
    device = Device.objects.filter(store=store).first()
    if device is None or device.registered_at != code.used_at:
        raise PairingCodeError(field="code")
    return _answer(device, code.terminal_id)


def _answer(device: Device, terminal_id: int) -> RegisteredDevice:
    terminal = Terminal.objects.get(pk=terminal_id)
    secret = device_secret(settings.DEVICE_KEYS[0], device.pk, device.secret_version)
    return RegisteredDevice(device.pk, secret.hex(), terminal.site_id, terminal.name)


@transaction.atomic
def revoke_device(device_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """End the trust in a device. What it still sends is stored and flagged (ruling 22).

    Raises `NotAllowedError` where it serves a site too that is not one's own: there only `end_pairing` is one's affair.
    """
    pairings = Pairing.objects.filter(device_id=device_id, until_at=None).order_by("pk")
    sites = [one.terminal.site for one in pairings.select_related("terminal__site__unregistered")]
    if not sites:
        raise NotFoundError
    if not all(_manages(by, site) for site in sites):
        raise NotAllowedError
    device = Device.objects.select_for_update().get(pk=device_id)
    device.revoked_at = at
    device.save(update_fields=["revoked_at"])
    move(device, DEVICE_LIFE, DeviceMove.REVOKE, by=by, at=at, reason=reason)


@transaction.atomic
def end_pairing(device_id: int, site_id: SiteId, *, by: Actor, at: datetime) -> None:
    """Let a device serve a site no longer; what it still sends for it is stored and waits. A second time nothing happens."""
    pairings = _pairings_there(device_id, site_id, by)
    if pairings.filter(until_at=None).update(until_at=at):
        note_act("touches_device", device_id, "end_pairing", by=by, at=at)


def _pairings_there(device_id: int, site_id: SiteId, by: Actor) -> QuerySet[Pairing]:
    """A device's pairings with a site that the actor manages, those that ended too."""
    pairings = Pairing.objects.filter(device_id=device_id, terminal__site=site_id).order_by("pk")
    terminal_id = pairings.values_list("terminal", flat=True).first()
    if terminal_id is None:
        raise NotFoundError
    _check_manages(terminal_id, by)
    return pairings


_ACCEPT = """
INSERT INTO touches_accepted AS a (device_id, site_id, numbers, accepted_at)
VALUES (%s, %s, %s::int8multirange * int8multirange(int8range(1, %s, '[]')), %s)
ON CONFLICT (device_id, site_id) DO UPDATE
  SET numbers = a.numbers + EXCLUDED.numbers, accepted_at = GREATEST(a.accepted_at, EXCLUDED.accepted_at)
RETURNING numbers::text
"""


@transaction.atomic
def accept_loss(device_id: int, site_id: SiteId, *, highest: int, by: Actor, at: datetime) -> None:
    """The prime accepts that what its site misses of a device, up to a number, does not come any more.

    Nothing is refused by it: what is sent all the same is stored as ever. Harmless when repeated.
    """
    _pairings_there(device_id, site_id, by)
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, [device_id, site_id, owed_numbers(device_id, site_id), max(highest, 1), at])
        (numbers,) = cursor.fetchone() or ("",)
    note_act("touches_device", device_id, "accept_loss", by=by, at=at, reason=f"{site_id} {numbers}"[:REASON_LENGTH])
