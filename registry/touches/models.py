"""Tables of devices. What a device has sent, the log and presence stand in `sql/tables.sql`: no model reads them."""

from django.db import models
from django.db.models import F, Q

from registry.sites.models import Terminal
from registry.touches.states import DeviceState
from registry.workers.models import Worker


class Device(models.Model):
    """One durable store of touches: (device, seq) is the identity of a touch for ever. Its secret is never stored."""

    store = models.CharField(max_length=32, unique=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True)  # whose own phone it is; serves no terminal
    name = models.CharField(max_length=100)
    dense = models.BooleanField(default=True)
    state = models.CharField(max_length=10, default=DeviceState.ACTIVE)
    secret_version = models.SmallIntegerField(default=1)
    next_secret_asked = models.BooleanField(default=False)
    highest = models.BigIntegerField(default=0)
    registered_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # the newest, by its own clock: tells a late copy of a request
    revoked_at = models.DateTimeField(null=True)
    renumbered_at = models.DateTimeField(null=True)  # when it last sent a number that other content has
    unsent = models.IntegerField(null=True)
    unsent_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "touches_device"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DeviceState)), name="touches_device_state_known"),
            models.CheckConstraint(condition=Q(store__regex=r"^[0-9a-f]{32}$"), name="touches_store_is_hex"),
            models.CheckConstraint(
                condition=~Q(state=DeviceState.REVOKED) | Q(revoked_at__isnull=False),
                name="touches_revoked_at_a_moment",
            ),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(state=DeviceState.ACTIVE), name="touches_one_phone_at_a_time"
            ),
        ]


class Pairing(models.Model):
    """Which terminal a device serves, from when until when; several at once if need be."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "touches_pairing"
        constraints = [
            models.UniqueConstraint(
                fields=["device", "terminal"], condition=Q(until_at=None), name="touches_one_open_pairing"
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")), name="touches_pairing_has_time"
            ),
        ]


class PairingCode(models.Model):
    """A short code that registers one device for a terminal, once. Kept as a hash."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT)
    code_hash = models.CharField(max_length=64, unique=True)
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "touches_pairing_code"
