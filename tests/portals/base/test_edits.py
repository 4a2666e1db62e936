"""What a day says, above the form that corrects it."""

import re

import pytest

from registry.histories.operations.edits import edit_day
from tests.factories.cast import NOW, owner_of
from tests.factories.days import bind_all
from tests.factories.site_days import Place
from tests.factories.visitors import as_worker

pytestmark = pytest.mark.django_db
DAY = f"{NOW.date().year}-{NOW.date().month}-{NOW.date().day}"


def test_worker_and_employer_read_what_the_day_says_before_they_correct_it() -> None:
    place = Place()
    site, worker, by = place.gate.site_id, place.own.worker_id, owner_of(place.prime)
    edit_day(worker, site, NOW.date(), trade="06-01", work="墨出し", by=by, at=NOW)
    bind_all()
    pages = (
        as_worker(worker).get(f"/worker/days/{site}/{DAY}/edit/").content.decode(),
        place.page("prime", f"/business/workers/{worker}/days/{site}/{DAY}/edit/"),
    )
    for page in pages:
        before = page.partition("いまの内容")[2].partition("<form")[0]
        said = dict(re.findall("<dt>([^<]+)</dt><dd>([^<]+)</dd>", before))
        assert (said["現場名"], said["作業内容"]) == ("見本ビル新築工事", "墨出し")
        assert said["職種"] not in {"", "―"}


def test_words_on_the_work_are_taken_back_by_a_correction_like_any_other() -> None:
    place = Place()
    site, worker, by = place.gate.site_id, place.own.worker_id, owner_of(place.prime)
    path, of_day, box = f"/worker/days/{site}/{DAY}/edit/", f"/worker/days/{DAY}/", 'name="no_work"'
    browser = as_worker(worker)
    assert box not in browser.get(path).content.decode(), "the day says nothing of the work"
    edit_day(worker, site, NOW.date(), work="墨出し", by=by, at=NOW)
    bind_all()
    assert box in browser.get(path).content.decode()
    assert box in place.page("prime", f"/business/workers/{worker}/days/{site}/{DAY}/edit/")

    both = browser.post(path, {"no_work": "on", "work": "型枠"})
    assert (both.status_code, "どちらか一方" in both.content.decode()) == (422, True)
    browser.post(path, {"no_work": "on"})
    bind_all()
    page = browser.get(of_day).content.decode()
    assert ("<dt>作業内容</dt>" in page, "作業内容なし" in page, "墨出し" in page) == (False, True, True)
