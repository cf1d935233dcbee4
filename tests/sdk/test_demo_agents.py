"""The demo's agents: same input same bytes, readable pictures, and a checker that can say no."""

import io
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from creatoken_sdk.demo.brief import (
    Brand,
    Brief,
    GuideError,
    parse_brand,
    parse_brief,
    read_brand,
    read_brief,
)
from creatoken_sdk.demo.checker import check_banner, palette_share, pick_best, text_contrast
from creatoken_sdk.demo.colour import Floats
from creatoken_sdk.demo.copywriter import Copy, words_found, write_copy
from creatoken_sdk.demo.designer import Banner, draw_banner, draw_variants, edit_banner
from creatoken_sdk.demo.evidence import Evidence
from creatoken_sdk.demo.layout import COLUMN, TextBox
from creatoken_sdk.demo.typography import MissingGlyphError, TextDoesNotFitError

EXAMPLE = Path(__file__).parents[2] / "examples" / "summer-banner"


@pytest.fixture(scope="module")
def brief() -> Brief:
    return read_brief(EXAMPLE / "brief.md")


@pytest.fixture(scope="module")
def brand() -> Brand:
    return read_brand(EXAMPLE / "brand.json")


@pytest.fixture(scope="module")
def copy(brief: Brief, brand: Brand) -> Copy:
    return write_copy(brief, brand, seed=1)[0].copy


@pytest.fixture(scope="module")
def banners(copy: Copy, brand: Brand) -> tuple[Banner, ...]:
    return draw_variants(copy, brand, seed=0)


def pixels_of(banner: Banner) -> Floats:
    with Image.open(io.BytesIO(banner.png)) as image:
        return np.asarray(image, np.float32) / 255


def repainted(banner: Banner, pixels: Floats) -> Banner:
    out = io.BytesIO()
    Image.fromarray((pixels * 255 + 0.5).astype(np.uint8)).save(out, "PNG")
    return replace(banner, png=out.getvalue())


def test_parse_brief__when_a_section_is_missing__names_it(brief: Brief) -> None:
    with pytest.raises(GuideError, match="'## Message'"):
        parse_brief(brief.source.replace("## Message", "## Massage"))


def test_parse_brief__when_promises_are_few__says_how_many_to_give(brief: Brief) -> None:
    with pytest.raises(GuideError, match=r"has 2 bullets below '## Promises': give 3"):
        parse_brief(brief.source.replace("- zero sugar\n", ""))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#0B2545", "navy", "'#RRGGBB'"),
        ('"tone"', '"tune"', "'tone'"),
        ('"v": 1,', '"v": 1', "fix line"),
    ],
)
def test_parse_brand__when_the_guide_is_broken__says_what_to_fix(
    brand: Brand, old: str, new: str, message: str
) -> None:
    with pytest.raises(GuideError, match=message):
        parse_brand(brand.source.replace(old, new))


def test_write_copy__given_the_same_seed__repeats_itself(brief: Brief, brand: Brand) -> None:
    assert write_copy(brief, brand, seed=7) == write_copy(brief, brand, seed=7)
    assert write_copy(brief, brand, seed=7) != write_copy(brief, brand, seed=8)


def test_write_copy__given_a_banned_moment__never_uses_it(brief: Brief, brand: Brand) -> None:
    def texts(guide: Brand) -> list[str]:
        return [
            each.copy.text
            for seed in range(20)
            for each in write_copy(brief, guide, seed=seed, n=8)
        ]

    assert not any(words_found(text, brand.banned_words) for text in texts(brand))
    assert any("perfect night" in text for text in texts(replace(brand, banned_words=())))


def test_write_copy__when_ranked__best_first_with_distinct_headlines(
    brief: Brief, brand: Brand
) -> None:
    candidates = write_copy(brief, brand, seed=3, n=6)
    scores = [each.score for each in candidates]
    assert scores == sorted(scores, reverse=True)
    assert len({each.copy.headline for each in candidates}) == 6
    assert [each.parameters["rank"] for each in candidates] == [1, 2, 3, 4, 5, 6]
    assert words_found(candidates[0].copy.text, brand.required_words) == ("citrus",)


def test_write_copy__when_the_tone_is_unknown__lists_the_known_ones(
    brief: Brief, brand: Brand
) -> None:
    with pytest.raises(GuideError, match="bright"):
        write_copy(brief, replace(brand, tone=("sarcastic",)), seed=0)


def test_draw_banner__given_the_same_seed__same_bytes(copy: Copy, brand: Brand) -> None:
    started = time.process_time()
    first = draw_banner(copy, brand, seed=4)
    assert time.process_time() - started < 2  # measured 0.25 s; wide for busy machines
    assert draw_banner(copy, brand, seed=4).png == first.png
    assert Image.open(io.BytesIO(first.png)).size == (1200, 628)


def test_draw_variants__given_three_seeds__three_different_scenes(
    banners: tuple[Banner, ...],
) -> None:
    assert {banner.scene for banner in banners} == {"horizon", "shore", "sunrise"}
    pictures = [pixels_of(banner) for banner in banners]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(pictures[a] - pictures[b]).mean() > 0.15


def test_draw_banner__given_another_seed_of_a_scene__another_picture(
    copy: Copy, brand: Brand, banners: tuple[Banner, ...]
) -> None:
    other = draw_banner(copy, brand, seed=banners[0].seed + 3)
    assert other.scene == banners[0].scene
    assert (np.abs(pixels_of(other) - pixels_of(banners[0])) > 0.02).mean() > 0.05


@pytest.mark.parametrize("seed", range(3))
def test_draw_banner__given_any_candidate__text_stays_in_its_column_and_apart(
    brief: Brief, brand: Brand, seed: int
) -> None:
    for candidate in write_copy(brief, brand, seed=seed, n=6):
        boxes = draw_banner(candidate.copy, brand, seed=seed).text_boxes
        assert all(box.left >= 64 and box.right <= 64 + COLUMN for box in boxes)
        assert all(upper.bottom < lower.top for upper, lower in pairwise(boxes))
        assert boxes[-1].bottom <= brand.height - 64
        drawn = " ".join(box.text for box in boxes[1:-1])
        assert drawn == f"{candidate.copy.headline} {candidate.copy.subline}"


def test_draw_banner__when_the_headline_is_too_long__refuses(copy: Copy, brand: Brand) -> None:
    with pytest.raises(TextDoesNotFitError, match="shorten"):
        draw_banner(replace(copy, headline="Sparkling " * 12), brand, seed=0)


def test_draw_banner__when_a_letter_has_no_glyph__names_it(copy: Copy, brand: Brand) -> None:
    with pytest.raises(MissingGlyphError, match="\u2192"):
        draw_banner(replace(copy, headline="Onward \u2192 summer"), brand, seed=0)


def test_draw_banner__when_the_palette_lacks_a_role__names_it(copy: Copy, brand: Brand) -> None:
    palette = {role: colour for role, colour in brand.palette.items() if role != "coral"}
    with pytest.raises(GuideError, match="coral"):
        draw_banner(copy, replace(brand, palette=palette), seed=0)


def test_check_banner__given_the_designers_work__passes(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    for banner in banners:
        report = check_banner(banner, brand)
        assert report.passed, report.reasons
        assert report.palette_share > 0.95
        assert report.contrast > 4.5


def test_check_banner__when_colours_leave_the_palette__fails_with_the_share(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    foreign = repainted(banners[1], pixels_of(banners[1])[..., [1, 2, 0]])
    report = check_banner(foreign, brand)
    assert not report.passed
    assert report.palette_share < 0.5
    assert any("is in the palette" in reason for reason in report.reasons)


def test_check_banner__when_words_break_the_guide__names_both(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    wrong = replace(banners[0].copy, headline="The Perfect summer", subline="Sparkling water.")
    report = check_banner(draw_banner(wrong, brand, seed=0), brand)
    assert report.reasons == (
        "The word 'citrus' is missing: use it in the copy.",
        "The word 'perfect' is banned: replace it.",
    )


def test_check_banner__when_text_sinks_into_the_background__fails_on_contrast(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    pixels = pixels_of(banners[1]).copy()
    box = banners[1].text_boxes[1]
    area = pixels[box.top : box.bottom, box.left : box.right]
    area += 0.7 * (pixels[box.top - 8, box.left] - area)
    report = check_banner(repainted(banners[1], pixels), brand)
    assert not report.passed
    assert any("has contrast" in reason and box.text in reason for reason in report.reasons)


def test_text_contrast__given_known_greys__measures_the_wcag_ratio() -> None:
    pixels = np.ones((40, 80, 3), np.float32)
    pixels[15:25, 20:60:2] = 0x76 / 255
    ratio = text_contrast(pixels, TextBox("bars", 20, 15, 60, 25))
    assert ratio == pytest.approx(4.54, abs=0.01)  # #767676 on white, as published by W3C


def test_palette_share__given_half_a_foreign_colour__is_one_half(brand: Brand) -> None:
    pixels = np.zeros((20, 40, 3), np.float32)
    pixels[:, :20] = np.array([0x0B, 0x25, 0x45]) / 255
    pixels[:, 20:] = (1, 0, 1)
    assert palette_share(pixels, brand) == 0.5


def test_pick_best__given_one_broken_variant__prefers_a_passing_one(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    broken = repainted(banners[0], pixels_of(banners[0])[..., ::-1])
    best, report = pick_best((broken, banners[1]), brand)
    assert best is banners[1]
    assert report.passed


def test_edit_banner__when_a_person_edits__only_the_words_and_the_logo_change(
    banners: tuple[Banner, ...], brand: Brand
) -> None:
    before = banners[0]
    after = edit_banner(before, brand, headline="Stay a little longer", logo="bottom-right")
    assert after.copy == replace(before.copy, headline="Stay a little longer")
    assert after.text_boxes[0].left > brand.width // 2
    assert after.text_boxes[0].top > brand.height // 2
    assert check_banner(after, brand).passed
    same = np.all(pixels_of(after) == pixels_of(before), axis=-1)
    assert 0.85 < same.mean() < 0.99


def test_evidence__when_chained__each_step_starts_from_the_bytes_before(
    brief: Brief, brand: Brand, banners: tuple[Banner, ...]
) -> None:
    candidate = write_copy(brief, brand, seed=1)[0]
    edited = edit_banner(banners[0], brand, headline="Stay a little longer", logo="top-right")
    report = check_banner(edited, brand)
    assert candidate.evidence.output == candidate.copy.document
    assert candidate.copy.headline.encode() in banners[0].evidence.input
    assert edited.evidence.input == banners[0].png == banners[0].evidence.output
    assert report.evidence.input == edited.png
    assert edited.evidence.model == "human"
    steps: list[Evidence] = [candidate.evidence, banners[0].evidence, report.evidence]
    assert [step.model.split("/")[0] for step in steps] == [
        "creatoken-demo-copywriter",
        "creatoken-demo-designer",
        "creatoken-demo-checker",
    ]
    for step in (*steps, edited.evidence):
        assert all(type(value) in (int, str) for value in step.parameters.values())
