"""仮現場: days of an unregistered site get the site ID that it has got (ruling 30)."""

import re

import pytest

from registry.histories.models import Claim
from tests.factories.cast import a_firm, a_gate, a_worker
from tests.factories.visitors import as_worker

pytestmark = pytest.mark.django_db


def test_days_of_one_name_get_their_site_id_together() -> None:
    prime = a_firm()
    site, worker = a_gate(prime).site_id, a_worker(prime).worker_id
    browser = as_worker(worker)
    for day in ("2026/11/9", "2026/11/10"):
        browser.post("/worker/days/new/", {"day": day, "site_name": "近所の家"})
    browser.post("/worker/days/new/", {"day": "2026/11/11", "site_name": "別の家"})
    (path,) = set(re.findall(r"/worker/claims/\d+/site/", browser.get("/worker/days/2026-11-10/").content.decode()))
    assert "対象は1人、2日分です" in browser.get(path).content.decode()
    for typed, said in (("12345678901821", "技能者"), ("", "入力"), ("12345678901824", "現場がありません")):
        answer = browser.post(path, {"site_id": typed})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    typed_site = {"site_id": str(site)}
    sure = browser.post(path, typed_site).content.decode()
    assert "「見本ビル新築工事」の現場IDを付けますか" in sure
    assert Claim.objects.filter(site=None).count() == 3, "nothing happened yet"
    for said in ("2日分に「見本ビル新築工事」の現場IDを付けました", "すでに現場IDが付いているか"):
        answer = browser.post(path, {**typed_site, "sure": str(site)}, follow=True)
        assert said in answer.content.decode()
    assert Claim.objects.get(site=None).site_name == "別の家"
    assert "「近所の家」として入力され" in browser.get("/worker/days/2026-11-10/").content.decode()
    assert as_worker(a_worker(prime, "別").worker_id).get(path).status_code == 404
