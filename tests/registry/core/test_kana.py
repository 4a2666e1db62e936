import pytest

from registry.core.kana import is_katakana, search_form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("やまだ たろう", "ヤマダ　タロウ"), ("ﾔﾏﾀﾞﾀﾛｳ", "ヤマダタロウ"), ("髙﨑", "高崎"), ("𠮷田", "吉田"), ("NGUYEN", "nguyen")],
)  # fmt: skip
def test_search_form_forgives(typed: str, stored: str) -> None:
    assert search_form(typed) == search_form(stored)


def test_is_katakana() -> None:
    assert is_katakana("ヤマダ タロー")
    assert not is_katakana("やまだ")
