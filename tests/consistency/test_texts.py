"""Every text stands in both languages, every error has its three texts, the compiled catalogues are current."""

import re
from pathlib import Path

from commands.handbook import errors
from config.texts import ROOT, outputs, read_texts

KEY = re.compile(r"""(?:translate|say|gettext(?:_lazy)?\(|_\()\s*["']([a-z][\w.]+)["']""")


def test_catalogues_are_current() -> None:
    stale = [str(path.relative_to(ROOT)) for path, data in outputs().items() if path.read_bytes() != data]
    assert stale == []


def test_every_error_has_cause_consequence_and_remedy() -> None:
    texts = read_texts()
    wanted = [f"error.{kind.code}.{part}" for kind in errors() for part in ("cause", "consequence", "remedy")]
    assert [key for key in wanted if key not in texts] == []


def test_error_codes_are_used_once() -> None:
    codes = [kind.code for kind in errors()]
    assert sorted(codes) == sorted(set(codes))


def test_every_key_that_is_asked_for_exists() -> None:
    texts = read_texts()
    missing = set()
    for folder in ("portals", "api"):
        for path in [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.html")]:
            missing |= {key for key in KEY.findall(Path(path).read_text()) if "." in key and key not in texts}
    assert sorted(missing) == []
