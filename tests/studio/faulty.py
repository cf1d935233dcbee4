"""A small pipeline with a brand, in which one thing can be made to go wrong; nothing is random."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from creatoken_sdk.brand.exemplar import Exemplar
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.brand.rules import Rules
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.studio import Studio

FAULTS = ("palette", "tone", "retrieval", "override")
CULPRITS = {
    "palette": "render#1",
    "tone": "draft#1",
    "retrieval": "retrieve#1",
    "override": "select#1",
}
SAMPLES = 400
OURS, THEIRS = ("#1d3557", "#457b9d", "#f1faee"), ("#e63946", "#ffb703", "#8338ec")

_CALM = {
    "when": ("Early in the morning,", "On quiet days,", "After the rain,", "In late summer,"),
    "who": ("the harbour", "our kitchen", "a small orchard", "the old press", "the garden"),
    "does": ("gives us", "slowly brings", "quietly keeps", "patiently makes", "shares"),
    "what": ("ripe olives", "good bread", "clear oil", "thyme honey", "ground salt"),
    "end": ("for a table with friends.", "and nothing more.", "as it always has.", "by hand."),
}
_LOUD = {
    "when": ("HURRY!!!", "WOW, folks!!!", "Last chance!!!", "OMG deal alert!!!"),
    "who": ("Mega discounts", "Crazy bundles", "Insane giveaways", "Bonus coupons"),
    "does": ("are smashing", "will totally blow up", "just nuked", "are crushing"),
    "what": ("every price in sight", "your shopping cart", "the competition", "the checkout"),
    "end": ("so CLICK NOW!!!", "- 70% OFF, wow!!!", "LOL, buy buy buy!!!", "before it's GONE!!!"),
}


def copy(dice: random.Random, loud: bool = False, sentences: int = 3) -> str:
    """A paragraph in the voice of the brand, or in quite another."""
    words = _LOUD if loud else _CALM
    return " ".join(" ".join(map(dice.choice, words.values())) for _ in range(sentences))


def draw(path: Path, dice: random.Random, colours: tuple[str, ...]) -> Path:
    """A banner of bars and a disc in these colours."""
    ground, bars, disc = dice.sample(colours, 3)
    picture = Image.new("RGB", (48, 32), ground)
    pen = ImageDraw.Draw(picture)
    for left in range(0, 48, dice.choice((8, 12, 16))):
        pen.rectangle((left, dice.randrange(32), left + 5, 31), bars)
    x, y, r = dice.randrange(10, 38), dice.randrange(8, 24), dice.randrange(4, 9)
    pen.ellipse((x - r, y - r, x + r, y + r), disc)
    picture.save(path)
    return path


def brand_of(folder: Path) -> BrandIndex:
    """An index of generated copy and pictures: half of each calibrates."""
    folder.mkdir()
    dice = random.Random("brand")
    texts = {copy(dice) for _ in range(SAMPLES)}
    pictures = [draw(folder / f"{n}.png", dice, OURS) for n in range(SAMPLES)]
    items = [Exemplar(text) for text in sorted(texts)]
    items += [Exemplar(path, "image") for path in pictures]
    return BrandIndex(items, rules=Rules(palette=OURS))


@dataclass
class Made:
    """An asset, what was done to it, and the step that did it ("" for none)."""

    output: Output
    fault: str
    culprit: str


@dataclass
class Line:
    """The pipeline: retrieve, draft, edit, gate, select, render, gate."""

    studio: Studio
    brand: BrandIndex
    folder: Path
    about: dict[str, Any]
    editor: Any

    def make(self, seed: int, fault: str = "") -> Made:
        """Make one banner; the same seed makes the same one."""
        dice = random.Random(f"{fault} {seed}")
        loud = fault == "tone" or (fault == "override" and seed % 2 == 0)
        wrong = fault == "palette" or (fault == "override" and not loud)
        studio, name = self.studio, f"{fault or 'clean'}-{seed}"

        @studio.step("retrieve", actor="tool:retrieve")
        def retrieve(query: str) -> list[str]:
            return [copy(dice, fault == "retrieval" and place == 1) for place in range(3)]

        @studio.step("draft", actor="agent:copy", model="copy-1", shares=5)
        def draft(brief: str, context: list[str]) -> str:
            poisoned = any("!!!" in passage for passage in context)
            return copy(dice, loud or poisoned)

        @studio.step("render", actor="agent:designer", model="draw-1", shares=5)
        def render(text: str) -> Path:
            return draw(self.folder / f"{name}.png", dice, THEIRS if wrong else OURS)

        brief = f"A banner for {dice.choice(_CALM['what'])}, in the voice of our house."
        with studio.run(name, brief=brief, durable=False, **self.about) as run:
            text = draft(brief, retrieve(brief))
            if dice.random() < 0.3:  # an agent tries again, with another result
                text = draft(brief, [text])
            edited = f"{text} {copy(dice, sentences=1)}"
            text = run.human("edit", text, by=self.editor, output=edited, shares=20)
            if loud and fault == "override":
                run.gate("brand", self.brand.drift(text))
                run.human("select", [text], by=self.editor, output=text)
            path = render(text)
            run.gate("brand", self.brand.drift(path))
            if wrong and fault == "override":
                run.human("select", [path], by=self.editor, output=path)
            output = run.output(path)
        return Made(output, fault, CULPRITS.get(fault, ""))
