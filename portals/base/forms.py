"""How forms look, and fields that take what people really type. Settings: `FORM_RENDERER = "portals.base.forms.Renderer"`."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.core.errors import RegistryError
from registry.core.ids import IdKind, grouped, parse_id
from registry.core.typed_dates import parse_date

# Django's own words for it have spaces in odd places.
forms.CharField.default_error_messages = {
    **forms.CharField.default_error_messages,
    "max_length": _("base.too_long"),
}


class Renderer(DjangoTemplates):
    """Every field by `base/field.html`, so `{{ form }}` and `{{ form.field.as_field_group }}` look alike."""

    form_template_name = "base/fields.html"
    field_template_name = "base/field.html"


def refusal(error: RegistryError) -> ValidationError:
    """An expected error as a form error: its cause, what follows from it, and what to do about it."""
    parts = [gettext(f"error.{error.code}.{part}").format(**error.data) for part in ("cause", "consequence", "remedy")]
    return ValidationError(
        "".join(part if part.endswith("。") else f"{part} " for part in parts).strip(), code=error.code
    )


def add_refusal(form: forms.BaseForm, error: RegistryError) -> None:
    """Put an operation's refusal beside its field, or above the form when it names none."""
    form.add_error(error.field if error.field in form.fields else None, refusal(error))


class TypedDateField(forms.Field):
    """A day, typed in any usual way: 2026/11/20, 令和8年11月20日, R8.11.20."""

    widget = forms.TextInput(attrs={"class": "ds-w-12", "inputmode": "text"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("base.date.help"))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        """Read what was typed."""
        if value is None or isinstance(value, date):
            return value
        if not value.strip():
            return None
        try:
            return parse_date(value)
        except RegistryError as error:
            raise refusal(error) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a stored day as 2026/11/20; what was typed as it was typed."""
        return f"{value:%Y/%m/%d}" if isinstance(value, date) else value


class IdField(forms.Field):
    """An ID of 14 digits, with spaces, hyphens or full-width digits as it comes from the clipboard."""

    widget = forms.TextInput(attrs={"class": "ds-w-20 ds-input-id", "inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, *kinds: IdKind, **options: Any) -> None:
        self.kinds = kinds
        options.setdefault("help_text", _("base.id.help"))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        """Read what was typed or pasted."""
        if value is None or not str(value).strip():
            return None
        try:
            return parse_id(str(value), *self.kinds)
        except RegistryError as error:
            raise refusal(error) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a stored ID in groups; what was typed as it was typed."""
        return grouped(value) if isinstance(value, int) else value
