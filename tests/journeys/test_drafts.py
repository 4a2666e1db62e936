"""Nothing that was typed is lost: a clerk is called away in the middle of a long form."""

from collections.abc import Callable

import pytest

from registry.drafts.models import Draft
from registry.sites.models import Site
from tests.factories.cast import a_firm, a_gate, a_tenure
from tests.factories.visitors import as_firm
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LEAVE = """() => {
  Object.defineProperty(document, 'hidden', {value: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_long_form_is_gone_on_with(visitor: Callable[[str], Visitor]) -> None:
    clerk = visitor("drafts")
    clerk.enter(as_firm(a_firm()))
    clerk.open("/business/sites/new/")
    clerk.fill(name="見本ビル新築工事", prefecture="13", address="東京都例町1-1", public_works="yes")
    clerk.page.evaluate(LEAVE)
    clerk.page.get_by_text("自動で一時保存しました").wait_for()

    clerk.open("/business/")
    clerk.open("/business/sites/new/")
    clerk.sees("入力の途中の内容です")
    assert clerk.page.input_value("[name=name]") == "見本ビル新築工事"
    clerk.fill(terminal_name="正門")
    clerk.press("一時保存する")
    clerk.sees("一時保存しました")
    assert clerk.page.input_value("[name=terminal_name]") == "正門"

    clerk.press("この内容で現場を開く")
    assert Site.objects.get().name == "見本ビル新築工事"
    assert not Draft.objects.exists()


def test_a_reason_that_was_begun_is_there_again(visitor: Callable[[str], Visitor]) -> None:
    prime, firm = a_firm(), a_firm("下請の会社")
    tenure = a_tenure(a_gate(prime).site_id, prime, firm, accepted=False)
    clerk = visitor("drafts-short")
    clerk.enter(as_firm(firm))
    clerk.open(f"/business/invitations/{tenure.id}/decline/")
    clerk.fill(reason="人が足りません")
    clerk.page.evaluate(LEAVE)
    clerk.page.get_by_text("自動で一時保存しました").wait_for()

    clerk.open("/business/")
    clerk.open(f"/business/invitations/{tenure.id}/decline/")
    clerk.sees("入力の途中の内容です")
    assert clerk.page.input_value("[name=reason]") == "人が足りません"
    clerk.press("否認する")
    assert not Draft.objects.exists()
