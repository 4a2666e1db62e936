"""What messages speak of: entries and edits, by the words in which messages name them."""

import pytest

from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.operations.edits import edit_day
from registry.histories.queries import list_edits, places_spoken_of
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()


def test_messages_speak_of_the_site_and_day_of_an_entry_or_edit() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(a_touch(1, card))
    by = worker_as_actor(card.worker_id)
    nameless = enter_claim(card.worker_id, ClaimData(day=DAY, site_name="近所の家"), by=by, at=NOW)
    edit_day(card.worker_id, gate.site_id, DAY, work="片付け", by=by, at=NOW)
    (edit,) = list_edits(card.worker_id, DAY.replace(day=1))
    abouts = [f"claim {nameless}", f"edit {edit.id}", "claim 0", ""]
    assert places_spoken_of(abouts) == {f"claim {nameless}": (None, DAY), f"edit {edit.id}": (gate.site_id, DAY)}
    assert places_spoken_of([]) == {}
