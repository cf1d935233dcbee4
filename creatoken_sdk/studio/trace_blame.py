"""Where a deviation entered: the step that gave it without having taken it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from creatoken_sdk.record import ActorKind
from creatoken_sdk.studio.trace_drift import Drift, failed
from creatoken_sdk.studio.trace_flow import Flow
from creatoken_sdk.studio.trace_steps import PastStep

__all__ = ["Fault", "TracedStep", "faults_of", "overridden", "warnings_in"]


class Fault(str, Enum):
    """What a step did: brought a deviation in, handed one on, or overrode a warning.

    Repaired: whatever was made of its deviating content does not deviate any more.
    """

    NONE = "none"
    ENTERED = "entered"
    INHERITED = "inherited"
    OVERRODE = "overrode"
    REPAIRED = "repaired"


@dataclass(frozen=True)
class TracedStep:
    """A step with what was measured of what it made.

    `used` says whether that is in the asset, as far as contents show. `warning` is why a gate
    warned; `unmeasured` are contents that could not be measured, and why.
    """

    step: PastStep
    used: bool
    fault: Fault = Fault.NONE
    drifts: tuple[Drift, ...] = ()
    deviating: tuple[Drift, ...] = ()
    warning: str = ""
    unmeasured: tuple[str, ...] = ()

    @property
    def erased(self) -> bool:
        """Whether what it took or gave is erased, so that nobody can tell."""
        return self.step.took.erased or self.step.gave.erased


def warnings_in(steps: Sequence[PastStep], level: float, tests: int) -> dict[int, str]:
    """Return which gates warned, by place, and why.

    A p-value that comes without a verdict is a warning at the level shared among all tests.
    """
    gates = [place for place, step in enumerate(steps) if step.is_gate and not step.gave.erased]
    shared = level / max(tests, len(gates), 1)
    told = {place: failed(steps[place].gave.value, shared) for place in gates}
    return {place: why for place, why in told.items() if why}


def overridden(flow: Flow, used: set[int], warned: dict[int, str]) -> dict[int, int]:
    """Return where a person accepted what a gate had warned of: the step's place to the gate's.

    Accepting is to hand on unchanged what was there when the gate warned, or a step whose output
    is `{"accepted": true}`. New content, or the same gate passed, ends a warning.
    """
    found: dict[int, int] = {}
    for gate in warned:
        for place in range(gate + 1, len(flow.steps)):
            step = flow.steps[place]
            passed = step.action == flow.steps[gate].action and place not in warned
            if passed or place in used:
                break
            if step.kind is ActorKind.HUMAN and _accepts(flow, place, gate):
                found.setdefault(place, gate)
                break
    return found


def faults_of(
    flow: Flow,
    used: set[int],
    drifts: Sequence[tuple[int, Drift]],
    bad: Sequence[tuple[int, Drift]],
) -> dict[int, Fault]:
    """Return how each step that made a deviating content came to it; `bad` are those `drifts`."""
    deviating = {drift.piece.id for _, drift in bad}
    found: dict[int, Fault] = {}
    for place, drift in sorted(bad, key=lambda one: -one[0]):  # users before what they used
        fault = Fault.INHERITED if flow.took[place] & deviating else Fault.ENTERED
        users = [p for p in used if drift.piece.id in flow.took[p]]
        alike = [[d for p, d in drifts if p == u and d.kind == drift.kind] for u in users]
        mended = [
            found.get(user) is Fault.REPAIRED or (a and not deviating & {d.piece.id for d in a})
            for user, a in zip(users, alike, strict=True)
        ]
        if users and all(mended) and found.get(place, Fault.REPAIRED) is Fault.REPAIRED:
            fault = Fault.REPAIRED
        found[place] = fault
    return found


def _accepts(flow: Flow, place: int, gate: int) -> bool:
    step, took = flow.steps[place], flow.took[place]
    told = step.gave.value
    is_verdict = isinstance(told, dict) and isinstance(told.get("accepted"), bool)
    about = (flow.took[gate] | flow.steps[gate].gave.ids) & flow.maker.keys()
    seen = (took if is_verdict else step.gave.ids) & flow.maker.keys()
    if about and seen and not about & seen:
        return False
    if is_verdict:
        return bool(told["accepted"])
    return bool(step.gave.ids) and step.gave.ids <= took
