"""Setting type with the one face Pillow carries (Aileron), so no system font is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from creatoken_sdk.demo.colour import Floats
from creatoken_sdk.errors import CreatokenError

__all__ = [
    "MissingGlyphError",
    "Style",
    "TextDoesNotFitError",
    "fit",
    "line_height",
    "line_mask",
    "line_width",
    "wrap",
]

_SHARPNESS = 2
"""Glyphs are drawn this many times larger and scaled down: finer weights and spacing."""


class TextDoesNotFitError(CreatokenError):
    """The words are too long for their box, even at the smallest readable size."""


class MissingGlyphError(CreatokenError):
    """The face has no drawing for some characters."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a line of text is set."""

    size: int
    """Type size in pixels."""
    weight: int = 0
    """Half pixels added around every glyph: 0 regular, 1 medium, 2 bold."""
    tracking: int = 0
    """Thousandths of the size added between letters."""


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.load_default(size)
    assert isinstance(face, ImageFont.FreeTypeFont)  # Pillow with FreeType: every wheel has it
    return face


def line_width(text: str, style: Style) -> float:
    """Width in pixels of a line, with kerning and tracking."""
    return sum(_advances(text, style))


def line_mask(text: str, style: Style) -> Floats:
    """Coverage of a line, cropped to its ink sideways; its height is `line_height(style)`.

    Raises:
        MissingGlyphError: a character would print as an empty box.
    """
    _require_glyphs(text)
    scale, pad = _SHARPNESS, style.size
    width = int(line_width(text, style)) + 2 * pad
    sheet = Image.new("L", (width * scale, line_height(style) * scale))
    pen = ImageDraw.Draw(sheet)
    x = float(pad * scale)
    for letter, advance in zip(text, _advances(text, style), strict=True):
        pen.text(
            (x, 0), letter, 255, _face(style.size * scale), stroke_width=style.weight * scale // 2
        )
        x += advance * scale
    small = sheet.resize((width, line_height(style)), Image.Resampling.BOX)
    left, _, right, _ = small.getbbox() or (0, 0, 1, 1)
    return (np.asarray(small, np.float32) / 255)[:, left:right]


def line_height(style: Style) -> int:
    """Pixels from the top of the ascenders to the foot of the descenders."""
    return sum(_face(style.size).getmetrics())


def wrap(text: str, style: Style, width: int, lines: int) -> tuple[str, ...] | None:
    """Break into the fewest lines that fit `width`, even and at pauses; None if it takes more."""
    words = text.split()
    for count in range(1, min(lines, len(words)) + 1):
        splits = [
            (max(line_width(line, style) for line in split), split)
            for split in _splits(words, count)
        ]
        if fitting := [(widest, split) for widest, split in splits if widest <= width]:
            return min(fitting, key=lambda each: each[0] - _breath(each[1], style))[1]
    return None


def fit(text: str, sizes: Sequence[Style], width: int, lines: int) -> tuple[Style, tuple[str, ...]]:
    """The first style, largest first, in which the text fits into the lines.

    Raises:
        TextDoesNotFitError: it fits in none.
    """
    for style in sizes:
        if broken := wrap(text, style, width, lines):
            return style, broken
    raise TextDoesNotFitError(
        f"{text!r} does not fit {lines} lines of {width} pixels at size {sizes[-1].size}: "
        "shorten the text."
    )


def _splits(words: Sequence[str], count: int) -> list[tuple[str, ...]]:
    if count == 1:
        return [(" ".join(words),)]
    return [
        (" ".join(words[:cut]), *rest)
        for cut in range(1, len(words) - count + 2)
        for rest in _splits(words[cut:], count - 1)
    ]


def _breath(split: tuple[str, ...], style: Style) -> int:
    """Pixels of unevenness that are worth breaking where a reader pauses."""
    return 6 * style.size * sum(line.endswith((".", ",")) for line in split[:-1])


@cache
def _advances(text: str, style: Style) -> tuple[float, ...]:
    """Pixels from each letter to the next; the last one without tracking."""
    face, scale = _face(style.size * _SHARPNESS), _SHARPNESS
    tracking = style.size * style.tracking / 1000
    kerned = [
        (face.getlength(a + b) - face.getlength(b)) / scale + tracking for a, b in pairwise(text)
    ]
    return (*kerned, face.getlength(text[-1:]) / scale)


def _require_glyphs(text: str) -> None:
    face = _face(32)
    empty_box = bytes(face.getmask("\uffff"))
    if missing := sorted({letter for letter in text if bytes(face.getmask(letter)) == empty_box}):
        raise MissingGlyphError(f"The face cannot draw {missing}: write the text without them.")
