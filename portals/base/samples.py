"""What the page of all parts shows: made-up people, a form that was filled in wrongly, a month of days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.base.calendars import DayMark, DayState
from portals.base.forms import IdField, Renderer, TextField, TypedDateField
from portals.base.qr import qr_picture
from registry.core.ids import IdKind

DAY = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 19, 22, 58, tzinfo=UTC)
WRONG_DAY = "昭和63年2月31日"  # as somebody may type it
MONTH = {
    DayState.COUNTED: (2, 4, 5, 6, 9, 10, 12, 13, 16, 19, 20),
    DayState.WAITING: (17, 18),
    DayState.CLAIMED: (11,),
    DayState.MISSING: (7,),
}


@dataclass(frozen=True)
class Person:
    """A line of the sample table."""

    name: str
    kana: str
    worker_id: int
    firm: str
    touched_at: datetime
    tone: str


PEOPLE = (
    Person("見本 太郎", "ミホン タロウ", 12345678901821, "見本建設株式会社", MOMENT, "good"),
    Person("髙例 𠮷郎", "タカレイ ヨシロウ", 12345678901821, "有限会社試作鉄筋", MOMENT, "waiting"),
    Person("サンプル ヴァン レイ", "", 12345678901821, "一人親方", MOMENT, "bad"),
)


class SampleForm(forms.Form):
    """Every kind of field once."""

    default_renderer = Renderer

    name = TextField(label=gettext_lazy("base.sample.field_name"))
    worker = IdField(IdKind.WORKER, label=gettext_lazy("base.sample.worker_id"))
    password = forms.CharField(
        label=gettext_lazy("base.sample.field_password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    birth = TypedDateField(label=gettext_lazy("base.sample.field_birth"))
    days = forms.IntegerField(
        label=gettext_lazy("base.sample.field_days"),
        required=False,
        widget=forms.NumberInput(attrs={"class": "ds-w-8", "inputmode": "numeric"}),
    )
    trade = forms.ChoiceField(
        label=gettext_lazy("base.sample.field_trade"),
        choices=[("01", gettext_lazy("base.sample.tobi")), ("02", gettext_lazy("base.sample.rebar"))],
    )
    contact = forms.ChoiceField(
        label=gettext_lazy("base.sample.field_contact"),
        widget=forms.RadioSelect,
        choices=[(key, gettext_lazy(f"base.sample.{key}")) for key in ("mail", "letter", "phone")],
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("base.sample.field_papers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(key, gettext_lazy(f"base.sample.{key}")) for key in ("tamakake", "ashiba")],
    )
    note = TextField(
        label=gettext_lazy("base.sample.field_note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    photo = forms.FileField(
        label=gettext_lazy("base.sample.field_photo"),
        help_text=gettext_lazy("base.sample.field_photo_help"),
        required=False,
    )
    agree = forms.BooleanField(label=gettext_lazy("base.sample.field_agree"))


def sample_context() -> dict[str, Any]:
    """All that the page of parts shows."""
    filled = {"name": PEOPLE[0].name, "worker": "1234 5678 9018 22", "birth": WRONG_DAY, "trade": "01"}
    return {
        "portal_name": _("base.sample.portal"),
        "menu": [
            {"number": "", "label": _("base.sample.home"), "url": "#", "current": False},
            {"number": "310", "label": _("base.sample.read"), "url": "#", "current": True},
            {"number": "360", "label": _("base.sample.reissue"), "url": "#", "current": False},
        ],
        "messages": [Message(constants.SUCCESS, _("base.sample.message"))],
        "day": DAY,
        "moment": MOMENT,
        "worker_id": 12345678901821,
        "people": PEOPLE,
        "form": SampleForm(filled),
        "row": SampleForm(auto_id="row_%s"),
        "receipts": ("good", "waiting"),
        "qr": qr_picture("https://registry.example/", _("poster.qr")),
        "marks": [
            DayMark(date(2026, 11, number), state, url="#", note=_("base.sample.worked"))
            for state, numbers in MONTH.items()
            for number in numbers
        ],
    }
