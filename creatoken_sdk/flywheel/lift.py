"""Which creative decision drove engagement: two of its values compared within strata.

A plain difference of rates credits a decision with the channel that it ran on. Here assets are
compared within strata, and the strata are weighed alike on both sides: each by its share of all
impressions. That corrects for what the strata hold and for nothing else; only a decision drawn at
random, as by `next_variant`, proves its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from creatoken_sdk.flywheel.contrast import Arm, contrast
from creatoken_sdk.flywheel.errors import EvidenceError, FlywheelError
from creatoken_sdk.flywheel.observations import Observation, require_count, tabulate
from creatoken_sdk.record.canonical import Json, document_hash

__all__ = ["Lift", "Side", "lift"]

_MIN_ASSETS = 10
_MIN_IN_STRATUM = 2  # the error of one asset alone cannot be told


@dataclass(frozen=True)
class Side:
    """One value of the decision, with what its assets earned in the strata compared."""

    value: str
    assets: int
    impressions: int
    successes: int


@dataclass(frozen=True)
class Lift:
    """How much more of its impressions one value of a decision turned into successes.

    `difference` is treated less control over `strata`, in successes per impression; `naive` is
    the same over all impressions, as if there were no strata. `dropped` are the strata that could
    not be compared, by their share of all impressions: of those nothing is said.
    """

    decision: str
    treated: Side
    control: Side
    difference: float
    interval: tuple[float, float]
    level: float
    naive: float
    strata: tuple[str, ...]
    dropped: Mapping[str, float]
    seed: int

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves zero out."""
        return not self.interval[0] <= 0 <= self.interval[1]

    @property
    def summary(self) -> str:
        """The finding in plain words."""
        low, high = self.interval
        lines = [
            f"{self.decision}={self.treated.value} against {self.control.value}: "
            f"{self.difference:+.3%} of impressions, with {self.level * 100:g}% confidence "
            f"{low:+.3%} to {high:+.3%}.",
            f"{self.treated.assets} and {self.control.assets} assets, {self.treated.impressions:,} "
            f"and {self.control.impressions:,} impressions, in {len(self.strata)} strata.",
            f"Without strata it would be {self.naive:+.3%}.",
        ]
        if not self.told_apart:
            lines.insert(1, "The data do not tell them apart.")
        if self.dropped:
            named = ", ".join(f"{name} ({share:.1%})" for name, share in self.dropped.items())
            lines.append(f"Not compared, for one side is missing or too small: {named}.")
        return " ".join(lines)

    def to_json(self) -> dict[str, Json]:
        """Return the finding as a document; floats are decimal strings."""
        return {
            "schema": "creatoken.lift",
            "v": 1,
            "decision": self.decision,
            "treated": dict(vars(self.treated)),
            "control": dict(vars(self.control)),
            "difference": repr(self.difference),
            "interval": [repr(edge) for edge in self.interval],
            "level": repr(self.level),
            "naive": repr(self.naive),
            "strata": list(self.strata),
            "dropped": {name: repr(share) for name, share in self.dropped.items()},
            "seed": str(self.seed),
        }

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document."""
        return document_hash(self.to_json())


def lift(
    observations: Iterable[Observation],
    decision: str,
    *,
    treated: str,
    control: str,
    level: float = 0.95,
    seed: int = 0,
) -> Lift:
    """Compare two values of a decision; assets with other values are left aside.

    A stratum is compared if each side has 2 assets or more in it. EvidenceError if no stratum is,
    or if a side has fewer than 10 assets in those that are. The same rows, in any order, and the
    same seed give the same interval. Measured on simulated campaigns of 10 to 40 assets a side,
    intervals of 95 % held the truth in 93 to 98 %, see bench/README.md. If many decisions are
    tried, expect some to be told apart by chance.
    """
    if not 0.5 <= level <= 0.99:
        raise FlywheelError(f"a level lies from 0.5 to 0.99, not at {level}; ask for 0.95, say")
    require_count("the seed", seed)
    if treated == control:
        raise FlywheelError(f"{treated!r} cannot be compared with itself; name two values")
    strata, arms = tabulate(observations, (treated, control))
    used = _comparable(arms)
    impressions = arms[0].impressions.sum(axis=0) + arms[1].impressions.sum(axis=0)
    share = impressions / impressions.sum()
    first, second = (arm.within(used) for arm in arms)
    _require_assets(decision, treated, first)
    _require_assets(decision, control, second)
    difference, reach = contrast((first, second), share[used] / share[used].sum(), level, seed)
    if not isfinite(reach):
        raise EvidenceError("too few assets have successes to tell an error; wait for more")
    return Lift(
        decision=decision,
        treated=_side(treated, first),
        control=_side(control, second),
        difference=difference,
        interval=(difference - reach, difference + reach),
        level=float(level),
        naive=arms[0].rate - arms[1].rate,
        strata=tuple(name for name, kept in zip(strata, used, strict=True) if kept),
        dropped={
            name: float(part)
            for name, part, kept in zip(strata, share, used, strict=True)
            if not kept
        },
        seed=seed,
    )


def _comparable(arms: tuple[Arm, Arm]) -> NDArray[np.bool_]:
    """Which strata have enough assets on both sides."""
    assets = np.array([(arm.impressions > 0).sum(axis=0) for arm in arms])
    used: NDArray[np.bool_] = assets.min(axis=0) >= _MIN_IN_STRATUM
    if not used.any():
        raise EvidenceError(
            f"no stratum has {_MIN_IN_STRATUM} assets or more of each value; run both values on "
            "the same channel, or make the strata coarser"
        )
    return used


def _require_assets(decision: str, value: str, arm: Arm) -> None:
    count = len(arm.impressions)
    if count < _MIN_ASSETS:
        raise EvidenceError(
            f"{decision}={value} has {count} assets in the strata that can be compared, "
            f"{_MIN_ASSETS} are needed; publish more of them, or make the strata coarser"
        )


def _side(value: str, arm: Arm) -> Side:
    impressions, successes = (int(counts.sum()) for counts in arm)
    return Side(value, len(arm.impressions), impressions, successes)
