"""How long a card is valid (ruling 16), and the code that a phone shows in its place, without tables."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from registry.core.seals import sealed, unsealed

YEARS, YEARS_FROM_60, YEARS_WITHOUT_DOCUMENT = 9, 14, 2
OLD = 60
OLD_CARD_WORKS = timedelta(days=30)  # from the shipment of the new one on (ruling 19)
PHONE_CODE_LIFE = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(minutes=10)
_MINUTE = 60


def _birthday(birth_on: date, year: int) -> date:
    """The birthday in a year; 29 February is 1 March where there is none."""
    try:
        return birth_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age(birth_on: date, on: date) -> int:
    """Full years on a day."""
    return on.year - birth_on.year - (on < _birthday(birth_on, on.year))


def _years_later(day: date, years: int) -> date:
    return _birthday(day, day.year + years)


def valid_until(issued_on: date, birth_on: date, *, has_document: bool = True) -> date:
    """The last day of a card: the first birthday that falls 9 years or more after its issue.

    14 years where the worker is 60 or older on that day, 2 years without an identity document.
    """
    years = YEARS_FROM_60 if age(birth_on, issued_on) >= OLD else YEARS
    earliest = _years_later(issued_on, years if has_document else YEARS_WITHOUT_DOCUMENT)
    day = _birthday(birth_on, earliest.year)
    return day if day >= earliest else _birthday(birth_on, earliest.year + 1)


def works_until(shipments: Iterable[datetime | None]) -> datetime | None:
    """Until when an old card works, by the shipments of those after it (ruling 19); None while none of them is shipped."""
    first = min(filter(None, shipments), default=None)
    return first and first + OLD_CARD_WORKS


class CardFact(NamedTuple):
    """What of a card decides whether a touch with it counts."""

    branch: int
    valid_until: date
    stopped_at: datetime | None
    shipped_at: datetime | None


class PhoneCode(NamedTuple):
    """What the QR on a worker's phone says: which card, and when it was shown."""

    card: str
    shown_at: datetime

    @staticmethod
    def holds_after(age: timedelta) -> bool:
        """Whether a touch so long after it was shown is as good as one with the card: for a day."""
        return -CLOCKS_DIFFER <= age <= PHONE_CODE_LIFE


def write_phone_code(keys: Sequence[str], card: str, at: datetime) -> str:
    """The text of the QR that a phone shows for a card number, signed with the minute."""
    return sealed(keys, f"{card}.{int(at.timestamp()) // _MINUTE:x}")


def read_phone_code(keys: Sequence[str], text: str) -> PhoneCode | None:
    """The code in a QR; None where we did not write it."""
    said = unsealed(keys, text)
    if said is None:
        return None
    card, _, minute = said.partition(".")
    return PhoneCode(card, datetime.fromtimestamp(int(minute, 16) * _MINUTE, UTC))
