"""Who looked at my data (ruling 40)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from config.texts import read_texts
from portals.base.templatetags.ds import jmoment, jtime
from registry.accounts.states import Role
from registry.audit.models import Look
from registry.core.ids import grouped
from registry.core.read_policy import Relation
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import NOW, a_firm, a_worker, logged_in, office_login
from tests.factories.shared import shared
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db
LAST_MONTH = datetime(2026, 10, 31, 14, 59, tzinfo=UTC)  # 23:59 in Japan


class Cast:
    """A worker, the employer, another firm, the desk."""

    def __init__(self) -> None:
        firm, other = a_firm("所属の会社"), a_firm("別の会社")
        self.worker = a_worker(firm).worker_id
        colleague = a_worker(None, "同僚").worker_id
        self.clients = {
            "self": as_worker(self.worker), "colleague": as_worker(colleague), "firm": as_firm(firm), "other": as_firm(other),
            "desk": logged_in(office_login(Role.DESK)),
        }  # fmt: skip

    def looks(self, path: str = "/worker/looks/", who: str = "self") -> Any:
        """The page of who looked."""
        answer = self.clients[who].get(path)
        assert answer.status_code == 200
        return answer


cast = shared(Cast)


def test_each_look_says_who_when_what_and_by_what_right(cast: Cast) -> None:
    cast.clients["firm"].get(f"/business/workers/{cast.worker}/")
    cast.clients["other"].get(f"/business/workers/{cast.worker}/")
    cast.clients["desk"].get(f"/office/workers/{cast.worker}/")
    cast.clients["self"].get("/worker/own/")
    shown = cast.looks().context["shown"]
    assert [(one["who"], one["right"]) for one in shown] == [
        ("運営", "運営の窓口"), ("別の会社", "技能者IDを知っている事業者"), ("所属の会社", "所属事業者"),
    ]  # fmt: skip
    assert shown[1]["items"] == ["技能者ID", "レベル", "カードが使えるか"]
    assert "現住所" in shown[2]["items"]
    assert "カード送付先" not in "".join(shown[2]["items"])
    assert {one["last_at"] for one in shown} == {NOW}


def test_nobody_sees_the_looks_at_another_worker(cast: Cast) -> None:
    cast.clients["firm"].get(f"/business/workers/{cast.worker}/")
    assert cast.looks(who="colleague").context["shown"] == []


def test_a_list_tells_each_worker_only_what_was_shown_of_that_worker(cast: Cast) -> None:
    a_worker(None, "見知らぬ")
    cast.clients["desk"].post("/office/search/", {"words": "みほん"}, follow=True)
    (one,) = cast.looks().context["shown"]
    assert "職種" not in one["items"]
    assert "姓" in one["items"]


def test_months_are_those_of_japan(cast: Cast) -> None:
    with time_machine.travel(LAST_MONTH, tick=False):
        cast.clients["firm"].get(f"/business/workers/{cast.worker}/")
    with time_machine.travel(LAST_MONTH + timedelta(minutes=1), tick=False):
        cast.clients["desk"] = logged_in("office-desk")
        cast.clients["desk"].get(f"/office/workers/{cast.worker}/")
    assert [one["who"] for one in cast.looks("/worker/looks/2026-10/").context["shown"]] == ["所属の会社"]
    assert [one["who"] for one in cast.looks().context["shown"]] == ["運営"]
    assert "/worker/looks/2026-10/" in cast.looks().content.decode()
    for wrong in ("/worker/looks/2026-13/", "/worker/looks/1999-1/"):
        assert cast.clients["self"].get(wrong).status_code == 404


def test_many_looks_come_by_pages(cast: Cast) -> None:
    cast.clients["desk"].get(f"/office/workers/{cast.worker}/photo/")  # no photo, no look
    cast.clients["desk"].get(f"/office/workers/{cast.worker}/")
    (values,) = Look.objects.filter(subjects__contains=[cast.worker]).values(
        "at", "account_id", "business_id", "noun", "relation", "purpose", "subjects"
    )
    others = [Look(**{**values, "items": 1 << bit}) for bit in range(50)]
    Look.objects.bulk_create(others)
    first = cast.looks()
    assert (len(first.context["shown"]), first.context["older_url"]) == (50, "?start=50")
    assert len(cast.looks("/worker/looks/?start=50").context["shown"]) == 1


def test_looks_of_one_viewer_on_one_day_stand_together_with_the_firm_s_id(cast: Cast) -> None:
    for minutes in (0, 0, 14):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            at_once = f"{jmoment(NOW)} 2回" in cast.looks().content.decode()
            assert at_once == (minutes == 14), minutes
            cast.clients["firm"].get(f"/business/workers/{cast.worker}/")
    page = cast.looks().content.decode()
    (one,) = cast.looks().context["shown"]
    assert f"{jmoment(NOW)}〜{jtime(NOW + timedelta(minutes=14))} 3回" in page
    assert grouped(one["business_id"]) in page


def test_every_item_and_right_has_a_name() -> None:
    texts = read_texts()
    readable = [field.name for field in WORKER_POLICY.fields if field.readers]
    assert [name for name in readable if f"worker.{name}" not in texts] == []
    assert [right for right in Relation if f"look.right.{right}" not in texts] == []


def test_strangers_are_sent_to_the_login() -> None:
    assert Client().get("/worker/looks/").status_code == 302
