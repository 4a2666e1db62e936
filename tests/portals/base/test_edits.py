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
