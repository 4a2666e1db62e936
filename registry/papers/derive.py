"""A sheet as PDF. Its data enter the template as JSON, never as source, so that no name can be a command.

Run as a child process, with limits: `python -m registry.papers.derive`; a sheet that breaks it breaks nothing else.
"""

import json
import re
import resource
import struct
import sys
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from registry.papers.states import RENDERING_MEMORY, RENDERING_SECONDS

FONTS = Path(__file__).parent / "fonts"
TEMPLATES = Path(__file__).parent / "templates"
GETA = "〓"  # printers' sign for a character that the case does not hold
_FORMAT_12 = 12
_VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
_LONG_WORD = re.compile(r"[!-~]{15,}")
_BREAK, _PIECE = "\N{ZERO WIDTH SPACE}", re.compile(r".{14}")


@cache
def covered() -> frozenset[int]:
    """The characters that our font has, read from its `cmap` (OpenType, format 12). PDF/A allows no other."""
    data = (FONTS / "NotoSansJP-Regular.ttf").read_bytes()
    tables = (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(struct.unpack_from(">H", data, 4)[0]))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", data, start + 2)[0]):
        place = start + struct.unpack_from(">HHI", data, start + 4 + 8 * n)[2]
        if struct.unpack_from(">H", data, place)[0] == _FORMAT_12:
            (groups,) = struct.unpack_from(">I", data, place + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", data, place + 16 + 12 * group)
                found.update(range(first, last + 1))
    return frozenset(found)


@lru_cache(maxsize=20_000)
def printable(text: str) -> str:
    """A text as it can be printed: no control signs, 〓 for what the font lacks, long words made breakable."""
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        if sign.isspace():
            signs.append(" ")
        elif unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} and ord(sign) not in _VARIATION_SELECTORS:
            signs.append(sign if ord(sign) in covered() else GETA)
    return _LONG_WORD.sub(lambda word: _PIECE.sub(rf"\g<0>{_BREAK}", word[0]), "".join(signs))


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_legible(one) for one in value]
    return {key: _legible(one) for key, one in value.items()} if isinstance(value, dict) else value


def pdf(sheet: bytes) -> bytes:
    """A sheet (JSON, see `kinds`) as PDF/A-2a and PDF/UA-1: kept for long, read aloud rightly."""
    legible = _legible(json.loads(sheet))
    if not any(GETA in str(value) for key, value in legible.items() if key != "geta"):
        legible["geta"] = ""  # nothing is missing, so nothing has to be said
    made = typst.compile(
        TEMPLATES / "days.typ", root=TEMPLATES, font_paths=[FONTS], ignore_system_fonts=True, format="pdf",
        sys_inputs={"sheet": json.dumps(legible, ensure_ascii=False)}, pdf_standards=["a-2a", "ua-1"],
    )  # fmt: skip
    if not isinstance(made, bytes):
        message = "one document is one file"
        raise TypeError(message)
    return made


def main() -> int:
    """Read a sheet from standard input, write the PDF to standard output. Returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (RENDERING_MEMORY, RENDERING_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (RENDERING_SECONDS, RENDERING_SECONDS))
    sys.stdout.buffer.write(pdf(sys.stdin.buffer.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
