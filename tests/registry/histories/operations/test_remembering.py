"""Sites are remembered between batches, and every change of one shows in the very next answer."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection, transaction

from registry.histories.operations import remembering
from registry.sites.operations.sites import add_period, change_day_boundary, close_site, reopen_site
from registry.structures.operations.tenures import accept_invitation, end_tenure
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of

pytestmark = pytest.mark.django_db(transaction=True)
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    remembering._memory.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    remembering._memory.clear()


def another_connection() -> psycopg.Connection[Any]:
    """To the same database, for a transaction beside those of the test."""
    told = connection.settings_dict
    return psycopg.connect(
        dbname=told["NAME"], user=told["USER"], password=told["PASSWORD"], host=told["HOST"], port=told["PORT"] or None
    )


class Scene:
    """A subcontractor's worker on a prime's site; one touch before five in the morning, sent again and again."""

    def __init__(self) -> None:
        self.prime, self.firm = a_firm(), a_firm("下請")
        self.gate: Gate = a_gate(self.prime)
        self.card = a_worker(self.firm)
        self.tenure = a_tenure(self.gate.site_id, self.prime, self.firm, accepted=False)

    def answer(self) -> tuple[Any, ...]:
        """Day, state and reasons of the touch now."""
        result = self.gate.send(a_touch(1, self.card, f"{DAY}T05:00:00+09:00"))["results"][0]
        return result["work_day"], result["state"], tuple(result["reasons"])


def accept(scene: Scene) -> None:
    accept_invitation(scene.tenure.id, by=owner_of(scene.firm), at=NOW)


def accept_and_end(scene: Scene) -> None:
    accept(scene)
    scene.answer()
    end_tenure(scene.tenure.id, until_on=DAY - timedelta(days=1), by=owner_of(scene.prime), at=NOW, on=DAY)


def close(scene: Scene) -> None:
    close_site(scene.gate.site_id, from_on=DAY, by=owner_of(scene.prime), at=NOW)


def close_and_reopen(scene: Scene) -> None:
    close(scene)
    assert "SITE_CLOSED" in scene.answer()[2]
    accept(scene)
    reopen_site(scene.gate.site_id, by=owner_of(scene.prime), at=NOW)


def begin_at_six(scene: Scene) -> None:
    by = owner_of(scene.prime)
    change_day_boundary(scene.gate.site_id, time(6), from_on=date(2026, 9, 1), by=by, at=NOW)


@pytest.mark.parametrize("change", [accept, accept_and_end, close, close_and_reopen, begin_at_six])
def test_a_change_shows_in_the_next_answer(change: Callable[[Scene], None]) -> None:
    scene = Scene()
    before = scene.answer()
    assert scene.gate.site_id in remembering._memory[0].around.sites

    change(scene)
    after = scene.answer()

    remembering._memory.clear()
    assert after == scene.answer()
    assert after != before


def test_what_may_yet_be_undone_is_not_remembered() -> None:
    scene = Scene()
    with transaction.atomic():
        scene.answer()
    assert remembering._memory == []


def test_a_period_shows_in_the_next_answer() -> None:
    scene = Scene()
    early = a_touch(2, scene.card, "2026-08-30T08:00:00+09:00")
    assert "OUTSIDE_PERIOD" in scene.gate.send(early)["results"][0]["reasons"]
    add_period(scene.gate.site_id, date(2026, 8, 1), date(2026, 8, 31), by=owner_of(scene.prime), at=NOW)
    assert "OUTSIDE_PERIOD" not in scene.gate.send(early)["results"][0]["reasons"]


def test_a_change_that_commits_after_others_were_read_shows_too() -> None:
    scene = Scene()
    scene.answer()
    with another_connection() as late:
        late.execute("UPDATE sites_site SET closed_on = %s WHERE id = %s", [DAY, scene.gate.site_id])
        late.execute(
            "INSERT INTO changes_change (kind, site_id, from_on) VALUES ('site', %s, %s)", [scene.gate.site_id, DAY]
        )
        assert "SITE_CLOSED" not in scene.answer()[2]
        close_site(a_gate(scene.prime, name="別").site_id, from_on=DAY, by=owner_of(scene.prime), at=NOW)
        assert "SITE_CLOSED" not in scene.answer()[2]
        late.commit()
    assert "SITE_CLOSED" in scene.answer()[2]
