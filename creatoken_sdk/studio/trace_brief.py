"""How far a text is from its brief, beside what other runs of the studio made of theirs."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache

from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.trace_drift import Drift
from creatoken_sdk.studio.trace_steps import PastStep, Piece, Side

__all__ = ["Briefs", "distance", "text_of"]

_N = 4
_RUNS = 1000


class Briefs:
    """Compares texts with briefs; what other runs wrote under the same key is the calibration."""

    def __init__(self, store: Store) -> None:
        """Read other runs from this store, the latest 1,000."""
        self._store = store
        self._samples: dict[str, dict[str, float]] = {}

    def drift(self, brief: str, step: PastStep, piece: Piece) -> Drift | None:
        """Return how far a step's text is from the brief; None if one of them is no text.

        The p-value is conformal: it assumes that this run is one like the others.
        """
        if not brief or not piece.text:
            return None
        runs = self._runs(step.key)
        others = [far for run, far in runs.items() if run != step.run_id]
        score = distance(piece.text, brief)
        beyond = sum(other >= score for other in others)
        p_value = (1 + beyond) / (len(others) + 1)
        return Drift("brief", "text", piece, score, p_value, len(others))

    def _runs(self, key: str) -> dict[str, float]:
        """How far what each run wrote under a key, at last, is from its brief."""
        if key not in self._samples:
            rows = self._store.rows(
                "SELECT step.run_id, step.document, brief.document FROM steps step JOIN steps brief"
                " ON brief.run_id = step.run_id AND brief.position = 0 JOIN runs"
                " ON runs.id = step.run_id WHERE step.key = ?"
                " ORDER BY runs.created_at DESC, runs.id, step.attempt LIMIT ?",
                (key, _RUNS),
            )
            found = {run: _distance(made, given) for run, made, given in rows}
            self._samples[key] = {run: far for run, far in found.items() if far is not None}
        return self._samples[key]


def text_of(side: Side) -> str:
    """Return all texts of a content as one; empty if it is erased or has none."""
    return "\n".join(piece.text for piece in side.pieces if piece.text)


def distance(text: str, brief: str) -> float:
    """Return the cosine distance of the character 4-grams of two texts: 0 alike, 1 unrelated."""
    one, other = _grams(text), _grams(brief)
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    lengths = sum(c * c for c in one.values()) * sum(c * c for c in other.values())
    return 1 - shared / lengths**0.5 if lengths else 1.0


@lru_cache(maxsize=2048)
def _grams(text: str) -> Counter[str]:
    words = " ".join(text.casefold().split())
    return Counter(words[i : i + _N] for i in range(max(len(words) - _N + 1, 0)))


def _distance(made: str, given: str) -> float | None:
    text = text_of(Side.of(json.loads(made), "output"))
    brief = text_of(Side.of(json.loads(given), "input"))
    return distance(text, brief) if text and brief else None
