"""Deny by default: every page names its permission with `page()`; a test walks all addresses."""

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.contrib.messages import warning
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portals.base.drafts import BUTTON, answer_form, keep_unsent
from portals.base.requests import of_portal
from registry.accounts.operations import TooOftenError
from registry.accounts.states import Portal
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.viewer import Viewer

PUBLIC = "public"
BEHIND_THE_LOGIN = tuple(f"/{portal}/" for portal in Portal)
View = Callable[..., HttpResponseBase]


def page(permission: str, *, takes_files: bool = False) -> Callable[[View], View]:
    """Mark a view with the permission that it needs, or `PUBLIC`, and whether files may be sent to it.

    A stranger is sent to the login page; anybody else without the permission gets what an unknown address gets.
    So does a view that raises `NotAllowedError` or `NotFoundError`; `TooOftenError` asks to wait. What somebody typed into the page's form is kept.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer = viewer_of(request)
            if permission != PUBLIC and viewer.is_stranger:
                return to_login(request)
            if permission != PUBLIC and not viewer.has(permission):
                raise Http404
            try:
                answer = answer_form(request, partial(view, request, *args, **kwargs))
            except (NotAllowedError, NotFoundError) as error:
                raise Http404 from error
            except TooOftenError as error:
                return _too_often(request, error)
            is_button = request.method == "GET" and answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
            if is_button and permission != PUBLIC:  # it was pressed after the login had ended
                return redirect(f"{viewer.kind}:home")
            return answer

        # Read by the test that walks all addresses, and by `uploads`.
        vars(guarded).update(permission=permission, takes_files=takes_files)
        return guarded

    return mark


def _too_often(request: HttpRequest, error: TooOftenError) -> HttpResponse:
    answer = render(request, "base/too_often.html", {"seconds": error.seconds}, status=429)
    answer["Retry-After"] = str(error.seconds)
    return answer


def may_open(request: HttpRequest) -> bool:
    """Whether the viewer has the permission of the page that an address leads to."""
    view = request.resolver_match.func if request.resolver_match else None
    permission = getattr(view, "permission", PUBLIC)
    return permission == PUBLIC or viewer_of(request).has(permission)


def to_login(request: HttpRequest) -> HttpResponse:
    """Ask a stranger to log in, and go on to the same address afterwards. Who sent something is told what became of it."""
    if request.method == "POST":
        kept = keep_unsent(request)
        if request.POST.get(BUTTON) == "auto":  # asked by the script: nobody reads the answer
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        warning(request, _("base.session_ended_kept" if kept else "base.session_ended"))
    return redirect(f"{reverse('public:login')}?{urlencode({'next': request.path})}")


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks."""
    return of_portal(request).viewer
