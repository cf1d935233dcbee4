"""Texts that hold much of one another word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from creatoken_sdk.brand.report import NearCopy
from creatoken_sdk.brand.words import fold

__all__ = ["NearTexts"]

_WORDS = 5
_CONTAINED = 0.5
_WORD = re.compile(r"\w+")


class NearTexts:
    """Finds the known text that shares most runs of 5 words with another; shorter ones whole.

    Warning: a paraphrase is not found.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Index the texts by their ids."""
        self._ids = sorted(texts)
        shingles = [_shingles(texts[id]) for id in self._ids]
        self._sizes = np.array([len(one) for one in shingles], np.int64)
        hashes = np.concatenate([np.empty(0, np.uint64), *shingles])
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._owners = np.repeat(np.arange(len(self._ids)), self._sizes)[order]

    def find(self, text: str) -> NearCopy | None:
        """Return the nearest text if the shorter of the two is at least half in the longer."""
        wanted = _shingles(text)
        if not len(wanted) or not len(self._hashes):
            return None
        starts = np.searchsorted(self._hashes, wanted, "left")
        ends = np.searchsorted(self._hashes, wanted, "right")
        places = [np.arange(*span) for span in zip(starts, ends, strict=True)]
        shared = np.bincount(self._owners[np.concatenate(places)], minlength=len(self._ids))
        contained = shared / np.maximum(np.minimum(self._sizes, len(wanted)), 1)
        best = int(contained.argmax())
        if contained[best] < _CONTAINED:
            return None
        return NearCopy(self._ids[best], "word shingles", round(float(contained[best]), 6))


def _shingles(text: str) -> NDArray[np.uint64]:
    words = _WORD.findall(fold(text))
    runs = {" ".join(words[at : at + _WORDS]) for at in range(max(1, len(words) - _WORDS + 1))}
    digests = (
        blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest() for run in runs if run
    )
    return np.unique(np.frombuffer(b"".join(digests), "<u8").astype(np.uint64))
