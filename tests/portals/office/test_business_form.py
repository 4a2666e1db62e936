"""A firm's whole record, typed through the office's page: what stands on the firm's own page, and what is refused where."""

from typing import Any

import pytest
from django.test import Client

from registry.businesses.models import Business
from registry.core.ids import BusinessId, grouped
from tests.factories.visitors import as_firm
from tests.portals.office.test_forms import FIRM

pytestmark = pytest.mark.django_db
PAGE = "/office/businesses/new/"
FULL = {
    **FIRM, "corporate_number": "7000012050002", "capital_yen": "10000000", "fax": "00-0000-2222", "permit_authority": "13", "permit_class": "1",
    "permit_year": "2024", "permit_number": "123", "officer_mail": "tanto@example.jp", "officer_phone": "００－００００－３３３３",
    "officer_address": "東京都担当町3-3", "health_insurance": "joined", "pension_insurance": "not_joined", "employment_insurance": "exempt",
    "labour_insurance_number": "13-3-01-123456-000", "special_accident_insurance": "joined", "kentaikyo_number": "契約45678",
    "chutaikyo": "not_joined", "awards": "見本の優良工事表彰", "clients": "見本の取引先",
}  # fmt: skip


def send(office: Client, typed: dict[str, str], **more: str) -> Any:
    return office.post(PAGE, {"form_key": "one-form", **typed, **more})


def test_a_full_firm_stands_complete_on_the_own_page(office: Client) -> None:
    checked = send(office, FULL)
    on_check = {text for _, rows in checked.context["blocks"] for _, text in rows}
    assert {"適用除外", "見本の取引先", "東京都知事", "東京都担当町3-3"} <= on_check
    assert {"10,000,000", "00-0000-3333"} <= on_check, "as it will be registered, not as it was typed"
    done = office.post(PAGE, {"form_key": "one-form", **FULL, "confirmed": "1"}, follow=True).content.decode()
    assert f"事業者IDは{grouped(Business.objects.get().pk)}です" in done
    assert '<a href="/office/letters/">次：初回ログインの郵送物を印刷する</a>' in done

    page = as_firm(BusinessId(Business.objects.get().pk)).get("/business/own/")
    found = {block.title: dict(block.rows) for block in page.context["blocks"]}
    assert found["基本情報"]["FAX"] == "00-0000-2222"
    assert found["登録責任者"] == {
        "登録責任者の氏名": "担当", "登録責任者の住所": "東京都担当町3-3", "登録責任者の電話番号": "00-0000-3333",
        "登録責任者のメールアドレス": "tanto@example.jp",
    }  # fmt: skip
    assert found["社会保険など"] == {
        "健康保険": "加入", "厚生年金保険": "未加入", "雇用保険": "適用除外", "労働保険番号": "13301123456000", "労災保険の特別加入": "はい",
        "建退共 共済契約者番号": "契約45678", "中退共への加入": "いいえ",
    }  # fmt: skip
    assert found["表彰と主な取引先"] == {"表彰": "見本の優良工事表彰", "主な取引先": "見本の取引先"}


def test_what_was_left_empty_is_said_before_it_is_registered(office: Client) -> None:
    blocks = dict(send(office, {**FIRM, "capital_yen": "0"}).context["blocks"])
    core = dict(blocks["business.block.core"])
    assert (core["法人番号"], core["資本金（円）"]) == ("未入力", "0")


def test_of_what_nobody_said_nothing_is_registered(office: Client) -> None:
    send(office, FIRM, confirmed="1")
    firm = Business.objects.get()
    assert (firm.chutaikyo, firm.special_accident_insurance, firm.health_insurance) == (None, None, "")


@pytest.mark.parametrize(
    ("changed", "field", "text"),
    [
        ({"labour_insurance_number": "13-3-01-123456"}, "labour_insurance_number", "14桁"),
        ({"health_insurance": "maybe"}, "health_insurance", "いまの候補にありません"),
        ({"chutaikyo": "exempt"}, "chutaikyo", "いまの候補にありません"),
        ({"fax": "110"}, "fax", "電話番号"),
        ({"officer_phone": "あいう"}, "officer_phone", "電話番号"),
        ({"clients": "見" * 2001}, "clients", "2001"),
        ({"permit_year": ""}, "permit_year", "一部だけ"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_with_all_the_rest(
    office: Client, changed: dict[str, str], field: str, text: str
) -> None:
    typed = {**FULL, **changed}
    page = send(office, typed)
    assert page.status_code == 422
    form = page.context["form"]
    ((where, (error, *_more)),) = form.errors.items()
    assert (where, text in error) == (field, True), error
    assert {name: form[name].value() for name in typed} == typed
    assert f'id="id_{field}_error"' in page.content.decode()
    assert not Business.objects.exists()


def test_a_button_for_rows_that_are_not_there_does_no_harm(office: Client) -> None:
    page = send(office, FULL, more="award", confirmed="1")
    assert (page.status_code, page.context["step"]) == (200, 1)
    assert not Business.objects.exists()
