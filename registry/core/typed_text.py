"""Signs that nobody sees are taken out of what was typed: they turn the text around them, or hide in a name."""

import re
import unicodedata

# Joiners shape letters of some scripts; what breaks a line belongs to texts of several lines.
_KEPT = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\n\r\t")
_BREAKS = re.compile("[\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")


def visible(text: str) -> str:
    """A text without control and format signs: no direction marks, overrides and isolates, no zero-width spaces."""
    if text.isprintable():
        return text
    broken = _BREAKS.sub("\n", text)
    return "".join(one for one in broken if one in _KEPT or unicodedata.category(one) not in {"Cc", "Cf"})
