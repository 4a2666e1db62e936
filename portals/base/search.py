"""Searched words never stand in an address: they are posted, kept in the session, and the page is opened by a short key."""

import secrets

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portals.base.forms import refusal
from registry.core.errors import RegistryError
from registry.core.ids import ID_DIGITS, IdKind, clean_digits, parse_id

KEPT = "searches"
KEPT_AT_MOST = 20
_NEARLY_AN_ID = 10


class SearchForm(forms.Form):
    """A name, a reading, or an ID; an ID with a wrong digit is told so before any look-up."""

    words = forms.CharField(label=_("search.words"), help_text=_("search.help"), max_length=100, required=False)

    def __init__(self, *args: object, kinds: tuple[IdKind, ...], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._kinds = kinds

    def clean_words(self) -> str:
        """Read an ID where the words are digits."""
        typed = str(self.cleaned_data["words"]).strip()
        digits = clean_digits(typed)
        if not digits.isdigit() or not _NEARLY_AN_ID <= len(digits) <= ID_DIGITS + 2:
            return typed
        try:
            return str(parse_id(digits, *self._kinds))
        except RegistryError as error:
            raise refusal(error) from error


def keep_search(request: HttpRequest, words: str) -> str:
    """Keep words in the session; returns the key that stands in the address."""
    kept = request.session.get(KEPT, {})
    key = secrets.token_urlsafe(6)
    request.session[KEPT] = dict([*kept.items(), (key, words)][-KEPT_AT_MOST:])
    return key


def kept_search(request: HttpRequest) -> str | None:
    """The words behind the key in the address, or None."""
    found: str | None = request.session.get(KEPT, {}).get(request.GET.get("k", ""))
    return found
