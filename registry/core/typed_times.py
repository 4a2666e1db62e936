"""Times of day as people type them: 7:30, ７：３０, 730, 7時30分, 17時, 7時半, 午後5時."""

import re
import unicodedata
from datetime import time

from registry.core.errors import RegistryError

_TIME = re.compile(r"^(午前|午後)?(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分?|(半))?)$")
_PLAIN = re.compile(r"^(\d{1,2})(\d{2})$")
_HALF_A_DAY = 12


class TimeShapeError(RegistryError):
    """What was typed cannot be read as a time of day."""

    code = "TIME_SHAPE"


def parse_time(text: str) -> time:
    """Read a time typed in any usual way. Raises `TimeShapeError`."""
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    plain = _PLAIN.match(typed)
    found = plain or _TIME.match(typed)
    if found is None:
        raise TimeShapeError(typed=text)
    if plain:
        hour, minute = int(plain[1]), int(plain[2])
    else:
        hour, minute = int(found[2]), 30 if found[5] else int(found[3] or found[4] or 0)
        if found[1]:
            hour = _of_half(found[1], hour, text)
    try:
        return time(hour, minute)
    except ValueError:
        raise TimeShapeError(typed=text) from None


def _of_half(half: str, hour: int, typed: str) -> int:
    """The hour of a day from one of its halves: 午後5時 is 17, 午後0時 is noon."""
    if hour > _HALF_A_DAY:
        raise TimeShapeError(typed=typed)
    return hour % _HALF_A_DAY + (_HALF_A_DAY if half == "午後" else 0)
