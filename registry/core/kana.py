"""One form for names and kana, so that a search forgives half width, hiragana, old kanji forms and spaces."""

import re
import unicodedata

import jaconv

_BLANKS = re.compile(r"[\s・･]+")
_OLD_FORMS = str.maketrans("髙﨑𠮷濵邊邉齋齊澤廣櫻國島嶋", "高崎吉浜辺辺斎斉沢広桜国島島")


def search_form(text: str) -> str:
    """The form under which names are compared: NFKC, katakana, present-day kanji, no blanks, lower case."""
    wide = unicodedata.normalize("NFKC", text)
    return _BLANKS.sub("", jaconv.hira2kata(wide).translate(_OLD_FORMS)).casefold()


def in_katakana(text: str) -> str:
    """A reading in full-width katakana, however its kana were typed; other signs stay."""
    return str(jaconv.hira2kata(unicodedata.normalize("NFKC", text)))


def romanised(kana: str) -> str:
    """A reading in Latin letters, as people write it on keyboards: ヤマダ is yamada."""
    return str(jaconv.kana2alphabet(jaconv.kata2hira(kana)))


def is_katakana(text: str) -> bool:
    """Whether a reading is full-width katakana with blanks and long marks only."""
    return bool(re.fullmatch(r"[ァ-ヶー・\s]+", text))
