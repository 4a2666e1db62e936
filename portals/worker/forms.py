"""Forms of the worker's portal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portals.base.common_forms import AskLinkForm, DayForm
from portals.base.day_forms import ClaimForm, EditForm
from portals.base.forms import IdField, LongTextField
from registry.core.ids import IdKind

__all__ = ["ClaimForm", "DayForm", "EditForm", "LinkForm", "NoteForm"]


class LinkForm(AskLinkForm):
    """Which firm to ask for a link."""

    field_order = ("business_id",)
    business_id = IdField(IdKind.BUSINESS, label=_("business.id"))


class NoteForm(forms.Form):
    """The worker's words to a refusal."""

    note = LongTextField(label=_("claim.answer_note"), help_text=_("claim.answer_help"), max_length=300)
