"""The embedder for texts that needs no model: which letters follow which."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from creatoken_sdk.brand.embedder import Floats
from creatoken_sdk.brand.errors import BrandError

__all__ = ["HashedNgrams"]

_LENGTHS = (4, 5, 6)
_DIMENSIONS = [2**bits for bits in range(1, 17)]
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class HashedNgrams:
    """Counts runs of 4 to 6 characters, hashed to so many dimensions, a power of two.

    Fast and offline. It knows spelling and style of words, nothing of meaning: a sentence model
    finds more of what drifted; docs/brand-evaluation.md has the figures.
    """

    def __init__(self, dimensions: int = 2048) -> None:
        """More dimensions, fewer collisions."""
        if dimensions not in _DIMENSIONS:
            raise BrandError(f"{dimensions} is not 2, 4, 8 or so on to 65536; choose 2048, say")
        self._bits = dimensions.bit_length() - 1
        self.fingerprint = f"creatoken/hashed-ngrams/1 n=4-6 d={2**self._bits}"

    def embed(self, contents: Sequence[str]) -> Floats:
        """See `Embedder`."""
        return np.stack([self._embed(text) for text in contents])

    def _embed(self, text: str) -> Floats:
        folded = f" {' '.join(unicodedata.normalize('NFKC', text).casefold().split())} "
        encoded = folded.encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(encoded, "<u4").astype(np.uint64)
        counts = sum(self._counts(codes, length) for length in _LENGTHS)
        return np.asarray(np.sign(counts) * np.sqrt(np.abs(counts)), np.float32)

    def _counts(self, codes: NDArray[np.uint64], length: int) -> NDArray[np.float64]:
        size = max(len(codes) - length + 1, 0)
        hashes = np.full(size, length, np.uint64)
        for place in range(length):
            hashes = (hashes ^ codes[place : place + size]) * _PRIME  # FNV-1a, modulo 2^64
        hashes = (hashes ^ (hashes >> np.uint64(29))) * _MIX
        signs = np.where(hashes & np.uint64(1), 1.0, -1.0)
        places = (hashes >> np.uint64(64 - self._bits)).astype(np.int64)
        return np.asarray(np.bincount(places, signs, 2**self._bits), np.float64)
