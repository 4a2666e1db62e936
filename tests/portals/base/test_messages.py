from collections.abc import Collection

import pytest
from django.utils.translation import override

from portals.base.messages import PAGE, Place, shown_notices
from registry.businesses.queries import list_users
from registry.notices.models import Notice
from registry.notices.operations import write_notice
from registry.notices.queries import NoticeRow
from registry.notices.states import NoticeKind
from tests.factories.cast import NOW, a_firm, a_worker
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db


def pages(places: Collection[Place]) -> dict[Place, str]:
    """Where the pages of sites and days would be."""
    return {(site_id, day): f"/{site_id}/{day}/" for site_id, day in places}


def no_page(row: NoticeRow) -> str:
    """No message has a page of its own."""
    return ""


def test_a_message_names_who_and_when_in_words() -> None:
    row = NoticeRow(1, NoticeKind.LINKED, {"firm": "見本建設株式会社", "day": "2026-11-20"}, NOW, about="")
    with override("ja"):
        (shown,) = shown_notices([row], pages, no_page)
    assert shown.row is row
    assert shown.title == "会社との関連付けが登録されました"
    assert "見本建設株式会社" in shown.body
    assert "2026年11月20日（金）" in shown.body
    assert "{" not in shown.body
    assert shown.url == "", "there is no page of a link that it speaks of"


def test_of_many_days_a_message_names_the_first_ones_and_how_many_they_are() -> None:
    for count, more in ((5, False), (6, True)):
        days = " ".join(f"2026-11-{day:02}" for day in range(1, count + 1))
        row = NoticeRow(1, NoticeKind.DAYS_COUNTED, {"site": "現場", "days": days, "reason": ""}, NOW, about="")
        with override("ja"):
            (shown,) = shown_notices([row], pages, no_page)
        assert "11月5日（木）" in shown.body
        assert ("6日（金）など6日" in shown.body, "など6日" in shown.body) == (False, more)


@pytest.mark.django_db
def test_all_messages_stand_on_pages_of_their_own() -> None:
    firm = a_firm()
    client, account_id = as_firm(firm), list_users(firm)[0].account.id
    Notice.objects.filter(account_id=account_id).delete()
    for number in range(PAGE + 1):
        write_notice(
            NoticeKind.LINKED, account_id=account_id, data={"firm": f"{number}番", "day": "2026-11-20"}, at=NOW
        )
    home = client.get("/business/")
    assert len(home.context["notices"]) == 10
    assert 'href="/business/messages/"' in home.content.decode()
    first = client.get("/business/messages/")
    assert (len(first.context["notices"]), first.context["older_url"]) == (PAGE, f"?start={PAGE}")
    assert len(client.get(f"/business/messages/?start={PAGE}").context["notices"]) == 1
    assert as_worker(a_worker(firm).worker_id).get("/worker/messages/").status_code == 200
