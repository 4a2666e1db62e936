"""The people who log in for the firm: who they are, adding one."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.resending import send_again
from portals.business.firm_forms import UserForm
from portals.business.views_firm import business_of
from portals.business.views_organisation import choices_of_units
from registry.accounts.states import AccountState, Permission, Role
from registry.businesses.operations import add_user, send_user_first_password_again
from registry.businesses.queries import list_units, list_users
from registry.businesses.states import ROLES_OF_FIRMS, ROLES_OF_UNITS
from registry.core.errors import RegistryError


@page(Permission.BUSINESS_USERS)
def users(request: HttpRequest) -> HttpResponse:
    """810-20: the people who log in for the firm."""
    own = business_of(request)
    names = {unit.id: unit.name for unit in list_units(own)}
    shown = [
        {
            "name": user.account.display_name, "login_id": user.account.login_id,
            "role": _(f"role.{user.account.role}"), "state": _(f"account.{user.account.state}"),
            "unit": names.get(user.unit_id or 0, ""), "id": user.account.id,
            "may_resend": user.account.state is AccountState.INITIAL,
        }
        for user in list_users(own)
        if viewer_of(request).reach.holds_unit(user.unit_id)
    ]  # fmt: skip
    context = {"users": shown, "some_wait": any(user["may_resend"] for user in shown)}
    return render(request, "business/users.html", context)


@page(Permission.BUSINESS_USERS)
@require_POST
def resend(request: HttpRequest, account_id: int) -> HttpResponse:
    """Have the letter with somebody's first password printed again (ruling 2). A second click does no harm."""
    own, by, at = business_of(request), viewer_of(request).actor(), timezone.now()
    send_again(request, lambda: send_user_first_password_again(own, account_id, by=by, at=at))
    return redirect("business:users")


def _roles(request: HttpRequest) -> list[Role]:
    """The roles that the viewer can give; nobody manages a unit where there is none."""
    given = ROLES_OF_FIRMS if viewer_of(request).reach.is_whole else ROLES_OF_UNITS
    has_units = bool(list_units(business_of(request)))
    return [role for role in given if has_units or role is not Role.TIER_MANAGER]


@page(Permission.BUSINESS_USERS)
def new_user(request: HttpRequest) -> HttpResponse:
    """810-20: add one; the letters of the first log-in go to the firm's address. A second click adds nobody."""
    form = UserForm(request.POST or None, roles=_roles(request), units=choices_of_units(request))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            add_user(
                business_of(request), name=typed["name"], mail=typed["mail"], role=Role(typed["role"]),
                unit_id=typed["unit_id"],
                key=typed["form_key"], by=viewer_of(request).actor(), at=timezone.now(),
            )  # fmt: skip
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("user.added").format(name=typed["name"]))
            return redirect("business:users")
    return form_page(request, "business/new_user.html", {"form": form})
