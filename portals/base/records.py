"""A person's or firm's data as blocks of a page. What the viewer may not read is not in `seen`, so it is not here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portals.base.templatetags.ds import grouped_id, jdate, last_day, yen
from registry.audit.operations import Seen
from registry.businesses.states import MINISTER
from registry.codes.queries import code_names, said_names
from registry.codes.states import Table
from registry.core.days import era_year
from registry.disclosure.queries import full_name
from registry.workers.queries import AffiliationRow
from registry.workers.states import CredentialBlock

__all__ = ["Block", "business_blocks", "full_kana", "full_name", "worker_blocks"]


@dataclass(frozen=True)
class Block:
    """One block: rows of label and value, and lines for what there are several of."""

    title: str
    rows: list[tuple[str, str]]
    lines: list[list[tuple[str, str]]]
    empty: str


def full_kana(seen: Seen) -> str:
    """The reading of the name."""
    return " ".join(str(seen.get(key)) for key in ("family_kana", "given_kana") if seen.get(key))


def authority_name(code: str) -> str:
    """Who gave a permit, by code."""
    if code == MINISTER:
        return _("word.permit_minister")
    return _("word.permit_governor").format(prefecture=code_names(Table.PREFECTURES).get(code, code))


def permit_year_name(year: str) -> str:
    """A year as it stands in a permit; the era is the one of its last day."""
    _era, letter, number = era_year(date(int(year), 12, 31))
    return _("word.permit_year").format(letter=letter, number=number, year=year)


_WORDS = {"sex", "registration_kind", "kind", "confirmation", "item", "permit_class"}
_SCHEMES = ("health_insurance", "pension_insurance", "employment_insurance")
_SHOWN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(_SCHEMES, lambda value: _(f"word.insured.{value}")),
    "prefecture": lambda value: code_names(Table.PREFECTURES).get(value, value),
    "permit_authority": authority_name,
    "permit_year": permit_year_name,
}


def _shown(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("word.yes") if value else _("word.no")
    if isinstance(value, date):
        return jdate(value)
    if key in {"id", "business_id"}:
        return grouped_id(value)
    if key == "age":
        return _("word.years_old").format(years=value)
    if key == "capital_yen":
        return yen(value)
    if key in _SHOWN and value:
        return _SHOWN[key](str(value))
    if key in _WORDS and value:
        text = _(f"word.{key}.{value}")
        return str(value) if text.startswith("word.") else text
    return str(value or "")


def _rows(noun: str, values: Any, keys: Iterable[str]) -> list[tuple[str, str]]:
    get = values.get if hasattr(values, "get") else lambda key: getattr(values, key)
    shown = ((key, _shown(key, get(key))) for key in keys if get(key) is not None)
    return [(_(f"{noun}.{key}"), text) for key, text in shown if text]


_PERSON = (
    "id", "employer", "age", "alias", "alias_on_card", "latin_name", "birth_on", "sex", "blood_type", "nationality", "postal_code", "prefecture", "address", "phone",
    "fax", "mail", "card_postal_code", "card_address", "emergency_name", "emergency_phone", "emergency_address",
    "registration_kind", "registered_on", "level", "experience",
)  # fmt: skip
_CREDENTIAL = ("name", "number", "body", "acquired_on", "valid_until", "confirmation")


def _credentials(seen: Seen, *blocks: CredentialBlock) -> list[list[tuple[str, str]]]:
    rows: Any = seen.get("credentials") or []
    return [_rows("credential", row, _CREDENTIAL) for row in rows if row.block in blocks]


def _insurances(seen: Seen) -> list[list[tuple[str, str]]]:
    """Insurances in lines; the kind was typed, and is mostly one of a table."""
    rows: Any = seen.get("insurances") or []
    kinds, keys = said_names(Table.INSURANCE_KINDS), ("item", "joined", "kind", "number", "confirmation")
    return [_rows("insurance", replace(row, kind=kinds.get(row.kind, row.kind)), keys) for row in rows]


# By which field a block is read: of what the viewer may not read nobody says that there is nothing.
_READ_BY = {
    "affiliations": "affiliations", "insurances": "insurances", "health": "health_checked_on", "trades": "trades",
}  # fmt: skip


def _until_last_day(link: AffiliationRow) -> AffiliationRow:
    """A link with the last day on which it holds as its end."""
    return replace(link, until_on=last_day(link.until_on)) if link.until_on else link


def worker_blocks(seen: Seen) -> list[Block]:
    """The nine blocks of a worker's data, in the order of the handbook for workers [src:002]."""
    # Whether an alias stands on the card says nothing where there is none.
    values = {key: value for key, value in seen.values.items() if key != "alias_on_card" or seen.get("alias")}
    trades = code_names(Table.TRADES)
    links: Any = seen.get("affiliations") or []
    named: Any = seen.get("trades") or []
    lines = {
        "affiliations": [_rows("affiliation", _until_last_day(row), ("business_name", "business_id", "from_on", "until_on", "principal", "position")) for row in links],
        "trades": [[(_("worker.trade"), f"{code} {trades.get(code, '')}")] for code in named],
    }  # fmt: skip

    found: dict[str, tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]] = {
        "person": (_rows("worker", values, _PERSON), []),
        "affiliations": ([], lines["affiliations"]),
        "insurances": ([], _insurances(seen)),
        "health": (_rows("worker", values, ("health_checked_on", "blood_pressure")), []),
        "trades": ([], lines["trades"]),
        "chief": ([], _credentials(seen, CredentialBlock.CHIEF)),
        "qualifications": ([], _credentials(seen, CredentialBlock.QUALIFICATION, CredentialBlock.SCHOOLING)),
        "trainings": ([], _credentials(seen, CredentialBlock.TRAINING)),
        "awards": ([], _credentials(seen, CredentialBlock.AWARD)),
    }
    return [
        Block(_(f"worker.block.{key}"), *parts, _("worker.block.empty"))
        for key, parts in found.items()
        if key not in _READ_BY or _READ_BY[key] in seen.values
    ]


_FIRM = (
    "id", "kana", "kind", "representative", "corporate_number", "capital_yen", "postal_code", "prefecture", "address",
    "phone", "fax", "registered_on", "valid_until",
)  # fmt: skip


def business_blocks(seen: Seen) -> list[Block]:
    """The blocks of a firm's data that the viewer may read."""

    def block(key: str, keys: tuple[str, ...]) -> Block:
        return Block(_(f"business.block.{key}"), _rows("business", seen.values, keys), [], _("worker.block.empty"))

    found = [
        block("core", _FIRM),
        block("permit", ("permit_authority", "permit_class", "permit_year", "permit_number")),
        block("officer", ("officer_name", "officer_address", "officer_phone", "officer_mail")),
        block("insurance", (*_SCHEMES, "labour_insurance_number", "special_accident_insurance", "kentaikyo_number", "chutaikyo")),
        block("directory", ("awards", "clients")),
    ]  # fmt: skip
    return found if "phone" in seen.values else found[:1]
