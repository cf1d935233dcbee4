"""How far contents are from a brand and from the brief, and which of many deviate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, Protocol

from creatoken_sdk.studio.trace_steps import Piece

__all__ = ["Brand", "BrandReport", "Drift", "deviating", "failed"]

_SLACK = 1e-9


class BrandReport(Protocol):
    """What a brand says of a content: the part of `creatoken_sdk.brand` that is read here.

    `nearest` have an `id` and a `distance`, `rules` a `rule`, `passed`, `found` and `wanted`.
    """

    @property
    def kind(self) -> str:
        """What it was compared with, such as copy or image."""

    @property
    def score(self) -> float:
        """Distance from the brand."""

    @property
    def p_value(self) -> float:
        """How often content of the brand is as far away, as calibrated."""

    @property
    def n_calibration(self) -> int:
        """Samples that this rests on: no p-value is below 1 / (samples + 1)."""

    @property
    def nearest(self) -> Sequence[Any]:
        """The exemplars that are nearest."""

    @property
    def near_copy(self) -> object | None:
        """What says that it copies an exemplar."""

    @property
    def rules(self) -> Sequence[Any]:
        """What each rule of the brand found."""


class Exemplar(Protocol):
    """A text or a file that a brand holds."""

    @property
    def kind(self) -> str:
        """Such as guide, copy or image; a guide is about the brand, and does not sound like it."""

    @property
    def content(self) -> str | Path:
        """The text, or the path of the file."""


class Brand(Protocol):
    """Whoever can say how far a content is from a brand; a `CreatokenError` says why it cannot."""

    def drift(self, content: str | Path, /) -> BrandReport:
        """Measure a text, or the file at a path."""

    def exemplar(self, id: str, /) -> Exemplar:
        """Return what is cited by this SHA-256, 0x hex."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one content is from the "brand" or the "brief".

    `broken` are rules that it breaks, in words; `nearest` are ids of exemplars.
    """

    against: str
    kind: str
    piece: Piece
    score: float
    p_value: float
    n_calibration: int
    nearest: tuple[str, ...] = field(default=())
    near_copy: bool = False
    broken: tuple[str, ...] = ()

    @classmethod
    def of(cls, piece: Piece, report: BrandReport) -> Drift:
        """Return what a brand says of a content."""
        broken = [f"{r.rule}: {r.found}, wanted {r.wanted}" for r in report.rules if not r.passed]
        return cls(
            "brand",
            report.kind,
            piece,
            float(report.score),
            float(report.p_value),
            report.n_calibration,
            tuple(one.id for one in report.nearest),
            report.near_copy is not None,
            tuple(broken),
        )

    @property
    def floor(self) -> float:
        """The lowest p-value that there could be."""
        return 1 / (self.n_calibration + 1)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, without the content."""
        return {
            "against": self.against,
            "kind": self.kind,
            "content": self.piece.id,
            "score": self.score,
            "pValue": self.p_value,
            "calibrationSamples": self.n_calibration,
            "nearest": list(self.nearest),
            "nearCopy": self.near_copy,
            "brokenRules": list(self.broken),
        }


def deviating(drifts: Sequence[Drift], level: float) -> tuple[set[int], int, list[str]]:
    """Return which drifts deviate (by place), of how many tests, and which kinds could not tell.

    Holm's procedure: that any content of the brand is among them has a probability of at most
    `level`, however the tests depend on each other. Only kinds whose calibration could reject at
    all are tested; which these are follows from sample sizes, not from what was measured. A
    broken rule is a fact: it needs no test.
    """
    tested, untold = _family(drifts, level)
    found = {place for place, drift in enumerate(drifts) if drift.broken}
    ordered = sorted(tested, key=lambda place: drifts[place].p_value)
    for rank, place in enumerate(ordered):
        if drifts[place].p_value > level / (len(ordered) - rank):
            break
        found.add(place)
    return found, len(tested), untold


def _family(drifts: Sequence[Drift], level: float) -> tuple[list[int], list[str]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for place, drift in enumerate(drifts):
        groups.setdefault((drift.against, drift.kind), []).append(place)
    tested: list[int] = []
    untold: list[str] = []
    floors = {key: max(drifts[p].floor for p in places) for key, places in groups.items()}
    for key in sorted(groups, key=lambda key: (key[0] != "brand", floors[key])):
        both = tested + groups[key]
        if max(drifts[place].floor for place in both) <= level / len(both) + _SLACK:
            tested = both
            continue
        n, needed = round(1 / floors[key]) - 1, ceil(len(both) / level - _SLACK) - 1
        untold.append(
            f"{' '.join(key)}: {n} calibration samples cannot tell at level {level} which of "
            f"{len(both)} contents deviate; {needed} can"
        )
    return tested, untold


def failed(report: object, level: float) -> str:
    """Return why a gate's recorded report is a warning; empty if it is none, or does not say.

    A report says so by `passed: false`, by a rule with `passed: false`, or by a p-value.
    """
    if not isinstance(report, Mapping):
        return "it says false" if report is False else ""
    if "passed" in report:
        return "" if report["passed"] else "it did not pass"
    rules = report.get("rules")
    broken = [
        str(rule.get("rule"))
        for rule in (rules if isinstance(rules, list) else [])
        if isinstance(rule, Mapping) and rule.get("passed") is False
    ]
    if broken:
        return f"rules broken: {', '.join(broken)}"
    p_value = _number(report.get("pValue"))
    return f"p-value {p_value:.3g}" if p_value is not None and p_value <= level else ""


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
