"""The style sheet that is committed is what its source builds; the fonts that it names are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[3] / "portals" / "base"
TAILWIND = Path(sys.executable).parent / "tailwindcss"


@pytest.mark.skipif(not TAILWIND.exists(), reason="a tool for development")
def test_built_css_is_current(tmp_path: Path) -> None:
    built = tmp_path / "app.css"
    subprocess.run([TAILWIND, "-i", BASE / "css" / "app.css", "-o", built, "--minify"], check=True, capture_output=True)
    assert built.read_text() == (BASE / "static" / "base" / "app.css").read_text()


def test_every_named_font_file_is_there() -> None:
    static = BASE / "static" / "base"
    named = set(re.findall(r"url\((fonts/[^)]+)\)", (static / "fonts.css").read_text()))
    assert named == {f"fonts/{path.name}" for path in (static / "fonts").glob("*.woff2")}
    assert (static / "fonts" / "OFL.txt").exists()


def test_heads_of_numbers_stand_above_them() -> None:
    """A column of numbers is aligned to the right with its head."""
    found = 0
    for path in BASE.parent.rglob("*.html"):
        text = path.read_text()
        for label in re.findall(r'<td class="ds-num" data-label="(\{% translate "[^"]+" %\})"', text):
            found += 1
            assert f'<th scope="col">{label}</th>' not in text, (path.name, label)
    assert found
