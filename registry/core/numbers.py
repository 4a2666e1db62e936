"""Numbers as they come in from outside: in a header, a form, an address."""

_INT8_DIGITS = 18  # as many as surely fit


def stored_number(text: str) -> int:
    """A whole number that a column can hold; 0, which no row has, where a text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _INT8_DIGITS else 0
