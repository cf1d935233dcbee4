"""What a brand index says of one piece of content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from creatoken_sdk.brand.errors import BrandError, TooFewSamplesError
from creatoken_sdk.record.canonical import Json, document_hash

__all__ = ["DriftReport", "Finding", "NearCopy", "Neighbour", "drifted"]


@dataclass(frozen=True)
class Neighbour:
    """An exemplar by its id, and its distance: 0 is the same, 1 unrelated, 2 the opposite."""

    id: str
    distance: float


@dataclass(frozen=True)
class NearCopy:
    """An exemplar that the content copies or holds, as far as `method` can see.

    `similarity` runs from 0 to 1: the share of the shorter text's shingles that the longer one
    holds, or of equal bits of the perceptual hashes. A warning, never a verdict: what is nearest
    to the brand passes best and may infringe most.
    """

    id: str
    method: str
    similarity: float


@dataclass(frozen=True)
class Finding:
    """What one rule of the brand found: `found` against what it `wanted`, in words or figures."""

    rule: str
    passed: bool
    found: str
    wanted: str


@dataclass(frozen=True)
class DriftReport:
    """How far content is from the exemplars of an index, and what the brand's rules found.

    `score` is the mean distance to the 10 nearest exemplars. `p_value` is conformal: the share of
    the `n_calibration` samples of the brand, and the content itself, that score as high or higher.
    Content that is exchangeable with the samples has a p-value of at most x with a probability of
    at most x. `content` is the SHA-256 of its bytes, `kind` is copy or image; `embedder` is a
    fingerprint, and `index_root` commits to every item that the index holds.
    """

    content: str
    kind: str
    score: float
    p_value: float
    n_calibration: int
    nearest: tuple[Neighbour, ...]
    near_copy: NearCopy | None
    rules: tuple[Finding, ...]
    embedder: str
    index_root: str

    def passes(self, level: float) -> bool:
        """Return whether every rule is kept and the p-value is above `level`, say 0.05.

        That share of content in the brand is rejected by chance. TooFewSamplesError unless there
        are 1/level - 1 samples or more: with fewer, nothing could ever be rejected.
        """
        require_samples(self.n_calibration, level)
        return self.p_value > level and all(finding.passed for finding in self.rules)

    def to_json(self) -> dict[str, Json]:
        """Return the report as a document; floats are decimal strings."""
        copied = self.near_copy
        return {
            "schema": "creatoken.drift-report",
            "v": 1,
            "content": self.content,
            "kind": self.kind,
            "score": repr(self.score),
            "pValue": repr(self.p_value),
            "calibrationSamples": self.n_calibration,
            "nearest": [{"id": one.id, "distance": repr(one.distance)} for one in self.nearest],
            "nearCopy": None
            if copied is None
            else {**vars(copied), "similarity": repr(copied.similarity)},
            "rules": [dict(vars(finding)) for finding in self.rules],
            "embedder": self.embedder,
            "indexRoot": self.index_root,
        }

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document: what an attestation of this report commits to."""
        return document_hash(self.to_json())


def require_samples(count: int, level: float) -> None:
    """Raise unless a p-value from `count` calibration samples can be as low as `level`."""
    exact = exact_level(level)
    if (count + 1) * exact < 1:
        raise TooFewSamplesError(
            f"a level of {level} needs {ceil(1 / exact) - 1} calibration samples, there are "
            f"{count}; add exemplars of the brand, or ask for a higher level"
        )


def exact_level(level: float) -> Fraction:
    """Return a level as the decimal that was written; BrandError if it is none."""
    if not 0 < level < 1:
        raise BrandError(f"a level lies between 0 and 1, not at {level}; ask for 0.05, say")
    return Fraction(repr(float(level)))


def drifted(reports: Sequence[DriftReport], level: float) -> list[bool]:
    """Return which of many reports drifted, so that at most `level` of those are false alarms.

    Benjamini-Hochberg over their p-values; rules are not looked at. Samples needed as `passes`,
    but a lone outlier among m reports shows only from m/level - 1 samples on.
    """
    from scipy.stats import false_discovery_control  # type: ignore[import-untyped]

    for report in reports:
        require_samples(report.n_calibration, level)
    if not reports:
        return []
    adjusted = false_discovery_control([report.p_value for report in reports])
    return [bool(p <= level) for p in adjusted]
