"""Words in a text, however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["fold", "found"]

_MARKS = r"\u0300-\u036f"
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


def fold(text: str) -> str:
    """Return a text without the differences of case, width, composition and invisible marks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def found(words: Sequence[str], text: str) -> list[str]:
    """Return which of the words or phrases a text has, as whole words.

    Scripts that put no spaces between words have no whole words: there, any place counts.
    """
    folded = fold(text)
    return [word for word in words if re.search(_pattern(word), folded)]


def _pattern(word: str) -> str:
    folded = " ".join(fold(word).split())
    before = "" if _is_unspaced(folded[:1]) else rf"(?<![\w{_MARKS}])"
    after = "" if _is_unspaced(folded[-1:]) else rf"(?![\w{_MARKS}])"
    return before + re.escape(folded).replace(r"\ ", r"\s+") + after


def _is_unspaced(character: str) -> bool:
    return unicodedata.name(character or " ", "").startswith(_UNSPACED)
