"""What the reader says: the keys of `texts.toml` through gettext. One language at a time, since a gate has one screen."""

import gettext
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

JAPANESE, ENGLISH = LANGUAGES = ("ja", "en")
_DOMAIN, _FOLDER = "reader", Path(__file__).parent / "locale"
# Both are read at the start: a program that is being replaced, or a full disk, must not take the words away.
_CATALOGUES = {one: gettext.translation(_DOMAIN, _FOLDER, [one]) for one in LANGUAGES}


class _Spoken:
    language = JAPANESE  # sites are Japanese; the locale of a PC is often nobody's choice


def speak(language: str) -> None:
    """Speak a language from now on, in all threads."""
    _Spoken.language = language


def spoken() -> str:
    """The language that is spoken."""
    return _Spoken.language


def phrase(key: str, **gaps: Any) -> str:
    """The text of a key, its gaps filled."""
    text = _CATALOGUES[_Spoken.language].gettext(key)
    return text.format(**gaps) if gaps else text


def listed(names: Iterable[str]) -> str:
    """Names one after the other."""
    return phrase("reader.list").join(names)


@contextmanager
def argparse_speaking() -> Iterator[None]:
    """Let argparse say what it says by itself in our language too: it asks gettext for the present domain."""
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(_DOMAIN, str(_FOLDER))
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = spoken()
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if language is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = language
