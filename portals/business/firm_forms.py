"""Forms of the firm's own affairs: units, users, the sites that it opens, and who of its people has them."""

import secrets
from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portals.base.forms import KanaField, MailField, PatternField, TextField, TypedDateField, offer
from portals.business.forms import day_begins_at
from registry.accounts.states import Role
from registry.codes.queries import list_codes
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.sites.states import DAY_BOUNDARY

Choices = list[tuple[str, str]]


def _unit(**options: Any) -> forms.TypedChoiceField:
    """One of the firm's units; which ones, the form is told."""
    return forms.TypedChoiceField(
        label=_("unit.unit"), coerce=int, required=False, empty_value=None, **options
    )  # fmt: skip


def _offer_units(form: forms.Form, name: str, units: Choices) -> None:
    """Offer units; where there are none to choose from, the field is hidden. Who is limited to some has to choose one."""
    offer(form, name, units)
    form.fields[name].required = all(number for number, _name in units)
    if len(units) == 1 and not units[0][0]:
        form.fields[name].widget = forms.HiddenInput()


class UnitForm(forms.Form):
    """A branch or department of the firm."""

    parent_id = _unit(help_text=_("unit.parent_help"))
    name = TextField(label=_("unit.name"), max_length=100)
    kana = KanaField(label=_("unit.kana"), max_length=100)
    code = PatternField(
        r"^[0-9]{1,14}$", label=_("unit.code"), help_text=_("unit.code_help"), max_length=14,
        error_messages={"invalid": _("unit.code_invalid")},
        widget=forms.TextInput(attrs={"class": "ds-w-12", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent_id"].label = _("unit.parent")
        _offer_units(self, "parent_id", units)


class FileForm(forms.Form):
    """Under which unit a site is filed."""

    unit_id = _unit(help_text=_("site.unit_help"))

    def __init__(self, *args: Any, units: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        _offer_units(self, "unit_id", units)


def _site_users() -> forms.TypedMultipleChoiceField:
    """Those of the firm's people who have the site; which ones there are, the form is told."""
    return forms.TypedMultipleChoiceField(
        label=_("site.users"), help_text=_("site.users_help"), coerce=int, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip


class SiteUsersForm(forms.Form):
    """Who of the firm has a site; as its prime somebody has to, whom the form may not show."""

    users = _site_users()

    def __init__(self, *args: Any, users: Choices, is_prime: bool, others: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "users", users)
        self.fields["users"].required = is_prime and not others
        if not is_prime:
            self.fields["users"].help_text = _("site.users_help_below")


def prefectures() -> list[tuple[str, str]]:
    """The prefectures for a choice."""
    found = list_codes(Table.PREFECTURES, on=jst_day(timezone.now()))
    return [("", "―"), *((line.code, line.name) for line in found)]


class SiteForm(forms.Form):
    """What a prime registers of a site."""

    name = TextField(label=_("site.name"), help_text=_("site.name_help"), max_length=200)
    prefecture = forms.ChoiceField(label=_("site.prefecture"), choices=prefectures)
    address = TextField(label=_("site.address"), max_length=300)
    public_works = forms.TypedChoiceField(
        label=_("site.orderer"), choices=[("no", _("site.private")), ("yes", _("site.public"))], initial="no",
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    from_on = TypedDateField(label=_("site.from_on"))
    last_on = TypedDateField(label=_("site.last_on"), required=False, help_text=_("site.last_on_help"))
    users = _site_users()
    hazardous = forms.BooleanField(label=_("site.hazardous"), required=False)
    terminal_name = TextField(label=_("site.terminal"), help_text=_("site.terminal_help"), max_length=100)
    day_begins_at = day_begins_at()
    unit_id = _unit(help_text=_("site.unit_help"))
    form_key = TextField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: Choices, users: Choices, opener: int, **options: Any) -> None:
        options.setdefault(
            "initial",
            {
                "users": [opener], "from_on": jst_day(timezone.now()), "public_works": "no", "day_begins_at": f"{DAY_BOUNDARY:%H:%M}",
                "form_key": secrets.token_urlsafe(16),
            },
        )  # fmt: skip
        super().__init__(*args, **options)
        offer(self, "users", users)
        _offer_units(self, "unit_id", units)


class UserForm(forms.Form):
    """Who else logs in for the firm, as what."""

    name = TextField(label=_("user.name"), help_text=_("user.name_help"), max_length=100)
    mail = MailField(label=_("user.mail"), help_text=_("user.mail_help"), required=False)
    role = forms.ChoiceField(
        label=_("user.role"), widget=forms.RadioSelect,
    )  # fmt: skip
    unit_id = _unit(help_text=_("user.unit_help"))
    form_key = TextField(
        max_length=40, required=False, initial=partial(secrets.token_urlsafe, 16), widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, roles: Iterable[Role], units: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        about = ((role, format_lazy("{} ― {}", _(f"role.{role}"), _(f"role.{role}.about"))) for role in roles)
        offer(self, "role", about)
        _offer_units(self, "unit_id", units)


_MISTYPED = ("name", "prefecture", "address")


class CorrectSiteForm(forms.Form):
    """What of a site can have been mistyped, asked as when it was opened."""

    name, prefecture, address = (SiteForm.base_fields[name] for name in _MISTYPED)
