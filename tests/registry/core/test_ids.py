import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.ids import (
    IdCheckDigitError,
    IdKind,
    IdKindError,
    IdShapeError,
    grouped,
    id_of_body,
    is_id,
    make_id,
    normal_login_id,
    parse_card_number,
    parse_id,
)


def test_id_of_body_is_the_example_of_the_ruling() -> None:
    assert id_of_body("12345678901", IdKind.WORKER) == 12345678901821


@pytest.mark.parametrize("typed", ["12345678901821", "1234 5678 9018 21", "1234-5678-9018-21", "１２３４　５６７８　９０１８　２１"])  # fmt: skip
def test_parse_id_takes_what_people_type(typed: str) -> None:
    assert parse_id(typed, IdKind.WORKER) == 12345678901821


@given(st.integers(min_value=0, max_value=11), st.integers(min_value=1, max_value=9))
def test_parse_id_tells_any_single_wrong_digit(position: int, shift: int) -> None:
    digits = list("12345678901821")
    digits[position] = str((int(digits[position]) + shift) % 10)
    with pytest.raises((IdCheckDigitError, IdShapeError)):  # a leading zero is already no ID
        parse_id("".join(digits))


def test_parse_id_tells_another_kind() -> None:
    with pytest.raises(IdKindError):
        parse_id("12345678901821", IdKind.BUSINESS)


@pytest.mark.parametrize("typed", ["", "123", "abcdefghijklmn", "123456789018211", "02345678901821"])
def test_parse_id_tells_a_wrong_shape(typed: str) -> None:
    with pytest.raises(IdShapeError):
        parse_id(typed)


@pytest.mark.parametrize("kind", list(IdKind))
def test_make_id_is_well_formed(kind: IdKind) -> None:
    assert is_id(make_id(kind), kind)


def test_grouped() -> None:
    assert grouped(12345678901821) == "1234 5678 9018 21"


def test_parse_card_number() -> None:
    assert parse_card_number("1234 5678 9018 21 - 01") == (12345678901821, 1)


@pytest.mark.parametrize("typed", ["12345678901821", "12345678901821-00", "12345678901821-1"])
def test_parse_card_number_needs_a_branch(typed: str) -> None:
    with pytest.raises(IdShapeError):
        parse_card_number(typed)


def test_normal_login_id() -> None:
    assert normal_login_id(" １２３４-5678 9018 21 ") == "12345678901821"
    assert normal_login_id(" Office-Desk ") == "office-desk"


@pytest.mark.parametrize("typed", ["⑳" * 60, "ﷺ" * 60, "x" * 200])
def test_normal_login_id_fits_its_column(typed: str) -> None:
    assert len(normal_login_id(typed)) <= 64
