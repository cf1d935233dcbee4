"""Colour as the eye sees it: OKLab and WCAG 2 contrast.

Matrices: https://bottosson.github.io/posts/oklab
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "contrast", "luminance", "nearest_delta_e", "oklab", "ramp", "rgb", "srgb"]

Floats: TypeAlias = NDArray[np.floating[Any]]
"""Images are (height, width, 3) sRGB from 0 to 1; masks are (height, width) from 0 to 1."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def rgb(hex_colour: str) -> Floats:
    """`#RRGGBB` as three sRGB values from 0 to 1."""
    return np.frombuffer(bytes.fromhex(hex_colour[1:]), np.uint8).astype(np.float32) / 255


def oklab(srgb: Floats) -> Floats:
    """Convert sRGB (last axis) to OKLab."""
    lab: Floats = np.cbrt(_linear(srgb) @ _TO_LMS.T) @ _TO_LAB.T
    return lab.astype(np.float32)


def srgb(lab: Floats) -> Floats:
    """Convert OKLab (last axis) to sRGB, clipped to what a screen shows."""
    light = np.clip((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T, 0, 1)
    coded: Floats = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return coded.astype(np.float32)


def ramp(hex_colours: Sequence[str], at: Floats) -> Floats:
    """Colours along even stops; `at` runs from 0 (first) to 1 (last). Mixed in OKLab: no grey."""
    stops = oklab(np.stack([rgb(colour) for colour in hex_colours]))
    steps = np.linspace(0, len(stops) - 1, 1024)
    lab = np.stack([np.interp(steps, np.arange(len(stops)), axis) for axis in stops.T], axis=-1)
    index = (np.clip(at, 0, 1) * 1023).astype(np.int32)
    return srgb(lab.astype(np.float32))[index]


def nearest_delta_e(srgb: Floats, palette: Floats) -> Floats:
    """Distance of every pixel to its nearest palette colour: OKLab Delta E times 100.

    That is CSS Color 4's `deltaEOK` times 100; about 2 is just noticeable.
    """
    lab = oklab(srgb)
    squares = [((lab - colour) ** 2).sum(axis=-1) for colour in oklab(palette)]
    return np.asarray(100 * np.sqrt(np.minimum.reduce(squares)), np.float32)


def luminance(srgb: Floats) -> Floats:
    """WCAG 2 relative luminance, 0 to 1."""
    light: Floats = _linear(srgb) @ _LUMINANCE
    return light


def contrast(luminance_a: Floats, luminance_b: Floats) -> Floats:
    """WCAG 2 contrast ratio of two luminances, 1 to 21."""
    light: Floats = np.maximum(luminance_a, luminance_b)
    dark: Floats = np.minimum(luminance_a, luminance_b)
    ratio: Floats = (light + 0.05) / (dark + 0.05)
    return ratio


def _linear(srgb: Floats) -> Floats:
    light: Floats = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)
