"""Forms of the worker's portal."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portals.base.common_forms import AskLinkForm
from portals.base.day_forms import ClaimForm, EditForm
from portals.base.forms import IdField, LongTextField, TypedDateField, offer
from registry.core.days import jst_day
from registry.core.ids import IdKind, grouped
from registry.core.kana import search_form

__all__ = ["EditForm", "LinkForm", "NoteForm", "OwnClaimForm", "PrincipalForm"]

SITES_OFFERED = 10


class LinkForm(AskLinkForm):
    """Which firm to ask for a link."""

    field_order = ("business_id",)
    business_id = IdField(IdKind.BUSINESS, label=_("business.id"))


class PrincipalForm(forms.Form):
    """From which day on a firm is the principal employer."""

    from_on = TypedDateField(label=_("worker.principal.from_on"), help_text=_("link.from_on_help"))

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"from_on": jst_day(timezone.now())})
        super().__init__(*args, **options)


class OwnClaimForm(ClaimForm):
    """A day of the worker's own: on a site known already, or on another one by ID or name."""

    field_order = ("day", "own_site")
    own_site = forms.TypedChoiceField(
        label=_("claim.own_site"), help_text=_("claim.own_site_help"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, worker: int, sites: dict[int, str], **options: Any) -> None:
        super().__init__(*args, workers=[worker], **options)
        self._sites = sites
        known = [(one, f"{name} {grouped(one)}") for one, name in list(sites.items())[:SITES_OFFERED]]
        if known:
            offer(self, "own_site", [("", _("claim.own_site_none")), *known])
        else:
            del self.fields["own_site"]

    def clean(self) -> dict[str, Any]:
        """The site is said once; the name of a site that the worker knows is no site without ID."""
        data = super().clean()
        chosen, name = data.get("own_site"), data.get("site_name")
        if chosen and (data.get("site_id") not in {None, chosen} or name):
            self.add_error("own_site", forms.ValidationError(_("claim.site_twice"), code="invalid"))
        elif chosen:
            data["site_id"] = chosen
        elif name and not data.get("site_id") and "site_id" not in self.errors and (site := self._site_named(name)):
            said = format_html(
                '{} <a href="{}">{}</a>', _("claim.is_own_site").format(id=grouped(site)),
                reverse("worker:new_claim_at", args=[site]), _("claim.enter_there"),
            )  # fmt: skip
            self.add_error("site_name", forms.ValidationError(said, code="invalid"))
        return data

    def _site_named(self, name: str) -> int | None:
        wanted = search_form(name)
        return next((one for one, known in self._sites.items() if search_form(known) == wanted), None)


class NoteForm(forms.Form):
    """The worker's words to a refusal."""

    note = LongTextField(label=_("claim.answer_note"), help_text=_("claim.answer_help"), max_length=300)
