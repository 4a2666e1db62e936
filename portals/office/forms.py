"""Forms of the office: firms and workers, with their core fields."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portals.base.forms import IdField, MailField, PatternField, PhoneField, PostalCodeField, TextField, TypedDateField
from portals.base.records import authority_name, permit_year_name
from registry.businesses.states import MINISTER, BusinessKind, PermitClass
from registry.codes.queries import list_codes
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import IdKind
from registry.workers.states import RegistrationKind, Sex


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


def _text(label: str, length: int = 100, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return TextField(label=_(label), max_length=length, required=required, help_text=_(help_text) if help_text else "")


def _digits(label: str, length: int, width: int, *, help_text: str) -> PatternField:
    """A number of so many digits that may be left out."""
    return PatternField(
        f"^[0-9]{{1,{length}}}$", label=_(label), help_text=_(help_text), max_length=length, required=False,
        error_messages={"invalid": _("office.digits_only")},
        widget=forms.TextInput(attrs={"class": f"ds-w-{width} ds-input-id", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


_POSTAL = PostalCodeField(label=_("business.postal_code"))
PERMIT_YEARS = 5  # a permit holds for five years (建設業法 第3条第3項)
_MOST_YEN = 10**14  # a hundred times the largest capital in the country; more is a slip of the finger


class OwnerForm(forms.Form):
    """Whose card it is."""

    card = TextField(
        label=_("unknown.card"), help_text=_("unknown.card_help"), max_length=40,
        widget=forms.TextInput(attrs={"class": "ds-w-20 ds-input-id", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class MeantSiteForm(forms.Form):
    """Which site was meant by an ID that is not registered."""

    site_id = IdField(IdKind.SITE, label=_("nowhere.site"))


class BusinessForm(forms.Form):
    """What a firm registers."""

    name = _text("business.name", 200, help_text="business.name_help")
    kana = _text("business.kana", 200, help_text="office.kana_help")
    kind = forms.ChoiceField(
        label=_("business.kind"), choices=[(kind, _(f"word.kind.{kind}")) for kind in BusinessKind]
    )
    representative = _text("business.representative")
    corporate_number = _digits("business.corporate_number", 13, 12, help_text="business.corporate_number_help")
    capital_yen = forms.IntegerField(
        label=_("business.capital_yen"), min_value=0, max_value=_MOST_YEN, initial=0,
        error_messages={"max_value": _("office.capital_too_large")},
    )  # fmt: skip
    postal_code = _POSTAL
    prefecture = forms.ChoiceField(label=_("business.prefecture"), choices=prefectures)
    address = _text("business.address", 300)
    phone = PhoneField(label=_("business.phone"))
    officer_name = _text("business.officer_name")
    officer_mail = MailField(label=_("business.officer_mail"), required=False)
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
    permit_number = _digits("business.permit_number", 6, 8, help_text="office.permit_number_help")
    kentaikyo_number = _text("business.kentaikyo_number", 20, required=False)


class WorkerForm(forms.Form):
    """What a worker registers."""

    family_name = _text("worker.family_name", 60)
    given_name = _text("worker.given_name", 60)
    family_kana = _text("worker.family_kana", 60, help_text="office.kana_help")
    given_kana = _text("worker.given_kana", 60)
    birth_on = TypedDateField(label=_("worker.birth_on"))
    sex = forms.ChoiceField(
        label=_("worker.sex"), choices=[(sex, _(f"word.sex.{sex}")) for sex in Sex], widget=forms.RadioSelect
    )
    nationality = TextField(label=_("worker.nationality"), max_length=40, initial="日本")
    postal_code = _POSTAL
    prefecture = forms.ChoiceField(label=_("business.prefecture"), choices=prefectures)
    address = _text("worker.address", 300)
    phone = PhoneField(label=_("worker.phone"), required=False)
    mail = MailField(label=_("worker.mail"), required=False, help_text=_("worker.mail_help"))
    registration_kind = forms.ChoiceField(
        label=_("worker.registration_kind"),
        choices=[(kind, _(f"word.registration_kind.{kind}")) for kind in RegistrationKind],
    )
    employer_id = IdField(IdKind.BUSINESS, label=_("worker.employer_id"), required=False)
    trade = forms.ChoiceField(label=_("worker.trade"), choices=trades)
    photo = forms.FileField(
        label=_("worker.photo"), help_text=_("worker.photo_help"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip

    def data_of_worker(self) -> dict[str, Any]:
        """The cleaned values under the names of `WorkerData`."""
        values = dict(self.cleaned_data)
        del values["photo"]  # sent in already, see `kept_photo`
        values["trades"] = (values.pop("trade"),)
        return values
