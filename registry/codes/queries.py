"""Reads of the code tables."""

from datetime import date

from django.db.models import Q

from registry.codes.derive import CodeLine
from registry.codes.models import Code
from registry.codes.states import Table


def _line(row: Code) -> CodeLine:
    return CodeLine(
        Table(row.table), row.code, row.name, row.kana, row.valid_from, row.valid_until, row.source, row.details
    )


def list_codes(table: Table, *, on: date) -> list[CodeLine]:
    """The codes of a table that may be used on a day, by code."""
    valid = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gt=on))
    return [_line(row) for row in Code.objects.filter(valid, table=table).order_by("code")]


def code_names(table: Table) -> dict[str, str]:
    """Names of all codes of a table, those out of use too: old records show them."""
    return dict(Code.objects.filter(table=table).order_by("code").values_list("code", "name"))
