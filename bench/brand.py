"""How often a brand index errs: false alarms and power, on texts and pictures whose side is known.

Needs the environment of the adapters, for the sentence model is there:

    python3 dev.py adapters
    .toolchain/adapters/bin/python bench/brand.py            # print; takes some minutes
    .toolchain/adapters/bin/python bench/brand.py --write    # accept as bench/brand.json

Texts are paragraphs from docstrings and licences of installed packages. Pictures are drawn here,
as no locked package ships enough of them: they are simpler than photographs.
"""

from __future__ import annotations

import ast
import hashlib
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from creatoken_sdk.brand.evaluation import Rate, evaluate
from creatoken_sdk.brand.exemplar import Exemplar
from creatoken_sdk.brand.ngrams import HashedNgrams
from creatoken_sdk.brand.pictures import PaletteHash
from examples.minilm import MiniLM

LEVEL, SEEDS = 0.05, range(5)
INSIDE, OUTSIDE = 600, 150
BRANDS = {"scipy": ("pandas", "langchain_core"), "langchain_core": ("openai", "pandas")}
PACKAGES = ("scipy", "langchain-core", "openai", "pandas")
PROSE = re.compile(r"[A-Z][^\n]+[a-z]{2,} [^`>|=_]*\.\Z", re.DOTALL)
PALETTE = ("#0B2545", "#13607A", "#35A7A5", "#D9F0E8", "#FFF0D4", "#FFC145")
OTHER_PALETTE = ("#5B0E2D", "#FFA781", "#2A2A2A", "#E8E8E8", "#9BC53D", "#C3423F")
WORDS = ("Stay for one more swim", "Let the evening last", "Pour slowly", "Hello, long evening")


class Remembering:
    """An embedder that embeds each content once: five splits of the same corpus cost one."""

    def __init__(self, embedder: Any) -> None:
        """Stand for an embedder."""
        self.fingerprint, self._embedder, self._known = embedder.fingerprint, embedder, {}

    def embed(self, contents: Sequence[Any]) -> Any:
        """See `Embedder`."""
        keys = [one if isinstance(one, str) else one.tobytes() for one in contents]
        for key, one in zip(keys, contents, strict=True):
            if key not in self._known:
                self._known[key] = self._embedder.embed([one])[0]
        return np.stack([self._known[key] for key in keys])


def paragraphs(texts: Iterator[str]) -> set[str]:
    """Paragraphs of prose of 80 to 600 characters, without code, headings and tables."""
    parts = (" ".join(part.split()) for text in texts for part in re.split(r"\n\s*\n", text))
    return {part for part in parts if 80 <= len(part) <= 600 and PROSE.match(part)}


def docstrings(package: str) -> Iterator[str]:
    """Every docstring of a package, read without importing it."""
    folder = Path(find_spec(package).submodule_search_locations[0])
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for path in sorted(folder.rglob("*.py")):
        if "tests" not in path.parts:
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            yield from (ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds))


def licences() -> Iterator[str]:
    """Every licence text that a package ships."""
    for one in distributions():
        for file in one.files or ():
            if re.search(r"licen[sc]e|copying|notice", file.name, re.IGNORECASE):
                path = Path(str(one.locate_file(file)))
                yield path.read_text("utf-8", "replace") if path.is_file() else ""


def drawn(found: set[str], count: int) -> list[Exemplar]:
    """So many of the texts, the same ones each time."""
    order = sorted(found, key=lambda text: hashlib.sha256(text.encode()).digest())
    return [Exemplar(text) for text in order[:count]]


def picture(chance: random.Random, palette: Sequence[str], shapes: str) -> Image.Image:
    """A banner: a ground, shapes in the palette's colours, and a line of text."""
    image = Image.new("RGB", (600, 314), chance.choice(palette[:2]))
    pen = ImageDraw.Draw(image)
    for _ in range(chance.randint(3, 7)):
        x, y, size = chance.randrange(600), chance.randrange(314), chance.randint(60, 200)
        getattr(pen, shapes)([x, y, x + size, y + size], fill=chance.choice(palette[2:]))
    font = ImageFont.load_default(size=chance.randint(24, 44))
    place = (chance.randint(10, 120), chance.randint(10, 240))
    pen.text(place, chance.choice(WORDS), palette[3], font=font)
    return image


def pictures(
    folder: Path, name: str, count: int, palette: Sequence[str], shapes: str
) -> list[Exemplar]:
    """So many banners, as files."""
    chance = random.Random(name)
    made = []
    for number in range(count):
        path = folder / f"{name}-{number}.png"
        picture(chance, palette, shapes).save(path)
        made.append(Exemplar(path, "image"))
    return made


def measured(
    inside: Sequence[Exemplar], outside: Sequence[Exemplar], **embedders: Any
) -> dict[str, Any]:
    """Shares of five splits of the brand: mean, least and most, as splits share their content."""
    found = [evaluate(inside, outside, level=LEVEL, seed=seed, **embedders)[0] for seed in SEEDS]
    sizes = {
        "exemplars": found[0].exemplars,
        "calibration": found[0].calibration,
        "heldBack": found[0].false_alarms.total,
        "outside": found[0].power.total,
    }
    return sizes | {
        "falseAlarms": shares([one.false_alarms for one in found]),
        "power": shares([one.power for one in found]),
    }


def shares(rates: Sequence[Rate]) -> list[str]:
    """Mean, least and most of the rates."""
    values = [rate.count / rate.total for rate in rates]
    return [f"{value:.3f}" for value in (np.mean(values), min(values), max(values))]


def of_texts() -> dict[str, Any]:
    """Each text embedder on each brand, against the docstrings of others and licences."""
    corpora = {name: paragraphs(docstrings(name)) for name in {*BRANDS, *sum(BRANDS.values(), ())}}
    corpora["licences"] = paragraphs(licences())
    results: dict[str, Any] = {}
    for embedder in (HashedNgrams(), MiniLM()):
        start, known = time.perf_counter(), Remembering(embedder)
        results[embedder.fingerprint] = {
            f"{brand} against {other}": measured(
                drawn(corpora[brand], INSIDE), drawn(corpora[other], OUTSIDE), embedder=known
            )
            for brand, others in BRANDS.items()
            for other in (*others, "licences")
        }
        print(f"{embedder.fingerprint}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return results


def of_pictures(folder: Path) -> dict[str, Any]:
    """The picture embedder against banners that differ in shapes, in half the palette, in all."""
    inside = pictures(folder, "brand", INSIDE // 2, PALETTE, "ellipse")
    mixed = (*PALETTE[:3], *OTHER_PALETTE[3:])
    outside = {
        "other shapes": pictures(folder, "near", OUTSIDE, PALETTE, "rectangle"),
        "half of the palette": pictures(folder, "mid", OUTSIDE, mixed, "ellipse"),
        "other palette and shapes": pictures(folder, "far", OUTSIDE, OTHER_PALETTE, "rectangle"),
    }
    known = Remembering(PaletteHash())
    return {
        known.fingerprint: {
            side: measured(inside, made, image_embedder=known) for side, made in outside.items()
        }
    }


def main(*, write: bool) -> None:
    """Measure, print, and keep."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "level": str(LEVEL),
            "packages": {name: version(name) for name in PACKAGES},
            "texts": of_texts(),
            "pictures": of_pictures(Path(folder)),
        }
    written = json.dumps(found, indent=2) + "\n"
    print(written)
    if write:
        Path(__file__).with_suffix(".json").write_text(written)


if __name__ == "__main__":
    main(write="--write" in sys.argv)
