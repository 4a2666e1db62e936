from datetime import UTC, datetime

import pytest

from reader.numbers import NumberError, card_number, damm, is_phone_code, masked
from registry.cards.derive import write_phone_code


@pytest.mark.parametrize(
    "typed", ["12345678901821-01", "1234567890182101", " 1234 5678 9018 21 01 ", "１２３４５６７８９０１８２１−０１"]
)
def test_card_number_however_typed(typed: str) -> None:
    assert card_number(typed) == "12345678901821-01"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "数字でない"), ("ABC", "数字でない"), ("12345678901821-0x", "数字でない"), ("123", "3桁"),
        ("12345678901821-011", "17桁"), ("12345678901921-01", "チェックデジット"), ("12345678901824-01", "現場ID"),
        ("12345678901822-01", "事業者ID"), ("12345678901899-01", "末尾が99"), ("12345678901821", "枝番"),
        ("12345678901821-00", "枝番"), ("02345678901821-01", "チェックデジット"),
    ],
)  # fmt: skip
def test_card_number_wrong_says_which_part(typed: str, word: str) -> None:
    with pytest.raises(NumberError, match=word):
        card_number(typed)


def test_damm_finds_every_single_wrong_digit_and_every_exchange_of_neighbours() -> None:
    right = "123456789018"
    assert damm(right) == 0
    wrong = [right[:i] + d + right[i + 1 :] for i in range(12) for d in "0123456789" if d != right[i]]
    wrong += [right[:i] + right[i + 1] + right[i] + right[i + 2 :] for i in range(11)]
    assert [text for text in wrong if damm(text) == 0] == []


def test_masked_hides_most_of_a_number() -> None:
    assert masked("12345678901821-01") == "**** **** **18 21-01"
    assert masked("uid:04a1b2c3d4e5f6") == "ICチップ ****e5f6"


def test_the_code_of_a_phone_is_told_from_a_number_and_masked_like_one() -> None:
    code = write_phone_code(["key"], "12345678901821-01", datetime(2026, 11, 20, 7, 58, tzinfo=UTC))
    assert is_phone_code(code)
    assert not is_phone_code("12345678901821-01")
    assert masked(code) == masked("12345678901821-01")
