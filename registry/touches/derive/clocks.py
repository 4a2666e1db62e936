"""The clocks of devices: by how much they are off, and when a touch counts."""

from datetime import UTC, datetime, timedelta

CLOCK_OFF_SECONDS = 600
AHEAD_AT_MOST = timedelta(hours=24)
BEHIND_AT_MOST = timedelta(days=400)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_AHEAD_MS, _BEHIND_MS = AHEAD_AT_MOST // _MILLISECOND, BEHIND_AT_MOST // _MILLISECOND


def corrected_ms(ms: int, offset_s: float | None) -> int:
    """A touch by the server's clock. `offset_s` is the device's minus the server's, as last seen before the touch."""
    if offset_s is None or abs(offset_s) * 1000 > _BEHIND_MS:  # no clock is that far off: the figure is, not the touch
        return ms
    return ms - round(offset_s * 1000)


def counted_ms(ms: int, offset_s: float | None) -> tuple[int, bool]:
    """When a touch counts, and whether the device's clock was off by more than ten minutes."""
    if offset_s is None or abs(offset_s) <= CLOCK_OFF_SECONDS:
        return ms, False
    return corrected_ms(ms, offset_s), True


def is_implausible(ms: int, received_ms: int) -> bool:
    """Whether a clock is more than a day ahead or 400 days behind."""
    return not -_BEHIND_MS <= ms - received_ms <= _AHEAD_MS


def is_far_off(ms: int, counted: int, received_ms: int) -> bool:
    """Whether a touch has no day: by the clock that is implausible as sent, or by the difference that it was sent with."""
    return is_implausible(ms, received_ms) or (counted != ms and is_implausible(counted, received_ms))


def ms_of(at: datetime) -> int:
    """A moment in milliseconds since 1970."""
    return (at - EPOCH) // _MILLISECOND


def moment_of(ms: int) -> datetime:
    """A moment from milliseconds since 1970."""
    return EPOCH + ms * _MILLISECOND
