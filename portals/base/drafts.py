"""Long forms keep what is typed: when it is sent, by a button, and now and then by the script; it is offered when one comes back.

A page takes part by `@page(…)` over `@keeps_draft(TheForm, "title.key")` and ends with `form_page()`. The rest is done here and in
`base/form.html`. The form carries a signed word that says whose it is, so that what is sent after the login ended is kept too.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib.messages import success
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.requests import DraftOfPage, of_portal
from portals.base.templatetags.ds import jtime
from registry.drafts.derive import KEPT_FOR, Typed
from registry.drafts.operations import drop_draft, keep_draft
from registry.drafts.queries import find_draft

View = Callable[..., HttpResponseBase]
SALT = "portals.base.drafts"
BUTTON = "draft"  # the name of the buttons; their values say what to do
OWNER = "draft_of"


def keeps_draft(form: type[forms.Form], title: str) -> Callable[[View], View]:
    """Mark a view whose page is one long form; stands below `page()`, which says who may open it."""

    def mark(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            account_id = of_portal(request).viewer.account_id or 0
            owner = signing.dumps([account_id, request.path], salt=SALT)
            of_portal(request).draft = DraftOfPage(owner)  # read by `form_page` and the templates
            if request.method == "POST":
                return _sent(request, account_id, form) or _tried(request, account_id, view(request, *args, **kwargs))
            found = find_draft(account_id, request.path, at=timezone.now())
            if found and BUTTON not in request.GET:
                has_file = any(isinstance(one, forms.FileField) for one in form.base_fields.values())
                return render(request, "base/draft.html", {"draft": found, "title": title, "has_file": has_file})
            if found:
                of_portal(request).draft = DraftOfPage(owner, found.typed)
            return view(request, *args, **kwargs)

        cast(Any, kept).draft_form = form  # read by `keep_unsent`
        return kept

    return mark


def _sent(request: HttpRequest, account_id: int, form: type[forms.Form]) -> HttpResponse | None:
    """Keep what was sent before anything else is done with it. An answer where it was meant for the draft alone."""
    wish = request.POST.get(BUTTON)
    if wish == "forget":
        drop_draft(account_id, request.path)
        return redirect(request.path)
    now = timezone.now()
    keep_draft(account_id, request.path, typed_in(request, form), at=now)
    if wish == "auto":
        return HttpResponse(
            _("draft.saved_by_itself").format(time=jtime(now)), content_type="text/plain; charset=utf-8"
        )
    if wish == "keep":
        success(request, _("draft.saved").format(days=KEPT_FOR.days))
        return redirect(f"{request.path}?{BUTTON}=open")
    return None


def _tried(request: HttpRequest, account_id: int, answer: HttpResponseBase) -> HttpResponseBase:
    """A form that was taken leads elsewhere; then there is nothing left to go on with."""
    if answer.status_code == HTTPStatus.FOUND:
        drop_draft(account_id, request.path)
    return answer


def typed_in(request: HttpRequest, form: type[forms.Form]) -> dict[str, Typed]:
    """What was typed, by field. Passwords, files and hidden fields are not part of it."""
    return {
        name: one.widget.value_from_datadict(request.POST, request.FILES, name)
        for name, one in form.base_fields.items()
        if not one.widget.is_hidden and not isinstance(one.widget, forms.FileInput | forms.PasswordInput)
    }


def keep_unsent(request: HttpRequest) -> bool:
    """Keep what was sent when the login had ended or the page was stale, for whom the page had been made. Whether it could."""
    form = getattr(request.resolver_match and request.resolver_match.func, "draft_form", None)
    if request.method != "POST" or form is None:
        return False
    try:
        account_id, path = signing.loads(request.POST.get(OWNER, ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return False
    if path != request.path:
        return False
    keep_draft(account_id, path, typed_in(request, form), at=timezone.now())
    return True
