"""Forms of the worker's portal."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portals.base.common_forms import AskLinkForm
from portals.base.day_forms import EditForm, KnownSiteClaimForm
from portals.base.forms import IdField, LongTextField, TypedDateField
from registry.core.days import jst_day
from registry.core.ids import IdKind

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


class OwnClaimForm(KnownSiteClaimForm):
    """A day of the worker's own: on a site known already, or on another one by ID or name."""

    field_order = ("day", "own_site")

    def __init__(self, *args: Any, worker: int, sites: dict[int, str], **options: Any) -> None:
        super().__init__(*args, workers=[worker], sites=sites, offered=SITES_OFFERED, **options)

    def said_of_known(self, site_id: int) -> str:
        """That the site has an ID, and the way to the form with it."""
        where = reverse("worker:new_claim_at", args=[site_id])
        return format_html('{} <a href="{}">{}</a>', super().said_of_known(site_id), where, _("claim.enter_there"))


class NoteForm(forms.Form):
    """The worker's words to a refusal."""

    note = LongTextField(label=_("claim.answer_note"), help_text=_("claim.answer_help"), max_length=300)
