"""The life of a device, and the fixed words of touches."""

from enum import StrEnum

from registry.core.workflow import Step, Workflow


class DeviceState(StrEnum):
    """Whether a device is trusted."""

    ACTIVE = "active"
    REVOKED = "revoked"  # what it sends is still stored, and flagged


class DeviceMove(StrEnum):
    """What can happen to a device."""

    REVOKE = "revoke"


DEVICE_LIFE = Workflow(
    "touches_device",
    DeviceState.ACTIVE,
    (Step(DeviceMove.REVOKE, (DeviceState.ACTIVE,), DeviceState.REVOKED),),
)


class Direction(StrEnum):
    """What a touch says of itself."""

    NONE = ""
    IN = "in"
    OUT = "out"


class Status(StrEnum):
    """What becomes of a touch in a batch."""

    STORED = "stored"
    RENUMBER = "renumber"
    REFUSED = "refused"


class OrphanCode(StrEnum):
    """Why a touch stands in no day yet, or on a site that nobody knows; and that it was settled."""

    CLOCK = "CLOCK_IMPLAUSIBLE"
    CARD = "CARD_UNKNOWN"
    SITE = "SITE_UNKNOWN"  # the site that it names is not registered: the office says which one was meant
    CARD_AND_SITE = (
        "CARD_AND_SITE_UNKNOWN"  # both: as soon as the card is known its worker has the day, `SITE` from then on
    )
    ASIDE = "PUT_ASIDE"  # the prime has said that it is none of the site's
    NOBODYS = "NOBODYS_CARD"  # the office has said that the card is nobody's, and can take that back
    SETTLED = "SETTLED"  # somebody has: where it stands now is kept for when the device sends it again


WITHOUT_CARD = [OrphanCode.CARD, OrphanCode.CARD_AND_SITE]
WITHOUT_SITE = [OrphanCode.SITE, OrphanCode.CARD_AND_SITE]


class TouchState(StrEnum):
    """What a touch or day stands at: all is known, something is missing, somebody has to decide."""

    BOUND = "bound"
    WAITING = "waiting"
    FLAGGED = "flagged"
