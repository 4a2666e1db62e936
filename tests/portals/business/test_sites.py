"""A prime's sites on its pages: opened, extended, closed, opened again; wrong input and repeated clicks."""

from typing import Any

import pytest
from django.test import Client

from registry.accounts.states import Role
from registry.businesses.operations import UnitData, add_unit
from registry.core.ids import BusinessId, SiteId
from registry.sites.models import Site, SitePeriod
from registry.sites.queries import SHOWN_AT_MOST, find_site, list_terminals, load_boundaries
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.site_days import many_sites
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "見本ビル", "prefecture": "13", "address": "東京都現場町1-1", "public_works": "yes", "from_on": "令和8年11月20日",
    "last_on": "2026/12/31", "terminal_name": "正面ゲート", "day_begins_at": "05:00",
    "form_key": "one-form",
}  # fmt: skip


@pytest.fixture
def prime() -> BusinessId:
    return a_firm("元請建設")


@pytest.fixture
def client(prime: BusinessId) -> Client:
    return as_firm(prime)


@pytest.fixture
def site(prime: BusinessId) -> SiteId:
    return a_gate(prime).site_id


@pytest.fixture
def typed(prime: BusinessId) -> dict[str, Any]:
    """A whole form; the site is the owner's."""
    return {**TYPED, "users": [owner_of(prime).account_id]}


class TestOpening:
    """A site with its first place."""

    def test_two_clicks_open_one_site(self, client: Client, typed: dict[str, Any]) -> None:
        answers = [client.post("/business/sites/new/", typed) for _ in range(2)]
        (site,) = Site.objects.all()
        assert {answer.headers["Location"] for answer in answers} == {f"/business/sites/{site.pk}/"}
        assert [one.name for one in list_terminals(site.pk)] == ["正面ゲート"]
        assert [f"{begins:%H:%M}" for _, begins in load_boundaries([site.pk])[site.pk]] == ["05:00"]

    def test_each_form_has_its_own_key(self, client: Client) -> None:
        keys = {
            client.get("/business/sites/new/").content.decode().split('name="form_key" value="')[1][:20]
            for _ in range(2)
        }
        assert len(keys) == 2

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"name": ""}, "入力されていません。このままでは先に進めません。入力してください。"),
            ({"last_on": "2026/11/19"}, "始まりの日より前"),
            ({"from_on": "2026/2/30"}, "2026年2月に30日はありません"),
            ({"prefecture": "99"}, "選"),
            ({"prefecture": ""}, "選ばれていません。このままでは先に進めません。選んでください。"),
            ({"day_begins_at": "13:00"}, "選"),
            ({"name": "名" * 201}, "200"),
            ({"address": "\x00"}, "入力されていません"),
            ({"users": []}, "選"),
            ({"users": ["1"]}, "選"),
        ],
    )
    def test_wrong_input_is_told_and_kept(
        self, client: Client, typed: dict[str, Any], wrong: dict[str, Any], words: str
    ) -> None:
        page = client.post("/business/sites/new/", {**typed, **wrong})
        assert page.status_code == 422
        assert words in page.content.decode()
        assert "正面ゲート" in page.content.decode()
        assert Site.objects.count() == 0

    def test_a_site_manager_opens_none(self, prime: BusinessId) -> None:
        assert as_firm(prime, Role.SITE_MANAGER).post("/business/sites/new/", TYPED).status_code == 404


class TestSettings:
    """What can be changed of a site."""

    def test_two_clicks_close_it_and_do_not_open_it_again(self, client: Client, site: SiteId) -> None:
        for _ in range(2):
            page = client.post(f"/business/sites/{site}/close/", {"close": ""}, follow=True).content.decode()
            assert "現場を閉じました" in page
        found = find_site(site)
        assert found
        assert str(found.closed_on) == "2026-11-21"
        for _ in range(2):
            client.post(f"/business/sites/{site}/close/", {"reopen": ""})
        found = find_site(site)
        assert found
        assert found.closed_on is None

    def test_a_closed_site_says_since_when_wherever_it_stands(self, client: Client, site: SiteId) -> None:
        pages = ["/business/sites/", f"/business/sites/{site}/", f"/business/sites/{site}/extend/"]
        for page in pages:
            shown = client.get(page).content.decode()
            assert "に閉じました" not in shown
            assert "2026年9月1日（火）から（終わりは決まっていません）" in shown, page
            assert "民間" in shown, page
        client.post(f"/business/sites/{site}/close/", {"close": ""})
        for page in pages:
            assert "2026年11月20日（金）に閉じました" in client.get(page).content.decode(), page

    def test_all_periods_stand_on_the_page(self, client: Client, typed: dict[str, Any]) -> None:
        client.post("/business/sites/new/", typed)
        site = Site.objects.get().pk
        client.post(f"/business/sites/{site}/extend/", {"from_on": "2027/2/1"})
        page = client.get(f"/business/sites/{site}/").content.decode()
        assert "2026年11月20日（金）から2026年12月31日（木）まで" in page
        assert "2027年2月1日（月）から（終わりは決まっていません）" in page

    def test_what_was_mistyped_is_corrected(self, client: Client, site: SiteId) -> None:
        path = f"/business/sites/{site}/correct/"
        assert f'href="{path}"' in client.get(f"/business/sites/{site}/").content.decode()
        found = find_site(site)
        assert found
        assert f'value="{found.name}"' in client.get(path).content.decode()
        typed = {"name": "正しいビル", "prefecture": "13", "address": "東京都正町1"}
        assert client.post(path, {**typed, "name": ""}).status_code == 422
        page = client.post(path, typed, follow=True).content.decode()
        assert all(word in page for word in ("現場の内容を直しました", "正しいビル", "東京都正町1"))

    def test_without_units_there_is_none_to_file_it_under(
        self, client: Client, prime: BusinessId, site: SiteId
    ) -> None:
        path = f"/business/sites/{site}/unit/"
        assert path not in client.get(f"/business/sites/{site}/").content.decode()
        for answer in (client.get(path), client.post(path, {"unit_id": ""})):
            assert "組織はまだありません" in answer.content.decode()
            assert 'href="/business/organisation/"' in answer.content.decode()
        add_unit(prime, UnitData(name="東支店", kana="ヒガシ", code="1"), by=owner_of(prime), at=NOW)
        assert path in client.get(f"/business/sites/{site}/").content.decode()
        assert 'name="unit_id"' in client.get(path).content.decode()

    def test_a_period_is_added_once(self, client: Client, typed: dict[str, Any]) -> None:
        client.post("/business/sites/new/", typed)
        site = Site.objects.get().pk
        path, further = f"/business/sites/{site}/extend/", {"from_on": "2027/1/1", "last_on": "2027/3/31"}
        for _ in range(2):
            assert client.post(path, further).status_code == 302
        assert SitePeriod.objects.filter(site=site).count() == 2
        for wrong, words in (
            ({"from_on": "2027/2/1"}, "重なっています"), ({"from_on": "x"}, "日付"),
            ({"from_on": "9999/12/31"}, "1850年から"), ({"from_on": "2027/5/1", "last_on": "9999-12-31"}, "1850年から"),
            ({"from_on": "2027/5/1", "last_on": "2027/4/1"}, "始まりの日より前"),
            ({"from_on": "2027/5/1", "last_on": "2027/4/1"}, "期間は変わっていません"),
        ):  # fmt: skip
            page = client.post(path, wrong)
            assert (page.status_code, words in page.content.decode()) == (422, True), wrong

    def test_days_begin_at_another_hour_from_a_day_on(self, client: Client, site: SiteId) -> None:
        path, typed = f"/business/sites/{site}/day-begin/", {"day_begins_at": "06:00", "from_on": "2026/11/25"}
        assert "4:00" in client.get(path).content.decode()
        for _ in range(2):
            assert client.post(path, typed).status_code == 302
        assert [f"{begins:%H:%M}" for _, begins in load_boundaries([site])[site]] == ["04:00", "06:00"]
        wrongs: list[dict[str, Any]] = [{"day_begins_at": "13:00"}, {"day_begins_at": ""}, {"from_on": ""}]
        for wrong in wrongs:
            assert client.post(path, {**typed, **wrong}).status_code == 422

    @pytest.mark.parametrize("page", ["", "extend/", "close/", "day-begin/", "correct/"])
    def test_another_firm_finds_none_of_it(self, site: SiteId, page: str) -> None:
        client = as_firm(a_firm("別の会社"))
        assert client.get(f"/business/sites/{site}/{page}").status_code == 404
        assert client.post(f"/business/sites/{site}/{page}", {"close": ""}).status_code in {404, 405}


def test_the_page_of_a_site_says_what_its_devices_still_hold(client: Client, prime: BusinessId) -> None:
    gate, other, card = a_gate(prime), a_gate(prime, name="別の現場"), a_worker(prime)
    for one, number in ((gate, 3), (other, 5)):
        one.send(a_touch(1, card), unsent=number, unsent_since="2026-11-20T11:00:00+09:00")
    assert "端末に残っている打刻 3件" in client.get(f"/business/sites/{gate.site_id}/").content.decode()


def test_a_firm_with_many_sites_turns_pages(client: Client, prime: BusinessId, site: SiteId) -> None:
    many_sites(prime, SHOWN_AT_MOST)
    first = client.get("/business/sites/")
    assert (len(first.context["sites"]), first.context["older_url"]) == (SHOWN_AT_MOST, f"?start={SHOWN_AT_MOST}")
    second = client.get(f"/business/sites/?start={SHOWN_AT_MOST}")
    assert [one.id for one in second.context["sites"]] == [site]
    assert "start=0" in second.content.decode()
