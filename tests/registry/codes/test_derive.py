"""The CSV files as they are committed."""

from datetime import date

import pytest

from registry.codes.derive import read_table
from registry.codes.states import Counts, Table
from registry.histories.states import Reason

# What a reader can open without an address.
DOCUMENTS = (
    "JIS X 0401", "ruling 24", "全建統一様式第", "公共工事設計労務単価の職種", "出入国管理及び難民認定法",
    "国土交通省 作業員名簿 作成例", "建設キャリアアップシステムご利用ガイド 技能者用 第2版",
)  # fmt: skip


@pytest.mark.parametrize("table", Table)
def test_every_file_is_read_and_names_each_code_once(table: Table) -> None:
    lines = read_table(table)
    codes = [line.code for line in lines]
    assert lines
    assert all(line.table is table and line.code and line.name for line in lines)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("table", Table)
def test_days_of_validity_do_not_end_before_they_begin(table: Table) -> None:
    for line in read_table(table):
        assert line.valid_from is None or line.valid_until is None or line.valid_from < line.valid_until


@pytest.mark.parametrize("table", Table)
def test_a_source_is_an_address_or_a_document_with_its_name(table: Table) -> None:
    sources = {line.source for line in read_table(table)} - {""}
    assert [source for source in sources if not source.startswith(("https://", "http://", *DOCUMENTS))] == []


def test_what_only_some_tables_have_stands_in_details() -> None:
    fee = next(line for line in read_table(Table.FEES) if line.code == "worker_simple@2021-04-01")
    assert fee.valid_from == date(2021, 4, 1)
    assert fee.details["amount_yen"] == "2500"
    assert "source" not in fee.details


def test_the_reasons_of_touches_are_those_of_the_code() -> None:
    lines = {line.code: line for line in read_table(Table.TOUCH_REASONS)}
    assert set(lines) == set(Reason)
    assert {line.details["counts"] for line in lines.values()} <= set(Counts)
