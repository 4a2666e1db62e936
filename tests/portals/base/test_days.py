from django.utils.translation import override

from portals.base.days import shown_reasons
from registry.histories.states import Reason


def test_no_reason_says_that_a_day_counts_which_does_not() -> None:
    for language in ("ja", "en"):
        with override(language):
            (counts,) = {one.consequence for one in shown_reasons(Reason, counts=True)}
            assert counts not in {one.consequence for one in shown_reasons(Reason)}
