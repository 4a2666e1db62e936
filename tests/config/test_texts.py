"""Texts of folders become catalogues that gettext reads."""

import gettext
import io
from pathlib import Path

import pytest

from config.texts import TextsError, catalogue, mo_bytes, outputs, po_text, read_texts

TEXT = '["greeting.hello"]\nja = "こんにちは\\n{name}さん"\nen = "Hello \\"{name}\\""\n'


def written(root: Path, folder: str, text: str) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "texts.toml").write_text(text)


def test_a_text_is_read_back_by_gettext(tmp_path: Path) -> None:
    written(tmp_path, "portals/public", TEXT)
    messages = catalogue(read_texts(tmp_path), "ja")
    found = gettext.GNUTranslations(io.BytesIO(mo_bytes(messages)))
    assert found.gettext("greeting.hello") == "こんにちは\n{name}さん"
    assert found.gettext("greeting.bye") == "greeting.bye"


def test_quotes_and_line_ends_are_escaped_for_translators(tmp_path: Path) -> None:
    written(tmp_path, "registry/core", TEXT)
    texts = read_texts(tmp_path)
    assert 'msgstr "Hello \\"{name}\\""' in po_text(catalogue(texts, "en"))
    assert 'msgstr "こんにちは\\n{name}さん"' in po_text(catalogue(texts, "ja"))


@pytest.mark.parametrize("second", [TEXT, '["other.key"]\nja = "日本語だけ"\n', '["other.key"]\nja = ""\nen = "x"\n'])
def test_a_text_twice_or_without_a_language_is_refused(tmp_path: Path, second: str) -> None:
    written(tmp_path, "portals/public", TEXT)
    written(tmp_path, "api", second)
    with pytest.raises(TextsError):
        read_texts(tmp_path)


def test_the_same_texts_make_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path, "config", TEXT)
    assert outputs(tmp_path) == outputs(tmp_path)
    assert len(outputs(tmp_path)) == 4
