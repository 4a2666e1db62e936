"""Registering workers, and their trades from day to day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.accounts.states import Permission
from registry.audit.models import Move
from registry.businesses.operations import KanaError
from registry.changes.models import Change
from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, IdKind, WorkerId, is_id
from registry.notices.models import Letter, Notice
from registry.notices.states import LetterKind
from registry.workers.models import Affiliation, Credential, Insurance, Worker, WorkerTrade
from registry.workers.operations.links import EmployerUnknownError
from registry.workers.operations.registration import (
    BirthDateError,
    CredentialData,
    DetailedOnlyError,
    EmployerTwiceError,
    IndividualNumberError,
    InsuranceData,
    InsuranceNumberError,
    TradesError,
    WorkerData,
    change_trades,
    check_worker,
    register_worker,
)
from registry.workers.queries import load_trades
from registry.workers.states import CredentialBlock, InsuranceItem, RegistrationKind
from tests.factories.cast import NOW, OFFICE, a_firm, a_worker

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
CERTIFICATE = CredentialData(block=CredentialBlock.QUALIFICATION, name="玉掛け")


def data(**more: Any) -> WorkerData:
    """A worker's data."""
    return WorkerData(**{
        "family_name": "見本", "given_name": "太郎", "family_kana": "ミホン", "given_kana": "タロウ",
        "birth_on": date(1980, 5, 5), "sex": "1", "postal_code": "100-0000", "prefecture": "13", "address": "東京都",
        "trades": ("06-01",), **more,
    })  # fmt: skip


def register(**more: Any) -> WorkerId:
    """Register a worker."""
    return register_worker(data(**more), by=OFFICE, at=NOW)


def test_a_worker_is_registered_with_id_account_letters_message_and_mark() -> None:
    worker_id = register()
    worker = Worker.objects.select_related("account").get(pk=worker_id)
    assert is_id(worker_id, IdKind.WORKER)
    assert (worker.account.login_id, worker.account.display_name) == (str(worker_id), "見本 太郎")
    assert (worker.registered_on, worker.level, worker.nationality) == (TODAY, 1, "日本")
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["worker_first_password", "worker_security_code"]
    assert Notice.objects.get().account_id == worker.account_id
    assert Move.objects.filter(noun="workers_worker", subject_id=worker_id, move="register").count() == 1
    assert Change.objects.get(worker_id=worker_id).from_on == TODAY


def test_the_code_goes_to_the_own_address_and_not_to_where_the_card_goes() -> None:
    register(address="自宅", card_address="事務所", card_postal_code="999-9999")
    addresses = dict(Letter.objects.values_list("kind", "address"))
    assert addresses == {LetterKind.WORKER_FIRST_PASSWORD: "事務所", LetterKind.WORKER_SECURITY_CODE: "東京都自宅"}


def test_a_letter_names_the_prefecture_once() -> None:
    register(address="東京都見本区1-2")
    assert set(Letter.objects.values_list("address", flat=True)) == {"東京都見本区1-2"}


def test_all_blocks_are_kept() -> None:
    insurance = InsuranceData(item=InsuranceItem.KENTAIKYO, joined=True, number="123456789")
    worker_id = register(
        registration_kind=RegistrationKind.DETAILED, insurances=(insurance,), credentials=(CERTIFICATE,),
        trades=("06-01", "01-01"), employer_name="名前だけの会社", position="職長",
    )  # fmt: skip
    assert Insurance.objects.get(worker=worker_id).number == "123456789"
    assert Credential.objects.get(worker=worker_id).name == "玉掛け"
    assert [row.trade for row in WorkerTrade.objects.filter(worker=worker_id).order_by("place")] == ["06-01", "01-01"]
    link = Affiliation.objects.get(worker=worker_id)
    assert (link.business_name, link.principal, link.position) == ("名前だけの会社", True, "職長")


def test_the_employer_is_linked_as_the_principal_one_from_today() -> None:
    firm = a_firm()
    link = Affiliation.objects.get(worker=register(employer_id=firm))
    assert (link.business_id, link.principal, link.from_on, link.until_on) == (firm, True, TODAY, None)


def test_the_same_form_registers_one_worker() -> None:
    one = register_worker(data(), key="k", by=OFFICE, at=NOW)
    assert register_worker(data(), key="k", by=OFFICE, at=NOW) == one
    assert (Worker.objects.count(), Letter.objects.count()) == (1, 2)


def test_another_person_typed_on_the_page_that_back_shows_is_registered() -> None:
    one = register_worker(data(), key="k", by=OFFICE, at=NOW)
    other = register_worker(data(family_name="別"), key="k", by=OFFICE, at=NOW)
    assert Worker.objects.get(pk=other).family_name == "別"
    assert register_worker(data(), key="k", by=OFFICE, at=NOW) == one


DETAILED = {"registration_kind": RegistrationKind.DETAILED}
REFUSED: list[tuple[dict[str, Any], type[RegistryError], str]] = [
    ({"family_kana": "見本"}, KanaError, "family_kana"),
    ({"given_kana": "たろう"}, KanaError, "given_kana"),
    ({"birth_on": date(2026, 11, 21)}, BirthDateError, "birth_on"),
    ({"birth_on": date(1906, 12, 31)}, BirthDateError, "birth_on"),
    ({"experience": "番号 1234-5678-9018"}, IndividualNumberError, "experience"),
    ({"employer_id": BusinessId(12345678901822)}, EmployerUnknownError, "employer_id"),
    ({"trades": ()}, TradesError, "trades"),
    ({"trades": ("06-01", "06-01")}, TradesError, "trades"),
    ({"trades": ("06-01", "01-01", "02-01", "09-01", "10-01")}, TradesError, "trades"),
    ({"trades": ("99-99",)}, TradesError, "trades"),
    ({"insurances": (InsuranceData(item="health", joined=True, number="1"),)}, InsuranceNumberError, "insurances"),
    ({"insurances": (InsuranceData(item="employment", joined=True, number="12345"),)}, InsuranceNumberError, "insurances"),
    ({"insurances": (InsuranceData(item="kentaikyo", joined=True, number="１２３４５６７８９"),)}, InsuranceNumberError, "insurances"),
    ({"credentials": (CERTIFICATE,)}, DetailedOnlyError, "credentials"),
    ({"health_checked_on": TODAY}, DetailedOnlyError, "health_checked_on"),
    ({"blood_pressure": "120-80"}, DetailedOnlyError, "blood_pressure"),
    ({"insurances": (InsuranceData(item="special_accident", joined=True),)}, DetailedOnlyError, "insurances"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "kind", "field"), REFUSED)
def test_what_is_wrong_is_refused_beside_its_field(more: dict[str, Any], kind: type[RegistryError], field: str) -> None:
    with pytest.raises(kind) as refused:
        register(**more)
    assert refused.value.field == field
    assert (Worker.objects.count(), Letter.objects.count()) == (0, 0)


def test_an_employer_stands_by_id_or_by_name() -> None:
    with pytest.raises(EmployerTwiceError) as refused:
        register(employer_id=a_firm(), employer_name="会社")
    assert refused.value.field == "employer_name"


@pytest.mark.parametrize(
    "more",
    [
        {"birth_on": TODAY},
        {"birth_on": date(1907, 1, 1)},
        {"trades": ("06-01", "01-01", "02-01", "09-01")},
        {"trades": ("X左官の手伝い",)},  # one that the table lacks (ruling 33)
        {**DETAILED, "credentials": (CERTIFICATE,), "health_checked_on": TODAY},
        {"insurances": (InsuranceData(item="employment", joined=True, number="1234"),)},
    ],
)
def test_the_edges_are_inside(more: dict[str, Any]) -> None:
    check_worker(data(**more), at=NOW)


def test_today_is_the_day_in_japan() -> None:
    check_worker(data(birth_on=date(2026, 11, 21)), at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "rights", [frozenset(), frozenset({Permission.OFFICE_SEARCH}), frozenset({Permission.BUSINESS_WORKERS})]
)
def test_only_who_registers_may_register_and_change_trades(rights: frozenset[str]) -> None:
    by, card = Actor(ActorKind.OFFICE, rights=rights), a_worker(None)
    with pytest.raises(NotAllowedError):
        register_worker(data(), by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        change_trades(card.worker_id, ("01-01",), from_on=TODAY, by=by, at=NOW)


class TestTrades:
    """Rows from day to day."""

    def change(self, worker_id: WorkerId, *trades: str, from_on: date = TODAY) -> None:
        change_trades(worker_id, trades, from_on=from_on, by=OFFICE, at=NOW)

    def on(self, worker_id: WorkerId, day: date) -> list[str]:
        rows = load_trades([worker_id])[worker_id]
        return [row.trade for row in rows if row.from_on <= day and (row.until_on is None or day < row.until_on)]

    def test_new_trades_hold_from_their_day_and_the_old_ones_before_it(self) -> None:
        worker_id = a_worker(None).worker_id
        self.change(worker_id, "01-01", "06-01")
        assert self.on(worker_id, date(2026, 11, 19)) == ["06-01"]
        assert self.on(worker_id, TODAY) == ["01-01", "06-01"]

    def test_a_second_change_of_the_same_day_takes_the_place_of_the_first(self) -> None:
        worker_id = a_worker(None).worker_id
        for _ in range(2):
            self.change(worker_id, "01-01")
        self.change(worker_id, "02-01")
        assert self.on(worker_id, TODAY) == ["02-01"]
        assert WorkerTrade.objects.filter(worker=worker_id).count() == 2

    def test_a_change_told_late_ends_where_the_next_one_begins(self) -> None:
        worker_id = a_worker(None).worker_id
        self.change(worker_id, "01-01")
        self.change(worker_id, "02-01", from_on=date(2026, 10, 1))
        days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 19), TODAY)
        assert [self.on(worker_id, day) for day in days] == [["06-01"], ["02-01"], ["02-01"], ["01-01"]]
        assert Change.objects.filter(kind="worker").latest("pk").until_on == TODAY

    def test_wrong_trades_change_nothing(self) -> None:
        worker_id = a_worker(None).worker_id
        with pytest.raises(TradesError):
            self.change(worker_id, "01-01", "01-01")
        assert self.on(worker_id, TODAY) == ["06-01"]

    def test_nobody_has_no_trades(self) -> None:
        with pytest.raises(NotFoundError):
            self.change(WorkerId(12345678901821), "01-01")
