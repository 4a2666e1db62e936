from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils.translation import override

from registry.codes.derive import CodeLine, read_table
from registry.codes.models import Code
from registry.codes.queries import code_names, list_codes
from registry.codes.states import Table


def _codes(on: date) -> set[str]:
    return {line.code for line in list_codes(Table.TRADES, on=on)}


@pytest.mark.django_db
def test_list_codes_gives_a_code_from_its_first_day_until_before_its_end() -> None:
    Code.objects.create(
        table=Table.TRADES,
        code="X999",
        name="期間のある職種",
        valid_from=date(2026, 4, 1),
        valid_until=date(2026, 5, 1),
    )

    assert "X999" not in _codes(date(2026, 3, 31))
    assert "X999" in _codes(date(2026, 4, 1))
    assert "X999" in _codes(date(2026, 4, 30))
    assert "X999" not in _codes(date(2026, 5, 1))
    assert code_names(Table.TRADES)["X999"] == "期間のある職種"


def _fees_of_one_kind() -> list[list[CodeLine]]:
    groups: dict[tuple[str, str], list[CodeLine]] = {}
    for line in read_table(Table.FEES):
        groups.setdefault((line.name, line.details["condition"]), []).append(line)
    return [sorted(lines, key=lambda line: line.valid_from or date.min) for lines in groups.values()]


def test_a_fee_that_follows_another_starts_on_the_day_the_other_ends() -> None:
    for lines in _fees_of_one_kind():
        for earlier, later in pairwise(lines):
            assert earlier.valid_until == later.valid_from, f"{earlier.code} and {later.code} leave a gap or overlap"


@pytest.mark.django_db
def test_on_the_last_day_of_a_fee_it_still_holds() -> None:
    for lines in _fees_of_one_kind():
        for earlier, later in pairwise(lines):
            assert later.valid_from
            codes = {line.code for line in list_codes(Table.FEES, on=later.valid_from - timedelta(days=1))}
            assert earlier.code in codes
            assert later.code not in codes


SHOWN = (Table.TRADES, Table.POSITIONS, Table.PREFECTURES, Table.INSURANCE_KINDS)  # what pages name


@pytest.mark.parametrize("table", SHOWN)
def test_every_code_that_pages_name_has_an_english_name(table: Table) -> None:
    names = [line.details["name_en"] for line in read_table(table)]
    assert [name for name in names if not name or not name.isascii()] == []


def test_trades_of_one_english_name_have_one_japanese_name() -> None:
    japanese: dict[str, set[str]] = {}
    for line in read_table(Table.TRADES):
        japanese.setdefault(line.details["name_en"], set()).add(line.name)
    assert {name: found for name, found in japanese.items() if len(found) > 1} == {}


@pytest.mark.django_db
def test_names_come_in_the_language_that_is_spoken() -> None:
    Code.objects.create(table=Table.TRADES, code="X999", name="訳のない職種")
    assert code_names(Table.TRADES)["06-02"] == "足場とび工"
    with override("en"):
        names = code_names(Table.TRADES)
        listed = {line.code: line.name for line in list_codes(Table.TRADES, on=date(2026, 11, 20))}
    assert names == listed
    assert (names["06-02"], names["X999"]) == ("Scaffold erector", "訳のない職種")
