"""What shows that a step deviated: texts side by side, pictures side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

from creatoken_sdk.studio.trace_brief import distance
from creatoken_sdk.studio.trace_contents import Contents
from creatoken_sdk.studio.trace_drift import Drift
from creatoken_sdk.studio.trace_steps import PastStep, Piece

__all__ = ["Evidence", "evidence_of"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`diff` leads from the text in `before` to what was made; `pictures` are before and after.

    `before` says what is compared with: the input, the brief, or the nearest exemplar. Of a
    picture whose file is not at hand, the path is None.
    """

    drift: Drift
    before: str
    diff: str = field(default="", repr=False)
    pictures: tuple[Path | None, Path | None] = (None, None)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, with paths of pictures."""
        paths = [None if path is None else str(path) for path in self.pictures]
        shown = {"before": self.before, "diff": self.diff, "pictures": paths}
        return {"drift": self.drift.to_json(), **shown}


def evidence_of(step: PastStep, drift: Drift, brief: str, contents: Contents) -> Evidence:
    """Return what shows that a step's content drifted."""
    if drift.piece.text is None:
        return _pictures(step, drift, contents)
    texts = [piece.text for piece in step.took.pieces if piece.text]
    if drift.against == "brief" or not texts:
        return Evidence(drift, "the brief", _diff(brief, drift.piece.text))
    made = drift.piece.text
    nearest = min(texts, key=lambda text: distance(made, text))
    return Evidence(drift, "its input", _diff(nearest, made))


def _pictures(step: PastStep, drift: Drift, contents: Contents) -> Evidence:
    after = contents.find(drift.piece)
    taken = (piece for piece in step.took.pieces if piece.text is None)
    inputs = [path for piece in taken if (path := contents.find(piece))]
    if inputs:
        return Evidence(drift, "its input", pictures=(inputs[0], after))
    exemplars = [path for id in drift.nearest if (path := contents.find(Piece(id)))]
    before = exemplars[0] if exemplars else None
    return Evidence(drift, "the nearest exemplar", pictures=(before, after))


def _diff(before: str, after: str) -> str:
    one, other = _SENTENCE.split(before), _SENTENCE.split(after)
    return "\n".join(unified_diff(one, other, "before", "after", lineterm="", n=1))
