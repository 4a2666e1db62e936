"""Without tables: the code of a poster, and until when it may be believed; numbers of a notice board."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from registry.core.ids import clean_digits
from registry.core.seals import sealed, unsealed

SCREEN_CODE_LIFE = timedelta(seconds=60)
_PRINTED, _SHOWN = "p", "s"


class PosterCode(NamedTuple):
    """What a poster's QR says: a terminal, and the generation of a printed one or when a screen showed it."""

    site_id: int
    number: int
    generation: int = 0
    shown_at: datetime | None = None

    @property
    def is_printed(self) -> bool:
        """Whether it stands on paper, where anybody may have copied it."""
        return self.shown_at is None

    def holds_at(self, moment: datetime) -> bool:
        """Whether a screen showed it within a minute of a moment: then who read it stood there. Paper proves nothing."""
        return self.shown_at is not None and abs(moment - self.shown_at) <= SCREEN_CODE_LIFE


def write_poster_code(keys: Sequence[str], code: PosterCode) -> str:
    """The text of a code, signed. Short, for it is read from afar; all its signs may stand in an address."""
    what = f"{_PRINTED}{code.generation:x}" if code.shown_at is None else f"{_SHOWN}{int(code.shown_at.timestamp()):x}"
    return sealed(keys, ".".join((f"{code.site_id:x}", f"{code.number:x}", what)))


def read_poster_code(keys: Sequence[str], text: str) -> PosterCode | None:
    """The code in a text; None where we did not write it."""
    said = unsealed(keys, text)
    if said is None:
        return None
    site_id, number, what = said.split(".")
    value = int(what[1:], 16)
    if what[0] == _PRINTED:
        return PosterCode(int(site_id, 16), int(number, 16), generation=value)
    return PosterCode(int(site_id, 16), int(number, 16), shown_at=datetime.fromtimestamp(value, UTC))


def hash_of_screen(secret: str) -> str:
    """How the secret of a screen's address is kept: long and random, it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


# 府県 01 to 47, 所掌 1 (労働基準監督署) or 3 (公共職業安定所), 管轄, 基幹番号, 枝番号.
_LABOUR_INSURANCE = re.compile(r"(0[1-9]|[1-3][0-9]|4[0-7])([13])([0-9]{2})([0-9]{6})([0-9]{3})")


def labour_insurance_number(typed: str) -> str | None:
    """A 労働保険番号 as it stands on the board, 13-1-01-123456-000; None where it is none."""
    found = _LABOUR_INSURANCE.fullmatch(clean_digits(typed))
    return "-".join(found.groups()) if found else None
