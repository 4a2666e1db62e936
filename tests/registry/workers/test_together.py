"""Two who change a worker's links at the same moment: none waits for the other in a circle, none misses what the other did."""

from datetime import date, timedelta
from functools import partial

import pytest

from registry.workers.models import Affiliation, LinkRequest
from registry.workers.operations.ends import answer_end_dispute, dispute_end
from registry.workers.operations.links import PrincipalTwiceError, accept_link, ask_for_link, end_link, locked_links
from registry.workers.operations.principals import make_principal
from tests.factories.cast import NOW, a_firm, a_worker, owner_of
from tests.factories.links import last_link, link
from tests.factories.meetings import meeting
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()
LINKED = date(2026, 11, 1)
LEAVES, LATER = TODAY + timedelta(days=20), TODAY + timedelta(days=30)


class Disputed:
    """Somebody leaves his principal employer on a day that he objects to, and is linked to another firm."""

    def __init__(self) -> None:
        self.firm, self.other = a_firm("一次工業"), a_firm("次の会社")
        self.worker_id = a_worker(self.firm).worker_id
        self.by = worker_as_actor(self.worker_id)
        link(self.worker_id, self.other, from_on=LINKED)
        self.row = last_link(self.worker_id, self.firm)
        end_link(self.row, until_on=LEAVES, by=owner_of(self.firm), at=NOW)
        dispute = dispute_end(self.row, LATER, reason="違います", by=self.by, at=NOW)
        self.agree = partial(answer_end_dispute, dispute, agree=True, by=owner_of(self.firm), at=NOW)

    def turn(self) -> None:
        other = last_link(self.worker_id, self.other)
        make_principal(self.worker_id, other, from_on=TODAY, by=self.by, at=NOW)

    def ends(self) -> list[object]:
        rows = Affiliation.objects.filter(worker=self.worker_id, business=self.firm).order_by("from_on")
        return list(rows.values_list("until_on", flat=True))


def test_a_day_is_agreed_on_while_another_employer_becomes_principal() -> None:
    one = Disputed()
    with meeting(one.agree) as begin:
        locked_links(one.worker_id)  # as the change of the principal employer begins
        begin()
        one.turn()
    assert one.ends() == [TODAY, LATER]


def test_a_link_ends_on_the_day_agreed_on_after_another_employer_became_principal() -> None:
    one = Disputed()
    with meeting(one.agree):
        one.turn()
    assert one.ends() == [TODAY, LATER]


def test_a_day_is_agreed_on_while_a_correction_drops_the_row_that_it_is_of() -> None:
    one, earlier = Disputed(), TODAY - timedelta(days=3)
    one.turn()

    def agree() -> None:
        with pytest.raises(PrincipalTwiceError):
            one.agree()

    with meeting(agree) as begin:
        locked_links(one.worker_id)  # as the correction begins
        begin()
        end_link(one.row, until_on=earlier, by=owner_of(one.firm), at=NOW)
    assert one.ends() == [earlier]


def test_a_worker_accepts_a_request_and_asks_for_the_same_link_meanwhile() -> None:
    firm, worker_id = a_firm(), a_worker(None).worker_id
    by, ask = worker_as_actor(worker_id), partial(ask_for_link, worker_id, firm, from_on=LINKED, principal=True, at=NOW)
    request = ask(by=owner_of(firm))
    with meeting(partial(ask, by=by)) as begin:
        LinkRequest.objects.select_for_update().get(pk=request)  # as accepting begins
        begin()
        accept_link(request, by=by, at=NOW)
    assert Affiliation.objects.get(worker=worker_id).business_id == firm
