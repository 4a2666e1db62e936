"""A worker's whole record, typed through the office's page: what stands on the worker's own page, and what is refused where."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portals.office.worker_form import WorkerForm
from registry.core.ids import grouped
from registry.drafts.models import Draft
from registry.workers.models import Credential, Insurance, Worker, WorkerTrade
from registry.workers.states import Confirmation, CredentialBlock, InsuranceItem
from tests.factories.cast import a_firm
from tests.factories.visitors import as_worker
from tests.portals.base.test_drafts import word_of
from tests.portals.office.test_forms import PERSON

pytestmark = pytest.mark.django_db
PAGE = "/office/workers/new/"
DETAILED = {**PERSON, "registration_kind": "detailed"}
FULL = {
    **DETAILED, "middle_name": "ミドル", "alias": "見本 通称", "alias_on_card": "on", "latin_name": "MIHON TARO", "phone": "090-0000-1111",
    "fax": "00-0000-2222", "mail": "mihon@example.jp", "card_postal_code": "200-0000", "card_address": "東京都送付町1-1",
    "emergency_name": "見本 花子", "emergency_phone": "090-0000-3333", "emergency_address": "東京都連絡町2-2", "blood_type": "AB",
    "experience": "型枠工事 20年", "employer_name": "登録のない工務店", "position": "班長の候補",
    "health_checked_on": "R8.4.1", "blood_pressure": "128/82", "trade_2": "01-01", "trade_3": "02-01", "trade_4": "06-02",
    "insurance_health_joined": "joined", "insurance_health_kind": "協会けんぽ", "insurance_health_confirmed_on": "2026/9/1",
    "insurance_health_evidence": "資格確認書", "insurance_pension_joined": "not_joined", "insurance_employment_joined": "joined",
    "insurance_employment_number": "1234", "insurance_kentaikyo_joined": "joined", "insurance_kentaikyo_number": "１２３４５６７８９",
    "insurance_chutaikyo_joined": "not_joined", "insurance_special_accident_joined": "joined",
    "chief_1_name": "登録電気工事基幹技能者", "chief_1_number": "基1", "chief_1_valid_until": "2030/3/31",
    "qualification_1_name": "見本の技能講習", "qualification_1_body": "見本の協会", "qualification_1_acquired_on": "H27.4.1",
    "qualification_1_confirmed_on": "2026/9/2", "qualification_1_evidence": "修了証", "qualification_3_name": "三つ目の資格",
    "schooling_1_name": "見本工業高校 建築科", "training_1_name": "見本の研修", "training_1_body": "見本の機関",
    "award_1_name": "見本の表彰", "award_1_acquired_on": "2020/10/1",
}  # fmt: skip


def send(office: Client, typed: dict[str, str], **more: str) -> Any:
    return office.post(PAGE, {"form_key": "one-form", **typed, **more})


def shown(page: Any) -> dict[str, str]:
    """The blocks of a record's page, each as its title and all its words."""
    return {
        block.title: " ".join(text for line in [block.rows, *block.lines] for _, text in line)
        for block in page.context["blocks"]
    }


def test_a_full_worker_stands_complete_on_the_own_page(office: Client) -> None:
    checked = send(office, FULL)
    assert checked.context["step"] == 2
    on_check = {text for _, rows in checked.context["blocks"] for _, text in rows}
    assert {
        "登録のない工務店",
        "三つ目の資格",
        "資格確認書",
        "詳細型",
        "加入",
        "AB",
        "01-01 " + trade_name("01-01"),
    } <= on_check
    assert send(office, FULL, confirmed="1").status_code == 302

    page = as_worker(Worker.objects.get().pk).get("/worker/own/")
    found = shown(page)
    wanted = {
        "本人情報": ("見本 通称", "MIHON TARO", "AB", "00-0000-2222", "mihon@example.jp", "200-0000", "東京都送付町1-1", "見本 花子",
                     "090-0000-3333", "東京都連絡町2-2", "詳細型", "型枠工事 20年", "はい"),
        "所属事業者": ("登録のない工務店", "班長の候補"),
        "社会保険など": ("健康保険", "協会けんぽ", "証明書類で確認済", "年金保険", "1234", "123456789", "中退共", "労災保険特別加入"),
        "健康診断": ("2026年4月1日", "128/82"),
        "職種など": ("06-01", "01-01", "02-01", "06-02"),
        "登録基幹技能者資格": ("登録電気工事基幹技能者", "基1", "2030年3月31日"),
        "保有資格など": ("見本の技能講習", "見本の協会", "2015年4月1日", "三つ目の資格", "見本工業高校 建築科"),
        "研修などの受講履歴": ("見本の研修", "見本の機関"),
        "表彰などの履歴": ("見本の表彰", "2020年10月1日"),
    }  # fmt: skip
    assert list(found) == list(wanted)
    assert [(title, word) for title, words in wanted.items() for word in words if word not in found[title]] == []
    assert "ミドル" in page.content.decode()


def trade_name(code: str) -> str:
    form: Any = WorkerForm()
    return str(dict(form.fields["trade"].choices)[code]).removeprefix(f"{code} ")


def test_the_employer_is_checked_by_its_name(office: Client) -> None:
    firm = a_firm("見比べる工務店")
    checked = send(office, {**FULL, "employer_name": "", "employer_id": str(firm)})
    on_check = [text for _, rows in checked.context["blocks"] for _, text in rows]
    assert f"{grouped(firm)} 見比べる工務店" in on_check


def test_what_was_typed_is_kept_row_by_row(office: Client) -> None:
    send(office, FULL, confirmed="1")
    health = Insurance.objects.get(item=InsuranceItem.HEALTH)
    assert (health.joined, health.confirmation, health.confirmed_on, health.evidence) == (
        True, Confirmation.CONFIRMED, date(2026, 9, 1), "資格確認書",
    )  # fmt: skip
    assert set(Insurance.objects.filter(joined=False).values_list("item", flat=True)) == {"pension", "chutaikyo"}
    rows = Credential.objects.order_by("pk").values_list("block", "name", "code", "confirmation")
    assert list(rows) == [
        (CredentialBlock.CHIEF, "登録電気工事基幹技能者", "00001", Confirmation.UNCONFIRMED),
        (CredentialBlock.QUALIFICATION, "見本の技能講習", "", Confirmation.CONFIRMED),
        (CredentialBlock.QUALIFICATION, "三つ目の資格", "", Confirmation.UNCONFIRMED),
        (CredentialBlock.SCHOOLING, "見本工業高校 建築科", "", Confirmation.UNCONFIRMED),
        (CredentialBlock.TRAINING, "見本の研修", "", Confirmation.UNCONFIRMED),
        (CredentialBlock.AWARD, "見本の表彰", "", Confirmation.UNCONFIRMED),
    ]
    assert list(WorkerTrade.objects.order_by("place").values_list("trade", flat=True)) == [
        "06-01",
        "01-01",
        "02-01",
        "06-02",
    ]


def test_what_is_not_typed_is_not_registered(office: Client) -> None:
    assert send(office, PERSON, confirmed="1").status_code == 302
    assert not Insurance.objects.exists()
    assert not Credential.objects.exists()


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"qualification_3_acquired_on": "昭和99年"}, "qualification_3_acquired_on", "日付として読み取れません"),
    ({"qualification_2_number": "12"}, "qualification_2_name", "「資格2の番号」には、これも必要です"),
    ({"award_1_evidence": "賞状"}, "award_1_confirmed_on", "「表彰1の確認書類」には、これも必要です"),
    ({"insurance_kentaikyo_number": "123"}, "insurance_kentaikyo_number", "被共済者番号は9桁"),
    ({"insurance_employment_number": "一二三四"}, "insurance_employment_number", "数字だけ"),
    ({"insurance_pension_joined": "", "insurance_pension_kind": "国民年金"}, "insurance_pension_joined", "「年金保険の区分」には"),
    ({"trade_3": "01-01"}, "trade_3", "同じ職種が二度"),
    ({"experience": "番号 1234-5678-9018"}, "experience", "個人番号"),
    ({"employer_name": ""}, "employer_id", "「立場」には、これも必要です"),
    ({"alias": ""}, "alias", "「通称名・旧姓をカードに載せる」には"),
    ({"card_postal_code": ""}, "card_postal_code", "「カード送付先」には"),
    ({"card_address": ""}, "card_address", "「カード送付先の郵便番号」には"),
    ({"blood_type": "C"}, "blood_type", "いまの候補にありません"),
    ({"registration_kind": "simple"}, "health_checked_on", "詳細型だけ"),
    ({"registration_kind": "simple", "health_checked_on": "", "blood_pressure": ""}, "chief_1_name", "詳細型だけ"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "field", "text"), WRONG)
def test_what_is_wrong_stands_beside_its_field_with_all_the_rest(
    office: Client, changed: dict[str, str], field: str, text: str
) -> None:
    typed = {**FULL, **changed}
    page = send(office, typed)
    assert page.status_code == 422
    form = page.context["form"]
    ((where, (error, *_more)),) = form.errors.items()
    assert (where, text in error) == (field, True), error
    kept = {name: form[name].value() for name in typed}
    assert kept == {**typed, "alias_on_card": True}
    html = page.content.decode()
    assert f'id="id_{field}_error"' in html
    assert f'href="#id_{field}"' in html
    assert not Worker.objects.exists()


def test_special_accident_insurance_of_the_simple_type_is_refused_beside_it(office: Client) -> None:
    page = send(office, {**PERSON, "insurance_special_accident_joined": "joined"})
    assert list(page.context["form"].errors) == ["insurance_special_accident_joined"]


def opened(page: Any) -> set[str]:
    """The folded parts that stand open."""
    return {part.folded for _, parts in page.context["form"].blocks() for part in parts if part.folded and part.is_open}


def test_what_is_folded_stands_open_where_something_is_typed_or_wrong(office: Client) -> None:
    assert opened(office.get(PAGE)) == set()
    page = send(office, {**DETAILED, "fax": "x", "award_1_name": "見本の表彰"})
    assert opened(page) == {"血液型、FAX、経験など", "表彰などを入力する"}
    assert page.content.decode().count('<details class="ds-details" open>') == 2


class TestMoreRows:
    """The button that adds a row, as a browser without script sends it."""

    def test_it_keeps_what_was_typed_and_refuses_nothing_yet(self, office: Client) -> None:
        typed = {**FULL, "family_name": "", "qualification_2_acquired_on": "昭和99年"}
        page = send(office, typed, more="qualification")
        form, html = page.context["form"], page.content.decode()
        assert (page.status_code, page.context["step"], dict(form.errors)) == (200, 1, {})
        assert {name: form[name].value() for name in typed} == {**typed, "alias_on_card": True}
        assert form["qualification_4_name"].value() is None
        assert "qualification_5_name" not in form.fields
        assert re.search('name="qualification_4_name"[^>]* autofocus', html)
        assert html.count(" autofocus") == 1

    def test_an_empty_page_grows_too(self, office: Client) -> None:
        page = office.post(PAGE, {"more": "training"})
        assert "training_2_name" in page.context["form"].fields
        assert opened(page) == {"研修などを入力する"}

    def test_there_is_an_end_to_it(self, office: Client) -> None:
        page = send(office, {**DETAILED, "chief_10_name": "十", "chief_999_name": "多すぎる"}, more="chief")
        assert "chief_11_name" not in page.context["form"].fields
        assert "ここで入力できるのは10件までです" in page.content.decode()
        assert 'name="more" value="chief"' not in page.content.decode()

    def test_a_draft_brings_back_the_rows_that_were_added(self, office: Client) -> None:
        grown = office.post(PAGE, {**FULL, "draft_of": word_of(office, PAGE), "more": "training"})
        word = grown.context["request"].draft.word
        office.post(PAGE, {**FULL, "training_2_name": "二つ目の研修", "draft_of": word, "draft": "keep"})
        form = office.get(PAGE).context["form"]
        assert form["training_2_name"].value() == "二つ目の研修"
        assert form["qualification_3_name"].value() == "三つ目の資格"
        assert form["insurance_kentaikyo_number"].value() == "１２３４５６７８９"

    def test_a_row_of_a_draft_can_be_sent_on(self, office: Client) -> None:
        send(office, {**FULL, "training_2_name": "二つ目の研修"}, confirmed="1")
        assert Credential.objects.filter(block=CredentialBlock.TRAINING).count() == 2


def test_a_draft_keeps_no_individual_number(office: Client) -> None:
    typed = {**FULL, "experience": "番号 1234-5678-9018", "draft_of": word_of(office, PAGE)}
    assert office.post(PAGE, typed).status_code == 422
    kept = Draft.objects.get().typed
    assert (kept["experience"], kept["blood_type"]) == ("", "AB")


def test_the_employer_stands_by_its_id_or_by_its_name(office: Client) -> None:
    page = send(office, {**FULL, "employer_id": str(a_firm())})
    assert list(page.context["form"].errors) == ["employer_name"]


@pytest.mark.parametrize("more", [{}, {"again": "1"}, {"more": "award"}, {"confirmed": "1"}])
def test_more_rows_take_no_more_queries(office: Client, more: dict[str, str]) -> None:
    one = {**DETAILED, "insurance_health_joined": "joined", "qualification_1_name": "一つ目"}
    many = {
        **one, **{f"qualification_{n}_name": f"資格その{n}" for n in range(2, 21)}, "trade_2": "01-01",
        **{f"insurance_{item}_joined": "joined" for item in InsuranceItem},
    }  # fmt: skip
    counted: list[int] = []
    for typed in (one, one, many):  # the first time something is read once for all
        with CaptureQueriesContext(connection) as queries:
            send(office, typed, form_key=f"form {len(counted)}", **more)
        counted.append(len(queries))
    assert counted[1] == counted[2]
