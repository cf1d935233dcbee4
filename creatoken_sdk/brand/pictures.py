"""Embedders for pictures that need no model: the perceptual hash, alone and with the colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from creatoken_sdk.brand.embedder import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PaletteHash", "PerceptualHash"]

_BINS = 6
_SIDE = 64
_PALETTE_WEIGHT = 0.75


class PerceptualHash:
    """64 bits of coarse light and dark: alike for one picture resized, compressed or retouched.

    Cropping, mirroring and rotating defeat it.
    """

    fingerprint = "imagehash/phash 64"
    bits = 64

    def embed(self, contents: Sequence[Image]) -> Floats:
        """See `Embedder`; the cosine distance is 1/32 for each bit that differs."""
        import imagehash

        hashes = [imagehash.phash(picture).hash.flatten() for picture in contents]
        return np.asarray(np.where(hashes, 1 / 8, -1 / 8), np.float32)


class PaletteHash:
    """How much there is of which colour (three quarters), and the perceptual hash (one quarter)."""

    fingerprint = "creatoken/palette-hash/1"

    def embed(self, contents: Sequence[Image]) -> Floats:
        """See `Embedder`."""
        palettes = np.stack([_palette(picture) for picture in contents])
        shapes = PerceptualHash().embed(contents)
        parts = (_PALETTE_WEIGHT**0.5 * palettes, (1 - _PALETTE_WEIGHT) ** 0.5 * shapes)
        return np.asarray(np.concatenate(parts, axis=1), np.float32)


def _palette(picture: Image) -> Floats:
    """Square roots of the shares of 216 colours: their products compare as in Hellinger's distance.

    Each pixel counts for the neighbouring colours too, so that a slight shift stays near.
    """
    from PIL import Image as Images

    pixels = np.asarray(picture.resize((_SIDE, _SIDE), Images.Resampling.BOX)).reshape(-1, 3)
    shares, _ = np.histogramdd(pixels, bins=_BINS, range=[(0, 256)] * 3)
    for axis in range(3):
        padded = np.pad(shares, [(1, 1) if at == axis else (0, 0) for at in range(3)], "edge")
        low, middle, high = (
            np.take(padded, np.arange(start, start + _BINS), axis) for start in range(3)
        )
        shares = (low + 2 * middle + high) / 4
    return np.asarray(np.sqrt(shares / shares.sum()).ravel(), np.float32)
