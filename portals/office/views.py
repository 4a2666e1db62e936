"""The office: look people and firms up, register them, print letters."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.doors import printed_address
from portals.base.forms import IdField, form_page, key_of, refusal
from portals.base.photos import KeptPhoto, kept_photo, photo_answer
from portals.base.records import business_blocks, full_kana, full_name, worker_blocks
from portals.base.rows import MORE
from portals.base.search import SearchForm, kept_search, pages_around, search_key, start_of
from portals.base.templatetags.ds import count, jdate
from portals.office.forms import BusinessForm
from portals.office.queues import age_of, queues_of_touches
from portals.office.record_forms import RecordForm
from portals.office.worker_form import WorkerForm
from registry.accounts.states import Permission
from registry.businesses.operations import BusinessData, check_business, register_business
from registry.businesses.queries import list_users_without_password, names_of_businesses
from registry.cards.operations import register_worker_with_card
from registry.core.errors import RegistryError
from registry.core.ids import BusinessId, IdKind, grouped
from registry.core.numbers import stored_number
from registry.disclosure.queries import (
    FOUND,
    Found,
    find_businesses,
    find_workers,
    see_business,
    see_recipients,
    see_worker,
)
from registry.notices.operations import PrintedLetter, ship_letters
from registry.notices.queries import LETTERS_AT_MOST, LetterRow, list_letters_to_print, list_letters_to_ship
from registry.notices.states import WITH_PASSWORD
from registry.workers.operations.letters import print_letters_to_present_addresses
from registry.workers.operations.registration import WorkerData, check_worker
from registry.workers.queries import is_without_password


@page(Permission.OFFICE_SEARCH)
def home(request: HttpRequest) -> HttpResponse:
    """The office's home: what waits."""
    viewer, now = viewer_of(request), timezone.now()
    may_print = viewer.has(Permission.OFFICE_PRINT)
    letters, to_ship = (list_letters_to_print(), list_letters_to_ship()) if may_print else ([], [])
    context = {
        "letters": letters, "letters_age": age_of((one.queued_at for one in letters), at=now),
        "to_ship": to_ship, "most": LETTERS_AT_MOST, "to_ship_age": age_of((one.queued_at for one in to_ship), at=now), "may_print": may_print,
        "queues": queues_of_touches(at=now) if viewer.has(Permission.OFFICE_REGISTER) else [],
    }  # fmt: skip
    return render(request, "office/home.html", context)


@page(Permission.OFFICE_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """Firms and workers by ID, name or reading."""
    form = SearchForm(request.POST or None, kinds=(IdKind.WORKER, IdKind.BUSINESS))
    if key := search_key(request, form):
        return redirect(f"{reverse('office:search')}?k={key}")
    words, now, viewer = kept_search(request) or "", timezone.now(), viewer_of(request)
    if request.method == "GET":
        form = SearchForm(initial={"words": words}, kinds=(IdKind.WORKER, IdKind.BUSINESS))
    start, nothing = start_of(request), Found([], more=False)
    people = find_workers(viewer, words, at=now, start=start, only=FOUND | {"birth_on"}) if words else nothing
    firms = find_businesses(viewer, words, at=now, start=start) if words else nothing
    context = {
        "form": form, "people": [(seen, full_name(seen), full_kana(seen)) for seen in people.rows], "firms": firms.rows,
        "words": words, **pages_around(request, start, more=people.more or firms.more),
    }  # fmt: skip
    return form_page(request, "office/search.html", context)


@page(Permission.OFFICE_SEARCH)
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """One worker."""
    seen = see_worker(viewer_of(request), worker_id, at=timezone.now())
    context = {
        "full_name": full_name(seen), "full_kana": full_kana(seen), "blocks": worker_blocks(seen), "seen": seen,
        "may_register": viewer_of(request).has(Permission.OFFICE_REGISTER),
        "may_resend": viewer_of(request).has(Permission.OFFICE_RESEND) and is_without_password(worker_id),
    }  # fmt: skip
    return render(request, "office/worker.html", context)


@page(Permission.OFFICE_SEARCH)
def photo(request: HttpRequest, worker_id: int) -> HttpResponseBase:
    """One worker's face."""
    return photo_answer(request, worker_id)


@page(Permission.OFFICE_SEARCH)
def business(request: HttpRequest, business_id: int) -> HttpResponse:
    """One firm."""
    seen = see_business(viewer_of(request), business_id, at=timezone.now())
    may_resend = viewer_of(request).has(Permission.OFFICE_RESEND)
    context = {
        "firm": seen.get("name"), "blocks": business_blocks(seen), "seen": seen,
        "waiting": list_users_without_password(BusinessId(business_id)) if may_resend else [],
    }  # fmt: skip
    return render(request, "office/business.html", context)


def _register(
    request: HttpRequest, form: RecordForm, title: str, check: Callable[[], None], save: Callable[[str], str],
    *, photo: KeptPhoto | None = None,
) -> HttpResponse:  # fmt: skip
    """Typing, checking, done. The form's key makes a repeated click lead to what the first one registered."""
    key = key_of(request) or secrets.token_urlsafe(16)
    context: dict[str, Any] = {"form": form, "title": title, "form_key": key, "step": 1, "photo": photo}
    if request.method == "POST" and form.is_valid() and not {"again", MORE} & request.POST.keys():
        try:
            if "confirmed" in request.POST:
                return redirect(save(key))
            check()
            context |= {"step": 2, "typed": [field for field in form if not isinstance(field.field, forms.FileField)]}
            context["blocks"] = [
                (block.title, [(one.label, _shown(one, form.cleaned_data[one.name])) for one in fields])
                for block, fields in form.typed()
            ]
        except RegistryError as error:
            form.add_error(form.place_of(error), refusal(error))
    return form_page(request, "office/register.html", context)


def _shown(field: forms.BoundField, value: object) -> str:
    """A value as it will be registered, in words."""
    if value is None or value == "":
        return _("office.register.empty")
    if isinstance(value, bool):
        return _("word.yes") if value else _("word.no")
    if isinstance(value, date):
        return jdate(value)
    if isinstance(field.field, IdField) and isinstance(value, int):
        return " ".join((grouped(value), names_of_businesses([value]).get(value, ""))).strip()
    if isinstance(value, int):
        return count(value)
    return str(dict(getattr(field.field, "choices", [])).get(value, value))


def _say_registered(request: HttpRequest, text: str, number: int) -> None:
    """What was registered under which ID, and what comes next."""
    said = _(text).format(id=grouped(number))
    if viewer_of(request).has(Permission.OFFICE_PRINT):
        link = format_html('<a href="{}">{}</a>', reverse("office:letters"), _("office.registered_next"))
        success(request, format_html("{} {}", said, link))
    else:
        success(request, said)


@page(Permission.OFFICE_REGISTER)
def register_business_page(request: HttpRequest) -> HttpResponse:
    """Register a firm."""
    form = BusinessForm(request.POST or None)

    def save(key: str) -> str:
        by, at = viewer_of(request).actor(), timezone.now()
        data = BusinessData(**form.cleaned_data)
        business_id = register_business(data, key=key, by=by, at=at)
        _say_registered(request, "office.registered_business", business_id)
        return reverse("office:business", args=[business_id])

    return _register(
        request, form, "office.menu.register_business", lambda: check_business(BusinessData(**form.cleaned_data)), save
    )


@page(Permission.OFFICE_REGISTER, takes_files=True)
def register_worker_page(request: HttpRequest) -> HttpResponse:
    """Register a worker, with the first card."""
    form = WorkerForm(request.POST or None, request.FILES or None)
    photo = kept_photo(request, form)

    def data() -> WorkerData:
        return WorkerData(**form.data_of_worker(), photo_key=photo.key if photo else key_of(request, "photo_key"))

    def save(key: str) -> str:
        card = register_worker_with_card(data(), key=key, by=viewer_of(request).actor(), at=timezone.now())
        _say_registered(request, "office.registered_worker", card.worker_id)
        return reverse("office:worker", args=[card.worker_id])

    return _register(
        request, form, "office.menu.register_worker", lambda: check_worker(data(), at=timezone.now()), save, photo=photo
    )


def _chosen(request: HttpRequest) -> list[int]:
    return [stored_number(one) for one in request.POST.getlist("letter")]


def _listed(rows: list[LetterRow]) -> list[dict[str, Any]]:
    return [{"row": row, "title": f"letter.{row.kind}.title"} for row in rows]


@never_cache
@page(Permission.OFFICE_PRINT)
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that wait; printing shows each once and makes its secret. Below, those that wait to be shipped."""
    viewer, now = viewer_of(request), timezone.now()
    printed: list[PrintedLetter] = []
    if request.method == "POST":
        printed = print_letters_to_present_addresses(_chosen(request), by=viewer.actor(), at=now)
    to_print, to_ship = list_letters_to_print(), list_letters_to_ship()
    recipients = {one.account_id for one in to_print + to_ship} | {one.account_id for one in printed}
    see_recipients(viewer, recipients, at=now, printed=[(one.account_id, one.kind) for one in printed])
    context = {
        "letters": _listed(to_print), "to_ship": _listed(to_ship),
        "printed": [_shown_letter(letter) for letter in printed],
    }  # fmt: skip
    return render(request, "office/letters.html", context)


@require_POST
def _ship(request: HttpRequest) -> HttpResponse:
    number = ship_letters(_chosen(request), by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("letter.shipped").format(number=number))
    return redirect("office:letters")


ship = page(Permission.OFFICE_PRINT)(_ship)


def _shown_letter(letter: PrintedLetter) -> dict[str, Any]:
    secret = "letter.password" if letter.kind in WITH_PASSWORD else "letter.code"
    return {
        "recipient": letter.recipient, "data": {"business_name": "", **letter.data}, "login_id": letter.login_id,
        "secret": letter.secret, "secret_label": secret, "title": f"letter.{letter.kind}.title",
        "text": f"letter.{letter.kind}.text", "login_address": printed_address(letter.portal, reverse("public:login")),
    }  # fmt: skip
