"""Money: whole yen, never a float."""

from typing import NewType

Yen = NewType("Yen", int)


def yen_text(amount: int) -> str:
    """Show an amount: `12,300円`; a refund has its sign."""
    return f"{amount:,}円"
