"""Forms of the log-in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portals.base.drafts import UnkeptInput
from portals.base.forms import TextField, check_if_id
from registry.core.ids import IdKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _password(label: "StrOrPromise", autocomplete: str, help_text: "StrOrPromise" = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, help_text=help_text, max_length=200, strip=False, widget=widget)


class LoginForm(forms.Form):
    """ID and password."""

    login_id = TextField(
        label=_("public.login.id"), help_text=_("public.login.id_help"), max_length=60,
        widget=UnkeptInput(attrs={"autocomplete": "username", "autocapitalize": "none", "class": "ds-w-20"}),
    )  # fmt: skip
    password = _password(_("public.login.password"), "current-password")

    is_typed_anew = True

    def clean_login_id(self) -> str:
        """Tell a wrong digit at once, before it costs a try; the office's people log in by a word."""
        return check_if_id(self.cleaned_data["login_id"], IdKind.WORKER, IdKind.BUSINESS, IdKind.USER)


class StepForm(forms.Form):
    """A step of the first log-in; nothing of it is ever shown again but what was wrong."""

    is_typed_anew = True

    def show_errors(self, errors: dict[str, list[str]]) -> None:
        """Show an empty form with what was wrong the last time."""
        self._errors = ErrorDict(
            {name: self.error_class(texts, renderer=self.renderer) for name, texts in errors.items()}
        )


class FirstPasswordForm(StepForm):
    """The forced change of the initial password."""

    present_password = _password(_("public.password.present"), "current-password", _("public.password.present_help"))
    new_password = _password(_("public.password.new"), "new-password", _("public.password.new_help"))
    new_password_again = _password(_("public.password.again"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two new passwords."""
        typed = super().clean() or {}
        if "new_password_again" in typed and typed.get("new_password") != typed["new_password_again"]:
            self.add_error("new_password_again", gettext("public.password.differ"))
        return typed


class SecurityCodeForm(StepForm):
    """The six digits."""

    security_code = TextField(
        label=_("public.code.label"), help_text=_("public.code.help"), max_length=20,
        widget=UnkeptInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "ds-w-12"}),
    )  # fmt: skip
