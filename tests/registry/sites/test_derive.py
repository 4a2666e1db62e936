"""The codes of posters: what is written is read, what was changed is not, and how long one on a screen holds."""

from datetime import timedelta

import pytest

from registry.sites.derive import PosterCode, read_poster_code, write_poster_code
from tests.factories.cast import NOW

KEYS, SITE = ["a key"], 12345678901824
CODES = [PosterCode(SITE, 1, generation=3), PosterCode(SITE, 12, shown_at=NOW)]


@pytest.mark.parametrize("code", CODES)
def test_what_is_written_is_read(code: PosterCode) -> None:
    assert read_poster_code(KEYS, write_poster_code(KEYS, code)) == code


@pytest.mark.parametrize("code", CODES)
def test_a_code_that_was_changed_is_none_of_ours(code: PosterCode) -> None:
    text = write_poster_code(KEYS, code)
    other_place = text.replace(f".{code.number:x}.", ".2.", 1)
    changed = [other_place, text[:-1], text + "0", "", ".", "ポスター", "a.é", text.replace(".p3.", ".p4.") + "x"]
    assert [read_poster_code(KEYS, one) for one in changed] == [None] * len(changed)
    assert read_poster_code(["another key"], text) is None


def test_a_code_is_short_and_may_stand_in_an_address() -> None:
    for code in CODES:
        text = write_poster_code(KEYS, code)
        assert len(text) <= 48
        assert set(text) <= set("0123456789abcdef.ps")


@pytest.mark.parametrize(("seconds", "holds"), [(-61, False), (-60, True), (0, True), (60, True), (61, False)])
def test_a_code_on_a_screen_holds_for_a_minute_around_the_touch(seconds: int, holds: bool) -> None:
    assert CODES[1].holds_at(NOW + timedelta(seconds=seconds)) is holds


def test_a_printed_code_never_tells_when_somebody_stood_there() -> None:
    assert not CODES[0].holds_at(NOW)
