"""What the office changes of a registered worker: trades from a day on, and the end of a link."""

import pytest

from registry.audit.models import Look
from registry.core.ids import BusinessId
from registry.disclosure.queries import LISTED
from registry.notices.models import Notice
from registry.workers.models import Affiliation, WorkerTrade
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import NOW, STARTED, a_worker
from tests.factories.visitors import as_office

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_other_trades_hold_from_a_day_on_and_the_earlier_ones_stay() -> None:
    worker, client = a_worker(None).worker_id, as_office()
    page = f"/office/workers/{worker}/trades/"
    assert f'href="{page}"' in client.get(f"/office/workers/{worker}/").content.decode()
    shown = client.get(page)
    assert shown.context["form"]["trade"].value() == "06-01"

    typed = {"from_on": "2026/11/20", "trade": "02-01", "trade_2": "01-01"}
    assert client.post(page, typed).status_code == 302

    rows = WorkerTrade.objects.filter(worker=worker).order_by("from_on", "place")
    assert list(rows.values_list("trade", "place", "from_on", "until_on")) == [
        ("06-01", 1, STARTED, TODAY), ("02-01", 1, TODAY, None), ("01-01", 2, TODAY, None),
    ]  # fmt: skip
    assert [row.until_on for _, row in client.get(page).context["rows"]] == [None, None, TODAY]


def test_a_trade_twice_is_told_beside_its_field() -> None:
    page = f"/office/workers/{a_worker(None).worker_id}/trades/"
    answer = as_office().post(page, {"from_on": "2026/11/20", "trade": "06-01", "trade_3": "06-01"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["trade_3"][0].code == "TRADES"


def test_a_typed_trade_that_the_table_lacks_stays_to_be_chosen() -> None:
    worker = a_worker(None, trades=("X特殊足場",)).worker_id
    page, client = f"/office/workers/{worker}/trades/", as_office()
    answer = client.post(page, {"from_on": "2026/11/20", "trade": "01-01", "trade_2": "X特殊足場"})
    assert answer.status_code == 302
    assert WorkerTrade.objects.filter(worker=worker, trade="X特殊足場", until_on=None, place=2).exists()


def test_the_office_ends_a_link_and_both_sides_are_told(prime: BusinessId) -> None:
    worker, client = a_worker(prime).worker_id, as_office()
    Notice.objects.all().delete()
    one = Affiliation.objects.get()
    listed = client.get(f"/office/workers/{worker}/links/").content.decode()
    page = f"/office/workers/{worker}/links/{one.pk}/end/"
    assert f'href="{page}"' in listed
    assert "技能者と会社にお知らせします" in client.get(page).content.decode()
    assert client.post(page, {"until_on": "2026/11/20"}).status_code == 302
    one.refresh_from_db()
    assert (f"{one.until_on}", one.ended_by) == ("2026-11-21", "")
    assert list(Notice.objects.values_list("kind", flat=True)) == ["unlinked", "unlinked"]


def test_the_office_ends_a_link_with_a_firm_that_stands_by_name() -> None:
    worker, client = a_worker(None, employer_name="名前だけの会社").worker_id, as_office()
    page = f"/office/workers/{worker}/links/{Affiliation.objects.get().pk}/end/"
    assert "名前だけの会社" in client.get(page).content.decode()
    client.post(page, {"until_on": "2026/11/19"})
    assert client.get(page).status_code == 404
    assert "いま有効な関連付けはありません" in client.get(f"/office/workers/{worker}/links/").content.decode()
    assert Notice.objects.latest("pk").kind == "unlinked_by_name"


@pytest.mark.parametrize(
    ("page", "shown"),
    [("trades", {"trades"}), ("links", {"affiliations"}), ("cards", {"card_valid"}), ("phone", set())],
)
def test_the_look_says_what_the_page_shows(page: str, shown: set[str]) -> None:
    as_office().get(f"/office/workers/{a_worker(None).worker_id}/{page}/")
    (look,) = Look.objects.filter(noun="worker")
    assert set(WORKER_POLICY.names(look.items)) - LISTED == shown
