"""The firm's branches and departments: its people and sites are filed under them (ruling 7)."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.business.firm_forms import UnitForm
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.operations import UnitData, add_unit
from registry.businesses.queries import list_units
from registry.core.errors import RegistryError


def choices_of_units(request: HttpRequest) -> list[tuple[str, str]]:
    """The units that the viewer may choose; the whole firm is a choice of those whom no unit limits."""
    own, viewer = business_of(request), viewer_of(request)
    found = [
        (str(row.id), "　" * (row.tier - 1) + row.name) for row in list_units(own) if viewer.reach.holds_unit(row.id)
    ]
    return [("", _("unit.whole_firm")), *found] if viewer.reach.is_whole else found


@page(Permission.BUSINESS_USERS)
def organisation(request: HttpRequest) -> HttpResponse:
    """810-10: the tree of units, and one more. A second click adds nothing."""
    own, viewer = business_of(request), viewer_of(request)
    form = UnitForm(request.POST or None, units=choices_of_units(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_unit(own, UnitData(**form.cleaned_data), by=viewer.actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("unit.added").format(name=form.cleaned_data["name"]))
            return redirect("business:organisation")
    units = [row for row in list_units(own) if viewer.reach.holds_unit(row.id)]
    context = {"form": form, "units": units}
    return form_page(request, "business/organisation.html", context)
