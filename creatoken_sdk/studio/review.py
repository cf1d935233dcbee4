"""What a person must look at: a queue by risk, with a random sample that nobody can steer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil, sqrt
from types import MappingProxyType
from typing import Any

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import ActorKind
from creatoken_sdk.studio.trace import Trace, Tracer
from creatoken_sdk.studio.trace_assets import Named, PastAsset
from creatoken_sdk.studio.trace_blame import Fault

__all__ = ["Estimate", "Policy", "Queue", "Review", "review"]


_FACT, _HINT = 0.0001, 0.01
_MOST = 1e15


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How people's time is spent.

    `budget` is how many assets they can look at. `audit` is the share of the budget that goes to
    a random sample of all assets: keep it, it alone says how many faults the queue misses. `seed`
    draws the sample: choose it after the assets are made, so that nobody can make one that is not
    drawn. `costs` says what a fault in an asset costs, by id, in any one unit; 1 if it does not.
    """

    budget: int
    seed: int
    audit: float = 0.1
    costs: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if type(self.budget) is not int or self.budget < 1 or not 0 <= self.audit <= 1:
            raise RecordError(
                "a budget is a whole number of 1 asset or more, and audit a share of it from 0 to 1"
            )
        if type(self.seed) is not int:
            raise RecordError("the seed is no int; draw one, say by `secrets.randbits(53)`")
        if any(not 0 < cost <= _MOST for cost in self.costs.values()):
            raise RecordError(
                f"what a fault costs is above 0, at most {_MOST:g}; leave out assets without a "
                "cost, or take a larger unit"
            )


@dataclass(frozen=True)
class Review:
    """An asset to look at, and why; `audited` if it is in the random sample."""

    asset: PastAsset
    risk: float
    reasons: tuple[str, ...]
    audited: bool
    trace: Trace = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON: what the step of whoever looks at it takes as its input."""
        return {
            "asset": hex(self.asset.id),
            "file": self.asset.file,
            "risk": self.risk,
            "reasons": list(self.reasons),
            "audited": self.audited,
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of faulty assets among all, and its standard error."""

    share: float
    standard_error: float


@dataclass(frozen=True)
class Queue:
    """The assets to look at, in order, out of `assets`; `rate` is how likely each was audited."""

    reviews: tuple[Review, ...]
    assets: int
    rate: float
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, with the rate and the seed that make its sample one."""
        sample = {"seed": self.seed, "rate": self.rate, "assets": self.assets}
        return {"sample": sample, "reviews": [one.to_json() for one in self.reviews]}

    def estimate(self, faulty: Iterable[int]) -> Estimate:
        """Return the share of faulty assets among all, from those of the sample that are faulty.

        Unbiased, as every asset was equally likely to be in the sample: reviews by risk do not
        count, however many faults they find.
        """
        drawn = [one.asset.id for one in self.reviews if one.audited]
        if not drawn:
            raise RecordError("nothing was audited, so nobody can tell; give the policy an audit")
        share = len(set(drawn) & set(faulty)) / len(drawn)
        spread = share * (1 - share) * (1 - self.rate)
        return Estimate(share, sqrt(spread / (len(drawn) - 1)) if len(drawn) > 1 else 1.0)


def review(tracer: Tracer, assets: Iterable[Named], policy: Policy) -> Queue:
    """Return what a person must look at, the audited and then the riskiest first."""
    judged = [_judged(tracer.trace(asset), policy) for asset in assets]
    judged = list({one.asset.id: one for one in judged}.values())
    size = min(ceil(policy.budget * policy.audit), policy.budget, len(judged))
    drawn = {one.asset.id for one in sorted(judged, key=lambda one: _lot(policy, one))[:size]}
    rate = size / len(judged) if judged else 0.0
    shown = [_audited(one, rate, policy) if one.asset.id in drawn else one for one in judged]
    shown.sort(key=lambda one: (not one.audited, -one.risk, one.asset.position))
    reviews = shown[: policy.budget]
    reviews.sort(key=lambda one: (-one.risk, one.asset.position))
    return Queue(tuple(reviews), len(judged), rate, policy.seed)


def _judged(trace: Trace, policy: Policy) -> Review:
    """Evidence against the asset, times what a fault costs.

    A p-value becomes evidence as 1 / (2 sqrt(p)), of which the mean is 1 for content of the
    brand: an e-value. Source: Vovk and Wang, "E-values", Annals of Statistics 49 (2021). A fact
    weighs as much as a p-value of 0.0001, a hint as one of 0.01; so does having measured nothing.
    """
    drifts = [d for step in trace.steps if step.used for d in step.drifts if d.against == "brand"]
    least = min(drifts, key=lambda drift: drift.p_value, default=None)
    facts, hints = list(_facts(trace)), list(_hints(trace))
    p_values = [least.p_value] if least else [_HINT]
    p_values += [_FACT] * len(facts[:1]) + [_HINT] * len(hints[:1])
    cost = policy.costs.get(trace.asset.id, 1.0)
    told = f"{least.kind}: p-value {least.p_value:.3g}" if least else "nothing was measured"
    paid = [f"a fault costs {cost:g}"] if cost != 1 else []
    risk = cost / (2 * sqrt(min(p_values)))
    return Review(trace.asset, risk, (*facts, *hints, told, *paid), False, trace)


def _facts(trace: Trace) -> Iterable[str]:
    for one in trace.steps:
        if one.fault is Fault.OVERRODE:
            yield f"{one.step.key}: a person accepted it although a gate had warned"
        if one.warning:
            yield f"{one.step.key} warned: {one.warning}"
        for drift in one.drifts:
            yield from (f"{one.step.key} breaks a rule: {rule}" for rule in drift.broken)


def _hints(trace: Trace) -> Iterable[str]:
    for one in trace.steps:
        if one.used and one.erased:
            yield f"{one.step.key} is erased"
        yield from (f"{one.step.key}: {why}" for why in one.unmeasured)
        if one.step.kind is not ActorKind.TOOL and any(drift.near_copy for drift in one.drifts):
            yield f"{one.step.key} is nearly a copy of what the brand has"


def _lot(policy: Policy, one: Review) -> bytes:
    return sha256(f"{policy.seed} {hex(one.asset.id)}".encode()).digest()


def _audited(one: Review, rate: float, policy: Policy) -> Review:
    reason = f"drawn at random: rate {rate:.3g}, seed {policy.seed}"
    return Review(one.asset, one.risk, (reason, *one.reasons), True, one.trace)
