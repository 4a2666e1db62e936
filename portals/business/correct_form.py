"""The form that corrects a site."""

from django import forms

from portals.business.firm_forms import SiteForm

_MISTYPED = ("name", "prefecture", "address")


class CorrectSiteForm(forms.Form):
    """What of a site can have been mistyped, asked as when it was opened."""

    name, prefecture, address = (SiteForm.base_fields[name] for name in _MISTYPED)
