import pytest

from registry.core.kana import in_katakana, is_katakana, search_form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("やまだ たろう", "ヤマダ　タロウ"), ("ﾔﾏﾀﾞﾀﾛｳ", "ヤマダタロウ"), ("髙﨑", "高崎"), ("𠮷田", "吉田"), ("NGUYEN", "nguyen")],
)  # fmt: skip
def test_search_form_forgives(typed: str, stored: str) -> None:
    assert search_form(typed) == search_form(stored)


@pytest.mark.parametrize("typed", ["やまだ たろう", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ", "ヤまダ タろウ"])
def test_in_katakana_however_it_was_typed(typed: str) -> None:
    assert in_katakana(typed) == "ヤマダ タロウ"


def test_in_katakana_leaves_what_is_no_kana() -> None:
    assert in_katakana("山田たろう") == "山田タロウ"


def test_is_katakana() -> None:
    assert is_katakana("ヤマダ タロー")
    assert not is_katakana("やまだ")
