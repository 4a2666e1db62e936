from datetime import UTC, date, datetime, timedelta

import pytest

from registry.cards.derive import PhoneCode, read_phone_code, valid_until, write_phone_code


@pytest.mark.parametrize(
    ("issued_on", "birth_on", "has_document", "until"),
    [
        (date(2026, 4, 1), date(1989, 4, 1), True, date(2035, 4, 1)),  # issued on the birthday
        (date(2026, 4, 2), date(1989, 4, 1), True, date(2036, 4, 1)),
        (date(2026, 4, 1), date(1966, 4, 1), True, date(2040, 4, 1)),  # sixty on the day of issue
        (date(2026, 3, 31), date(1966, 4, 1), True, date(2035, 4, 1)),  # sixty on the day after
        (date(2026, 4, 1), date(1989, 4, 1), False, date(2028, 4, 1)),
        (date(2026, 1, 1), date(1988, 2, 29), True, date(2035, 3, 1)),  # 29 February is 1 March
        (date(2028, 2, 29), date(1990, 6, 1), True, date(2037, 6, 1)),
    ],
)
def test_valid_until_is_the_first_birthday_after_the_term(
    issued_on: date, birth_on: date, has_document: bool, until: date
) -> None:
    assert valid_until(issued_on, birth_on, has_document=has_document) == until


SHOWN = datetime(2026, 11, 20, 7, 58, tzinfo=UTC)
CODE = write_phone_code(["key"], "12345678901821-01", SHOWN)


def test_a_phone_code_is_read_back() -> None:
    assert read_phone_code(["key"], CODE) == PhoneCode("12345678901821-01", SHOWN)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "12345678901821-01", CODE[:-1], CODE + "0", "2" + CODE[1:], CODE.replace(".", "．"), "é." + CODE],
)
def test_what_we_did_not_sign_is_no_phone_code(text: str) -> None:
    assert read_phone_code(["key"], text) is None


def test_another_key_signs_otherwise() -> None:
    assert read_phone_code(["another"], CODE) is None


@pytest.mark.parametrize(
    ("later", "holds"),
    [
        (timedelta(minutes=-11), False), (timedelta(minutes=-10), True), (timedelta(0), True),
        (timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False),
    ],
)  # fmt: skip
def test_a_phone_code_holds_for_a_day(later: timedelta, holds: bool) -> None:
    assert PhoneCode.holds_after(later) is holds
