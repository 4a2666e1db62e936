"""A person's and a firm's data in blocks: all that is registered, labelled, and nothing that was not seen."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from config.texts import read_texts
from portals.base.records import Block, business_blocks, full_kana, full_name, worker_blocks
from registry.audit.operations import Seen
from registry.businesses.policy import BUSINESS_POLICY
from registry.core.ids import BusinessId
from registry.core.read_policy import ReadPolicy, Relation
from registry.disclosure.queries import see_business, see_worker
from registry.workers.operations.registration import CredentialData, InsuranceData
from registry.workers.policy import WORKER_POLICY
from registry.workers.states import ALL_OF_DAYS, CredentialBlock, InsuranceItem, RegistrationKind
from tests.factories.cast import NOW, a_firm, a_worker
from tests.factories.visitors import firm_viewer, office_viewer, worker_viewer

pytestmark = pytest.mark.django_db
TEXTS = read_texts()
# Shown elsewhere on the page: in its heading, beside the photo, on the pages of the card and of the sites.
NOT_IN_BLOCKS = {
    "family_name", "middle_name", "given_name", "family_kana", "given_kana", "photo", "card_valid", "roster", "days_elsewhere", "name", *ALL_OF_DAYS,
}  # fmt: skip


def a_full_worker(employer: BusinessId | None = None) -> Seen:
    """A worker as registered in detail, read by the worker."""
    credentials = tuple(CredentialData(block=block, name=f"{block}の名前") for block in CredentialBlock)
    card = a_worker(
        employer, registration_kind=RegistrationKind.DETAILED, latin_name="MIHON TARO", alias="ミホ",
        insurances=(InsuranceData(item="health", joined=True, kind="協会けんぽ"),), credentials=credentials,
    )  # fmt: skip
    return see_worker(worker_viewer(card.worker_id), card.worker_id, at=NOW)


def words(block: Block) -> list[str]:
    return [text for line in [block.rows, *block.lines] for _, text in line]


def test_a_worker_reads_nine_blocks_in_the_order_of_the_handbook() -> None:
    assert [block.title for block in worker_blocks(a_full_worker())] == [
        "本人情報", "所属事業者", "社会保険など", "健康診断", "職種など", "登録基幹技能者資格", "保有資格など", "研修などの受講履歴", "表彰などの履歴",
    ]  # fmt: skip


def test_everything_registered_stands_in_its_block() -> None:
    firm = a_firm("所属の会社")
    found = {block.title: " ".join(words(block)) for block in worker_blocks(a_full_worker(firm))}
    assert "MIHON TARO" in found["本人情報"]
    assert "ミホ" in found["本人情報"]
    assert "1980年5月5日（月）" in found["本人情報"]
    assert "所属の会社" in found["所属事業者"]
    assert "協会けんぽ" in found["社会保険など"]
    assert "06-01" in found["職種など"]
    assert "chief" in found["登録基幹技能者資格"]
    assert all(block in found["保有資格など"] for block in ("qualification", "schooling"))
    assert "training" in found["研修などの受講履歴"]
    assert "award" in found["表彰などの履歴"]


def test_the_kind_of_an_insurance_is_said_in_english_too() -> None:
    with override("en"):
        said = [word for block in worker_blocks(a_full_worker()) for word in words(block)]
    assert "Japan Health Insurance Association" in said
    assert "協会けんぽ" not in said


def test_several_insurances_in_english_cost_no_further_query() -> None:
    numbers = []
    for items in (InsuranceItem.HEALTH,), tuple(InsuranceItem)[:3]:
        insurances = tuple(InsuranceData(item=item, joined=True, kind="協会けんぽ") for item in items)
        worker_id = a_worker(None, insurances=insurances).worker_id
        seen = see_worker(worker_viewer(worker_id), worker_id, at=NOW)
        with override("en"), CaptureQueriesContext(connection) as queries:
            said = [word for block in worker_blocks(seen) for word in words(block)]
        assert said.count("Japan Health Insurance Association") == len(items)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_without_an_alias_nothing_is_said_of_it() -> None:
    card = a_worker(None)
    seen = see_worker(worker_viewer(card.worker_id), card.worker_id, at=NOW)
    assert not {TEXTS["worker.alias"]["ja"], TEXTS["worker.alias_on_card"]["ja"]} & {
        label for block in worker_blocks(seen) for label, _ in block.rows
    }


def test_another_firm_has_no_blocks_with_words_but_those_it_may_read() -> None:
    card = a_worker(a_firm())
    seen = see_worker(firm_viewer(a_firm("別の会社")), card.worker_id, at=NOW)
    shown = [label for block in worker_blocks(seen) for label, _ in block.rows]
    assert shown == ["技能者ID", "レベル"]
    assert full_name(seen) == full_kana(seen) == ""


def own_fields(policy: ReadPolicy) -> set[str]:
    return {one.name for one in policy.fields if Relation.SELF in one.readers} - NOT_IN_BLOCKS


def everything(policy: ReadPolicy) -> Seen:
    """What somebody sees of whom every field is filled in."""
    several = {"affiliations", "trades", "insurances", "credentials"}
    values: dict[str, object] = dict.fromkeys(own_fields(policy) - several, date(2026, 1, 1))
    numbers = {"id": 12345678901821, "capital_yen": 1}
    values |= {name: number for name, number in numbers.items() if name in values}
    return Seen(1, values, frozenset({Relation.SELF}))


@pytest.mark.parametrize("noun", ["worker", "business"])
def test_every_own_field_stands_in_a_block_under_its_label(noun: str) -> None:
    policy, blocks_of = {
        "worker": (WORKER_POLICY, worker_blocks), "business": (BUSINESS_POLICY, business_blocks),
    }[noun]  # fmt: skip
    seen = everything(policy)
    labels = {label for block in blocks_of(seen) for label, _ in block.rows}
    assert labels == {TEXTS[f"{noun}.{name}"]["ja"] for name in seen.values}


def test_labels_and_titles_of_blocks_have_texts() -> None:
    seen, firm = a_full_worker(a_firm()), a_firm()
    blocks = worker_blocks(seen) + business_blocks(see_business(office_viewer(), firm, at=NOW))
    labels = [label for block in blocks for line in [block.rows, *block.lines] for label, _ in line]
    assert labels
    assert [text for text in [*labels, *(block.title for block in blocks)] if "." in text] == []


def test_a_permit_is_shown_in_words() -> None:
    permit = {"permit_authority": "13", "permit_class": "1", "permit_year": "2019", "permit_number": "123"}
    seen = Seen(1, {**permit, "phone": "00"}, frozenset({Relation.OFFICE}))
    rows = business_blocks(seen)[1].rows
    assert [text for _, text in rows] == ["東京都知事", "一般（般）", "2019年（R1）", "123"]


def test_a_firm_that_may_not_be_read_has_one_block() -> None:
    seen = see_business(firm_viewer(a_firm("別の会社")), a_firm(), at=NOW)
    assert [block.title for block in business_blocks(seen)] == [TEXTS["business.block.core"]["ja"]]
