"""Which variant to show next: Thompson sampling, and the probability that each one had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import randbits

import numpy as np

from creatoken_sdk.flywheel.errors import EventError
from creatoken_sdk.flywheel.observations import require_count
from creatoken_sdk.record.canonical import Json, document_hash

__all__ = ["Choice", "Variant", "next_variant"]

_DRAWS = 8192  # a power of two: the shares of draws add up to 1 exactly


@dataclass(frozen=True)
class Variant:
    """A variant by name, with its successes out of so many trials."""

    name: str
    trials: int = 0
    successes: int = 0

    def __post_init__(self) -> None:
        """Refuse counts that do not add up."""
        for count in (self.trials, self.successes):
            require_count(f"a count of variant {self.name!r}", count)
        if self.successes > self.trials:
            raise EventError(
                f"variant {self.name!r} has {self.successes} successes in {self.trials} trials; "
                "count each success once, and with the trials that it came from"
            )


@dataclass(frozen=True)
class Choice:
    """The variant chosen, and all it was chosen by: log it, or later estimates are biased.

    `propensities` are the probabilities that each variant had of being chosen.
    """

    name: str
    propensities: Mapping[str, float]
    variants: tuple[Variant, ...]
    seed: int

    def to_json(self) -> dict[str, Json]:
        """Return the choice as a document; floats and the seed are decimal strings."""
        return {
            "schema": "creatoken.choice",
            "v": 1,
            "name": self.name,
            "propensities": {name: repr(share) for name, share in self.propensities.items()},
            "variants": [dict(vars(variant)) for variant in self.variants],
            "seed": str(self.seed),
        }

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document."""
        return document_hash(self.to_json())


def next_variant(variants: Sequence[Variant], *, seed: int | None = None) -> Choice:
    """Choose a variant with the probability that its rate is the highest.

    That probability is the share of 8192 draws, from the posteriors of a uniform prior, that the
    variant wins; the choice is then drawn by those shares, so they are its propensities exactly.
    A variant that wins no draw has none. The same variants and seed give the same choice: leave
    the seed out for a fresh one, which the choice tells.
    """
    names = [variant.name for variant in variants]
    if not names:
        raise EventError("there is no variant to choose from; pass one or more")
    if len(set(names)) < len(names):
        raise EventError("two variants have one name; rename one, or add up their counts")
    seed = randbits(53) if seed is None else seed
    require_count("the seed", seed)
    generator = np.random.default_rng(seed)
    won = np.array([variant.successes for variant in variants])
    lost = np.array([variant.trials for variant in variants]) - won
    rates = generator.beta(won + 1, lost + 1, size=(_DRAWS, len(names)))
    shares = np.bincount(rates.argmax(axis=1), minlength=len(names)) / _DRAWS
    chosen = names[generator.choice(len(names), p=shares)]
    propensities = dict(zip(names, shares.tolist(), strict=True))
    return Choice(chosen, propensities, tuple(variants), seed)
