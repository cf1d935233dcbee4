"""The brand's layout: logo, headline, subline and call to action, in that order of weight."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from creatoken_sdk.demo.canvas import Canvas, inside
from creatoken_sdk.demo.colour import contrast, luminance, rgb
from creatoken_sdk.demo.copywriter import Copy
from creatoken_sdk.demo.typography import Style, fit, line_height, line_mask, line_width

__all__ = ["COLUMN", "Corner", "TextBox", "set_button", "set_logo", "set_message"]

Corner: TypeAlias = Literal["top-left", "top-right", "bottom-right"]
"""Where the logo stands; the foot of the text column belongs to the call to action."""

_MARGIN = 64
COLUMN = 560
"""Width in pixels of the text column."""
_HEADLINE = tuple(Style(size, weight=2, tracking=-12) for size in range(94, 55, -2))
_SUBLINE = tuple(Style(size, weight=0, tracking=4) for size in range(28, 21, -1))
_BUTTON = (Style(25, weight=1, tracking=6), Style(21, weight=1, tracking=6))
_LOGO = (Style(25, weight=2, tracking=190),)


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where one line of ink stands, in pixels; right and bottom are exclusive."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


def set_message(canvas: Canvas, copy: Copy) -> tuple[TextBox, ...]:
    """Headline and subline, hung together in the calm upper part of the column."""
    headline, lines = fit(copy.headline, _HEADLINE, COLUMN, 2)
    subline, sub_lines = fit(copy.subline, _SUBLINE, COLUMN, 2)
    leading = round(headline.size * 1.06)
    y = round(canvas.pixels.shape[0] * 0.39) - leading * len(lines) // 2
    boxes = []
    for line in lines:
        boxes.append(_set_line(canvas, line, headline, _MARGIN, y))
        y += leading
    y += 24
    for line in sub_lines:
        boxes.append(_set_line(canvas, line, subline, _MARGIN, y))
        y += round(subline.size * 1.4)
    return tuple(boxes)


def set_button(canvas: Canvas, label: str) -> tuple[TextBox, ...]:
    """The call to action on a pill at the foot of the column."""
    style, _ = fit(label, _BUTTON, COLUMN - 80, 1)
    width, height = round(line_width(label, style)) + 68, 60
    left, top = _MARGIN, canvas.pixels.shape[0] - _MARGIN - height + 8
    area = canvas.window(left - 16, top - 16, left + width + 16, top + height + 16)
    across = np.maximum(np.abs(area.x - left - width / 2) - width / 2 + height / 2, 0)
    pill = (height / 2 - np.hypot(across, area.y - top - height / 2)).astype(np.float32)
    area.paint("night", 0.2 * inside(pill + 2, 14))
    area.paint("coral", inside(pill))
    box = _set_line(canvas, label, style, left + 34, top + (height - line_height(style)) // 2)
    return (box,)


def set_logo(canvas: Canvas, text: str, corner: Corner) -> tuple[TextBox, ...]:
    """The mark, a sun over two waves in a ring, and the tracked-out word."""
    style, _ = fit(text, _LOGO, COLUMN - 80, 1)
    radius, gap = 19, 16
    width = 2 * radius + gap + round(line_width(text, style))
    height, full_width = canvas.pixels.shape[:2]
    left = _MARGIN if corner.endswith("left") else full_width - _MARGIN - width
    y = 66 if corner.startswith("top") else height - 76
    ink = _readable(canvas, ("night", "sand"), (left, y - radius, left + width, y + radius))
    mark = canvas.window(left - 2, y - radius - 2, left + 2 * radius + 2, y + radius + 2)
    across, down = mark.x - left - radius, mark.y - y
    far = np.hypot(across, down)
    wave = np.sin(across * 2 * np.pi / 19) * 2.2
    rising = np.minimum(9 - np.hypot(across, down - 1), -1 - down + wave)
    for shape in (1.3 - np.abs(far - radius + 1.3), rising):
        mark.paint(ink, inside(shape))
    for row in (4, 10):
        stroke = np.minimum(1.3 - np.abs(down - row + wave), radius - 4 - far)
        mark.paint(ink, inside(stroke))
    box = _set_line(canvas, text, style, left + 2 * radius + gap, y - line_height(style) // 2, ink)
    return (box,)


def _set_line(
    canvas: Canvas, text: str, style: Style, left: int, top: int, ink: str | None = None
) -> TextBox:
    mask = line_mask(text, style)
    rows = np.flatnonzero(mask.max(axis=1) > 0.1)
    box = (left, top + int(rows[0]), left + mask.shape[1], top + int(rows[-1]) + 1)
    ink = ink or _readable(canvas, ("night", "sand"), box)
    area = canvas.window(left, top, left + mask.shape[1] - 1, top + mask.shape[0] - 1)
    area.paint(ink, mask)
    return TextBox(text, *box)


def _readable(canvas: Canvas, roles: tuple[str, ...], box: tuple[int, int, int, int]) -> str:
    """The role that nearly all of what is painted in the box contrasts with best."""
    below = luminance(canvas.window(*box).pixels)
    reached = {
        role: float(np.percentile(contrast(luminance(rgb(canvas.palette[role])), below), 5))
        for role in roles
    }
    return max(reached, key=reached.__getitem__)
