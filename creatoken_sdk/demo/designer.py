"""The designer: one of three pictures, with the copy set on it in the brand's hierarchy."""

import io
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from PIL import Image

from creatoken_sdk.demo.brief import Brand, GuideError
from creatoken_sdk.demo.canvas import Canvas
from creatoken_sdk.demo.copywriter import Copy
from creatoken_sdk.demo.evidence import Evidence, Parameters
from creatoken_sdk.demo.layout import (
    COLUMN,
    Corner,
    TextBox,
    set_button,
    set_logo,
    set_message,
)
from creatoken_sdk.demo.scenes import SCENES
from creatoken_sdk.record.canonical import dumps

__all__ = ["MODEL", "ROLES", "Banner", "draw_banner", "draw_variants", "edit_banner"]

MODEL = "creatoken-demo-designer/1"
ROLES = ("night", "ocean", "lagoon", "foam", "sand", "sun", "peach", "coral")
"""Palette roles the designer paints with."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A finished picture and how it was made."""

    png: bytes
    width: int
    height: int
    seed: int
    copy: Copy
    scene: str
    logo: Corner
    text_boxes: tuple[TextBox, ...]
    evidence: Evidence

    @property
    def parameters(self) -> Parameters:
        """The settings it was drawn with."""
        return self.evidence.parameters


def draw_banner(copy: Copy, brand: Brand, *, seed: int, logo: Corner = "top-left") -> Banner:
    """Draw the banner; three seeds in a row give three different scenes.

    Raises:
        GuideError: the palette lacks a role or the format is too small.
        TextDoesNotFitError: the copy is too long for the layout.
        MissingGlyphError: the copy has a character the face cannot draw.
    """
    _require_usable(brand, logo)
    scene = tuple(SCENES)[seed % len(SCENES)]
    canvas = Canvas.blank(brand.width, brand.height, brand.palette)
    SCENES[scene](canvas, np.random.default_rng(seed))
    boxes = (
        *set_logo(canvas, brand.logo_text, logo),
        *set_message(canvas, copy),
        *set_button(canvas, copy.call_to_action),
    )
    png = _png(canvas)
    parameters: Parameters = {
        "height": brand.height,
        "logo": logo,
        "scene": scene,
        "seed": seed,
        "width": brand.width,
    }
    source = dumps({"brand": brand.source, "copy": copy.document.decode()})
    evidence = Evidence("draw-banner", MODEL, parameters, source, png)
    return Banner(png, brand.width, brand.height, seed, copy, scene, logo, boxes, evidence)


def draw_variants(copy: Copy, brand: Brand, *, seed: int, n: int = 3) -> tuple[Banner, ...]:
    """Draw `n` variants from consecutive seeds."""
    return tuple(draw_banner(copy, brand, seed=seed + step) for step in range(n))


def edit_banner(banner: Banner, brand: Brand, *, headline: str, logo: Corner) -> Banner:
    """A person's edit: new headline, logo moved; picture and remaining words stay.

    Raises:
        TextDoesNotFitError: the headline is too long for the layout.
        MissingGlyphError: the headline has a character the face cannot draw.
    """
    copy = replace(banner.copy, headline=headline)
    drawn = draw_banner(copy, brand, seed=banner.seed, logo=logo)
    parameters: Parameters = {
        "headline": headline,
        "headlineBefore": banner.copy.headline,
        "logo": logo,
        "logoBefore": banner.logo,
        "renderer": MODEL,
    }
    return replace(
        drawn, evidence=Evidence("edit-banner", "human", parameters, banner.png, drawn.png)
    )


def _require_usable(brand: Brand, logo: Corner) -> None:
    if missing := [role for role in ROLES if role not in brand.palette]:
        raise GuideError(f"The palette lacks {missing}: add these roles to the brand guide.")
    if brand.width < 2 * COLUMN or brand.height < 560:
        raise GuideError(f"{brand.width}x{brand.height} is too small: use 1120x560 or larger.")
    if logo not in get_args(Corner):
        raise GuideError(f"The logo cannot stand {logo}: use one of {get_args(Corner)}.")


def _png(canvas: Canvas) -> bytes:
    """Encode without metadata: the same picture is the same bytes."""
    out = io.BytesIO()
    pixels = (np.clip(canvas.pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    Image.fromarray(pixels).save(out, "PNG", compress_level=6)
    return out.getvalue()
