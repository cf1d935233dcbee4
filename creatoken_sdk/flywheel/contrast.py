"""How far two rates are apart over strata, and how sure that is.

Whole assets are resampled, as the impressions of one asset are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Arm", "Floats", "contrast"]

Floats = NDArray[np.float64]

_RESAMPLES = 2000
_BATCH = 100
_NO_ERROR = 1e-12  # what rounding leaves of a standard error of 0


class Arm(NamedTuple):
    """Impressions and successes: a row for each asset, a column for each stratum."""

    impressions: Floats
    successes: Floats

    def within(self, strata: NDArray[np.bool_]) -> Arm:
        """Return what is in these strata, without the assets that have no impressions there."""
        seen = self.impressions[:, strata].sum(axis=1) > 0
        return Arm(self.impressions[seen][:, strata], self.successes[seen][:, strata])

    @property
    def rate(self) -> float:
        """Successes per impression over all."""
        return float(self.successes.sum() / self.impressions.sum())


def contrast(
    arms: tuple[Arm, Arm], weights: Floats, level: float, seed: int
) -> tuple[float, float]:
    """Return the first arm's rate less the second's, and how far the interval reaches each way.

    Rates are averaged over strata by `weights`. The interval is the symmetric studentized
    bootstrap: each resample's distance is measured in its own standard error, and `level` of them
    lie within the interval; plain percentiles cover too seldom with few assets. A resample that
    tells no error counts as infinitely far; with too many of those, the reach is infinite.
    """
    whole = [np.ones((1, len(arm.impressions))) for arm in arms]
    (difference,), (error,) = _estimates(arms, weights, whole)
    if error <= _NO_ERROR:
        return float(difference), float("inf")
    generator = np.random.default_rng(seed)
    distances = []
    for _ in range(_RESAMPLES // _BATCH):
        drawn = [_resampled(len(arm.impressions), generator) for arm in arms]
        differences, errors = _estimates(arms, weights, drawn)
        told = errors > _NO_ERROR
        distance = np.full(_BATCH, np.inf)
        distance[told] = np.abs(differences[told] - difference) / errors[told]
        distances.append(distance)
    farthest = np.quantile(np.concatenate(distances), level, method="higher")
    return float(difference), float(error * farthest)


def _resampled(assets: int, generator: np.random.Generator) -> Floats:
    """How often each resample, a row, holds each asset."""
    return generator.multinomial(assets, np.full(assets, 1 / assets), _BATCH).astype(np.float64)


def _estimates(
    arms: tuple[Arm, Arm], weights: Floats, counts: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """Differences and standard errors, one for each row of counts; NaN without common strata."""
    shown = [count @ arm.impressions for arm, count in zip(arms, counts, strict=True)]
    share = weights * ((shown[0] > 0) & (shown[1] > 0))
    with np.errstate(invalid="ignore"):
        share /= share.sum(axis=1, keepdims=True)
    first, second = (_mean(*each, share) for each in zip(arms, counts, shown, strict=True))
    return first[0] - second[0], np.sqrt(first[1] + second[1])


def _mean(arm: Arm, counts: Floats, shown: Floats, share: Floats) -> tuple[Floats, Floats]:
    """The rates of one arm averaged over strata, and their variances, linearized by asset."""
    weight = share / np.maximum(shown, 1)
    rate = counts @ arm.successes / np.maximum(shown, 1)
    influence = arm.successes @ weight.T - arm.impressions @ (weight * rate).T
    return (share * rate).sum(axis=1), (counts * influence.T**2).sum(axis=1)
