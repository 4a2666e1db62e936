"""Every form keeps what is typed: when it is sent, now and then by the script, and by a button where it is long.

No page has to ask for it: `form_page()` fills a form with what its writer has typed before, and `page()` keeps what is sent.
Between the two the form carries a signed word: whose it is, where it stands, and which of its fields are kept. So nothing else
can be kept than what we have named ourselves, and what is sent after the login ended is kept too.
"""

import hashlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django import forms
from django.contrib.messages import success
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portals.base.requests import DraftOfPage, of_portal
from portals.base.rows import RowsForm
from portals.base.templatetags.ds import jtime
from registry.drafts.derive import KEPT_FOR, Typed
from registry.drafts.operations import drop_draft, keep_draft
from registry.drafts.queries import find_draft
from registry.workers.derive import holds_individual_number

SALT = "portals.base.drafts.word"
BUTTON = "draft"  # the name of the buttons; their values say what to do
WORD = "draft_of"
_DIGEST = 32  # signs
SHORT = 3  # fields; a form of more has buttons for its draft


class UnkeptInput(forms.TextInput):
    """Where something is typed that no draft keeps: a code that opens something, words to look for."""


class _Word(NamedTuple):
    """What the signed word of a form says."""

    account_id: int
    path: str
    fields: list[str]
    about: str = ""  # what a form is about that its address does not name

    @property
    def form(self) -> str:
        """By what its draft is found."""
        return f"{self.path}#{self.about}" if self.about else self.path


def kept_fields(form: forms.BaseForm) -> list[str]:
    """The fields of a form that a draft keeps; none where there is no more to type than a day or a number."""
    unkept = (forms.FileInput, forms.PasswordInput, UnkeptInput)
    kept = {
        name: one for name, one in form.fields.items() if not one.widget.is_hidden and not isinstance(one.widget, unkept)
    }  # fmt: skip
    return list(kept) if len(kept) > 1 or any(isinstance(one, forms.CharField) for one in kept.values()) else []


def open_draft(request: HttpRequest, form: forms.BaseForm, about: Iterable[str] = ()) -> None:
    """Fill a form with what the viewer has typed into it before, and tell its page.

    What a form is `about` besides its address has drafts of its own: a reason for some days is none for others.
    """
    account_id, fields = of_portal(request).viewer.account_id, kept_fields(form)
    if account_id is None or not fields:
        return
    word = _Word(account_id, request.path, fields, _digest(about))
    found = None if form.is_bound else find_draft(account_id, word.form, at=timezone.now())
    if found:
        if isinstance(form, RowsForm):
            form.make_room(found.typed)
            word = word._replace(fields=kept_fields(form))
        form.initial.update(_as_initial(form, {name: found.typed[name] for name in word.fields if name in found.typed}))
    of_portal(request).draft = DraftOfPage(signing.dumps(word, salt=SALT), found, is_long=len(fields) > SHORT)


def _digest(about: Iterable[str]) -> str:
    """A short word for things in any order; none for nothing."""
    said = "\n".join(sorted(about))
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGEST] if said else ""


def _as_initial(form: forms.BaseForm, typed: dict[str, Typed]) -> dict[str, Any]:
    """What was sent by a browser, as the fields of the form show it."""
    sent = MultiValueDict[str, Any]()
    for name, value in typed.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return {name: form.fields[name].widget.value_from_datadict(sent, MultiValueDict(), name) for name in typed}


def answer_form(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Keep what was sent before anything else is done with it. Once it was taken there is nothing left to go on with."""
    word = _word_of(request)
    if word is None or word.account_id != of_portal(request).viewer.account_id:
        return view()
    answer = _for_the_draft_alone(request, word) or view()
    if answer.status_code == HTTPStatus.FOUND and BUTTON not in request.POST:
        drop_draft(word.account_id, word.form)
    return answer


def _for_the_draft_alone(request: HttpRequest, word: _Word) -> HttpResponse | None:
    """Do with the draft what was asked for. No answer where the form itself was sent."""
    wish = request.POST.get(BUTTON)
    if wish == "forget":
        drop_draft(word.account_id, word.form)
        return redirect(request.get_full_path())
    _keep(request, word)
    if wish == "auto":
        line = _("draft.saved_by_itself").format(time=jtime(timezone.now()))
        return HttpResponse(line, content_type="text/plain; charset=utf-8")
    if wish == "keep":
        success(request, _("draft.saved").format(days=KEPT_FOR.days))
        return redirect(request.get_full_path())
    return None


def _keep(request: HttpRequest, word: _Word) -> None:
    """Keep what was sent; a form that was emptied is none."""
    sent = {name: [_storable(one) for one in request.POST.getlist(name)] for name in word.fields}
    if not any(any(values) for values in sent.values()):
        drop_draft(word.account_id, word.form)
        return
    typed: dict[str, Typed] = {name: values[0] if len(values) == 1 else values for name, values in sent.items()}
    keep_draft(word.account_id, word.form, typed, at=timezone.now())


def _storable(typed: str) -> str:
    """What was typed; nothing of what can be a 個人番号, not even in a draft (ruling 11)."""
    return "" if holds_individual_number(typed) else typed


def _word_of(request: HttpRequest) -> _Word | None:
    """The word of a form that was sent, where it is ours and stands at its address."""
    if request.method != "POST":
        return None
    try:
        word = _Word(*signing.loads(request.POST.get(WORD, ""), salt=SALT, max_age=KEPT_FOR))
    except signing.BadSignature:
        return None
    return word if word.path == request.path else None


def keep_unsent(request: HttpRequest) -> bool:
    """Keep what was sent when the login had ended or the page was stale, for whom the page had been made. Whether it could."""
    word = _word_of(request)
    if word is None:
        return False
    _keep(request, word)
    return True
