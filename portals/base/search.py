"""Searched words never stand in an address: they are posted, kept in the session, and the page is opened by a short key."""

import secrets
from typing import Any

from django import forms
from django.contrib.messages import error as say_error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portals.base.access import viewer_of
from portals.base.drafts import UnkeptInput
from portals.base.forms import TextField, add_refusal, check_if_id
from registry.accounts.operations import TooOftenError, use_allowance
from registry.accounts.states import Limited
from registry.core.ids import IdKind
from registry.core.numbers import stored_number
from registry.workers.queries import FOUND_AT_MOST

KEPT = "searches"
KEPT_AT_MOST = 20
_FURTHEST_START = 9_999_999


class SearchForm(forms.Form):
    """A name, a reading, or an ID; an ID with a wrong digit is told so before any look-up."""

    words = TextField(
        label=_("search.words"), help_text=_("search.help"), max_length=100, required=False, widget=UnkeptInput
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: tuple[IdKind, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self._kinds = kinds

    def clean_words(self) -> str:
        """Read an ID where the words are digits."""
        return check_if_id(str(self.cleaned_data["words"]).strip(), *self._kinds)


def search_key(request: HttpRequest, form: SearchForm) -> str:
    """Keep the posted words in the session; returns the key for the address, nothing where there is nothing to find."""
    if request.method != "POST" or not form.is_valid():
        return ""
    try:
        count_look(request)
    except TooOftenError as error:
        add_refusal(form, error)
        return ""
    kept = request.session.get(KEPT, {})
    key = secrets.token_urlsafe(6)
    request.session[KEPT] = dict([*kept.items(), (key, form.cleaned_data["words"])][-KEPT_AT_MOST:])
    return key


def kept_search(request: HttpRequest) -> str | None:
    """The words behind the key in the address, or None. Each further page of what they find counts as a search.

    Raises `TooOftenError`.
    """
    found: str | None = request.session.get(KEPT, {}).get(request.GET.get("k", ""))
    if found and request.method == "GET" and start_of(request):
        count_look(request)
    return found


def count_look(request: HttpRequest) -> None:
    """Count one look at people whom the viewer has no part in, as one search. Raises `TooOftenError`."""
    use_allowance(Limited.SEARCH, str(viewer_of(request).account_id), at=timezone.now())


def search_page(request: HttpRequest, where: str) -> HttpResponse:
    """What a search on a page with another form leads to: that page, with what was found or what is wrong."""
    form = SearchForm(request.POST, kinds=(IdKind.WORKER,))
    key = search_key(request, form)
    for problem in form.errors.get("words", ()):
        say_error(request, str(problem))
    return redirect(f"{where}?k={key}" if key else where)


def start_of(request: HttpRequest) -> int:
    """From which row of a list the page shows; what is no number is the beginning."""
    start = stored_number(request.GET.get("start", ""))
    return start if start <= _FURTHEST_START else 0


def pages_around(request: HttpRequest, start: int, *, more: bool, size: int = FOUND_AT_MOST) -> dict[str, str]:
    """The addresses of the pages before and after, for `base/pager.html`; lists are never counted."""

    def address(at: int) -> str:
        query = request.GET.copy()
        query["start"] = str(at)
        return f"?{query.urlencode()}"

    return {
        "newer_url": address(max(0, start - size)) if start else "",
        "older_url": address(start + size) if more else "",
    }
