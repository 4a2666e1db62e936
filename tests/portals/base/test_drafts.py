"""Drafts of long forms, through the page that opens a site and the office's."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.test import Client, RequestFactory

from portals.base.drafts import keep_unsent, typed_in
from portals.base.middleware import OFFICE_IDLE
from registry.drafts.models import Draft
from registry.sites.models import Site
from tests.factories.cast import NOW, a_firm
from tests.factories.visitors import as_firm, as_office

pytestmark = pytest.mark.django_db
PAGE, OFFICE_PAGE = "/business/sites/new/", "/office/businesses/new/"
TYPED = {
    "name": "見本ビル新築", "prefecture": "13", "address": "東京都例町1-1", "public_works": "yes", "from_on": "R8.11.20", "last_on": "",
    "manager_name": "見本 現場長", "hazardous": "on", "terminal_name": "正門", "day_begins_at": "05:00",
}  # fmt: skip


@pytest.fixture
def owner_client() -> Client:
    """The browser of a firm's owner."""
    return as_firm(a_firm())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_saved_draft_is_offered_and_filled_in_as_it_was_typed(owner_client: Client) -> None:
    saved = owner_client.post(PAGE, {**TYPED, "from_on": "あした", "draft": "keep"})
    assert (saved.status_code, saved["Location"]) == (302, f"{PAGE}?draft=open")

    offer = text_of(owner_client.get(PAGE))
    assert "入力の途中のものがあります" in offer
    assert "見本ビル新築" not in offer
    form = owner_client.get(f"{PAGE}?draft=open").context["form"]
    shown = {name: form[name].value() for name in TYPED}
    assert shown == {**TYPED, "from_on": "あした", "hazardous": True}
    assert form["form_key"].value()
    assert not Site.objects.exists()


def test_a_refused_form_is_kept_and_one_that_was_taken_is_not(owner_client: Client) -> None:
    refused = owner_client.post(PAGE, {**TYPED, "name": ""})
    assert refused.status_code == 422
    assert Draft.objects.get().typed["address"] == TYPED["address"]

    taken = owner_client.post(PAGE, TYPED)
    assert taken.status_code == 302
    assert not Draft.objects.exists()
    assert "入力の途中のもの" not in text_of(owner_client.get(PAGE))


def test_what_is_thrown_away_is_gone(owner_client: Client) -> None:
    owner_client.post(PAGE, {**TYPED, "draft": "keep"})
    gone = owner_client.post(PAGE, {"draft": "forget"})
    assert (gone.status_code, gone["Location"]) == (302, PAGE)
    assert not Draft.objects.exists()


def test_the_script_is_answered_with_a_line_for_the_page(owner_client: Client) -> None:
    answer = owner_client.post(PAGE, {**TYPED, "draft": "auto"})
    assert (answer.status_code, text_of(answer)) == (200, "自動で一時保存しました（12:00）。")
    assert Draft.objects.get().typed["name"] == "見本ビル新築"


def test_each_step_of_the_office_is_kept_until_the_last() -> None:
    office = as_office()
    firm = {
        "name": "試作工業", "kana": "シサクコウギョウ", "kind": "corporation", "representative": "試作 代表", "capital_yen": "0",
        "postal_code": "100-0000", "prefecture": "13", "address": "東京都例町2-2", "phone": "00-0000-0000", "officer_name": "試作 担当",
    }  # fmt: skip
    checked = office.post(OFFICE_PAGE, firm)
    assert checked.context["step"] == 2
    assert "一時保存する" in text_of(checked)
    assert Draft.objects.get().typed["name"] == "試作工業"
    assert office.post(OFFICE_PAGE, {**firm, "confirmed": "1"}).status_code == 302
    assert not Draft.objects.exists()


def test_nobody_else_is_offered_a_draft(owner_client: Client) -> None:
    other = as_firm(a_firm("別の会社"))
    owner_client.post(PAGE, {**TYPED, "draft": "keep"})
    assert "入力の途中のもの" in text_of(owner_client.get(PAGE))
    for address in (PAGE, f"{PAGE}?draft=open"):
        page = text_of(other.get(address))
        assert "入力の途中のもの" not in page
        assert "見本ビル新築" not in page


def test_who_may_not_open_a_form_keeps_nothing(owner_client: Client) -> None:
    assert owner_client.post(OFFICE_PAGE, {"name": "試作工業", "draft": "keep"}).status_code == 404
    assert not Draft.objects.exists()


def test_what_is_sent_after_the_login_ended_is_kept_for_whom_the_page_was_made() -> None:
    office = as_office()
    owner = office.get(OFFICE_PAGE).wsgi_request.draft.owner  # type: ignore[attr-defined]  # set by `keeps_draft`
    with time_machine.travel(NOW + OFFICE_IDLE + timedelta(minutes=1), tick=False):
        late = office.post(OFFICE_PAGE, {"name": "試作工業", "draft_of": owner, "confirmed": "1"}, follow=True)
        assert late.redirect_chain[0][0].startswith("/login/?next=")
        assert "一時保存しました" in text_of(late)
        assert Draft.objects.get().typed["name"] == "試作工業"
        quiet = office.post(OFFICE_PAGE, {"name": "試作工業2", "draft_of": owner, "draft": "auto"})
        assert quiet.status_code == 401
    assert Draft.objects.get().typed["name"] == "試作工業2"


@pytest.mark.parametrize("owner", ["", "made up", "of another page"])
def test_a_stranger_without_the_word_of_a_page_keeps_nothing(owner_client: Client, owner: str) -> None:
    if owner == "of another page":
        owner = owner_client.get("/business/users/new/").wsgi_request.draft.owner  # type: ignore[attr-defined]
    answer = Client().post(PAGE, {**TYPED, "draft_of": owner}, follow=True)
    assert "保存されていません" in text_of(answer)
    assert not Draft.objects.exists()


def test_a_stale_page_keeps_what_was_sent_and_says_how_to_go_on(owner_client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner_client.cookies
    owner = owner_client.get(PAGE).wsgi_request.draft.owner  # type: ignore[attr-defined]
    page = strict.post(PAGE, {**TYPED, "draft_of": owner})
    assert page.status_code == 403
    assert f'href="{PAGE}"' in text_of(page)
    assert Draft.objects.get().typed["name"] == "見本ビル新築"


class SecretForm(forms.Form):
    name = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)
    key = forms.CharField(widget=forms.HiddenInput)
    photo = forms.FileField()


def test_secrets_files_and_hidden_fields_are_no_part_of_a_draft() -> None:
    request = RequestFactory().post("/", {"name": "見本", "password": "himitsu", "key": "site-key", "other": "1"})
    assert typed_in(request, SecretForm) == {"name": "見本"}


def test_pages_without_a_draft_keep_nothing() -> None:
    assert keep_unsent(RequestFactory().post("/login/", {"password": "himitsu"})) is False
    assert not Draft.objects.exists()
