"""A brand made up for tests: what it says, what others say, and banners in given colours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from creatoken_sdk.brand.exemplar import Exemplar

PALETTE = ("#0B2545", "#13607A", "#35A7A5", "#FFF0D4")
LOUD = ("#FF0000", "#00FF00", "#000000")

_VERBS = ("Stay for", "Pour", "Share", "Bring", "Save", "Find")
_THINGS = ("one more swim", "a slow lemonade", "the last light", "a cold citrus glass", "the shade")
_PLACES = ("by the water", "on the pier", "under the fig tree", "at the end of the road")
_ENDS = ("The sea can wait.", "Evening is long.", "Nobody is counting.", "Let it last.")


def line(number: int) -> str:
    """One of 480 lines in the voice of the brand."""
    parts = []
    for words in (_VERBS, _THINGS, _PLACES, _ENDS):
        number, at = divmod(number, len(words))
        parts.append(words[at])
    verb, thing, place, end = parts
    return f"{verb} {thing} {place}. {end}"


def lines(count: int, seed: int = 0) -> list[str]:
    """So many different lines, drawn at random."""
    return [line(number) for number in random.Random(seed).sample(range(480), count)]


def copy(count: int, seed: int = 0) -> list[Exemplar]:
    """So many different lines as exemplars."""
    return [Exemplar(text) for text in lines(count, seed)]


def banner(path: Path, colours: Sequence[str], seed: int) -> Path:
    """A banner in these colours, the first one the ground."""
    chance = random.Random(seed)
    image = Image.new("RGB", (300, 160), colours[0])
    pen = ImageDraw.Draw(image)
    for _ in range(8):
        x, y, size = chance.randrange(260), chance.randrange(130), chance.randint(30, 90)
        pen.ellipse([x, y, x + size, y + size], fill=chance.choice(colours[1:]))
    image.save(path)
    return path


def banners(folder: Path, count: int, colours: Sequence[str] = PALETTE) -> list[Exemplar]:
    """So many banners as exemplars."""
    return [
        Exemplar(banner(folder / f"{number}.png", colours, number), "image")
        for number in range(count)
    ]


class Scattered:
    """An embedder that places each text at random, but always at the same place."""

    fingerprint = "scattered"

    def embed(self, contents: Sequence[str]) -> np.ndarray:
        return np.array(
            [np.random.default_rng([*text.encode()]).normal(size=8) for text in contents]
        )
