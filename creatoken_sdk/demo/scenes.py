"""Three summer pictures. Each leaves the text half of the canvas calm; all art is to its right."""

from collections.abc import Callable, Mapping

import numpy as np

from creatoken_sdk.demo.canvas import Canvas, citrus, inside, noise, swell
from creatoken_sdk.demo.colour import Floats

__all__ = ["SCENES", "Dice", "horizon", "shore", "sunrise"]

Dice = np.random.Generator


def horizon(canvas: Canvas, dice: Dice) -> None:
    """Golden hour: a low sun, its glow and its path of light over layered waves."""
    height, width = canvas.pixels.shape[:2]
    sea = height * dice.uniform(0.72, 0.75)
    sun_x, sun_y, radius = width * dice.uniform(0.72, 0.8), sea - 48, height * 0.25
    far = np.hypot(canvas.x - sun_x, canvas.y - sun_y)
    canvas.fill(("coral", "peach", "sun", "sand"), canvas.y / sea)
    canvas.paint("sand", (0.55 * np.exp(-((far / (radius * 2.1)) ** 2))).astype(np.float32))
    for ring in (1.9, 1.45):
        canvas.paint("sand", 0.22 * inside(radius * ring - far))
    canvas.paint("sand", inside(radius - far))
    _clouds(canvas, dice, sun_x, sea)
    depths = (0, 0.1, 0.2, 0.32, 0.57, 0.84)
    roles = ("foam", "lagoon", "lagoon", "ocean", "ocean", "night")
    for depth, role in zip(depths, roles, strict=True):
        level = sea + (height - sea) * depth
        _wave(canvas, dice, role, level, 260 + 480 * depth, 3 + 13 * depth)
        if role in ("foam", "lagoon"):
            _glitter(canvas, dice, sun_x, level, 2 * depth)


def shore(canvas: Canvas, dice: Dice) -> None:
    """The beach from above: paper-cut water with slices of citrus adrift on it."""
    height, width = canvas.pixels.shape[:2]
    canvas.fill(("sand", "sand"), canvas.x * 0)
    lean = dice.uniform(0.12, 0.3)
    sea = canvas.window(width * 0.4, 0, width, height)
    columns = sea.x.size
    coast: Floats = sea.x + sea.y * lean - width * 0.67 - height * lean / 2
    coast = coast + 62 * noise(dice, columns, height, 256, 2)
    for role, edge in (("sun", -52), ("foam", 0), ("lagoon", 34), ("ocean", 178), ("night", 330)):
        line: Floats = coast - edge + 14 * noise(dice, columns, height, 128, 1)
        sea.paint("night", 0.22 * inside(line + 9, 26))
        sea.paint(role, inside(line, 1.5))
    places = ((0.73, 0.32, 0.14), (0.9, 0.57, 0.2), (0.7, 0.82, 0.085))
    for across, down, size in places:
        x = width * (across + dice.uniform(-0.015, 0.015))
        y, radius = height * (down + dice.uniform(-0.03, 0.03)), height * size
        far = np.hypot(canvas.x - x - radius * 0.1, canvas.y - y - radius * 0.16)
        canvas.paint("night", 0.5 * inside(radius - far, radius * 0.22))
        citrus(canvas, x, y, radius, dice.uniform(0, 1))


def sunrise(canvas: Canvas, dice: Dice) -> None:
    """A poster: one huge slice of citrus rises from the sea into a dark sky."""
    height, width = canvas.pixels.shape[:2]
    x, y, radius = width * dice.uniform(0.8, 0.83), height * dice.uniform(0.67, 0.72), height * 0.5
    across, down = canvas.x - x, canvas.y - y
    far, angle = np.hypot(across, down), np.arctan2(down, across)
    canvas.fill(("ocean", "night", "night"), far / (width * 0.75))
    turn, rays = dice.uniform(0, 1), 26
    beam = np.sin((angle + turn) * rays) * far * np.pi / rays / 2
    fade = np.clip(1.25 - far / (radius * 1.9), 0, 1) * inside(far - radius * 1.1)
    canvas.paint("lagoon", (0.55 * fade * inside(beam, 2)).astype(np.float32))
    citrus(canvas, x, y, radius, turn)
    for role, level in (("foam", 0.79), ("lagoon", 0.84), ("ocean", 0.95)):
        _wave(canvas, dice, role, height * level, 520, 13)


SCENES: Mapping[str, Callable[[Canvas, Dice], None]] = {
    "horizon": horizon,
    "shore": shore,
    "sunrise": sunrise,
}
"""Every picture by its name."""


def _wave(
    canvas: Canvas, dice: Dice, role: str, level: float, length: float, height: float
) -> None:
    """A sheet of water below a wave line, with the soft shadow it throws upwards."""
    height_px, width_px = canvas.pixels.shape[:2]
    sheet = canvas.window(0, level - 2 * height - 16, width_px, height_px)
    line = sheet.y - level - swell(dice, sheet.x, length, height)
    sheet.paint("night", 0.16 * inside(line + 5, 16))
    sheet.paint(role, inside(line))


def _glitter(canvas: Canvas, dice: Dice, sun_x: float, level: float, depth: float) -> None:
    """Dashes of light on the water below the sun, wider towards the viewer."""
    for _ in range(14):
        reach = 14 + 40 * depth + dice.uniform(0, 26)
        x = sun_x + dice.normal(0, 40 + 50 * depth)
        y = level + dice.uniform(6, 26)
        _bar(canvas, "sand", 0.85, x, y, reach, 1.6 + 1.6 * depth)


def _clouds(canvas: Canvas, dice: Dice, sun_x: float, sea: float) -> None:
    """Long flat clouds across the sun."""
    for step in range(3):
        x, y = sun_x + dice.uniform(-80, 120), sea - 70 - 85 * step - dice.uniform(0, 30)
        for reach in (0.45, 1.0, 0.6):
            x += dice.uniform(-30, 30)
            _bar(canvas, "foam" if step == 2 else "peach", 1, x, y, 110 * reach, 6)
            y += 12


def _bar(
    canvas: Canvas, role: str, alpha: float, x: float, y: float, reach: float, radius: float
) -> None:
    """A lying bar with round ends; it reaches `reach + radius` pixels to both sides."""
    box = canvas.window(x - reach - 6, y - radius - 1, x + reach + 6, y + radius + 1)
    across = np.maximum(np.abs(box.x - x) - reach, 0)
    box.paint(role, alpha * inside(radius - np.hypot(across, box.y - y)))
