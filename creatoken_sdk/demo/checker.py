"""The checker: measures a finished picture against the brand guide, trusting only its pixels."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from creatoken_sdk.demo.brief import Brand
from creatoken_sdk.demo.colour import Floats, contrast, luminance, nearest_delta_e, rgb
from creatoken_sdk.demo.copywriter import words_found
from creatoken_sdk.demo.designer import Banner
from creatoken_sdk.demo.evidence import Evidence
from creatoken_sdk.demo.layout import TextBox
from creatoken_sdk.record.canonical import dumps

__all__ = ["MODEL", "BrandReport", "check_banner", "palette_share", "pick_best", "text_contrast"]

MODEL = "creatoken-demo-checker/1"

_STRIDE = 2
"""Every second pixel of every second row is enough for a share."""
_FRAME = 5
"""Pixels around a text box that are taken as its background."""
_COMFORT = 7.0
"""Contrast of WCAG level AAA: more does not earn more points."""


@dataclass(frozen=True, slots=True)
class BrandReport:
    """What the checker measured on one banner."""

    passed: bool
    score: int
    """0 to 100: 40 points for the palette, 30 for contrast, 30 for words."""
    palette_share: float
    """Share of pixels within the brand's tolerance of a palette colour, 0 to 1."""
    contrast: float
    """WCAG contrast ratio of the least readable line of text, 1 to 21."""
    reasons: tuple[str, ...]
    """Why it did not pass, and what to change; empty when it passed."""
    evidence: Evidence


def check_banner(banner: Banner, brand: Brand) -> BrandReport:
    """Measure palette, contrast and words of a banner."""
    with Image.open(io.BytesIO(banner.png)) as image:
        pixels = np.asarray(image.convert("RGB"), np.float32) / 255
    share = palette_share(pixels, brand)
    contrasts = {box.text: text_contrast(pixels, box) for box in banner.text_boxes}
    weakest = min(contrasts, key=contrasts.__getitem__)
    missing = set(brand.required_words) - set(words_found(banner.copy.text, brand.required_words))
    banned = words_found(banner.copy.text, brand.banned_words)
    reasons = [f"The word {word!r} is missing: use it in the copy." for word in sorted(missing)]
    reasons += [f"The word {word!r} is banned: replace it." for word in banned]
    if share < brand.minimum_palette_share:
        reasons.append(
            f"Only {share:.1%} of the picture is in the palette, "
            f"{brand.minimum_palette_share:.0%} is asked: bring stray colours back."
        )
    if contrasts[weakest] < brand.minimum_contrast:
        reasons.append(
            f"{weakest!r} has contrast {contrasts[weakest]:.2f}, {brand.minimum_contrast:.2f} "
            "is asked: move it or change its colour."
        )
    words = 1 - len(missing) / max(1, len(brand.required_words)) if not banned else 0
    score = round(40 * share + 30 * min(1, contrasts[weakest] / _COMFORT) + 30 * words)
    return _report(banner, brand, score, share, contrasts[weakest], tuple(reasons))


def pick_best(banners: Sequence[Banner], brand: Brand) -> tuple[Banner, BrandReport]:
    """The banner that passes with the highest score; the best failing one if none passes."""
    checked = [(banner, check_banner(banner, brand)) for banner in banners]
    return max(checked, key=lambda pair: (pair[1].passed, pair[1].score))


def palette_share(pixels: Floats, brand: Brand) -> float:
    """Share of pixels, 0 to 1, within the brand's tolerance of some palette colour."""
    palette = np.stack([rgb(colour) for colour in brand.palette.values()])
    distance = nearest_delta_e(pixels[::_STRIDE, ::_STRIDE], palette)
    return float((distance <= brand.palette_tolerance).mean())


def text_contrast(pixels: Floats, box: TextBox) -> float:
    """WCAG contrast of the ink in a box against a frame around it, both read from the pixels.

    Ink is percentile 8 or 92 of the box's luminance, whichever stands out more. The result is
    the contrast that 95 % of the frame reaches, so one bad corner of a busy background counts.
    """
    outer = luminance(
        pixels[
            max(0, box.top - _FRAME) : box.bottom + _FRAME,
            max(0, box.left - _FRAME) : box.right + _FRAME,
        ]
    )
    within = outer[_FRAME:-_FRAME, _FRAME:-_FRAME]
    rim = (outer[:_FRAME], outer[-_FRAME:], outer[:, :_FRAME], outer[:, -_FRAME:])
    frame = np.concatenate([edge.ravel() for edge in rim])
    inks = np.percentile(within, (8, 92)).astype(np.float32)
    return max(float(np.percentile(contrast(ink, frame), 5)) for ink in inks)


def _report(
    banner: Banner,
    brand: Brand,
    score: int,
    share: float,
    lowest_contrast: float,
    reasons: tuple[str, ...],
) -> BrandReport:
    findings = {
        "contrast": f"{lowest_contrast:.2f}",
        "paletteShare": f"{share:.4f}",
        "passed": "no" if reasons else "yes",
        "reasons": list(reasons),
        "score": score,
    }
    evidence = Evidence(
        action="check-brand",
        model=MODEL,
        parameters={
            "brandSha256": hashlib.sha256(brand.source.encode()).hexdigest(),
            "minimumContrast": str(brand.minimum_contrast),
            "minimumPaletteShare": str(brand.minimum_palette_share),
            "paletteTolerance": str(brand.palette_tolerance),
        },
        input=banner.png,
        output=dumps(findings),
    )
    return BrandReport(not reasons, score, share, lowest_contrast, reasons, evidence)
