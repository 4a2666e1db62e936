"""Reads of the code tables. Names come in the language that is spoken: Japanese, or ours where the table has one."""

from datetime import date

from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils.translation import get_language

from registry.codes.derive import CodeLine
from registry.codes.models import Code
from registry.codes.states import Table


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def _line(row: Code) -> CodeLine:
    name = (row.details.get("name_en") if _in_english() else "") or row.name
    return CodeLine(
        Table(row.table), row.code, name, row.kana, row.valid_from, row.valid_until, row.source, row.details
    )


def list_codes(table: Table, *, on: date) -> list[CodeLine]:
    """The codes of a table that may be used on a day, by code."""
    valid = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gt=on))
    return [_line(row) for row in Code.objects.filter(valid, table=table).order_by("code")]


def said_names(table: Table) -> dict[str, str]:
    """What names that were kept in the words of a table are in the language that is spoken; nothing in that of the table."""
    if not _in_english():
        return {}
    rows = Code.objects.filter(table=table).order_by("-code")  # of a name that stands twice the first one holds
    return {name: ours or name for name, ours in rows.values_list("name", KT("details__name_en"))}


def code_names(table: Table) -> dict[str, str]:
    """Names of all codes of a table, those out of use too: old records show them."""
    rows = Code.objects.filter(table=table).order_by("code")
    if not _in_english():
        return dict(rows.values_list("code", "name"))
    return {code: ours or name for code, name, ours in rows.values_list("code", "name", KT("details__name_en"))}
