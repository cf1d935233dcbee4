"""Shapes the designer paints with. Edges are signed distances in pixels, so they stay smooth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from creatoken_sdk.demo.colour import Floats, ramp, rgb

__all__ = ["Canvas", "citrus", "inside", "noise", "swell"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture in the making: `pixels` is painted on in place."""

    pixels: Floats
    palette: Mapping[str, str]
    x: Floats
    """Column of every pixel, (1, width)."""
    y: Floats
    """Row of every pixel, (height, 1)."""

    @classmethod
    def blank(cls, width: int, height: int, palette: Mapping[str, str]) -> "Canvas":
        """An empty canvas."""
        return cls(
            pixels=np.zeros((height, width, 3), np.float32),
            palette=palette,
            x=np.arange(width, dtype=np.float32)[None, :],
            y=np.arange(height, dtype=np.float32)[:, None],
        )

    def fill(self, roles: tuple[str, ...], at: Floats) -> None:
        """Fill with a gradient through palette roles."""
        colours = [self.palette[role] for role in roles]
        self.pixels[:] = ramp(colours, np.broadcast_to(at, self.pixels.shape[:2]))

    def paint(self, paint: str | Floats, mask: Floats) -> None:
        """Lay a palette role, or an image of the canvas's size, over the canvas."""
        colour = rgb(self.palette[paint]) if isinstance(paint, str) else paint
        self.pixels[:] += (colour - self.pixels) * mask[..., None]

    def window(self, left: float, top: float, right: float, bottom: float) -> "Canvas":
        """The part of this canvas inside a box: same coordinates, painted on in place."""
        rows = slice(max(0, int(top)), max(0, int(bottom) + 1))
        columns = slice(max(0, int(left)), max(0, int(right) + 1))
        return Canvas(self.pixels[rows, columns], self.palette, self.x[:, columns], self.y[rows])


def inside(distance: Floats, softness: float = 1.0) -> Floats:
    """Mask of where a signed distance is positive, blurred over `softness` pixels."""
    mask: Floats = np.clip(distance / softness + 0.5, 0, 1)
    return mask.astype(np.float32)


def noise(dice: np.random.Generator, width: int, height: int, cell: int, octaves: int) -> Floats:
    """Fractal value noise, about -1 to 1; `cell` is the size in pixels of the largest feature."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        size = cell >> octave
        grid = dice.uniform(-1, 1, (height // size + 3, width // size + 3)).astype(np.float32)
        smooth = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(smooth) * np.float32(0.5**octave)
    return total


def swell(dice: np.random.Generator, x: Floats, length: float, height: float) -> Floats:
    """A wave line: three sines of falling size, `length` and `height` of the largest in pixels."""
    line = np.zeros_like(x)
    for part in range(3):
        phase = dice.uniform(0, 2 * np.pi)
        frequency = (1, 1.7, 2.9)[part] * 2 * np.pi / length
        line += np.sin(x * frequency + phase) * height / (1, 2.4, 6)[part]
    return line


def citrus(canvas: Canvas, x: float, y: float, radius: float, turn: float) -> None:
    """A slice of citrus: rind, pith, ten segments with pulp. May be cropped by the edges."""
    reach = radius + 2
    canvas = canvas.window(x - reach, y - reach, x + reach, y + reach)
    across, down = canvas.x - x, canvas.y - y
    far = np.hypot(across, down)
    wedge = 2 * np.pi / 10
    angle = (np.arctan2(down, across) + turn) % wedge - wedge / 2
    wall = far * np.sin(wedge / 2 - np.abs(angle))
    segment = _rounded(wall - radius * 0.016, radius * 0.86 - far, radius * 0.06)
    streaks = 0.5 + 0.5 * np.sin(angle * 60 + np.sin(far / radius * 25) * 1.5)
    pulp = ramp(
        [canvas.palette[role] for role in ("sun", "sun", "peach")],
        (far / radius) ** 2 * 0.8 + streaks * 0.18,
    )
    canvas.paint("coral", inside(radius - far))
    canvas.paint("sand", inside(radius * 0.94 - far))
    canvas.paint(pulp, inside(segment))


def _rounded(a: Floats, b: Floats, radius: float) -> Floats:
    """Signed distance inside both shapes, with the corner between them rounded."""
    corner = np.hypot(np.maximum(radius - a, 0), np.maximum(radius - b, 0))
    distance: Floats = np.minimum(np.minimum(a, b), radius - corner)
    return distance
