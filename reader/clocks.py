"""How this PC's clock is set, told by a clock that nobody can set: the time since the boot, which sleep counts into.

The moment of the boot by the wall clock is the difference of the two. It moves only when the wall clock is set, since
whatever lets one go faster or slower (NTP) does so to both.
"""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

# Where there is no such clock, as on macOS, the monotonic one goes on in sleep.
_SINCE_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
MOST_NOISE_S = 2.0  # the two are read one after the other, on a busy PC; a leap second is no setting either


@dataclass(frozen=True)
class Setting:
    """How the clock is set: in which boot, and when that began by the wall clock."""

    boot: str
    began: float

    def holds(self, now: "Setting") -> bool:
        """Whether nobody has set the clock between. Of another boot that cannot be told."""
        return self.boot == now.boot and abs(self.began - now.began) <= MOST_NOISE_S


def present_setting() -> Setting:
    """How the clock is set now."""
    return Setting(_BOOT, time.time() - time.clock_gettime(_SINCE_BOOT))


def _boot() -> str:
    """The number of this boot; where the system tells none, one of this process alone."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_hex(16)


_BOOT = _boot()
