"""How often an index errs on content whose side is known: the false alarms, and the power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from creatoken_sdk.brand.embedder import Embedder
from creatoken_sdk.brand.exemplar import Exemplar
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.brand.report import require_samples
from creatoken_sdk.record.canonical import Json

__all__ = ["Evaluation", "Rate", "evaluate"]


@dataclass(frozen=True)
class Rate:
    """`count` of `total` were rejected."""

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true rate lies with 95 % confidence (Clopper-Pearson)."""
        from scipy.stats import binomtest  # type: ignore[import-untyped]

        if not self.total:
            return 0.0, 1.0
        found = binomtest(self.count, self.total).proportion_ci()
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        """The share and its interval, such as `0.052 [0.021, 0.105] of 153`."""
        low, high = self.interval
        return f"{self.count / max(self.total, 1):.3f} [{low:.3f}, {high:.3f}] of {self.total}"


@dataclass(frozen=True)
class Evaluation:
    """What an index of one kind of content rejected at a level, by drift alone.

    `false_alarms` is about content of the brand that the index does not hold, `power` about
    content that is none of the brand's.
    """

    kind: str
    embedder: str
    level: float
    exemplars: int
    calibration: int
    false_alarms: Rate
    power: Rate

    def to_json(self) -> dict[str, Json]:
        """Return the figures; decimals are strings."""
        rates = {"falseAlarms": self.false_alarms, "power": self.power}
        return {
            "kind": self.kind,
            "embedder": self.embedder,
            "level": repr(self.level),
            "exemplars": self.exemplars,
            "calibration": self.calibration,
            **{
                name: {
                    "rejected": rate.count,
                    "of": rate.total,
                    "interval": [f"{edge:.4f}" for edge in rate.interval],
                }
                for name, rate in rates.items()
            },
        }


def evaluate(
    inside: Sequence[Exemplar],
    outside: Sequence[Exemplar],
    *,
    level: float = 0.05,
    embedder: Embedder[str] | None = None,
    image_embedder: Embedder[Any] | None = None,
    seed: int = 0,
) -> list[Evaluation]:
    """Hold a third of the brand's copy and images back, index the rest, and measure both.

    One result for each kind that the brand has; `outside` is what should be rejected. Two items
    with the same content are one.
    """
    results = []
    for kind in ("copy", "image"):
        mine = _by_id(inside, kind)
        theirs = {id: item for id, item in _by_id(outside, kind).items() if id not in mine}
        drawn = sorted(mine, key=lambda id: sha256(f"held back {seed} {id}".encode()).digest())
        held_back = [mine[id] for id in drawn[: len(drawn) // 3]]
        if held_back:
            rest = [mine[id] for id in drawn[len(drawn) // 3 :]]
            index = BrandIndex(rest, embedder, image_embedder=image_embedder, seed=seed)
            results.append(_measure(index, kind, level, held_back, list(theirs.values())))
    return results


def _by_id(items: Sequence[Exemplar], kind: str) -> dict[str, Exemplar]:
    return {item.id: item for item in items if item.kind == kind}


def _measure(
    index: BrandIndex,
    kind: str,
    level: float,
    inside: Sequence[Exemplar],
    outside: Sequence[Exemplar],
) -> Evaluation:
    exemplars, calibration = index.counts(kind)
    require_samples(calibration, level)
    false_alarms, power = (
        Rate(sum(index.drift(item.content).p_value <= level for item in items), len(items))
        for items in (inside, outside)
    )
    name = index.fingerprint(kind)
    return Evaluation(kind, name, level, exemplars, calibration, false_alarms, power)
