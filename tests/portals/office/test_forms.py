"""The office's forms: what they refuse beside which field."""

from typing import Any

import pytest

from portals.office.forms import BusinessForm
from portals.office.worker_form import WorkerForm

pytestmark = pytest.mark.django_db
FIRM = {
    "name": "見本建設", "kana": "ミホンケンセツ", "kind": "corporation", "representative": "見本 代表", "capital_yen": "0",
    "postal_code": "100-0000", "prefecture": "13", "address": "東京都", "phone": "00-0000-0000", "officer_name": "担当",
}  # fmt: skip
PERSON = {
    "family_name": "見本", "given_name": "太郎", "family_kana": "ミホン", "given_kana": "タロウ", "birth_on": "昭和55年5月5日",
    "sex": "1", "nationality": "日本", "postal_code": "1000000", "prefecture": "13", "address": "東京都",
    "registration_kind": "simple", "trade": "06-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "club"}, "kind"),
        ({"postal_code": "100-00"}, "postal_code"),
        ({"postal_code": "〒１２３－456"}, "postal_code"),
        ({"capital_yen": "-1"}, "capital_yen"),
        ({"capital_yen": "9" * 20}, "capital_yen"),
        ({"phone": "あいう"}, "phone"),
        ({"phone": "110"}, "phone"),
        ({"prefecture": "99"}, "prefecture"),
        ({"officer_mail": "nobody"}, "officer_mail"),
        ({"name": ""}, "name"),
        ({"corporate_number": "七千"}, "corporate_number"),
        ({"permit_authority": "東京都知事"}, "permit_authority"),
        ({"permit_class": "般"}, "permit_class"),
        ({"permit_year": "2020"}, "permit_year"),
        ({"permit_number": "第1号"}, "permit_number"),
        ({"permit_number": "1234567"}, "permit_number"),
    ],
)
def test_a_firm_is_refused_beside_the_field(changed: dict[str, str], field: str) -> None:
    assert list(BusinessForm({**FIRM, **changed}).errors) == [field]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"birth_on": "昭和70年1月1日"}, "birth_on"),
        ({"sex": "3"}, "sex"),
        ({"trade": "99-99"}, "trade"),
        ({"employer_id": "1234"}, "employer_id"),
        ({"registration_kind": "both"}, "registration_kind"),
    ],
)
def test_a_worker_is_refused_beside_the_field(changed: dict[str, str], field: str) -> None:
    assert list(WorkerForm({**PERSON, **changed}).errors) == [field]


@pytest.mark.parametrize(
    "typed", ["100-0000", "1000000", "〒100-0000", "１００－００００", "１００ー００００", "100 0000"]
)
def test_a_postal_code_is_kept_in_one_form(typed: str) -> None:
    form = BusinessForm({**FIRM, "postal_code": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["postal_code"] == "100-0000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("０３ー１２３４ー５６７８", "03-1234-5678"),
        ("03(1234)5678", "03(1234)5678"),
        ("+81 90-0000-0000", "+81 90-0000-0000"),
        ("0312345678", "0312345678"),
    ],
)
def test_a_phone_number_is_taken_as_people_type_it(typed: str, kept: str) -> None:
    form = BusinessForm({**FIRM, "phone": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == kept


def test_a_permit_is_picked_in_its_parts() -> None:
    form: Any = BusinessForm()
    authorities, years = form.fields["permit_authority"].choices, form.fields["permit_year"].choices
    assert list(authorities)[1:3] == [("00", "国土交通大臣"), ("01", "北海道知事")]
    assert ("13", "東京都知事") in authorities
    assert list(years) == [
        ("", "―"), ("2026", "2026年（R8）"), ("2025", "2025年（R7）"), ("2024", "2024年（R6）"),
        ("2023", "2023年（R5）"), ("2022", "2022年（R4）"), ("2021", "2021年（R3）"),
    ]  # fmt: skip
    typed = {"permit_authority": "00", "permit_class": "2", "permit_year": "2024", "permit_number": "１２３"}
    form = BusinessForm({**FIRM, **typed, "corporate_number": "７０００012050002"})
    assert form.is_valid(), form.errors
    kept = {name: form.cleaned_data[name] for name in [*typed, "corporate_number"]}
    assert kept == {**typed, "permit_number": "123", "corporate_number": "7000012050002"}


def test_a_worker_needs_no_phone() -> None:
    assert WorkerForm({**PERSON, "phone": ""}).is_valid()


def test_a_workers_trade_becomes_the_first_trade() -> None:
    form = WorkerForm(PERSON)
    assert form.is_valid(), form.errors
    data: dict[str, Any] = form.data_of_worker()
    assert data["trades"] == ("06-01",)
    assert "trade" not in data


def test_choices_are_the_code_tables() -> None:
    form: Any = WorkerForm()
    assert ("13", "東京都") in form.fields["prefecture"].choices
    assert any(code == "06-01" and name.startswith("06-01 ") for code, name in form.fields["trade"].choices)
