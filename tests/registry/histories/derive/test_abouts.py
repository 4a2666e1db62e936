"""Words by which messages name what they speak of."""

import pytest

from registry.histories.derive.abouts import CLAIM, EDIT, about_claim, about_edit, number_in


def test_a_number_is_found_in_the_words_that_were_made_of_it() -> None:
    assert [number_in(about_claim(7), noun) for noun in (CLAIM, EDIT)] == [7, None]
    assert [number_in(about_edit(8), noun) for noun in (CLAIM, EDIT)] == [None, 8]


@pytest.mark.parametrize("about", ["", "claim", "claim ", "claim x", "claim -1", "claim ７", "claims 7", "site 7"])
def test_other_words_hold_no_number(about: str) -> None:
    assert number_in(about, CLAIM) is None
