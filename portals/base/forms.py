"""How forms look, and fields that take what people really type. Settings: `FORM_RENDERER = "portals.base.forms.Renderer"`."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portals.base.drafts import open_draft
from portals.base.templatetags.ds import jdate
from registry.accounts.operations import TooOftenError
from registry.businesses.operations import KanaError
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import CARD_DIGITS, IdKind, clean_digits, grouped, parse_card_number, parse_id
from registry.core.kana import in_katakana, is_katakana
from registry.core.typed_dates import parse_date, parse_month, parse_recent_date
from registry.core.typed_text import visible
from registry.core.typed_times import parse_time

_NEARLY_AN_ID = 10
_DJANGO_SELECT = "django/forms/widgets/select.html"
_HYPHENS = re.compile("[‐‑–—―ー−]")
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
# What is missing is typed or chosen: Django has one word for both.
forms.Field.default_error_messages = {"required": _("base.missing.typed")}
for _chosen in (forms.ChoiceField, forms.BooleanField, forms.FileField):
    _chosen.default_error_messages = {**_chosen.default_error_messages, "required": _("base.missing.chosen")}
# Django's own words for it have spaces in odd places.
forms.CharField.default_error_messages = {
    **forms.CharField.default_error_messages,
    "max_length": _("base.too_long"),
}


def key_of(request: HttpRequest, name: str = "form_key") -> str:
    """The key that a form carries along, as `token_urlsafe` makes them; what can be none is none."""
    key = request.POST.get(name, "")
    return key if _KEY.fullmatch(key) else ""


class Renderer(DjangoTemplates):
    """Every field by `base/field.html`, so `{{ form }}` and `{{ form.field.as_field_group }}` look alike."""

    form_template_name = "base/fields.html"
    field_template_name = "base/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Django's own list of options opens two templates for each: hundreds of firms cost more than their page."""
        if template_name == _DJANGO_SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> str:
    """A list of options, in groups where its choices are."""
    lists = [
        (group, format_html_join("\n", '<option value="{}"{}>{}</option>', map(_option, options)))
        for group, options, _index in widget["optgroups"]
    ]
    shown = [format_html('<optgroup label="{}">{}</optgroup>', group, one) if group else one for group, one in lists]
    listed = format_html_join("\n", "{}", ((one,) for one in shown))
    return format_html('<select name="{}"{}>\n{}\n</select>', widget["name"], flatatt(widget["attrs"]), listed)


def _option(option: dict[str, Any]) -> tuple[Any, ...]:
    return option["value"], flatatt(option["attrs"]), option["label"]


class RefusalError(ValidationError):
    """An expected error as a form error."""

    def __init__(self, text: str, error: RegistryError) -> None:
        super().__init__(text, code=error.code)
        self.error = error


def refusal(error: RegistryError) -> RefusalError:
    """An expected error as a form error: its cause, what follows from it, and what to do about it."""
    data = {key: jdate(value) if isinstance(value, date) else value for key, value in error.data.items()}
    parts = [gettext(f"error.{error.code}.{part}").format(**data) for part in ("cause", "consequence", "remedy")]
    return RefusalError("".join(part if part.endswith("。") else f"{part} " for part in parts).strip(), error)


def add_refusal(form: forms.BaseForm, error: RegistryError) -> None:
    """Put an operation's refusal beside its field, or above the form when it names none."""
    form.add_error(error.field if error.field in form.fields else None, refusal(error))


def form_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, about: Iterable[str] = ()
) -> HttpResponse:
    """A page with a form, filled with what its writer has typed before `about` the same things (see `drafts`).

    422 where something in it is wrong, 429 where it was sent too often.
    """
    form: forms.BaseForm = context["form"]
    open_draft(request, form, about)
    refused = [one.error for found in form.errors.as_data().values() for one in found if isinstance(one, RefusalError)]
    waits = [error.seconds for error in refused if isinstance(error, TooOftenError)]
    answer = render(request, template, context, status=429 if waits else 422 if form.errors else 200)
    if waits:
        answer["Retry-After"] = str(max(waits))
    return answer


def check_if_id(typed: str, *kinds: IdKind) -> str:
    """What was typed; where it is digits that are nearly an ID, the ID itself. A wrong digit is told before any look-up.

    Of a card's number, where a worker is looked for, the branch is left out.
    """
    digits = clean_digits(typed)
    if not digits.isdigit() or not _NEARLY_AN_ID <= len(digits) <= CARD_DIGITS:
        return typed
    try:
        if len(digits) == CARD_DIGITS and IdKind.WORKER in kinds:
            return str(parse_card_number(digits)[0])
        return str(parse_id(digits, *kinds))
    except RegistryError as error:
        raise refusal(error) from error


class TextField(forms.CharField):
    """A text as somebody typed it, without signs that nobody sees. A test walks all forms: no other field takes text."""

    def to_python(self, value: Any) -> Any:
        """Take hidden signs out, then blanks at the ends."""
        return super().to_python(visible(str(value)) if value is not None else value)


class LongTextField(TextField):
    """Some sentences; several lines to see them all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)


class MailField(TextField, forms.EmailField):
    """A mail address."""


class KanaField(TextField):
    """A reading, kept in full-width katakana; hiragana and half-width kana are converted, and shown so."""

    def to_python(self, value: Any) -> Any:
        """Write it in katakana. Raises a refusal for what is no kana."""
        typed = in_katakana(super().to_python(value))
        if typed and not is_katakana(typed):
            raise refusal(KanaError())
        return typed

    def prepare_value(self, value: Any) -> Any:
        """Show what was typed as it is kept."""
        return in_katakana(value) if isinstance(value, str) else value


class PatternField(TextField, forms.RegexField):
    """A text of a certain shape. Full-width digits and signs are taken as the half-width ones that are meant."""

    def to_python(self, value: Any) -> Any:
        """Write it in half width."""
        return super().to_python(unicodedata.normalize("NFKC", str(value)) if value is not None else value)


class PostalCodeField(PatternField):
    """A postal code, with or without 〒 and hyphen; kept as 123-4567."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("base.postal.invalid")})
        super().__init__(r"^[0-9]{3}-[0-9]{4}\Z", **options)

    def to_python(self, value: Any) -> Any:
        """Bring it into its form; what is no seven digits stays as it was typed, and is refused."""
        typed = super().to_python(value)
        digits = clean_digits(typed.removeprefix("〒"))
        return f"{digits[:3]}-{digits[3:]}" if re.fullmatch("[0-9]{7}", digits) else typed


class PhoneField(PatternField):
    """A phone number, kept as it was grouped, with plain hyphens."""

    widget = forms.TextInput(attrs={"class": "ds-w-20", "inputmode": "tel"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("base.phone.invalid")})
        super().__init__(r"^\+?[0-9(][0-9() -]{8,18}\Z", max_length=20, **options)

    def to_python(self, value: Any) -> Any:
        """Signs that look like hyphens become hyphens."""
        return _HYPHENS.sub("-", super().to_python(value))


class _TypedField(forms.Field):
    """Something that is typed in any usual way; `parse` reads it."""

    widget = forms.TextInput(attrs={"class": "ds-w-12", "inputmode": "text"})
    parse: Callable[[str], Any]

    def to_python(self, value: Any) -> Any:
        """Read what was typed."""
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return self.parse(value)
        except RegistryError as error:
            raise refusal(error) from error


class TypedDateField(_TypedField):
    """A day, typed in any usual way: 2026/11/20, 令和8年11月20日, R8.11.20."""

    help_key, shown_as = _("base.date.help"), "%Y/%m/%d"
    parse = staticmethod(parse_date)

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", self.help_key)
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored day as 2026/11/20; what was typed as it was typed."""
        return f"{value:{self.shown_as}}" if isinstance(value, date) else value


class PastDateField(TypedDateField):
    """A day that lies behind us: it needs no year."""

    help_key = _("base.date.help_past")

    @staticmethod
    def parse(text: str) -> date:
        """The last such day."""
        return parse_recent_date(text, today=jst_day(timezone.now()))


class LastDayField(TypedDateField):
    """The last day on which something holds; what it stands for is the first day without it, as ends are stored."""

    def to_python(self, value: Any) -> Any:
        """Read what was typed, and go on to the day after."""
        typed = super().to_python(value)
        return typed + timedelta(days=1) if isinstance(value, str) and isinstance(typed, date) else typed

    def prepare_value(self, value: Any) -> Any:
        """Show the day before a stored end; what was typed as it was typed."""
        return super().prepare_value(value - timedelta(days=1) if isinstance(value, date) else value)


class TypedTimeField(_TypedField):
    """A time of day, typed in any usual way: 7:30, ７：３０, 7時30分, 17時."""

    parse = staticmethod(parse_time)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored time as 7:30; what was typed as it was typed."""
        return f"{value.hour}:{value:%M}" if isinstance(value, time) else value


class TypedMonthField(TypedDateField):
    """A month, typed in any usual way: 2026/11, 令和8年11月, R8.11. Its first day is what it stands for."""

    help_key, shown_as = _("base.month.help"), "%Y/%m"
    parse = staticmethod(parse_month)


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


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Set what a field offers, where that depends on who opens the page."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)
