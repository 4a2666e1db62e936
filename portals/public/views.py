"""Log-in, step by step. Until the last step nobody is logged in; the session only remembers whose steps these are."""

import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.messages import success
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portals.base.access import PUBLIC, page
from portals.base.cookies import cookie_name
from portals.base.doors import elsewhere, is_open, login_address, open_portals
from portals.base.forms import add_refusal, form_page
from portals.base.middleware import begin_session
from portals.public.forms import FirstPasswordForm, LoginForm, SecurityCodeForm, StepForm
from registry.accounts.operations import Place, SecurityCodeVoidError, check_login, confirm_code
from registry.accounts.queries import find_account
from registry.accounts.states import AccountState, Portal
from registry.core.actor import Actor
from registry.core.days import JST
from registry.core.errors import RegistryError
from registry.core.ids import normal_login_id
from registry.core.networks import network_of
from registry.notices.operations import send_security_code_again
from registry.workers.operations.passwords import choose_first_password

PENDING = "first_login_account"
REFUSED = "refused_step"
PENDING_LIFE = timedelta(minutes=30)
DEVICE_COOKIE = "device"
DEVICE_LIFE = timedelta(days=365)
DEVICE_ACCOUNTS = 8
STEPS = {AccountState.INITIAL: "public:first_password", AccountState.CODE_WANTED: "public:security_code"}


@page(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """The public home with its three doors."""
    context = {"worker_login": login_address(Portal.WORKER), "business_login": login_address(Portal.BUSINESS)}
    return render(request, "public/home.html", context)


def _device(request: HttpRequest) -> dict[str, Any]:
    """What the signed cookie tells: the device's name, and under which marks it logged in before."""
    try:
        known: dict[str, Any] = signing.loads(
            request.COOKIES.get(cookie_name(DEVICE_COOKIE), ""), salt=DEVICE_COOKIE, max_age=DEVICE_LIFE
        )
    except signing.BadSignature:
        return {"device": secrets.token_urlsafe(16), "accounts": []}
    return known


def _mark(login_id: str) -> str:
    """An ID in the cookie, unreadable for the next person at a shared PC."""
    return salted_hmac(DEVICE_COOKIE, normal_login_id(login_id)).hexdigest()[:16]


def _place(request: HttpRequest, login_id: str) -> Place:
    """A device that logged in to this account before counts its wrong tries on its own (ruling 3)."""
    known = _device(request)
    device = known["device"] if _mark(login_id) in known["accounts"] else ""
    return Place(network_of(request.META["REMOTE_ADDR"]), device, open_portals(request))


def _remember_device(request: HttpRequest, response: HttpResponse, login_id: str) -> None:
    known, mark = _device(request), _mark(login_id)
    known["accounts"] = [mark, *(one for one in known["accounts"] if one != mark)][:DEVICE_ACCOUNTS]
    response.set_cookie(
        cookie_name(DEVICE_COOKIE), signing.dumps(known, salt=DEVICE_COOKIE), max_age=DEVICE_LIFE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _own_path(target: str) -> str:
    """An address of ours to go on to, or nothing."""
    ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if ours else ""


@sensitive_post_parameters()
@never_cache
@page(PUBLIC)
def log_in(request: HttpRequest) -> HttpResponse:
    """ID and password; afterwards the portal, or the next step of a first log-in."""
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            outcome = check_login(
                typed["login_id"],
                typed["password"],
                place=_place(request, typed["login_id"]),
                at=timezone.now(),
            )
        except RegistryError as error:
            if isinstance(until := error.data.get("until"), datetime):
                error.data["until"] = f"{until.astimezone(JST):%H:%M}"
            add_refusal(form, error)
        else:
            if not is_open(request, outcome.account.portal):
                return elsewhere(request, outcome.account.portal)
            if outcome.next_step is not AccountState.ACTIVE:
                return _begin_first_login(request, outcome.account.id, outcome.next_step)
            begin_session(request, outcome.account.id)
            target = _own_path(request.GET.get("next", "")) or reverse(f"{outcome.account.portal}:home")
            response = redirect(target)
            _remember_device(request, response, outcome.account.login_id)
            return response
    return form_page(request, "public/login.html", {"form": form})


def _begin_first_login(request: HttpRequest, account_id: int, step: AccountState) -> HttpResponse:
    request.session.flush()
    request.session[PENDING] = {"account": account_id, "until": (timezone.now() + PENDING_LIFE).isoformat()}
    return redirect(STEPS[step])


def _pending_account(request: HttpRequest) -> int | None:
    pending = request.session.get(PENDING)
    return pending["account"] if pending and datetime.fromisoformat(pending["until"]) > timezone.now() else None


def _other_step(account_id: int | None, step: AccountState) -> HttpResponse | None:
    """The step that is really next when it is not this one: by the back button, a second click, or a typed address."""
    account = find_account(account_id) if account_id is not None else None
    if account is not None and account.state is step:
        return None
    return redirect(STEPS.get(account.state, "public:login") if account else "public:login")


def _step_page(request: HttpRequest, template: str, form: StepForm) -> HttpResponse:
    """The page of a step; what is wrong is shown by a request of its own.

    To a page that is the answer to a password, nobody can go back: the browser asks whether to send the password again.
    """
    if request.method == "GET" and REFUSED in request.session:
        refused = request.session.pop(REFUSED)
        form.show_errors(refused["errors"] if refused["path"] == request.path else {})
    answer = form_page(request, template, {"form": form})
    if request.method == "GET" or answer.status_code != HTTPStatus.UNPROCESSABLE_ENTITY:
        return answer
    errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
    request.session[REFUSED] = {"path": request.path, "errors": errors}
    return redirect(request.path)


@sensitive_post_parameters()
@never_cache
@page(PUBLIC)
def first_password(request: HttpRequest) -> HttpResponse:
    """Step 1 of the first log-in: the initial password must be changed."""
    account_id = _pending_account(request)
    other = _other_step(account_id, AccountState.INITIAL)
    if account_id is None or other:
        return other or redirect("public:login")
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            choose_first_password(
                account_id,
                present=typed["present_password"],
                new=typed["new_password"],
                at=timezone.now(),
            )
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("public.password.changed"))
            return redirect("public:security_code")
    return _step_page(request, "public/first_password.html", form)


@sensitive_post_parameters()
@never_cache
@page(PUBLIC)
def security_code(request: HttpRequest) -> HttpResponse:
    """Step 2: the security code. A void code is replaced by letter at once."""
    account_id = _pending_account(request)
    other = _other_step(account_id, AccountState.CODE_WANTED)
    if account_id is None or other:
        return other or redirect("public:login")
    form = SecurityCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            confirm_code(account_id, form.cleaned_data["security_code"], at=timezone.now())
        except RegistryError as error:
            if isinstance(error, SecurityCodeVoidError):
                send_security_code_again(account_id, by=Actor.system(), at=timezone.now())
            add_refusal(form, error)
        else:
            request.session.flush()
            return redirect("public:first_login_done")
    return _step_page(request, "public/security_code.html", form)


@page(PUBLIC)
def first_login_done(request: HttpRequest) -> HttpResponse:
    """Step 3: everything is set; log in again with the new password."""
    return render(request, "public/first_login_done.html")


@require_POST
def _log_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("public:home")


log_out = page(PUBLIC)(_log_out)
