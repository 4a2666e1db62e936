"""Forms of the firm's portal."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portals.base.forms import TypedDateField
from registry.codes.queries import list_codes
from registry.codes.states import Table
from registry.core.days import jst_day


def prefectures() -> list[tuple[str, str]]:
    """The prefectures for a choice."""
    return [(line.code, line.name) for line in list_codes(Table.PREFECTURES, on=jst_day(timezone.now()))]


class SiteForm(forms.Form):
    """What a prime registers of a site."""

    name = forms.CharField(label=_("site.name"), help_text=_("site.name_help"), max_length=200)
    prefecture = forms.ChoiceField(label=_("site.prefecture"), choices=prefectures)
    address = forms.CharField(label=_("site.address"), max_length=300)
    public_works = forms.TypedChoiceField(
        label=_("site.orderer"), choices=[("no", _("site.private")), ("yes", _("site.public"))], initial="no",
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    from_on = TypedDateField(label=_("site.from_on"))
    last_on = TypedDateField(label=_("site.last_on"), required=False, help_text=_("site.last_on_help"))
    manager_name = forms.CharField(label=_("site.manager"), max_length=100)
    hazardous = forms.BooleanField(label=_("site.hazardous"), required=False)
    terminal_name = forms.CharField(label=_("site.terminal"), help_text=_("site.terminal_help"), max_length=100)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"from_on": jst_day(timezone.now()), "public_works": "no"})
        super().__init__(*args, **options)
