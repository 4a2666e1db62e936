"""The form of a worker's whole record, in the nine blocks of the worker's own page."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portals.base.forms import (
    IdField,
    LongTextField,
    MailField,
    PhoneField,
    PostalCodeField,
    TextField,
    TypedDateField,
    offer,
)
from portals.base.rows import Rows
from portals.office.forms import (
    LONGEST,
    TRADES,
    choices_of,
    chosen_trades,
    digits_field,
    kana_field,
    place_of_trade,
    prefectures,
    text_field,
    trades,
)
from portals.office.record_forms import Block, Part, RecordForm
from registry.businesses.states import InsuredStanding
from registry.codes.queries import list_codes
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import IdKind
from registry.workers.operations.registration import CredentialData, InsuranceData, InsuranceNumberError
from registry.workers.states import Confirmation, CredentialBlock, InsuranceItem, RegistrationKind, Sex

_BLOOD_TYPES = ("A", "B", "O", "AB")
_NEEDS = (
    ("alias_on_card", ("alias",)),
    ("position", ("employer_id", "employer_name")),
    ("card_postal_code", ("card_address",)),
    ("card_address", ("card_postal_code",)),
)
_JOINED = (InsuredStanding.JOINED, InsuredStanding.NOT_JOINED)
# What a scheme has besides the question whether one is in it: some a kind, some a number (its most digits).
_KINDS = (InsuranceItem.HEALTH, InsuranceItem.PENSION, InsuranceItem.EMPLOYMENT)
_NUMBERS = {InsuranceItem.EMPLOYMENT: 4, InsuranceItem.KENTAIKYO: 9}
# Under which heading the table of qualifications has them; all others are 保有資格.
_CATEGORIES = {
    "登録基幹技能者": CredentialBlock.CHIEF, "安全衛生教育": CredentialBlock.TRAINING, "表彰": CredentialBlock.AWARD,
}  # fmt: skip


def _part_of(title: Promise, label: str) -> Any:
    """What a field is called where there are several of its kind: 資格2の有効期限."""
    return format_lazy(_("rows.of"), title=title, label=_(label))


def _confirmed_by(title: Promise) -> dict[str, forms.Field]:
    """The fields of a document that showed something."""
    return {
        "confirmed_on": TypedDateField(label=_part_of(title, "office.confirmed_on"), required=False, help_text=""),
        "evidence": TextField(label=_part_of(title, "office.evidence"), max_length=60, required=False),
    }


def _prefix(item: InsuranceItem) -> str:
    return f"insurance_{item}_"


def _insurance(item: InsuranceItem) -> dict[str, forms.Field]:
    """The fields of one scheme."""
    title = _(f"word.item.{item}")
    found: dict[str, forms.Field] = {
        "joined": forms.ChoiceField(label=title, choices=choices_of(*_JOINED), required=False)
    }
    if item in _KINDS:
        found["kind"] = TextField(
            label=_part_of(title, "insurance.kind"),
            max_length=40,
            required=False,
            help_text=_("office.insurance_kind_help"),
        )
    if item in _NUMBERS:
        found["number"] = digits_field(_part_of(title, "insurance.number"), _NUMBERS[item], 12)
    return {f"{_prefix(item)}{name}": field for name, field in (found | _confirmed_by(title)).items()}


def _certificate(title: Promise, *, block: CredentialBlock, without: tuple[str, ...] = ()) -> dict[str, forms.Field]:
    """The fields of one certificate."""
    listed = {"list": f"{block}-names"} if block is not CredentialBlock.SCHOOLING else {}
    found: dict[str, forms.Field] = {
        "name": TextField(
            label=_part_of(title, "credential.name"),
            max_length=200,
            required=False,
            widget=forms.TextInput(attrs=listed),
        ),
        "number": TextField(label=_part_of(title, "credential.number"), max_length=60, required=False),
        "body": TextField(label=_part_of(title, "credential.body"), max_length=200, required=False),
        "acquired_on": TypedDateField(label=_part_of(title, "credential.acquired_on"), required=False, help_text=""),
        "valid_until": TypedDateField(label=_part_of(title, "credential.valid_until"), required=False, help_text=""),
    }
    return {name: one for name, one in found.items() if name not in without} | _confirmed_by(title)


def _rows(block: CredentialBlock, title: str, *, first: int = 1, most: int = 10, without: tuple[str, ...] = ()) -> Rows:
    return Rows(str(block), title, partial(_certificate, block=block, without=without), first, most)


_CHIEF = _rows(CredentialBlock.CHIEF, "office.row.chief")
_QUALIFICATION = _rows(CredentialBlock.QUALIFICATION, "office.row.qualification", first=2, most=40)
_SCHOOLING = _rows(CredentialBlock.SCHOOLING, "office.row.schooling", without=("number", "body", "valid_until"))
_TRAINING = _rows(CredentialBlock.TRAINING, "office.row.training", most=20)
_AWARD = _rows(CredentialBlock.AWARD, "office.row.award", without=("number", "valid_until"))


def _insurance_parts(item: InsuranceItem) -> tuple[Part, Part]:
    """The question whether one is in a scheme, and folded what belongs to it."""
    joined, *others = _insurance(item)
    return Part((joined,)), Part(tuple(others), folded="office.fold.insurance", about=f"word.item.{item}")


class WorkerForm(RecordForm):
    """What a worker registers."""

    family_name = text_field("worker.family_name", 60)
    given_name = text_field("worker.given_name", 60)
    family_kana = kana_field("worker.family_kana", 60, help_text="office.kana_help")
    given_kana = kana_field("worker.given_kana", 60)
    middle_name = text_field("worker.middle_name", 60, required=False)
    alias = text_field("worker.alias", 120, required=False)
    alias_on_card = forms.BooleanField(label=_("office.alias_on_card"), required=False)
    latin_name = text_field("worker.latin_name", 120, required=False)
    birth_on = TypedDateField(label=_("worker.birth_on"))
    sex = forms.ChoiceField(
        label=_("worker.sex"), choices=[(sex, _(f"word.sex.{sex}")) for sex in Sex], widget=forms.RadioSelect
    )
    nationality = TextField(label=_("worker.nationality"), max_length=40, initial="日本")
    registration_kind = forms.TypedChoiceField(
        label=_("worker.registration_kind"), help_text=_("office.registration_kind_help"), coerce=RegistrationKind,
        choices=[(kind, _(f"word.registration_kind.{kind}")) for kind in RegistrationKind],
    )  # fmt: skip
    postal_code = PostalCodeField(label=_("worker.postal_code"))
    prefecture = forms.ChoiceField(label=_("worker.prefecture"), choices=prefectures)
    address = text_field("worker.address", 300)
    phone = PhoneField(label=_("worker.phone"), required=False)
    mail = MailField(label=_("worker.mail"), required=False, help_text=_("worker.mail_help"))
    photo = forms.FileField(
        label=_("worker.photo"), help_text=_("worker.photo_help"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    card_postal_code = PostalCodeField(label=_("worker.card_postal_code"), required=False)
    card_address = text_field("worker.card_address", 300, required=False)
    emergency_name = text_field("worker.emergency_name", required=False)
    emergency_phone = PhoneField(label=_("worker.emergency_phone"), required=False)
    emergency_address = text_field("worker.emergency_address", 300, required=False)
    blood_type = forms.ChoiceField(
        label=_("worker.blood_type"), choices=[("", "―"), *((one, one) for one in _BLOOD_TYPES)], required=False
    )
    fax = PhoneField(label=_("worker.fax"), required=False)
    experience = LongTextField(
        label=_("worker.experience"), help_text=_("office.experience_help"), max_length=LONGEST, required=False
    )
    employer_id = IdField(IdKind.BUSINESS, label=_("worker.employer_id"), required=False)
    employer_name = text_field("office.employer_name", 200, required=False, help_text="office.employer_name_help")
    position = text_field("affiliation.position", 60, required=False)
    health_checked_on = TypedDateField(label=_("worker.health_checked_on"), required=False)
    blood_pressure = text_field("worker.blood_pressure", 10, required=False, help_text="office.blood_pressure_help")
    trade = forms.ChoiceField(label=_("worker.trade"))
    trade_2 = forms.ChoiceField(label=_("office.trade_2"), required=False)
    trade_3 = forms.ChoiceField(label=_("office.trade_3"), required=False)
    trade_4 = forms.ChoiceField(label=_("office.trade_4"), required=False)

    rows = (_CHIEF, _QUALIFICATION, _SCHOOLING, _TRAINING, _AWARD)
    layout = (
        Block(
            "worker.block.person",
            (
                Part(("family_name", "given_name", "family_kana", "given_kana")),
                Part(("middle_name", "alias", "alias_on_card", "latin_name"), folded="office.fold.names"),
                Part(("birth_on", "sex", "nationality", "registration_kind")),
                Part(("postal_code", "prefecture")),
                Part(("address",)),
                Part(("phone", "mail")),
                Part(("photo",)),
                Part(("card_postal_code", "card_address"), folded="office.fold.card"),
                Part(("emergency_name", "emergency_phone", "emergency_address"), folded="office.fold.emergency"),
                Part(("blood_type", "fax", "experience"), folded="office.fold.more_of_person"),
            ),
        ),
        Block(
            "worker.block.affiliations",
            (Part(("employer_id",)), Part(("employer_name", "position"), folded="office.fold.employer")),
        ),
        Block(
            "worker.block.insurances",
            tuple(part for item in InsuranceItem for part in _insurance_parts(item)),
            help="office.insurances_help",
        ),
        Block(
            "worker.block.health",
            (Part(("health_checked_on", "blood_pressure"), folded="office.fold.health"),),
            help="office.detailed_only",
        ),
        Block("worker.block.trades", (Part(("trade",)), Part(TRADES[1:], folded="office.fold.trades"))),
        Block("worker.block.chief", (Part(rows=_CHIEF, folded="office.fold.chief"),), help="office.rows_help"),
        Block(
            "worker.block.qualifications",
            (
                Part(rows=_QUALIFICATION, folded="office.fold.qualification"),
                Part(rows=_SCHOOLING, folded="office.fold.schooling"),
            ),
            help="office.rows_help",
        ),
        Block(
            "worker.block.trainings",
            (Part(rows=_TRAINING, folded="office.fold.training"),),
            help="office.rows_help",
        ),
        Block("worker.block.awards", (Part(rows=_AWARD, folded="office.fold.award"),), help="office.rows_help"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = trades()
        for name in TRADES:
            offer(self, name, listed)

    def make_room(self, typed: Iterable[str]) -> None:
        """Have the fields of all schemes, and the rows."""
        for item in InsuranceItem:
            self.fields.update(_insurance(item))
        super().make_room(typed)

    def lists(self) -> Mapping[str, Iterable[str]]:
        """The names of the table of qualifications, of each block its own."""
        return {f"{block}-names": names for block, names in self._codes.items()}

    def place_of(self, error: RegistryError) -> str | None:
        """The registry knows trades, insurances and certificates each as a whole: find the one that is meant."""
        if error.field == "trades":
            return place_of_trade(self.cleaned_data)
        if isinstance(error, InsuranceNumberError):
            return f"insurance_{error.data['item']}_number"
        if error.field == "insurances":
            return f"{_prefix(InsuranceItem.SPECIAL_ACCIDENT)}joined"
        if error.field == "credentials":
            return next(name for rows in self.rows for name in self.names_of(rows) if self.cleaned_data[name])
        return error.field

    def data_of_worker(self) -> dict[str, Any]:
        """The cleaned values under the names of `WorkerData`."""
        beside = {"photo", *TRADES}  # the photo was sent in already, see `kept_photo`
        plain = {name: self.cleaned_data[name] for name in self.base_fields if name not in beside}
        return plain | {
            "trades": chosen_trades(self.cleaned_data),
            "insurances": tuple(found for item in InsuranceItem if (found := self._insured(item))),
            "credentials": tuple(self._credential(rows.name, row) for rows in self.rows for row in self.filled(rows)),
        }

    @cached_property
    def _codes(self) -> dict[CredentialBlock, dict[str, str]]:
        """The codes of the table of qualifications by name, block by block."""
        found: dict[CredentialBlock, dict[str, str]] = {}
        for line in list_codes(Table.QUALIFICATIONS, on=jst_day(timezone.now())):
            block = _CATEGORIES.get(line.details["category"], CredentialBlock.QUALIFICATION)
            found.setdefault(block, {}).setdefault(line.name, line.code)
        return found

    def needs(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A scheme needs a word whether one is in it, a certificate its name, the document that showed it a day."""
        yield from _NEEDS
        for item in InsuranceItem:
            joined, *others = self._names_of(item)
            yield from ((name, (joined,)) for name in others)
        for rows in self.rows:
            for number in range(1, self.count_rows(rows) + 1):
                named, *others = self.row(rows, number)
                yield from ((name, (named,)) for name in others)
        for name in self.fields:
            if name.endswith("_evidence"):
                yield name, (f"{name.removesuffix('evidence')}confirmed_on",)

    def _names_of(self, item: InsuranceItem) -> list[str]:
        """The fields of one scheme."""
        return [name for name in self.fields if name.startswith(_prefix(item))]

    def _insured(self, item: InsuranceItem) -> InsuranceData | None:
        typed = {name.removeprefix(_prefix(item)): self.cleaned_data[name] for name in self._names_of(item)}
        joined = typed.pop("joined")
        return (
            InsuranceData(item=item, joined=joined == InsuredStanding.JOINED, **typed, **_confirmed(typed))
            if joined
            else None
        )

    def _credential(self, block: str, typed: dict[str, Any]) -> CredentialData:
        code = self._codes.get(CredentialBlock(block), {}).get(typed["name"], "")
        return CredentialData(block=block, code=code, **typed, **_confirmed(typed))


def _confirmed(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a document showed on a day is confirmed."""
    return {"confirmation": Confirmation.CONFIRMED if typed["confirmed_on"] else Confirmation.UNCONFIRMED}
