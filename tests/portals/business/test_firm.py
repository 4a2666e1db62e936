"""The firm's own data, its people, and what it sees of others."""

import pytest

from registry.accounts.states import Role
from registry.audit.models import Look
from tests.factories.cast import a_firm, a_worker
from tests.factories.photos import a_kept_photo
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db


def test_home_shows_the_firm_and_its_messages() -> None:
    page = as_firm(a_firm()).get("/business/")
    assert page.context["firm"] == "見本建設株式会社"
    assert [one.row.kind for one in page.context["notices"]] == ["registered"]


def test_own_data_is_all_that_is_registered() -> None:
    page = as_firm(a_firm()).get("/business/own/").content.decode()
    assert all(text in page for text in ("ミホンケンセツ", "見本 代表", "東京都見本区1-2-3", "見本 担当"))


def test_own_people_are_listed_without_a_search() -> None:
    firm = a_firm()
    a_worker(firm, "一番")
    a_worker(a_firm("別の会社"), "二番")
    page = as_firm(firm).get("/business/workers/").content.decode()
    assert "一番" in page
    assert "二番" not in page


@pytest.mark.parametrize("words", ["みほん", "ﾐﾎﾝ", "見本太郎", "たろう"])
def test_a_name_is_found_however_it_is_typed(words: str) -> None:
    firm = a_firm()
    a_worker(firm)
    page = as_firm(firm).post("/business/workers/", {"words": words}, follow=True)
    assert [name for _, name, _ in page.context["people"]] == ["見本 太郎"]


def test_by_the_exact_id_of_anothers_worker_only_id_and_level_show() -> None:
    worker = a_worker(a_firm("別の会社"), photo_key=a_kept_photo()).worker_id
    client = as_firm(a_firm())
    found = client.post("/business/workers/", {"words": str(worker)}, follow=True).context["people"]
    assert [(seen.subject_id, name, sorted(seen.values)) for seen, name, _ in found] == [
        (worker, "", ["card_valid", "id", "level"])
    ]
    assert client.get(f"/business/workers/{worker}/photo/").status_code == 404


def test_a_look_is_noted_once_a_page() -> None:
    firm = a_firm()
    worker = a_worker(firm).worker_id
    client = as_firm(firm)
    before = Look.objects.count()
    client.get(f"/business/workers/{worker}/")
    assert Look.objects.count() == before + 1


def test_a_site_viewer_has_no_people() -> None:
    client = as_firm(a_firm(), Role.SITE_VIEWER)
    assert client.get("/business/workers/").status_code == 404
    assert client.get("/business/own/").status_code == 200
