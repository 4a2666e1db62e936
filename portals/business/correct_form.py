"""The form that corrects a site."""

from django import forms

from portals.business.forms import SiteForm

_MISTYPED = ("name", "prefecture", "address", "manager_name")


class CorrectSiteForm(forms.Form):
    """What of a site can have been mistyped, asked as when it was opened."""

    name, prefecture, address, manager_name = (SiteForm.base_fields[name] for name in _MISTYPED)
