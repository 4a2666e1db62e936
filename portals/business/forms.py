"""Forms of the firm's portal."""

import secrets
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portals.base.common_forms import AskLinkForm, DayForm
from portals.base.day_forms import EditForm, KnownSiteClaimForm, known_site_field, registered_choices
from portals.base.drafts import UnkeptInput
from portals.base.forms import (
    IdField,
    LongTextField,
    TextField,
    TypedDateField,
    TypedMonthField,
    offer,
)
from portals.base.templatetags.ds import jdate
from registry.codes.queries import code_names, list_codes
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import BusinessId, IdKind
from registry.histories.states import Standing
from registry.sites.queries import SiteRow
from registry.sites.states import LATEST_BOUNDARY
from registry.structures.operations.rosters import RosterData
from registry.structures.operations.tenures import FirmPlace
from registry.structures.queries import RosterRow, TenureRow

__all__ = [
    "DayBeginForm",
    "DayEditForm",
    "DayForm",
    "DayRefusalForm",
    "DaysFilterForm",
    "EditRefusalForm",
    "InvitationForm",
    "JoinKeyForm",
    "KeyForm",
    "LineForm",
    "LinkForm",
    "MonthsForm",
    "PeopleClaimForm",
    "PeriodForm",
    "ReasonForm",
    "RefusalForm",
    "RosterForm",
    "TerminalForm",
]


def day_begins_at() -> forms.TypedChoiceField:
    """The hour at which a day begins on a site (ruling 27)."""
    hours = [f"{hour:02}:00" for hour in range(LATEST_BOUNDARY.hour + 1)]
    return forms.TypedChoiceField(
        label=_("site.day_begins_at"), help_text=_("site.day_begins_at_help"), coerce=time.fromisoformat,
        choices=[(hour, hour.removeprefix("0")) for hour in hours],
    )  # fmt: skip


def trade_name(code: str) -> str:
    """What a trade is called."""
    return code_names(Table.TRADES).get(code, code)


def positions() -> list[tuple[str, str]]:
    """立場 for a choice."""
    found = list_codes(Table.POSITIONS, on=jst_day(timezone.now()))
    return [("", str(_("roster.no_position"))), *((line.code, line.name) for line in found)]


def _first_day(site: SiteRow) -> date:
    """Today, or the site's first day where that is later."""
    return max(jst_day(timezone.now()), site.from_on)


class InvitationForm(forms.Form):
    """Which firm, for what work, for which days."""

    business_id = IdField(IdKind.BUSINESS, label=_("business.id"), required=False)
    business_name = TextField(
        label=_("structure.business_name"), help_text=_("structure.business_name_help"), max_length=200, required=False
    )
    work = TextField(label=_("structure.work"), max_length=200, required=False)
    from_on = TypedDateField(label=_("structure.from_on"), help_text=_("structure.from_on_help"))
    last_on = TypedDateField(label=_("structure.last_on"), help_text=_("structure.last_on_help"), required=False)

    def __init__(self, *args: Any, site: SiteRow, **options: Any) -> None:
        options.setdefault("initial", {"from_on": _first_day(site)})
        super().__init__(*args, **options)

    def place(self) -> FirmPlace:
        """What was typed, as operations take it."""
        data = self.cleaned_data
        last_on, number = data["last_on"], data["business_id"]
        return FirmPlace(
            business_id=BusinessId(number) if number else None, business_name=data["business_name"].strip(),
            work=data["work"], from_on=data["from_on"], until_on=last_on + timedelta(days=1) if last_on else None,
        )  # fmt: skip


class KeyForm(forms.Form):
    """The site key that a firm was handed."""

    key = TextField(
        label=_("key.key"), help_text=_("key.key_help"), max_length=30,
        widget=UnkeptInput(attrs={"class": "ds-w-20 ds-input-id", "autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class JoinKeyForm(forms.Form):
    """From when a firm takes the place that its key opens, and for what work."""

    key = TextField(widget=forms.HiddenInput)
    from_on = TypedDateField(label=_("structure.from_on"), help_text=_("structure.from_on_help"))
    work = TextField(label=_("structure.work"), max_length=200, required=False)

    def __init__(self, *args: Any, site: SiteRow, key: str, begun: date | None, **options: Any) -> None:
        """`begun`: since when the firm's own people work there without a place."""
        options.setdefault("initial", {"from_on": begun or _first_day(site), "key": key})
        super().__init__(*args, **options)


class ReasonForm(forms.Form):
    """Why something is refused."""

    reason = TextField(label=_("structure.reason"), help_text=_("structure.reason_help"), max_length=300)


class RefusalForm(ReasonForm):
    """Why a day that was entered by hand is refused."""

    reason = LongTextField(label=_("claim.refuse_reason"), help_text=_("claim.refuse_help"), max_length=300)


class DayRefusalForm(ReasonForm):
    """Why days that were touched do not count."""

    reason = LongTextField(label=_("claim.refuse_reason"), help_text=_("day.refuse_help"), max_length=300)


class EditRefusalForm(ReasonForm):
    """Why a late edit of a day is refused."""

    reason = LongTextField(label=_("claim.refuse_reason"), help_text=_("day.edit.refuse_help"), max_length=300)


class RosterForm(forms.Form):
    """Who of the own people works on a site, from when, as what."""

    tenure = forms.TypedChoiceField(label=_("roster.place"), coerce=int)
    workers = forms.MultipleChoiceField(label=_("roster.workers"), widget=forms.CheckboxSelectMultiple)
    from_on = TypedDateField(label=_("roster.from_on"), help_text=_("roster.from_on_help"))
    trade = forms.ChoiceField(label=_("roster.trade"), help_text=_("roster.trade_help"), required=False)
    position = forms.ChoiceField(label=_("roster.position"), choices=positions, required=False)
    work = TextField(label=_("roster.work"), max_length=200, required=False)
    hazardous = forms.BooleanField(label=_("roster.hazardous"), required=False)

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], site: SiteRow, places: list[TenureRow | None],
        is_first: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        """`is_first`: nobody stands on the roster yet, so it begins with the firm's place."""
        begun = max((place.from_on for place in places if place), default=site.from_on)
        options.setdefault("initial", {"from_on": begun if is_first else _first_day(site)})
        super().__init__(*args, **options)
        offer(self, "workers", people)
        offer(
            self,
            "trade",
            [("", _("roster.own_trade")), *registered_choices(*(int(number) for number, _name in people))],
        )
        self._only_place = places[0]
        if len(places) > 1:
            offer(self, "tenure", ((one.id, _place_name(one)) for one in places if one))
        else:
            del self.fields["tenure"]

    def place(self) -> int | None:
        """The tenure that was chosen, or the only one there is; None for the prime."""
        chosen: int | None = self.cleaned_data.get("tenure")
        return chosen or (self._only_place.id if self._only_place else None)


def _place_name(row: TenureRow) -> str:
    days = gettext("roster.place_days").format(
        first=jdate(row.from_on), last=jdate(row.until_on - timedelta(days=1)) if row.until_on else ""
    )
    return gettext("roster.place_name").format(tier=row.tier, work=row.work or gettext("roster.no_work"), days=days)


class LineForm(forms.Form):
    """What a roster says of one person, and from when."""

    trade = forms.ChoiceField(label=_("roster.trade"), help_text=_("roster.trade_help"))
    position = forms.ChoiceField(label=_("roster.position"), choices=positions, required=False)
    work = TextField(label=_("roster.work"), max_length=200, required=False)
    hazardous = forms.BooleanField(label=_("roster.hazardous"), required=False)
    collects = forms.BooleanField(label=_("roster.collects"), help_text=_("roster.collects_help"), required=False)
    from_on = TypedDateField(label=_("roster.change_from_on"), help_text=_("roster.change_from_on_help"))

    def __init__(self, *args: Any, row: RosterRow, on: date, **options: Any) -> None:
        kept = {name: getattr(row, name) for name in ("trade", "position", "work", "hazardous", "collects")}
        options.setdefault("initial", {**kept, "from_on": on})
        super().__init__(*args, **options)
        own = dict(registered_choices(row.worker_id))
        offer(self, "trade", (own if row.trade in own else {row.trade: trade_name(row.trade), **own}).items())

    def data_of_line(self) -> RosterData:
        """What was typed, as operations take it."""
        return RosterData(**{name: value for name, value in self.cleaned_data.items() if name != "from_on"})


class LinkForm(AskLinkForm):
    """Which worker to ask for a link."""

    field_order = ("worker_id",)
    worker_id = IdField(IdKind.WORKER, label=_("worker.id"))


class TerminalForm(forms.Form):
    """A further place where cards are touched."""

    name = TextField(label=_("site.terminal"), help_text=_("site.terminal_help"), max_length=100)


class GivenDayForm(forms.Form):
    """On which day touches were made."""

    day = TypedDateField(label=_("unplaced.day"), help_text=_("unplaced.day_help"))


class PeriodForm(forms.Form):
    """Further days on which touches count."""

    from_on = TypedDateField(label=_("site.from_on"))
    last_on = TypedDateField(label=_("site.last_on"), required=False, help_text=_("site.last_on_help"))


class PeopleClaimForm(KnownSiteClaimForm):
    """A day that some of the firm's people worked without a touch, on a site of the firm or on another one."""

    field_order = ("workers", "day", "own_site")
    workers = forms.MultipleChoiceField(label=_("claim.people"), widget=forms.CheckboxSelectMultiple)
    own_site = known_site_field(_("claim.site_of_firm"), _("claim.site_of_firm_help"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, workers=[int(worker_id) for worker_id, _name in people], **options)
        offer(self, "workers", people)


class DayEditForm(EditForm):
    """Another trade, position or work of one of the firm's people's days; 立場 is the employer's word (ruling 29)."""

    field_order = ("trade", "second_trade", "position", "work", "no_work")
    position = forms.ChoiceField(label=_("day.position"), choices=positions, required=False)


class DaysFilterForm(forms.Form):
    """Which days of a month, over all sites. Every field may be left empty."""

    site = forms.TypedChoiceField(label=_("days.filter.site"), coerce=int, required=False, empty_value=None)
    firm = forms.TypedChoiceField(label=_("days.filter.firm"), coerce=int, required=False, empty_value=None)
    state = forms.ChoiceField(label=_("days.filter.state"), required=False)
    incomplete = forms.BooleanField(label=_("days.filter.incomplete"), required=False)

    def __init__(self, *args: Any, sites: dict[int, str], firms: dict[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        every = [("", _("days.filter.all"))]
        states = [(one, _(f"day.standing.{one}")) for one in Standing]
        for name, choices in (("site", sites.items()), ("firm", firms.items()), ("state", states)):
            offer(self, name, [*every, *choices])


class MonthsForm(forms.Form):
    """From which month to which."""

    first = TypedMonthField(label=_("paper.first_month"))
    last = TypedMonthField(label=_("paper.last_month"), help_text=_("paper.last_month_help"))
    form_key = TextField(
        max_length=40, required=False, initial=partial(secrets.token_urlsafe, 16), widget=forms.HiddenInput
    )


class DayBeginForm(forms.Form):
    """From which day on days begin at another hour."""

    day_begins_at = day_begins_at()
    from_on = TypedDateField(label=_("site.day_begins_from"), help_text=_("site.day_begins_from_help"))
