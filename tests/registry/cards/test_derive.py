from datetime import date

import pytest

from registry.cards.derive import valid_until


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
