"""The firm's own data, its people, and what it sees of others."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Look
from registry.businesses.queries import list_users
from registry.core.ids import WorkerId
from registry.disclosure.queries import see_worker, viewer_for
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import refuse_claim
from registry.structures.operations.ends import end_roster_entry
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.structures.queries import list_roster, tenures_of_firm
from tests.factories.cast import NOW, STARTED, a_firm, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.photos import a_kept_photo
from tests.factories.site_days import Place
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


def is_open(browser: Client, worker: WorkerId) -> bool:
    """Whether a firm reads the name of a worker and sees the face, or neither."""
    page = browser.get(f"/business/workers/{worker}/").content.decode()
    face = browser.get(f"/business/workers/{worker}/photo/").status_code
    assert ("下 太郎" in page, face) in {(True, 200), (False, 404)}
    return face == 200


class Upwards(Place):
    """The site of a prime with a man of the firm below, and another prime with a site of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.man = a_worker(self.below, "下", photo_key=a_kept_photo())
        self.browsers["other"] = as_firm(a_firm("ほかの元請"))

    def open_to(self) -> list[str]:
        """Who sees him."""
        return [who for who, browser in self.browsers.items() if is_open(browser, self.man.worker_id)]


def test_the_prime_sees_who_works_on_its_site_as_long_as_he_does() -> None:
    """Ruling 38: not before, not another prime, and not once no day of his can be answered in time any more."""
    place = Upwards()
    assert place.open_to() == ["below"]
    place.gate.send(a_touch(3, place.man))
    bind_all()
    assert place.open_to() == ["prime", "below"]
    viewer, dates = (
        viewer_for(list_users(place.prime)[0].account.id),
        (datetime(2026, 12, 31, 3, tzinfo=UTC), datetime(2026, 12, 31, 15, tzinfo=UTC)),
    )
    assert [see_worker(viewer, place.man.worker_id, at=at).get("family_name") for at in dates] == ["下", None]


def test_the_prime_sees_who_stands_on_the_roster_until_the_line_ends() -> None:
    place = Upwards()
    site = place.gate.site_id
    (tenure,) = tenures_of_firm(site, place.below, on=NOW.date())
    people = [(place.man.worker_id, RosterData(trade="06-01"))]
    add_to_roster(site, tenure.id, people, from_on=STARTED, by=owner_of(place.below), at=NOW)
    assert place.open_to() == ["prime", "below"]
    (line,) = [row for row in list_roster(site, on=NOW.date()) if row.worker_id == place.man.worker_id]
    end_roster_entry(line.id, until_on=NOW.date(), by=owner_of(place.below), at=NOW)
    assert place.open_to() == ["below"]


def test_what_is_open_to_the_prime_is_what_the_ruling_lists() -> None:
    place = Upwards()
    place.gate.send(a_touch(3, place.man))
    bind_all()
    page = place.page("prime", f"/business/workers/{place.man.worker_id}/")
    assert [text for text in ("下請", "46歳", "とび工") if text not in page] == []
    assert [text for text in ("1980", "東京都例町", "090-0000-1111", "健康診断") if text in page] == []
    assert "東京都例町" in place.page("below", f"/business/workers/{place.man.worker_id}/")


def test_a_refused_day_opens_nobody() -> None:
    place = Upwards()
    claim = place.enter(place.man.worker_id)
    assert place.open_to() == ["prime", "below"]
    refuse_claim(claim, reason="いません", by=owner_of(place.prime), at=NOW)
    bind_months([(place.man.worker_id, NOW.date().replace(day=1))])
    assert place.open_to() == ["below"]
