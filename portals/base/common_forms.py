"""Forms that several portals ask for."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portals.base.forms import LastDayField, TextField, TypedDateField
from registry.core.days import jst_day


class DayForm(forms.Form):
    """Until which day something holds."""

    until_on = LastDayField(label=_("base.until_on"))

    def __init__(self, *args: Any, until_on: date | None = None, **options: Any) -> None:
        """`until_on` is the end that was said before; where there is none, today is offered as the last day."""
        options.setdefault("initial", {"until_on": until_on or jst_day(timezone.now()) + timedelta(days=1)})
        super().__init__(*args, **options)


class AskLinkForm(forms.Form):
    """From when, and whether as the principal employer (`principal`: what stands there first); each portal adds whom."""

    from_on = TypedDateField(label=_("link.from_on"), help_text=_("link.from_on_help"))
    principal = forms.BooleanField(label=_("link.principal"), help_text=_("link.principal_help"), required=False)

    def __init__(self, *args: Any, principal: bool = True, **options: Any) -> None:
        options.setdefault("initial", {"from_on": jst_day(timezone.now()), "principal": principal})
        super().__init__(*args, **options)


class DisputeForm(forms.Form):
    """On which day a link really ended, and why."""

    until_on = LastDayField(label=_("end.until_on"), help_text=_("end.until_on_help"))
    reason = TextField(label=_("end.reason"), help_text=_("end.reason_help"), max_length=300)
