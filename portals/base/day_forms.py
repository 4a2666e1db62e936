"""Forms of days: one that was worked without a touch, and another word on one. Worker and employer fill them in."""

import secrets
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portals.base.forms import IdField, PastDateField, TextField, TypedTimeField, offer
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.ids import IdKind, SiteId, grouped
from registry.core.kana import search_form
from registry.histories.derive.deadlines import is_self_declared
from registry.histories.operations.claims import ClaimData
from registry.histories.queries import list_days_at
from registry.histories.states import NO_SECOND_TRADE, NO_WORK, Standing
from registry.sites.queries import find_site
from registry.workers.queries import registered_trades

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def registered_choices(*worker_ids: int) -> list[tuple[str, str]]:
    """The trades that workers have registered (ruling 29)."""
    names, found = code_names(Table.TRADES), registered_trades(worker_ids)
    codes = dict.fromkeys(code for worker_id in worker_ids for code in found.get(worker_id, ()))
    return [(code, names.get(code, code)) for code in codes]


class ClaimForm(forms.Form):
    """A day that was worked without a touch."""

    day = PastDateField(label=_("claim.day"))
    site_id = IdField(IdKind.SITE, label=_("claim.site_id"), help_text=_("claim.site_id_help"), required=False)
    site_name = TextField(
        label=_("claim.site_name"), help_text=_("claim.site_name_help"), max_length=200, required=False
    )
    begins_at = TypedTimeField(label=_("claim.begins_at"), help_text=_("claim.time_help"), required=False)
    ends_at = TypedTimeField(label=_("claim.ends_at"), help_text=_("claim.ends_help"), required=False)
    trade = forms.ChoiceField(label=_("claim.trade"), help_text=_("claim.trade_help"), required=False)
    work = TextField(label=_("claim.work"), max_length=200, required=False)
    note = TextField(label=_("claim.note"), help_text=_("claim.note_help"), max_length=300, required=False)
    form_key = TextField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, workers: Collection[int], **options: Any) -> None:
        options.setdefault("initial", {"day": jst_day(timezone.now()), "form_key": secrets.token_urlsafe(16)})
        super().__init__(*args, **options)
        offer(self, "trade", [("", _("claim.own_trade")), *registered_choices(*workers)])

    def clean(self) -> dict[str, Any]:
        """A site is said by its ID or by its name; where the two are of different sites, one of them is wrong."""
        data: dict[str, Any] = super().clean() or {}
        site = find_site(data["site_id"]) if data.get("site_id") and data.get("site_name") else None
        if site and search_form(site.name) != search_form(data["site_name"]):
            said = _("claim.other_name").format(site=site.name, id=grouped(site.id))
            self.add_error("site_name", forms.ValidationError(said, code="invalid"))
        return data

    def claim(self) -> ClaimData:
        """What was typed, as the operation takes it."""
        data = {name: self.cleaned_data[name] for name in self.cleaned_data.keys() & ClaimData.__dataclass_fields__}
        return ClaimData(**{**data, "site_id": SiteId(data["site_id"]) if data["site_id"] else None})

    def what_follows(self) -> str:
        """What becomes of the day once it is entered: only what a prime can approve waits for it (rulings 28, 30)."""
        if not self.cleaned_data["site_id"]:
            return str(_("claim.follows.unregistered"))
        late = is_self_declared(self.cleaned_data["day"], jst_day(timezone.now()))
        return str(_("claim.follows.late") if late else _("claim.follows.prime"))


def known_site_field(label: "StrOrPromise", help_text: "StrOrPromise") -> forms.TypedChoiceField:
    """A choice among sites that are known already; none need be chosen."""
    return forms.TypedChoiceField(label=label, help_text=help_text, coerce=int, required=False, empty_value=None)


class KnownSiteClaimForm(ClaimForm):
    """A day on a site that is known already, or on another one by ID or name."""

    own_site = known_site_field(_("claim.own_site"), _("claim.own_site_help"))

    def __init__(self, *args: Any, sites: dict[int, str], offered: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sites = sites
        known = [(one, f"{name} {grouped(one)}") for one, name in list(sites.items())[:offered]]
        if known:
            offer(self, "own_site", [("", _("claim.own_site_none")), *known])
        else:
            del self.fields["own_site"]

    def clean(self) -> dict[str, Any]:
        """The site is said once; the name of a known site is no site without ID."""
        data = super().clean()
        chosen, name = data.get("own_site"), data.get("site_name")
        if chosen and (data.get("site_id") not in {None, chosen} or name):
            self.add_error("own_site", ValidationError(_("claim.site_twice"), code="invalid"))
        elif chosen:
            data["site_id"] = chosen
        elif name and not data.get("site_id") and "site_id" not in self.errors and (site := self._site_named(name)):
            self.add_error("site_name", ValidationError(self.said_of_known(site), code="invalid"))
        return data

    def said_of_known(self, site_id: int) -> str:
        """What is said where only the name of a known site was typed."""
        return str(_("claim.is_own_site")).format(id=grouped(site_id))

    def _site_named(self, name: str) -> int | None:
        wanted = search_form(name)
        return next((one for one, known in self._sites.items() if search_form(known) == wanted), None)


def counted_by_touch(site_id: int | None, workers: Collection[int], day: date, *, firm: int | None = None) -> set[int]:
    """Whose day on a site counts already by touches: an entry would ask firms for nothing. `firm` sees its own people's.

    A door's rule alone: an operation takes facts in any order.
    """
    rows = list_days_at(site_id, {(one, day) for one in workers}) if site_id else []
    return {
        row.worker_id for row in rows
        if row.bound.standing is Standing.FORMAL and not row.bound.by_hand
        and firm in {None, row.bound.assignment.business_id}
    }  # fmt: skip


def refuse_counted(form: forms.Form, field: str, *links: tuple[str, str]) -> None:
    """Say beside a field that a day counts already; `links` are addresses and words of where it is put right."""
    where = format_html_join(gettext("base.comma"), '<a href="{}">{}</a>', links)
    form.add_error(field, ValidationError(format_html(gettext("claim.counted_by_touch"), where=where), code="counted"))


class JoinForm(forms.Form):
    """The site ID that an unregistered site has got; `sure` once the site's name has been read."""

    site_id = IdField(IdKind.SITE, label=_("claim.site_id"), help_text=_("claim.site_id_help"))
    sure = TextField(widget=forms.HiddenInput, max_length=20, required=False)


class EditForm(forms.Form):
    """Another trade or work of a day, or a second trade. Where the day has words on the `work`, they may be taken back."""

    trade = forms.ChoiceField(label=_("claim.trade"), help_text=_("claim.trade_help"), required=False)
    second_trade = forms.ChoiceField(label=_("day.second_trade"), help_text=_("day.second_trade_help"), required=False)
    work = TextField(label=_("claim.work"), max_length=200, required=False)
    no_work = forms.BooleanField(label=_("day.empty_work"), required=False)

    def __init__(self, *args: Any, worker: int, work: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if not work:
            del self.fields["no_work"]
        known = registered_choices(worker)
        stays, none = ("", _("day.trade_stays")), (NO_SECOND_TRADE, _("day.no_second_trade"))
        offer(self, "trade", [stays, *known])
        offer(self, "second_trade", [stays, *known, none])

    def clean(self) -> dict[str, Any]:
        """Something must be said, and of the work one thing."""
        data: dict[str, Any] = super().clean() or {}
        if data.pop("no_work", False):
            if data.get("work"):
                self.add_error("no_work", forms.ValidationError(_("day.empty_work_or_other"), code="invalid"))
            data["work"] = NO_WORK
        if not any(data.values()) and not self.errors:
            self.add_error("trade", forms.ValidationError(_("day.edit_nothing"), code="required"))
        return data
