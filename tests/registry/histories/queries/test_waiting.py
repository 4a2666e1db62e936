"""Who lacks something on a site, since when and on how many days."""

from datetime import date

import pytest

from registry.cards.queries import CardRow
from registry.core.ids import BusinessId
from registry.histories.queries import list_lacking_on_site, waiting
from registry.histories.states import Reason
from tests.factories.cast import Gate, a_firm, a_touch, a_worker
from tests.factories.days import bind_all

pytestmark = pytest.mark.django_db
MONTH, LAST_MONTH = date(2026, 11, 1), date(2026, 10, 1)


def touch_on(gate: Gate, card: CardRow, *days: str, seq: int) -> None:
    gate.send(*[a_touch(seq + n, card, f"{day}T08:00:00+09:00") for n, day in enumerate(days)])
    bind_all()


def test_of_several_reasons_in_one_row_each_has_its_own_days(prime: BusinessId, gate: Gate) -> None:
    below = a_firm("下請")
    own, theirs = a_worker(prime, "元"), a_worker(below, "下")
    touch_on(gate, own, "2026-11-18", "2026-11-19", seq=1)
    touch_on(gate, theirs, "2026-10-05", "2026-11-17", "2026-11-18", seq=3)
    on_roster = [
        (one.worker_id, one.business_id, one.days, one.first_on)
        for one in list_lacking_on_site(gate.site_id, Reason.ROSTER_MISSING, since=LAST_MONTH)
    ]
    assert on_roster == [
        (theirs.worker_id, below, 3, date(2026, 10, 5)), (own.worker_id, prime, 2, date(2026, 11, 18)),
    ]  # fmt: skip
    in_structure = list_lacking_on_site(gate.site_id, Reason.STRUCTURE_MISSING, since=MONTH)
    assert [(one.worker_id, one.days, one.first_on) for one in in_structure] == [
        (theirs.worker_id, 2, date(2026, 11, 17))
    ]
    assert list_lacking_on_site(gate.site_id, Reason.CARD_LOST, since=LAST_MONTH) == []


def test_a_firm_asks_for_its_own_people(prime: BusinessId, gate: Gate) -> None:
    below = a_firm("下請")
    cards = {prime: a_worker(prime, "元"), below: a_worker(below, "下")}
    for n, card in enumerate(cards.values(), 1):
        touch_on(gate, card, "2026-11-18", seq=n)
    for firm, card in cards.items():
        found = list_lacking_on_site(gate.site_id, Reason.ROSTER_MISSING, since=MONTH, business_id=firm)
        assert [(one.worker_id, one.business_id) for one in found] == [(card.worker_id, firm)]


def test_one_more_than_is_shown_is_told_the_first_ones_first(
    prime: BusinessId, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MANY", 1)
    cards = [a_worker(prime, name) for name in ("一", "二", "三")]
    for n, (card, day) in enumerate(zip(cards, ("2026-11-19", "2026-11-17", "2026-11-18"), strict=True), 1):
        touch_on(gate, card, day, seq=n)
    found = list_lacking_on_site(gate.site_id, Reason.ROSTER_MISSING, since=MONTH)
    assert [one.worker_id for one in found] == [cards[1].worker_id, cards[2].worker_id]
