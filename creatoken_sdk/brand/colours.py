"""Colours of a picture against a palette (CIEDE2000) and one another (WCAG 2 contrast)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from coloraide import Color
    from PIL.Image import Image

__all__ = ["contrast", "palette_share", "text_and_ground"]

_SIDE = 256
_LEAST_SHARE = 0.005


def palette_share(picture: Image, palette: Sequence[str], tolerance: float) -> float:
    """Return the share of pixels within `tolerance` (CIEDE2000) of a colour (#RRGGBB)."""
    colours, shares = _colours(picture)
    near = [_difference(colour, tuple(palette)) <= tolerance for colour in colours]
    return float(shares[near].sum())


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours (#RRGGBB), 1 to 21."""
    return float(_color(first).contrast(_color(second), method="wcag21"))


def text_and_ground(picture: Image) -> tuple[str, str]:
    """Guess the colours of text and ground: the commonest one, and what stands out most from it.

    Only colours of at least half a per cent of the pixels count.
    """
    colours, shares = _colours(picture)
    ground = colours[int(shares.argmax())]
    common = [
        colour for colour, share in zip(colours, shares, strict=True) if share >= _LEAST_SHARE
    ]
    return max(common or [ground], key=lambda colour: contrast(colour, ground)), ground


def _colours(picture: Image) -> tuple[list[str], NDArray[np.float64]]:
    """Return the mean colours of alike pixels (five bits a channel), and their shares.

    Of larger pictures only every n-th pixel is looked at.
    """
    pixels = np.asarray(picture)
    step = max(1, max(pixels.shape[:2]) // _SIDE)
    flat = pixels[::step, ::step].reshape(-1, 3).astype(np.int64)
    keys = (flat[:, 0] >> 3 << 10) | (flat[:, 1] >> 3 << 5) | (flat[:, 2] >> 3)
    _, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    means = [np.bincount(group.ravel(), flat[:, channel]) / counts for channel in range(3)]
    rounded = np.rint(np.stack(means, axis=1)).astype(int)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rounded], counts / counts.sum()


@lru_cache(maxsize=1 << 16)
def _difference(colour: str, palette: tuple[str, ...]) -> float:
    return min(float(_lab(colour).delta_e(_lab(one), method="2000")) for one in palette)


@lru_cache(maxsize=1 << 12)
def _lab(colour: str) -> Color:
    return _color(colour).convert("lab-d65")  # what the formula is defined on


def _color(colour: str) -> Color:
    from coloraide import Color

    return Color(colour)
