"""What is worked out of a worker's data, without tables."""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from stdnum.jp import in_

from registry.core.kana import is_katakana, romanised, search_form
from registry.notices.states import WITH_PASSWORD, LetterKind

_GROUPS = re.compile(r"(?<!\d)\d{4}[\s\-‐–ー]?\d{4}[\s\-‐–ー]?\d{4}(?!\d)")


# The parts of a name, in the order of the document that showed it.
NAME_PARTS = ("family_name", "middle_name", "given_name")


def full_name(*parts: object) -> str:
    """A name of its parts in the order of `NAME_PARTS`, without those that are empty or may not be read."""
    return " ".join(str(part) for part in parts if part)


def name_words(name: str) -> list[str]:
    """How a name is written in a password: by its parts, run together, and, of a reading in kana, in Latin letters."""
    parts = name.replace("・", " ").split()
    parts.append("".join(parts))
    return list(dict.fromkeys([*parts, *(romanised(part) for part in parts if is_katakana(part))]))


def search_text(*, names: tuple[str, str, str], kana: tuple[str, str], others: tuple[str, ...] = ()) -> str:
    """Under what a worker is found: the name with and without the middle part, the reading, alias and Latin name."""
    family, middle, given = names
    forms = [family + given, family + middle + given, "".join(kana), *others]
    return " ".join(dict.fromkeys(filter(None, map(search_form, forms))))


def holds_individual_number(text: str) -> bool:
    """Whether a text holds what can be a 個人番号: twelve digits whose check digit fits (ruling 11)."""
    digits = (re.sub(r"\D", "", found) for found in _GROUPS.findall(unicodedata.normalize("NFKC", text)))
    return any(in_.is_valid(one) for one in digits)


class LinkFact(NamedTuple):
    """A link from day to day; `business_id` is None for a firm that stands by name."""

    business_id: int | None
    principal: bool
    from_on: date
    until_on: date | None


class TradeFact(NamedTuple):
    """A registered trade from day to day."""

    place: int
    trade: str
    from_on: date
    until_on: date | None


def fields_of_address(kind: LetterKind, card_address: str) -> tuple[str, str]:
    """Where a letter to a worker goes, by field: the password with the card, a code to the 現住所 and never after the card (ruling 2)."""
    if kind in WITH_PASSWORD and card_address:
        return "card_postal_code", "card_address"
    return "postal_code", "address"
