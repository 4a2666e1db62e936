"""Who of the firm has a site: site managers handle it, site viewers see it (ruling 7)."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.templatetags.ds import listed
from portals.business.firm_forms import Choices, SiteUsersForm
from portals.business.site_access import access_to
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import UserRow
from registry.core.errors import RegistryError
from registry.sites.operations.sites import give_site
from registry.sites.queries import list_site_users, list_users_to_choose
from registry.structures.operations.users import give_site_below


def choices_of_users(request: HttpRequest) -> Choices:
    """Those of the firm's people to whom the viewer can give sites, each with the role."""
    found = list_users_to_choose(business_of(request), by=viewer_of(request).actor())
    return [(str(user.account.id), f"{user.account.display_name} ― {_(f'role.{user.account.role}')}") for user in found]


def names_of_users(users: list[UserRow]) -> str:
    """Some people in one line."""
    return listed(user.account.display_name for user in users)


@page(Permission.BUSINESS_SITES)
def site_users(request: HttpRequest, site_id: int) -> HttpResponse:
    """Say who of the own firm has a site, as its prime or below it. Whom the viewer does not manage stays."""
    access, choices = access_to(request, site_id), choices_of_users(request)
    given, possible = list_site_users(site_id, business_of(request)), {int(number) for number, _name in choices}
    others = names_of_users([user for user in given if user.account.id not in possible])
    form = SiteUsersForm(
        request.POST if request.method == "POST" else None, users=choices, is_prime=access.is_prime, others=bool(others),
        initial={"users": [user.account.id for user in given]},
    )  # fmt: skip
    back = reverse("business:site" if access.is_prime else "business:structure", args=[site_id])
    if request.method == "POST" and form.is_valid():
        give = give_site if access.is_prime else give_site_below
        try:
            give(access.site_id, form.cleaned_data["users"], by=viewer_of(request).actor(), at=timezone.now())
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.users_given"))
            return redirect(back)
    context = {"form": form, "site": access.site, "others": others, "back_url": back}
    return form_page(request, "business/site_users.html", context)
