"""Drafts of forms, through the page that opens a site, the office's, a roster, and a form of one reason."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.test import Client, RequestFactory

from portals.base.drafts import UnkeptInput, keep_unsent, kept_fields
from portals.base.forms import IdField, TextField
from portals.base.middleware import OFFICE_IDLE
from registry.businesses.models import BusinessUser
from registry.core.ids import IdKind
from registry.drafts.models import Draft
from registry.sites.models import Site
from registry.structures.queries import list_roster
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_worker
from tests.factories.visitors import as_firm, as_office

pytestmark = pytest.mark.django_db
PAGE, OFFICE_PAGE = "/business/sites/new/", "/office/businesses/new/"
TYPED = {
    "name": "見本ビル新築", "prefecture": "13", "address": "東京都例町1-1", "public_works": "yes", "from_on": "R8.11.20", "last_on": "",
    "hazardous": "on", "terminal_name": "正門", "day_begins_at": "05:00",
}  # fmt: skip
OFFER = "入力の途中の内容です"


@pytest.fixture
def owner_client() -> Client:
    """The browser of a firm's owner."""
    return as_firm(a_firm())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def word_of(client: Client, page: str = PAGE) -> str:
    """The signed word in the form of a page, as a browser sends it back."""
    found = re.search(r'name="draft_of" value="([^"]+)"', text_of(client.get(page)))
    assert found, f"no draft on {page}"
    return found[1]


def send(client: Client, typed: dict[str, Any], page: str = PAGE, **more: Any) -> Any:
    """Open a page and send its form as its reader does."""
    return client.post(page, {**typed, "draft_of": word_of(client, page), **more})


def test_a_saved_draft_is_filled_in_as_it_was_typed(owner_client: Client) -> None:
    saved = send(owner_client, {**TYPED, "from_on": "あした"}, draft="keep")
    assert (saved.status_code, saved["Location"]) == (302, PAGE)

    page = owner_client.get(PAGE)
    form = page.context["form"]
    shown = {name: form[name].value() for name in TYPED}
    assert shown == {**TYPED, "from_on": "あした", "hazardous": True}
    assert form["form_key"].value()
    assert OFFER in text_of(page)
    assert "2026年12月4日（金）まで残ります" in text_of(page)
    assert not Site.objects.exists()


def test_a_refused_form_is_kept_and_one_that_was_taken_is_not(owner_client: Client) -> None:
    refused = send(owner_client, {**TYPED, "name": ""})
    assert refused.status_code == 422
    assert OFFER not in text_of(refused)
    assert Draft.objects.get().typed["address"] == TYPED["address"]

    taken = send(owner_client, {**TYPED, "users": BusinessUser.objects.get().account_id})
    assert taken.status_code == 302
    assert not Draft.objects.exists()
    assert OFFER not in text_of(owner_client.get(PAGE))


def test_what_is_thrown_away_is_gone(owner_client: Client) -> None:
    send(owner_client, TYPED, draft="keep")
    gone = send(owner_client, TYPED, draft="forget")
    assert (gone.status_code, gone["Location"]) == (302, PAGE)
    assert not Draft.objects.exists()
    assert owner_client.get(PAGE).context["form"]["name"].value() is None


def test_the_script_is_answered_with_a_line_for_the_page(owner_client: Client) -> None:
    answer = send(owner_client, TYPED, draft="auto")
    assert (answer.status_code, text_of(answer)) == (200, "自動で一時保存しました（12:00）。")
    assert Draft.objects.get().typed["name"] == "見本ビル新築"


def test_each_step_of_the_office_is_kept_until_the_last() -> None:
    office = as_office()
    firm = {
        "name": "試作工業", "kana": "シサクコウギョウ", "kind": "corporation", "representative": "試作 代表", "capital_yen": "0",
        "postal_code": "100-0000", "prefecture": "13", "address": "東京都例町2-2", "phone": "00-0000-0000", "officer_name": "試作 担当",
    }  # fmt: skip
    checked = send(office, firm, OFFICE_PAGE)
    assert checked.context["step"] == 2
    assert "一時保存する" in text_of(checked)
    assert Draft.objects.get().typed["name"] == "試作工業"
    assert send(office, firm, OFFICE_PAGE, confirmed="1").status_code == 302
    assert not Draft.objects.exists()


def test_a_roster_keeps_who_was_ticked_and_what_was_said_of_them() -> None:
    firm = a_firm()
    site, people = a_gate(firm).site_id, [a_worker(firm, name).worker_id for name in ("一人目", "二人目", "三人目")]
    client, page = as_firm(firm), f"/business/sites/{site}/roster/add/"
    typed = {"workers": [str(one) for one in people[:2]], "from_on": "R8.11.21", "trade": "06-01", "work": "足場"}
    send(client, typed, page, draft="auto")

    form = client.get(page).context["form"]
    assert {name: form[name].value() for name in (*typed, "hazardous")} == {**typed, "hazardous": False}
    assert send(client, typed, page).status_code == 302
    assert {row.worker_id for row in list_roster(site, on=NOW.date() + timedelta(days=1))} == set(people[:2])
    assert not Draft.objects.exists()


def test_a_form_of_one_reason_is_kept_by_itself_until_it_is_emptied_or_sent() -> None:
    prime, firm = a_firm(), a_firm("下請の会社")
    tenure = a_tenure(a_gate(prime).site_id, prime, firm, accepted=False)
    client, page = as_firm(firm), f"/business/invitations/{tenure.id}/decline/"
    send(client, {"reason": "人が足りません"}, page, draft="auto")

    shown = client.get(page)
    assert shown.context["form"]["reason"].value() == "人が足りません"
    assert OFFER in text_of(shown)
    assert "一時保存する" not in text_of(shown)
    assert "破棄して新しく入力する" in text_of(shown)
    send(client, {"reason": ""}, page, draft="auto")
    assert not Draft.objects.exists()
    send(client, {"reason": "人が足りません"}, page, draft="auto")
    assert send(client, {"reason": "人が足りません"}, page).status_code == 302
    assert not Draft.objects.exists()


def test_nobody_else_is_shown_a_draft(owner_client: Client) -> None:
    other = as_firm(a_firm("別の会社"))
    send(owner_client, TYPED, draft="keep")
    assert "見本ビル新築" in text_of(owner_client.get(PAGE))
    assert "見本ビル新築" not in text_of(other.get(PAGE))


def test_the_word_of_somebody_else_keeps_nothing(owner_client: Client) -> None:
    other = as_firm(a_firm("別の会社"))
    other.post(PAGE, {**TYPED, "name": "", "draft_of": word_of(owner_client)})
    assert not Draft.objects.exists()


def test_who_may_not_open_a_form_keeps_nothing(owner_client: Client) -> None:
    word = word_of(as_office(), OFFICE_PAGE)
    answer = owner_client.post(OFFICE_PAGE, {"name": "試作工業", "draft": "keep", "draft_of": word})
    assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_what_is_sent_after_the_login_ended_is_kept_for_whom_the_page_was_made() -> None:
    office = as_office()
    word = word_of(office, OFFICE_PAGE)
    with time_machine.travel(NOW + OFFICE_IDLE + timedelta(minutes=1), tick=False):
        late = office.post(OFFICE_PAGE, {"name": "試作工業", "draft_of": word, "confirmed": "1"}, follow=True)
        assert late.redirect_chain[0][0].startswith("/login/?next=")
        assert "一時保存しました" in text_of(late)
        assert Draft.objects.get().typed["name"] == "試作工業"
        quiet = office.post(OFFICE_PAGE, {"name": "試作工業2", "draft_of": word, "draft": "auto"})
        assert quiet.status_code == 401
    assert Draft.objects.get().typed["name"] == "試作工業2"


@pytest.mark.parametrize("word", ["", "made up", "of another page"])
def test_a_stranger_without_the_word_of_a_page_keeps_nothing(owner_client: Client, word: str) -> None:
    if word == "of another page":
        word = word_of(owner_client, "/business/users/new/")
    answer = Client().post(PAGE, {**TYPED, "draft_of": word}, follow=True)
    assert "保存されていません" in text_of(answer)
    assert not Draft.objects.exists()


def test_a_stale_page_keeps_what_was_sent_and_says_how_to_go_on(owner_client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner_client.cookies
    page = strict.post(PAGE, {**TYPED, "draft_of": word_of(owner_client)})
    assert page.status_code == 403
    assert f'href="{PAGE}"' in text_of(page)
    assert Draft.objects.get().typed["name"] == "見本ビル新築"


def test_a_page_that_another_log_in_overtook_is_kept_for_whom_it_was_made(owner_client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_office().cookies
    assert strict.post(PAGE, {**TYPED, "draft_of": word_of(owner_client)}).status_code == 403
    assert Draft.objects.get().typed["name"] == "見本ビル新築"
    assert strict.post(PAGE, TYPED).status_code == 404


def test_a_stale_page_sent_by_nobody_leads_to_the_login_and_is_kept(owner_client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(PAGE, {**TYPED, "draft_of": word_of(owner_client)}, follow=True)
    assert answer.redirect_chain[0][0].startswith("/login/?next=")
    assert "一時保存しました" in text_of(answer)
    assert Draft.objects.get().typed["name"] == "見本ビル新築"
    assert strict.post("/login/", {"login_id": "12345678901821"}).status_code == 403


@pytest.mark.parametrize("page", ["/login/", "/business/workers/", "/business/sites/join/"])
def test_logging_in_searching_and_keys_leave_no_draft(owner_client: Client, page: str) -> None:
    assert "draft_of" not in text_of(owner_client.get(page))


class SecretForm(forms.Form):
    name = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)
    code = forms.CharField(widget=UnkeptInput)
    key = forms.CharField(widget=forms.HiddenInput)
    photo = forms.FileField()


class OnlyAnIdForm(forms.Form):
    site_id = IdField(IdKind.SITE)


class ReasonForm(forms.Form):
    reason = TextField()


def test_secrets_files_and_hidden_fields_are_no_part_of_a_draft_and_one_number_needs_none() -> None:
    assert kept_fields(SecretForm()) == ["name"]
    assert kept_fields(OnlyAnIdForm()) == []
    assert kept_fields(ReasonForm()) == ["reason"]


def test_pages_without_a_draft_keep_nothing() -> None:
    assert keep_unsent(RequestFactory().post("/login/", {"password": "himitsu"})) is False
    assert not Draft.objects.exists()
