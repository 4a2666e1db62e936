"""What is taken out of typed text, and what stays."""

import pytest

from registry.core.typed_text import visible

DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
OTHERS = [
    *range(0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),
    0x00AD,
    0x200B,
    0x2060,
    0xFEFF,
    0xFFF9,
    0xE0041,
]


@pytest.mark.parametrize("sign", [*DIRECTIONS, *OTHERS], ids=hex)
def test_hidden_signs_are_taken_out(sign: int) -> None:
    assert visible(f"見本{chr(sign)}太郎") == "見本太郎"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "見本　太郎",
        "髙例 𠮷郎",
        "葛\U000e0100城",
        "ミホン・タロウ",
        "Nguyễn Văn",
        "می\u200cخواهم",
        "क्\u200dष",
        "一行\r\n二行\t三",
    ],
)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("sign", ["\u2028", "\u2029"])
def test_separators_of_lines_are_plain_ends_of_lines(sign: str) -> None:
    assert visible(f"一行{sign}二行") == "一行\n二行"
