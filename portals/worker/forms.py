"""Forms of the worker's portal."""

from django.utils.translation import gettext_lazy as _

from portals.base.common_forms import AskLinkForm, DayForm
from portals.base.forms import IdField
from registry.core.ids import IdKind

__all__ = ["DayForm", "LinkForm"]


class LinkForm(AskLinkForm):
    """Which firm to ask for a link."""

    field_order = ("business_id",)
    business_id = IdField(IdKind.BUSINESS, label=_("business.id"))
