"""The boundary as a picture: one bar for each asset, one field for each step."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from creatoken_sdk.studio.boundary import Boundary, Part, Standing

__all__ = ["svg_of"]

_WIDTH, _LABELS, _ROW, _BAR, _TOP = 880, 250, 48, 26, 56
_TEXT = 'font-family="sans-serif" fill="#111111"'
_LETTERS = {
    Standing.HUMAN: "H",
    Standing.AGENT: "A",
    Standing.TOOL: "T",
    Standing.DOUBTFUL: "!",
    Standing.UNKNOWN: "?",
    Standing.UNSIGNED: "-",
}
# Ordered by lightness, so that they differ in grey too: ground, letter, outline.
_COLOURS = {
    Standing.HUMAN: ("#0b3c5d", "#ffffff", ""),
    Standing.AGENT: ("#e08e45", "#111111", ""),
    Standing.TOOL: ("#d9e2e8", "#111111", ""),
    Standing.DOUBTFUL: ("#ffffff", "#111111", "2 2"),
    Standing.UNKNOWN: ("#ffffff", "#111111", "5 3"),
    Standing.UNSIGNED: ("#ffffff", "#111111", "1 3"),
}


def svg_of(found: Sequence[Boundary]) -> str:
    """Return the picture as SVG text, with a title and a description for screen readers."""
    height = _TOP + _ROW * len(found) + 8
    told = ". ".join(map(_told, found))
    rows = [_row(one, _TOP + _ROW * place) for place, one in enumerate(found)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
            f' width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title desc">',
            '<title id="title">What people did, and what agents and tools did</title>',
            f'<desc id="desc">{_safe(told)}</desc>',
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            _legend(),
            *rows,
            "</svg>",
        ]
    )


def _row(one: Boundary, y: int) -> str:
    name = one.asset.file or hex(one.asset.id)[:14]
    level = one.oversight.value.replace("_", " ")
    width = (_WIDTH - _LABELS - 12) / max(len(one.parts), 1)
    fields = [_field(part, _LABELS + width * i, y, width) for i, part in enumerate(one.parts)]
    shown = name if len(name) <= 30 else name[:29] + "\u2026"
    return "\n".join(
        [
            f'<text x="12" y="{y + 12}" font-size="13" {_TEXT}>{_safe(shown)}</text>',
            f'<text x="12" y="{y + 27}" font-size="11" {_TEXT}>{level}</text>',
            *fields,
        ]
    )


def _field(part: Part, x: float, y: float, width: float) -> str:
    told = f"{part.key}: {part.standing.value}, {part.actor}, {part.shares} shares"
    letter = _LETTERS[part.standing] if width >= 12 else ""
    return f"<g><title>{_safe(told)}</title>{_box(part.standing, x, y, width, letter)}</g>"


def _box(standing: Standing, x: float, y: float, width: float, letter: str) -> str:
    ground, ink, dashes = _COLOURS[standing]
    inset = min(1.0, width / 8)
    box = (
        f'<rect x="{x + inset:.1f}" y="{y}" width="{width - 2 * inset:.1f}" height="{_BAR}"'
        f' fill="{ground}" stroke="#111111" stroke-dasharray="{dashes or "none"}"/>'
    )
    middle = f'x="{x + width / 2:.1f}" y="{y + 18}" text-anchor="middle"'
    text = f'<text {middle} font-size="13" font-family="sans-serif" fill="{ink}">{letter}</text>'
    return box + text if letter else box


def _legend() -> str:
    found = []
    for place, standing in enumerate(Standing):
        x = 12 + place * 144
        found.append(_box(standing, x, 12, 26, _LETTERS[standing]))
        found.append(f'<text x="{x + 34}" y="30" font-size="13" {_TEXT}>{standing.value}</text>')
    return "\n".join(found)


def _told(one: Boundary) -> str:
    counts = [f"{one.steps(s)} {s.value}" for s in Standing if one.steps(s)]
    level = one.oversight.value.replace("_", " ")
    return f"{one.asset.file or hex(one.asset.id)}: steps {', '.join(counts)}; oversight {level}"


def _safe(text: str) -> str:
    """What XML can hold, with what it reads as markup escaped."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))
