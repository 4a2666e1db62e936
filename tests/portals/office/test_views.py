"""The office's pages: registering, searching, printing."""

import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Look, Move
from registry.businesses.models import Business
from registry.cards.models import Card
from registry.notices.models import Letter
from registry.workers.models import Worker
from tests.factories.cast import a_firm, a_worker
from tests.factories.visitors import as_office
from tests.portals.office.test_forms import FIRM, PERSON

PAGES: dict[str, tuple[str, dict[str, str], Any]] = {
    "worker": ("/office/workers/new/", PERSON, Worker),
    "firm": ("/office/businesses/new/", FIRM, Business),
}


@pytest.mark.django_db
class TestRegistering:
    """Typing, checking, done."""

    def test_typed_values_are_shown_before_they_are_saved(self) -> None:
        client = as_office()
        page = client.post("/office/workers/new/", {**PERSON, "form_key": "k"})
        assert "昭和55年5月5日" in page.content.decode()
        assert 'name="confirmed"' in page.content.decode()
        assert Worker.objects.count() == 0

    def test_again_leads_back_with_what_was_typed(self) -> None:
        page = as_office().post("/office/workers/new/", {**PERSON, "form_key": "k", "again": "1"})
        assert 'value="見本"' in page.content.decode()
        assert 'name="confirmed"' not in page.content.decode()

    @pytest.mark.parametrize("kind", PAGES)
    def test_confirmed_is_registered_once_for_a_form(self, kind: str) -> None:
        where, typed, model = PAGES[kind]
        client = as_office()
        answers = [client.post(where, {**typed, "form_key": "k", "confirmed": "1"}) for _ in range(2)]
        assert model.objects.count() == 1
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert str(model.objects.get().pk) in answers[0].headers["Location"]

    @pytest.mark.parametrize(
        ("where", "typed", "text"),
        [
            ("/office/workers/new/", {**PERSON, "family_kana": "見本"}, "カタカナ"),
            ("/office/workers/new/", {**PERSON, "birth_on": "1860/1/1"}, "生年月日"),
            ("/office/workers/new/", {**PERSON, "employer_id": "12345678901822"}, "事業者"),
            ("/office/businesses/new/", {**FIRM, "corporate_number": "1234567890123"}, "法人番号"),
        ],
    )
    def test_what_the_registry_refuses_stands_beside_the_field(
        self, where: str, typed: dict[str, str], text: str
    ) -> None:
        page = as_office().post(where, {**typed, "form_key": "k"})
        assert page.status_code == 422
        (errors,) = page.context["form"].errors.values()
        assert text in errors[0]
        assert "__all__" not in page.context["form"].errors

    def test_the_desk_registers_nobody(self) -> None:
        client = as_office(Role.DESK)
        for where, typed, _ in PAGES.values():
            assert client.get(where).status_code == 404
            assert client.post(where, {**typed, "confirmed": "1"}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", PAGES)
def test_two_clicks_at_once_register_one(kind: str) -> None:
    where, typed, model = PAGES[kind]
    cookies, together = as_office().cookies, threading.Barrier(2)
    answers: list[Any] = []

    def click() -> None:
        client = Client()
        client.cookies.load({name: one.value for name, one in cookies.items()})
        together.wait(timeout=10)
        try:
            answers.append(client.post(where, {**typed, "form_key": "same", "confirmed": "1"}))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert model.objects.count() == 1
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Card.objects.count() == Worker.objects.count()
    assert Move.objects.filter(move="register").count() == 1
    assert Letter.objects.count() == 2


@pytest.mark.django_db
class TestSearching:
    """Firms and workers by ID, name or reading."""

    def found(self, words: str, role: Role = Role.DESK) -> str:
        return as_office(role).post("/office/search/", {"words": words}, follow=True).content.decode()

    @pytest.mark.parametrize("words", ["みほん", "ミホン", "ﾐﾎﾝ", "見本"])
    def test_names_and_readings_forgive_how_they_are_typed(self, words: str) -> None:
        card, firm = a_worker(None), a_firm()
        page = self.found(words)
        assert f"/office/workers/{card.worker_id}/" in page
        assert f"/office/businesses/{firm}/" in page

    @pytest.mark.parametrize("words", [".", "・・", "  ", "　", "･", ""])
    def test_dots_and_blanks_list_nobody(self, words: str) -> None:
        a_worker(None)
        a_firm()
        page = self.found(words)
        assert "/office/workers/" not in page
        assert "/office/businesses/" not in page

    def test_an_id_finds_the_one(self) -> None:
        one, other = a_worker(None), a_worker(None)
        page = self.found(f"{one.worker_id}")
        assert f"/office/workers/{one.worker_id}/" in page
        assert f"/office/workers/{other.worker_id}/" not in page

    def test_the_words_never_stand_in_the_address(self) -> None:
        answer = as_office().post("/office/search/", {"words": "見本"})
        assert "見本" not in answer.headers["Location"]
        assert "%E8%A6%8B" not in answer.headers["Location"]

    def test_a_search_writes_one_look(self) -> None:
        workers = [a_worker(None).worker_id for _ in range(3)]
        self.found("見本")
        (look,) = Look.objects.filter(noun="worker")
        assert (sorted(look.subjects), look.relation, look.purpose) == (sorted(workers), "office", "desk")


@pytest.mark.django_db
class TestRecords:
    """One worker, one firm."""

    def test_a_worker_with_all_blocks(self) -> None:
        card = a_worker(a_firm())
        page = as_office(Role.DESK).get(f"/office/workers/{card.worker_id}/")
        assert len(page.context["blocks"]) == 9
        assert "090-0000-1111" in page.content.decode()

    def test_a_firm(self) -> None:
        page = as_office(Role.DESK).get(f"/office/businesses/{a_firm()}/").content.decode()
        assert "見本建設株式会社" in page
        assert "00-0000-0000" in page

    def test_who_is_not_there_is_an_unknown_address(self) -> None:
        client = as_office(Role.DESK)
        assert client.get("/office/workers/12345678901821/").status_code == 404
        assert client.get("/office/businesses/12345678901822/").status_code == 404


@pytest.mark.django_db
class TestLetters:
    """Printing shows each once."""

    def test_a_letter_is_shown_once(self) -> None:
        a_worker(None)
        client = as_office()
        numbers = list(Letter.objects.order_by("pk").values_list("pk", flat=True))
        first = client.post("/office/letters/", {"letter": numbers})
        again = client.post("/office/letters/", {"letter": numbers})
        secrets = [one["secret"] for one in first.context["printed"]]
        assert len(secrets) == 2
        assert all(secret in first.content.decode() for secret in secrets)
        assert again.context["printed"] == []
        assert not any(secret in again.content.decode() for secret in secrets)

    def test_what_is_no_number_prints_nothing(self) -> None:
        a_worker(None)
        page = as_office().post("/office/letters/", {"letter": ["x", "", "٣", "99999999"]})
        assert page.status_code == 200
        assert page.context["printed"] == []
        assert Letter.objects.filter(state="queued").count() == 2

    def test_the_page_of_secrets_is_not_kept_by_the_browser(self) -> None:
        assert "no-store" in as_office().get("/office/letters/").headers["Cache-Control"]

    def test_home_names_what_waits_to_those_who_print(self) -> None:
        a_worker(None)
        assert len(as_office().get("/office/").context["letters"]) == 2
        assert as_office(Role.DESK).get("/office/").context["letters"] == []
