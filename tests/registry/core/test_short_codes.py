"""Codes that people copy by hand."""

import pytest

from registry.core.short_codes import ALPHABET, draw_code, shown_code, typed_code


def test_codes_are_drawn_of_signs_that_nobody_mistakes() -> None:
    code = draw_code(10)
    assert len(code) == 10
    assert set(code) <= set(ALPHABET)
    assert not set("01OIL") & (set(ALPHABET) - {"L"})
    assert draw_code(10) != code


@pytest.mark.parametrize("text", ["ab3cd-4ef5g", " AB3CD 4EF5G", "ＡＢ３ＣＤー４ＥＦ５Ｇ", "AB3CD\x004EF5G。"])
def test_they_are_read_as_people_type_them(text: str) -> None:
    assert typed_code(text) == "AB3CD4EF5G"


def test_they_are_shown_in_groups() -> None:
    assert shown_code("AB3CD4EF5G") == "AB3CD-4EF5G"
