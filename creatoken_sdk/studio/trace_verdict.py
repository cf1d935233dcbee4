"""Which step is named, and why; or what keeps anybody from telling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creatoken_sdk.studio.trace_blame import Fault, TracedStep
from creatoken_sdk.studio.trace_drift import Drift
from creatoken_sdk.studio.trace_flow import Flow
from creatoken_sdk.studio.trace_steps import PastStep

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """The step that is named, if one is; `shown` are the drifts that show why."""

    first: TracedStep | None
    reason: str
    shown: tuple[tuple[PastStep, Drift], ...] = ()

    @classmethod
    def of(
        cls,
        flow: Flow,
        steps: Sequence[TracedStep],
        overrides: Mapping[int, int],
    ) -> Verdict:
        """Name the first step that let a deviation in.

        Whoever accepted it in spite of a warning let it in, rather than who made it.
        """
        covered = max(overrides.values(), default=-1)
        for place, one in enumerate(steps):
            if place in overrides:
                gate = overrides[place]
                made = [o for o in steps[:gate] if o.fault is Fault.ENTERED]
                warned = f"{steps[gate].step.action} had warned: {steps[gate].warning}"
                shown = tuple((o.step, drift) for o in made for drift in o.deviating)
                return cls(one, f"a person accepted it although {warned}", shown)
            if one.fault is not Fault.ENTERED or place < covered:
                continue
            shown = tuple((one.step, drift) for drift in one.deviating)
            if doubt := _doubt(flow, steps, place):
                return cls(None, f"{one.step.name} deviates, but {doubt}", shown)
            told = "; ".join(_told(drift) for drift in one.deviating)
            return cls(one, f"{told}; nothing that it took deviates", shown)
        return cls(None, "no step deviates as far as can be told")


def _doubt(flow: Flow, steps: Sequence[TracedStep], place: int) -> str:
    """Why a deviation may have come from before; empty if it cannot have."""
    if place and steps[place].step.took.erased:
        return "what it took is erased: whether the deviation came with it cannot be told"
    gone = [one.step.name for one in steps[:place] if one.step.makes and one.step.gave.erased]
    if gone and flow.strangers(place):
        return f"{gone[0]} is erased: whether the deviation came from there cannot be told"
    return ""


def _told(drift: Drift) -> str:
    samples = f"score {drift.score:.3f}, {drift.n_calibration} calibration samples"
    measured = f"{drift.kind} beside the {drift.against}: p-value {drift.p_value:.3g} ({samples})"
    return "; ".join([measured, *(f"rule broken: {rule}" for rule in drift.broken)])
