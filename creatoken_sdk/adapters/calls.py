"""The calls that a framework reports, and the steps of a run that some of them are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from creatoken_sdk.adapters.recordable import recordable
from creatoken_sdk.record import SourceType
from creatoken_sdk.studio.actors import Actor, Who
from creatoken_sdk.studio.numbering import Numbering
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.step import Begun, StepSpec

__all__ = ["PARAMETERS", "Call", "Cast"]

PARAMETERS = (
    "frequency_penalty",
    "max_tokens",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "temperature",
    "top_k",
    "top_p",
)
"""What is noted of a model call, beside the model. Anything else could be a secret."""


@dataclass(frozen=True)
class Cast:
    """Who earns and who signs, by the name of the node, agent or tool.

    By default nobody earns, and the studio's account signs.
    """

    shares: Mapping[str, int] = field(default_factory=dict)
    signers: Mapping[str, Who] = field(default_factory=dict)

    def spec(self, name: str, kind: str, run: Run, within: Call | None) -> StepSpec:
        """Return what is the same in every step of that name; `kind` is "agent" or "tool"."""
        return StepSpec(
            action=name,
            actor=Actor.of(f"{kind}:{name}", self.signers.get(name, run.signer)),
            source_type=SourceType.ALGORITHMIC_MEDIA,
            shares=self.shares.get(name, 0),
            parameters={"within": within.path} if within else {},
        )


@dataclass
class Call:
    """A call under way: a step, or (without a kind) what steps lie in.

    Its path is made of names, and of places in a graph or numbers, not of a framework's random
    ids: a call that is repeated after an interrupt, an error or a crash has the path it had, so it
    is the same step.
    """

    run: Run
    cast: Cast
    name: str
    path: str
    kind: str = ""
    parent: Call | None = None
    begun: Begun | None = None
    _number: int = 0
    _noted: list[Mapping[str, object]] = field(default_factory=list)
    _numbering: Numbering = field(default_factory=Numbering)

    @classmethod
    def outermost(cls, run: Run, cast: Cast, name: str, kind: str = "", *, place: str = "") -> Call:
        """Begin what lies in no other call; its path has its place, or else its number."""
        if place:
            return cls(run, cast, name, f"{name}@{place}", kind)
        number = run.numbering.take(name)
        return cls(run, cast, name, f"{name}#{number}", kind, _number=number)

    def within(self, name: str, kind: str = "", *, place: str = "") -> Call:
        """Begin a call inside this one; its path has its place, or else its number."""
        label = place or f"{name}#{self._numbering.take(name)}"
        return Call(self.run, self.cast, name, f"{self.path}/{label}", kind, parent=self)

    @property
    def step(self) -> Call | None:
        """This call or the nearest around it that is a step."""
        return self if self.kind else self.parent and self.parent.step

    def take(self, given: object) -> None:
        """Note what goes into the step, as it is now: the call may change it."""
        with self.run.guarded(self.path):
            spec = self.cast.spec(self.name, self.kind, self.run, self.parent and self.parent.step)
            self.begun = self.run.begin(spec, recordable(given), key=self.path)

    def note(self, model: str, parameters: Mapping[str, object], **more: object) -> None:
        """Note a model call: its model, and of its parameters those that say how it sampled."""
        told = {key: parameters[key] for key in PARAMETERS if parameters.get(key) is not None}
        self._noted.append({"model": model, **told, **more})

    def finish(self, output: object) -> None:
        """Write the step; what a model was called for counts as made by it."""
        if not self.begun:
            return
        with self.run.guarded(self.path):
            spec = self.begun.spec
            if self._noted:
                spec = replace(spec, source_type=SourceType.TRAINED_ALGORITHMIC_MEDIA)
            replace(self.begun, spec=spec, calls=self._noted).finish(recordable(output))

    def abandon(self) -> None:
        """Write nothing, for the call failed; tried again, it has the same path."""
        if self._number:
            self.run.numbering.give_back(self.name, self._number)
