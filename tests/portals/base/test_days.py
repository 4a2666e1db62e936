import pytest
from django.utils.translation import gettext as _
from django.utils.translation import override

from portals.base.days import shown_day, shown_reasons
from registry.codes.queries import list_codes
from registry.codes.states import Counts, Table
from registry.histories.derive.binding import Assignment, BoundDay
from registry.histories.queries import DayRow, DecisionRow
from registry.histories.rules import HOLDING
from registry.histories.states import Reason, Standing
from tests.factories.cast import NOW


def test_no_reason_says_that_a_day_counts_which_does_not() -> None:
    for language in ("ja", "en"):
        with override(language):
            (counts,) = {one.consequence for one in shown_reasons(Reason, counts=True)}
            assert counts not in {one.consequence for one in shown_reasons(Reason)}


@pytest.mark.django_db
def test_nobody_need_act_on_what_would_hold_up_a_day_that_counts() -> None:
    held = {
        line.code for line in list_codes(Table.TOUCH_REASONS, on=NOW.date()) if line.details["counts"] != Counts.YES
    }
    assert held == HOLDING
    with override("ja"):
        for one in shown_reasons(Reason, counts=True):
            assert (one.code in held) is (one.remedy == _("day.counts_in_spite")) is (not one.who)
        assert all(one.who for one in shown_reasons(held))


def test_what_the_prime_has_confirmed_is_no_question_any_more() -> None:
    day = NOW.date()
    bound = BoundDay(1, day, Assignment(), Standing.FORMAL, (Reason.ROSTER_MISSING, Reason.TYPED_NUMBER), NOW, None)
    for counts, left in ((True, [Reason.ROSTER_MISSING]), (None, list(bound.reasons))):
        said = {(1, day): DecisionRow(1, day, counts=counts, reason="", recorded_at=NOW)}
        assert [one.code for one in shown_day(DayRow(2, bound), "", decisions=said).reasons] == left
