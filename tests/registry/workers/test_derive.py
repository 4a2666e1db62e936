import pytest

from registry.workers.derive import full_name, holds_individual_number, name_words, search_text


def test_a_worker_is_found_with_and_without_the_middle_name_and_under_every_other_name() -> None:
    text = search_text(names=("山田", "リー", "太郎"), kana=("ヤマダ", "タロウ"), others=("ヤマ", "Yamada Taro"))
    assert text.split() == ["山田太郎", "山田リー太郎", "ヤマダタロウ", "ヤマ", "yamadatarō".replace("ō", "o")]


def test_the_same_form_stands_once_and_empty_ones_do_not() -> None:
    assert search_text(names=("髙橋", "", "𠮷郎"), kana=("タカハシ", "ヨシロウ"), others=("", "高橋吉郎")).split() == [
        "高橋吉郎", "タカハシヨシロウ",
    ]  # fmt: skip


# Numbers of the check digit's own definition; nobody's.
@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("123456789018", True),
        ("番号は 1234-5678-9018 です", True),
        ("１２３４５６７８９０１８", True),
        ("1234 5678 9018", True),
        ("123456789012", False),  # the check digit does not fit
        ("12345678901821", False),  # a worker ID
        ("1234567890", False),
        ("経験 10 年", False),
        ("", False),
    ],
)
def test_individual_numbers_are_told_from_other_numbers(text: str, holds: bool) -> None:
    assert holds_individual_number(text) is holds


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("山田", "", "太郎"), "山田 太郎"),
        (("グエン", "ヴァン", "アン"), "グエン ヴァン アン"),
        (("山田", None, None), "山田"),
        ((), ""),
    ],
)
def test_a_name_is_put_together_by_one_rule(parts: tuple[str | None, ...], name: str) -> None:
    assert full_name(*parts) == name


def test_a_reading_is_written_in_latin_letters_too() -> None:
    assert name_words("ヤマダ タロウ") == ["ヤマダ", "タロウ", "ヤマダタロウ", "yamada", "tarou", "yamadatarou"]
    assert name_words("Nguyen Van") == ["Nguyen", "Van", "NguyenVan"]
