"""Turns the `texts.toml` of every folder into gettext catalogues: msgid is a key, Japanese and English stand beside it.

`python -m config.texts` writes `config/locale/*/LC_MESSAGES/django.{po,mo}` and, for the reader, which runs alone,
`reader/locale/*/LC_MESSAGES/reader.{po,mo}`; `--check` fails when they are stale.
"""

import struct
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ja", "en")
# Each catalogue: its name, where it lies, and the folders whose texts it holds.
CATALOGUES = (
    ("django", "config/locale", ("registry", "portals", "api", "config")),
    ("reader", "reader/locale", ("reader",)),
)
FOLDERS = tuple(folder for _, _, folders in CATALOGUES for folder in folders)
_MAGIC = 0x950412DE


class TextsError(Exception):
    """A text is written twice or lacks a language."""


def read_texts(root: Path = ROOT, folders: Sequence[str] = FOLDERS) -> dict[str, dict[str, str]]:
    """All texts of some folders by key. Raises `TextsError` when a key stands twice or a language is missing."""
    texts: dict[str, dict[str, str]] = {}
    for folder in folders:
        for path in sorted((root / folder).rglob("texts.toml")):
            for key, entry in tomllib.loads(path.read_text()).items():
                if key in texts:
                    raise TextsError(f"{key} stands twice, again in {path}")
                missing = [language for language in LANGUAGES if not entry.get(language)]
                if missing:
                    raise TextsError(f"{key} in {path} has no text in {', '.join(missing)}")
                texts[key] = entry
    return texts


def catalogue(texts: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    """One language's catalogue, its header first."""
    header = f"Language: {language}\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    return {"": header, **{key: texts[key][language] for key in sorted(texts)}}


def po_text(messages: Mapping[str, str]) -> str:
    """A catalogue in the form that translators' tools read."""
    return "\n".join(f"msgid {_quoted(key)}\nmsgstr {_quoted(text)}\n" for key, text in messages.items())


def mo_bytes(messages: Mapping[str, str]) -> bytes:
    """A catalogue in gettext's binary form."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    keys_at = 28
    texts_at = keys_at + 8 * len(pairs)
    offset = texts_at + 8 * len(pairs)
    tables, data = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), offset + len(data))
            data += pair[column] + b"\0"
    return struct.pack("<7I", _MAGIC, 0, len(pairs), keys_at, texts_at, 0, 0) + tables[0] + tables[1] + data


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def outputs(root: Path = ROOT) -> dict[Path, bytes]:
    """What the catalogues should hold, by path."""
    read_texts(root)  # a key stands once in all of them
    files: dict[Path, bytes] = {}
    for name, place, folders in CATALOGUES:
        texts = read_texts(root, folders)
        for language in LANGUAGES if texts else ():
            folder = root / place / language / "LC_MESSAGES"
            messages = catalogue(texts, language)
            files[folder / f"{name}.po"] = po_text(messages).encode()
            files[folder / f"{name}.mo"] = mo_bytes(messages)
    return files


def main() -> int:
    """Write the catalogues, or with `--check` compare them. Returns the exit status."""
    stale = [path for path, data in outputs().items() if not path.exists() or path.read_bytes() != data]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"stale: {path.relative_to(ROOT)}; run `make texts`\n")
        return 1 if stale else 0
    for path, data in outputs().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
