"""Tracing an asset: its steps, what they gave, and the first that left the brief or the brand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from creatoken_sdk.errors import CreatokenError, RecordError
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.trace_assets import (
    Named,
    PastAsset,
    asset_named,
    lineage_of,
    steps_behind,
)
from creatoken_sdk.studio.trace_blame import (
    Fault,
    TracedStep,
    faults_of,
    overridden,
    warnings_in,
)
from creatoken_sdk.studio.trace_brief import Briefs, text_of
from creatoken_sdk.studio.trace_contents import Contents
from creatoken_sdk.studio.trace_drift import Brand, Drift, deviating
from creatoken_sdk.studio.trace_evidence import Evidence, evidence_of
from creatoken_sdk.studio.trace_flow import Flow
from creatoken_sdk.studio.trace_steps import PastStep, Piece
from creatoken_sdk.studio.trace_verdict import Verdict

__all__ = ["Trace", "Tracer"]

LEVEL = 0.05
"""Share of runs without a deviation in which a step may be named all the same."""


@dataclass(frozen=True)
class Trace:
    """What came of tracing an asset.

    `first` is the step that is named; None if none is, and then `notes` say what could not be
    told. If no step deviates, one is named with a probability of at most `level`, shared among
    `tests`. `lineage` are the asset, last, and those that it derives from.
    """

    asset: PastAsset
    lineage: tuple[PastAsset, ...]
    steps: tuple[TracedStep, ...] = field(repr=False)
    first: TracedStep | None
    reason: str
    evidence: tuple[Evidence, ...] = field(repr=False)
    level: float
    tests: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the trace as JSON, without contents but for the evidence."""
        return {
            "asset": hex(self.asset.id),
            "first": None if self.first is None else self.first.step.id,
            "reason": self.reason,
            "level": self.level,
            "tests": self.tests,
            "notes": list(self.notes),
            "evidence": [one.to_json() for one in self.evidence],
            "lineage": [{"asset": hex(one.id), "file": one.file} for one in self.lineage],
            "steps": [_written(one) for one in self.steps],
        }


class Tracer:
    """Traces assets of a store against a brand, measuring each content once."""

    def __init__(
        self,
        store: Store,
        *,
        brand: Brand | None = None,
        contents: str | Path | None = None,
        level: float = LEVEL,
    ) -> None:
        """Trace at a level, say 0.05; files are found in `contents`. See `Studio.trace`."""
        if not 0 < level < 1:
            raise RecordError(f"a level lies between 0 and 1, not at {level}; ask for 0.05, say")
        self._store = store
        self._brand = brand
        self._contents = Contents(contents)
        self._level = level
        self._briefs = Briefs(store)
        self._known: dict[str, Drift | str] = {}

    def trace(self, named: Named) -> Trace:
        """Return the trace of an asset; RecordError if the store has none like that."""
        asset = asset_named(self._store, named)
        lineage, missing = lineage_of(self._store, asset)
        flow = Flow(self._steps(lineage))
        reached = _reached(flow, lineage)
        used = {flow.maker[one] for one in reached & flow.maker.keys()}
        briefs = {s.run_id: text_of(s.took) for s in flow.steps if s.step.index == 0}
        measured, unmeasured = self._measure(flow, reached, briefs)
        found, tests, untold = deviating([drift for _, drift in measured], self._level)
        bad = [measured[i] for i in sorted(found)]
        warned = warnings_in(flow.steps, self._level, tests)
        overrides = overridden(flow, used, warned)
        faults = faults_of(flow, used, measured, bad) | dict.fromkeys(overrides, Fault.OVERRODE)
        steps = tuple(
            TracedStep(
                step,
                place in used,
                faults.get(place, Fault.NONE),
                tuple(drift for at, drift in measured if at == place),
                tuple(drift for at, drift in bad if at == place),
                warned.get(place, ""),
                tuple(why for at, why in unmeasured if at == place),
            )
            for place, step in enumerate(flow.steps)
        )
        notes = [*untold, *(f"parent {hex(one)} is not in this store" for one in missing)]
        verdict = Verdict.of(flow, steps, overrides)
        notes += [f"{one.step.name} is erased: not judged" for one in steps if one.erased]
        return Trace(
            asset=asset,
            lineage=tuple(lineage),
            steps=steps,
            first=verdict.first,
            reason=verdict.reason,
            evidence=tuple(self._evidence(verdict, briefs)),
            level=self._level,
            tests=tests,
            notes=tuple(notes),
        )

    def _evidence(self, verdict: Verdict, briefs: Mapping[str, str]) -> Iterator[Evidence]:
        for step, drift in verdict.shown:
            yield evidence_of(step, drift, briefs[step.run_id], self._contents)

    def _steps(self, lineage: Iterable[PastAsset]) -> list[PastStep]:
        """All steps behind the assets, parents' first, each once."""
        found = {step.id: step for one in lineage for step in steps_behind(self._store, one)}
        return list(found.values())

    def _measure(
        self, flow: Flow, reached: set[str], briefs: Mapping[str, str]
    ) -> tuple[list[tuple[int, Drift]], list[tuple[int, str]]]:
        """Drifts of all contents that were reached, and why others have none, with their place."""
        measured, unmeasured = [], []
        for piece in flow.pieces.values():
            if piece.id not in reached:
                continue
            place = flow.maker[piece.id]
            told = self._drift(piece)
            if isinstance(told, Drift):
                measured.append((place, told))
            elif told:
                unmeasured.append((place, told))
            step = flow.steps[place]
            off_brief = self._briefs.drift(briefs[step.run_id], step, piece)
            measured += [(place, off_brief)] if off_brief else []
        return measured, unmeasured

    def _drift(self, piece: Piece) -> Drift | str:
        """How far a content is from the brand, or why nobody can tell."""
        if self._brand is None:
            return ""
        if piece.id not in self._known:
            self._known[piece.id] = self._ask(self._brand, piece)
        return self._known[piece.id]

    def _ask(self, brand: Brand, piece: Piece) -> Drift | str:
        content = piece.text or self._contents.find(piece)
        if content is None and piece.is_file:
            return f"{piece.file or 'a file'} is not in the folder of contents"
        try:
            content = content or _cited(brand, piece)
            return Drift.of(piece, brand.drift(content)) if content else ""
        except CreatokenError as error:
            return str(error) if piece.is_file or piece.text else ""


def _cited(brand: Brand, piece: Piece) -> str | Path | None:
    """What a step cited of the brand; guides do not sound like it, so nobody could tell."""
    found = brand.exemplar(piece.id)
    return None if found.kind == "guide" else found.content


def _reached(flow: Flow, lineage: Iterable[PastAsset]) -> set[str]:
    """Contents that are in the assets; where no step gave an asset, all of its run's."""
    found: set[str] = set()
    for asset in lineage:
        behind = flow.behind([asset.content])
        if behind is None:
            own = [
                (p, step.key) for p, step in enumerate(flow.steps) if step.run_id == asset.run_id
            ]
            last = {key: place for place, key in own}.values()
            behind = {content for content, place in flow.maker.items() if place in last}
        found |= behind
    return found


def _written(one: TracedStep) -> dict[str, Any]:
    return {
        "id": one.step.id,
        "run": one.step.run,
        "key": one.step.key,
        "attempt": one.step.attempt,
        "action": one.step.action,
        "actor": one.step.actor,
        "kind": one.step.kind.name.lower(),
        "signed": one.step.signature is not None,
        "erased": one.erased,
        "used": one.used,
        "fault": one.fault.value,
        "warning": one.warning,
        "drifts": [drift.to_json() for drift in one.drifts],
        "unmeasured": list(one.unmeasured),
    }
