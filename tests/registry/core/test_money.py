import pytest

from registry.core.money import yen_text


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0円"), (999, "999円"), (12300, "12,300円"), (-500, "-500円"), (1234567, "1,234,567円")]
)
def test_yen_text(amount: int, text: str) -> None:
    assert yen_text(amount) == text
