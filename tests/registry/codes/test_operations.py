from datetime import date

import pytest

from config.texts import read_texts
from registry.codes.derive import read_table
from registry.codes.models import Code
from registry.codes.operations import load_codes
from registry.codes.queries import code_names, list_codes
from registry.codes.states import Counts, Table

DAY = date(2026, 11, 20)


@pytest.mark.parametrize("table", list(Table))
def test_codes_of_a_file_are_unique(table: Table) -> None:
    codes = [line.code for line in read_table(table)]
    assert codes
    assert len(codes) == len(set(codes))


@pytest.mark.django_db
@pytest.mark.parametrize("table", list(Table))
def test_the_database_equals_the_file(table: Table) -> None:
    assert code_names(table) == {line.code: line.name for line in read_table(table)}


@pytest.mark.django_db
def test_load_codes_twice_changes_nothing() -> None:
    assert load_codes(on=DAY) == []


@pytest.mark.django_db
def test_load_codes_mends_a_changed_row_and_dry_run_only_tells() -> None:
    Code.objects.filter(table=Table.PREFECTURES, code="13").update(name="東京府")

    told = load_codes(on=DAY, dry_run=True)
    assert [(change.code, change.act) for change in told] == [("13", "changed")]
    assert code_names(Table.PREFECTURES)["13"] == "東京府"

    load_codes(on=DAY)
    assert code_names(Table.PREFECTURES)["13"] == "東京都"


@pytest.mark.django_db
def test_a_code_that_left_its_file_is_closed_and_not_deleted() -> None:
    Code.objects.create(table=Table.TRADES, code="X999", name="消えた職種")

    load_codes(on=DAY)

    assert "X999" in code_names(Table.TRADES)
    assert "X999" not in {line.code for line in list_codes(Table.TRADES, on=DAY)}


@pytest.mark.django_db
def test_a_code_that_left_its_file_before_its_announced_end_is_closed_at_once() -> None:
    Code.objects.create(table=Table.TRADES, code="X999", name="消えた職種", valid_until=date(2027, 4, 1))

    assert [(change.code, change.act) for change in load_codes(on=DAY)] == [("X999", "closed")]
    assert load_codes(on=DAY) == []
    assert Code.objects.get(table=Table.TRADES, code="X999").valid_until == DAY


@pytest.mark.django_db
def test_a_code_that_was_closed_keeps_its_day() -> None:
    Code.objects.create(table=Table.TRADES, code="X999", name="消えた職種", valid_until=date(2026, 4, 1))

    assert load_codes(on=DAY) == []
    assert Code.objects.get(table=Table.TRADES, code="X999").valid_until == date(2026, 4, 1)


def test_every_touch_reason_counts_in_a_known_way_and_has_its_texts() -> None:
    texts = read_texts()
    for line in read_table(Table.TOUCH_REASONS):
        Counts(line.details["counts"])
        assert {f"reason.{line.code}.{part}" for part in ("cause", "consequence", "remedy", "who")} <= set(texts)
