"""Forms of the office: a firm's whole record, and what the office answers; a worker's stands in `worker_form`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portals.base.forms import (
    IdField,
    KanaField,
    LongTextField,
    MailField,
    PatternField,
    PhoneField,
    PostalCodeField,
    TextField,
    TypedDateField,
    offer,
)
from portals.base.records import authority_name, permit_year_name
from portals.office.record_forms import Block, Part, RecordForm
from registry.businesses.states import MINISTER, PERMIT, BusinessKind, InsuredStanding, PermitClass
from registry.codes.queries import list_codes
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import IdKind, clean_digits, is_id


def _codes(table: Table, *, with_code: bool = False) -> list[tuple[str, str]]:
    lines = list_codes(table, on=jst_day(timezone.now()))
    return [(line.code, f"{line.code} {line.name}" if with_code else line.name) for line in lines]


def prefectures() -> list[tuple[str, str]]:
    """The prefectures for a choice."""
    return [("", "―"), *_codes(Table.PREFECTURES)]


def trades() -> list[tuple[str, str]]:
    """The trades for a choice."""
    return [("", "―"), *_codes(Table.TRADES, with_code=True)]


def authorities() -> list[tuple[str, str]]:
    """Who gives permits, for a choice: the minister, and the governor of each prefecture."""
    codes = [MINISTER, *(line.code for line in list_codes(Table.PREFECTURES, on=jst_day(timezone.now())))]
    return [("", "―"), *((code, authority_name(code)) for code in codes)]


def permit_years() -> list[tuple[str, str]]:
    """The years in which a permit can have been given that still holds, for a choice."""
    this_year = jst_day(timezone.now()).year
    years = range(this_year, this_year - PERMIT_YEARS - 1, -1)
    return [("", "―"), *((str(year), permit_year_name(str(year))) for year in years)]


def text_field(label: str, length: int = 100, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """A text."""
    return TextField(label=_(label), max_length=length, required=required, help_text=_(help_text) if help_text else "")


def kana_field(label: str, length: int, *, help_text: str = "") -> forms.CharField:
    """The reading of a name."""
    return KanaField(label=_(label), max_length=length, help_text=_(help_text) if help_text else "")


def digits_field(label: Any, length: int, width: int, help_text: Any = "") -> PatternField:
    """A number of so many digits that may be left out."""
    return PatternField(
        f"^[0-9]{{1,{length}}}$", label=label, help_text=help_text, max_length=length, required=False,
        error_messages={"invalid": _("office.digits_only")},
        widget=forms.TextInput(attrs={"class": f"ds-w-{width} ds-input-id", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


def choices_of(*standings: InsuredStanding) -> list[tuple[str, Any]]:
    """Whether one is in a scheme, for a choice; nothing, where nobody has said so."""
    return [("", "―"), *((one, _(f"word.insured.{one}")) for one in standings)]


def _scheme(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=_(label), choices=choices_of(*InsuredStanding), required=False)


def _yes_or_no(label: str) -> forms.TypedChoiceField:
    """Whether a firm is in a scheme that is not for all; nobody has to say."""
    return forms.TypedChoiceField(
        label=_(label), choices=choices_of(InsuredStanding.JOINED, InsuredStanding.NOT_JOINED), required=False,
        coerce=lambda chosen: chosen == InsuredStanding.JOINED, empty_value=None,
    )  # fmt: skip


class LabourNumberField(PatternField):
    """A 労働保険番号: fourteen digits, with or without the hyphens of its parts."""

    widget = forms.TextInput(attrs={"class": "ds-w-20 ds-input-id", "inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9]{14}\Z", error_messages={"invalid": _("office.labour_number_invalid")}, **options)

    def to_python(self, value: Any) -> Any:
        """Take out what separates the parts; what is not fourteen digits stays as it was typed, and is refused."""
        typed = super().to_python(value)
        digits = clean_digits(typed)
        return digits if re.fullmatch("[0-9]{14}", digits) else typed


PERMIT_YEARS = 5  # a permit holds for five years (建設業法 第3条第3項)
LONGEST = 2000  # signs of a long text, as long as a draft keeps
_MOST_YEN = 10**14  # a hundred times the largest capital in the country; more is a slip of the finger


class OwnerForm(forms.Form):
    """Whose card it is."""

    card = TextField(
        label=_("unknown.card"), help_text=_("unknown.card_help"), max_length=40,
        widget=forms.TextInput(attrs={"class": "ds-w-20 ds-input-id", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_card(self) -> str:
        """Say what is missing where only the worker's ID was typed: it is a good one, and names no card."""
        typed = str(self.cleaned_data["card"])
        digits = clean_digits(typed)
        if digits.isascii() and digits.isdigit() and is_id(int(digits), IdKind.WORKER):
            raise forms.ValidationError(_("unknown.branch_missing"))
        return typed


class DiscardForm(forms.Form):
    """Why a card is nobody's."""

    reason = TextField(label=_("unknown.reason"), help_text=_("unknown.reason_help"), max_length=200)


class NewCardForm(forms.Form):
    """Why a worker gets the next card, and whether it is a short one."""

    branch = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = TextField(
        label=_("card.office.issue_reason"),
        help_text=_("card.office.issue_reason_help"),
        max_length=200,
        required=False,
    )
    without_document = forms.BooleanField(
        label=_("card.office.without_document"), help_text=_("card.office.without_document_help"), required=False
    )


class ShippedForm(forms.Form):
    """On which day a card left the house."""

    shipped_on = TypedDateField(label=_("card.office.shipped_on"))


class EndCardForm(forms.Form):
    """Why a card is ended for good."""

    reason = TextField(label=_("card.office.end_reason"), help_text=_("card.office.end_reason_help"), max_length=200)


class MeantSiteForm(forms.Form):
    """Which site was meant by an ID that is not registered."""

    site_id = IdField(IdKind.SITE, label=_("nowhere.site"))


TRADES = ("trade", "trade_2", "trade_3", "trade_4")


class TradesForm(forms.Form):
    """A worker's trades from a day on, the first one first; a typed one that the table lacks stays to be chosen."""

    from_on = TypedDateField(label=_("office.trades.from_on"))
    trade = forms.ChoiceField(label=_("worker.trade"))
    trade_2 = forms.ChoiceField(label=_("office.trade_2"), required=False)
    trade_3 = forms.ChoiceField(label=_("office.trade_3"), required=False)
    trade_4 = forms.ChoiceField(label=_("office.trade_4"), required=False)

    def __init__(self, *args: Any, present: Sequence[str], **options: Any) -> None:
        options["initial"] = {"from_on": jst_day(timezone.now()), **dict(zip(TRADES, present, strict=False))}
        super().__init__(*args, **options)
        listed = trades()
        known = {code for code, _name in listed}
        for name in TRADES:
            offer(self, name, [*listed, *((code, code) for code in present if code not in known)])

    def chosen(self) -> tuple[str, ...]:
        """The trades that were picked."""
        return chosen_trades(self.cleaned_data)


def chosen_trades(typed: Mapping[str, Any]) -> tuple[str, ...]:
    """The trades of a form, without the places that were left open."""
    return tuple(typed[name] for name in TRADES if typed[name])


def place_of_trade(typed: Mapping[str, Any]) -> str:
    """Which of the trades of a form is meant by a refusal of all: the one that is there twice, else the first."""
    chosen = [typed[name] for name in TRADES]
    return next((name for n, name in enumerate(TRADES) if chosen[n] and chosen[n] in chosen[:n]), TRADES[0])


class BusinessForm(RecordForm):
    """What a firm registers, in the blocks of its own page."""

    name = text_field("business.name", 200, help_text="business.name_help")
    kana = kana_field("business.kana", 200, help_text="office.kana_help")
    kind = forms.ChoiceField(
        label=_("business.kind"), choices=[(kind, _(f"word.kind.{kind}")) for kind in BusinessKind]
    )
    representative = text_field("business.representative")
    corporate_number = digits_field(
        _("business.corporate_number"), 13, 12, help_text=_("business.corporate_number_help")
    )
    capital_yen = forms.IntegerField(
        label=_("business.capital_yen"), help_text=_("office.capital_help"), min_value=0, max_value=_MOST_YEN,
        error_messages={"max_value": _("office.capital_too_large")},
    )  # fmt: skip
    postal_code = PostalCodeField(label=_("business.postal_code"))
    prefecture = forms.ChoiceField(label=_("business.prefecture"), choices=prefectures)
    address = text_field("business.address", 300)
    phone = PhoneField(label=_("business.phone"))
    fax = PhoneField(label=_("business.fax"), required=False)
    permit_authority = forms.ChoiceField(
        label=_("business.permit_authority"), help_text=_("office.permit_help"), choices=authorities, required=False
    )
    permit_class = forms.ChoiceField(
        label=_("business.permit_class"), required=False,
        choices=[("", "―"), *((one, _(f"word.permit_class.{one}")) for one in PermitClass)],
    )  # fmt: skip
    permit_year = forms.ChoiceField(
        label=_("business.permit_year"), help_text=_("office.permit_year_help"), choices=permit_years, required=False
    )
    permit_number = digits_field(_("business.permit_number"), 6, 8, help_text=_("office.permit_number_help"))
    officer_name = text_field("business.officer_name")
    officer_mail = MailField(label=_("business.officer_mail"), required=False)
    officer_phone = PhoneField(label=_("business.officer_phone"), required=False)
    officer_address = text_field("business.officer_address", 300, required=False)
    health_insurance = _scheme("business.health_insurance")
    pension_insurance = _scheme("business.pension_insurance")
    employment_insurance = _scheme("business.employment_insurance")
    labour_insurance_number = LabourNumberField(
        label=_("business.labour_insurance_number"), help_text=_("office.labour_number_help"), required=False
    )
    special_accident_insurance = _yes_or_no("business.special_accident_insurance")
    kentaikyo_number = text_field("business.kentaikyo_number", 20, required=False)
    chutaikyo = _yes_or_no("business.chutaikyo")
    awards = LongTextField(label=_("business.awards"), max_length=LONGEST, required=False)
    clients = LongTextField(label=_("business.clients"), max_length=LONGEST, required=False)

    layout = (
        Block(
            "business.block.core",
            (
                Part(("name", "kana", "kind", "representative", "corporate_number", "capital_yen")),
                Part(("postal_code", "prefecture")),
                Part(("address",)),
                Part(("phone", "fax")),
            ),
        ),
        Block("business.block.permit", (Part(PERMIT),)),
        Block(
            "business.block.officer",
            (
                Part(("officer_name", "officer_mail")),
                Part(("officer_phone", "officer_address"), folded="office.fold.officer"),
            ),
        ),
        Block(
            "business.block.insurance",
            (
                Part(("health_insurance", "pension_insurance", "employment_insurance", "labour_insurance_number")),
                Part(("special_accident_insurance", "kentaikyo_number", "chutaikyo"), folded="office.fold.schemes"),
            ),
        ),
        Block("business.block.directory", (Part(("awards", "clients"), folded="office.fold.directory"),)),
    )
