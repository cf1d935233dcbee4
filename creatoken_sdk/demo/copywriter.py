"""The copywriter: a small grammar spoken in the brand's tone, ranked by the brand's own voice."""

import hashlib
import math
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from creatoken_sdk.demo.brief import Brand, Brief, GuideError
from creatoken_sdk.demo.evidence import Evidence, Parameters
from creatoken_sdk.record.canonical import dumps

__all__ = ["MODEL", "Candidate", "Copy", "words_found", "write_copy"]

MODEL = "creatoken-demo-copywriter/1"

_HEADLINES = {
    "warm": ("Stay for {moment}", "Come back for {moment}", "Made for {moment}"),
    "bright": ("Hello, {moment}", "A splash of {moment}", "Make it {moment}"),
    "unhurried": ("Let {moment} last", "Take {moment} slowly", "Make {moment} longer"),
    "bold": ("Own {moment}", "Nothing beats {moment}", "{moment}, louder"),
}
"""Headline rules by tone word of the brand guide."""

_SUBLINES = (
    "{product} with {first} and {second}.",
    "{first}, {second}, and nothing to rush.",
    "{first} and {second}, as cold as the sea.",
    "{product}. {first}, {second}, {third}.",
)

_DRAFTS_PER_CANDIDATE = 24
_WEIGHTS = {"words": 3, "length": 2, "rhythm": 2, "voice": 3}


@dataclass(frozen=True, slots=True)
class Copy:
    """The words of one banner."""

    headline: str
    subline: str
    call_to_action: str

    @property
    def text(self) -> str:
        """Everything a reader of the banner sees, except the logo."""
        return f"{self.headline}\n{self.subline}\n{self.call_to_action}"

    @property
    def document(self) -> bytes:
        """The words as canonical JSON: what a step commits."""
        words = (self.headline, self.subline, self.call_to_action)
        return dumps(dict(zip(("headline", "subline", "callToAction"), words, strict=True)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Copy the copywriter proposes, and how it came to be."""

    copy: Copy
    score: int
    """0 to 100, the copywriter's own mark."""
    evidence: Evidence

    @property
    def parameters(self) -> Parameters:
        """Grammar rule, tone, single marks, rank and seed."""
        return self.evidence.parameters


def write_copy(brief: Brief, brand: Brand, *, seed: int, n: int = 5) -> tuple[Candidate, ...]:
    """Write `n` candidates with distinct headlines, best first.

    Raises:
        GuideError: a tone word has no grammar, or too few lines respect the banned words.
    """
    source = dumps({"brand": brand.source, "brief": brief.source})
    dice = random.Random(hashlib.sha256(source + str(seed).encode()).digest())
    voice = _Voice((*brand.voice, brief.message))
    best: dict[str, tuple[int, Copy, Parameters]] = {}
    for copy, rule in _drafts(brief, brand, dice, n):
        if words_found(copy.text, brand.banned_words):
            continue
        marks = _marks(copy, brand, voice)
        score = sum(_WEIGHTS[name] * mark for name, mark in marks.items()) // sum(_WEIGHTS.values())
        if copy.headline not in best or score > best[copy.headline][0]:
            best[copy.headline] = (score, copy, {**rule, **marks})
    ranked = sorted(best.values(), key=lambda each: (-each[0], each[1].headline))[:n]
    if len(ranked) < n:
        raise GuideError(
            f"Only {len(ranked)} of {n} headlines respect the brand's words: "
            "add moments or promises to the brief, or ask for fewer."
        )
    return tuple(
        Candidate(
            copy=copy,
            score=score,
            evidence=Evidence(
                action="write-copy",
                model=MODEL,
                parameters={**parameters, "candidates": n, "rank": rank, "seed": seed},
                input=source,
                output=copy.document,
            ),
        )
        for rank, (score, copy, parameters) in enumerate(ranked, 1)
    )


def words_found(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The `words` (or phrases) that occur whole in `text`, whatever their case."""
    return tuple(
        word for word in words if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    )


def _drafts(
    brief: Brief, brand: Brand, dice: random.Random, n: int
) -> Iterator[tuple[Copy, Parameters]]:
    if unknown := [tone for tone in brand.tone if tone not in _HEADLINES]:
        raise GuideError(f"No grammar for tone {unknown}: use words of {sorted(_HEADLINES)}.")
    for _ in range(n * _DRAFTS_PER_CANDIDATE):
        tone = dice.choice(brand.tone)
        rule = dice.choice(_HEADLINES[tone])
        first, second, third = dice.sample(brief.promises, 3)
        subline = dice.choice(_SUBLINES).format(
            product=brief.product, first=first, second=second, third=third
        )
        copy = Copy(
            headline=_sentence(rule.format(moment=dice.choice(brief.moments))),
            subline=_sentence(subline),
            call_to_action=dice.choice(brief.calls_to_action),
        )
        yield copy, {"rule": rule, "tone": tone}


def _marks(copy: Copy, brand: Brand, voice: "_Voice") -> dict[str, int]:
    return {
        "words": _word_mark(copy, brand),
        "length": _nearness(len(copy.headline), 20, 14),
        "rhythm": _rhythm(copy.headline),
        "voice": voice.mark(copy.headline),
    }


def _word_mark(copy: Copy, brand: Brand) -> int:
    """Share of required words and of the brand's name that occur; repeated words cost."""
    wanted = (*brand.required_words, brand.name)
    spoken = re.findall(r"\w{4,}", copy.text.casefold())
    repeats = len(spoken) - len(set(spoken))
    return max(0, 100 * len(words_found(copy.text, wanted)) // len(wanted) - 25 * repeats)


def _nearness(value: float, ideal: float, reach: float) -> int:
    """100 at the ideal, 0 at `reach` away from it and beyond."""
    return max(0, round(100 * (1 - abs(value - ideal) / reach)))


def _rhythm(line: str) -> int:
    """Five syllables read in one breath; a last word of one beat closes the line."""
    beats = [len(re.findall(r"[aeiouy]+", word)) for word in line.casefold().split()]
    return (2 * _nearness(sum(beats), 5, 5) + (100 if beats[-1] == 1 else 0)) // 3


def _sentence(line: str) -> str:
    """Capital letters after each full stop and at the start."""
    return re.sub(r"(^|\. )([a-z])", lambda match: match[1] + match[2].upper(), line)


class _Voice:
    """A bigram model of how the brand speaks, with add-one smoothing."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        spoken = [self._tokens(line) for line in lines]
        self._pairs = Counter(pair for tokens in spoken for pair in pairwise(tokens))
        self._words = Counter(word for tokens in spoken for word in tokens)

    def mark(self, line: str) -> int:
        """0 (never heard such a line) to 100 (a line of the brand), by mean log-likelihood."""
        pairs = list(pairwise(self._tokens(line)))
        vocabulary = len(self._words)
        bits = sum(
            math.log2((self._pairs[pair] + 1) / (self._words[pair[0]] + vocabulary))
            for pair in pairs
        )
        return max(0, round(100 + 100 * bits / (len(pairs) * math.log2(vocabulary) * 1.2)))

    @staticmethod
    def _tokens(line: str) -> list[str]:
        return ["<", *re.findall(r"\w+|[,.]", line.casefold().rstrip(".")), ">"]
