"""A step of a run, from what goes into it to what there is to write of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from creatoken_sdk.record import SourceType
from creatoken_sdk.studio.actors import Actor
from creatoken_sdk.studio.journal import Entry
from creatoken_sdk.studio.values import Content, content_of, plain

if TYPE_CHECKING:
    from creatoken_sdk.studio.run import Run

__all__ = ["Begun", "StepSpec", "current_step"]

_STEP: ContextVar[Begun | None] = ContextVar("creatoken_step", default=None)


def current_step() -> Begun | None:
    """Return the step that this code is the work of, if any."""
    return _STEP.get()


def _same(value: object) -> object:
    return value


@dataclass(frozen=True)
class StepSpec:
    """What is the same in every step of one kind; see `Studio.step`."""

    action: str
    actor: Actor
    source_type: SourceType | str
    shares: int = 0
    model: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False)
    content: Callable[[Any], object] = field(default=_same, repr=False)

    def entry(self, key: str, input: Content, output: object) -> Entry:
        """Return what there is to write of one step."""
        return Entry(
            actor=self.actor,
            action=self.action,
            key=key,
            source_type=SourceType.of(self.source_type),
            input=input,
            output=content_of(self.content(output)),
            shares=self.shares,
            model=self.model,
            parameters=plain(self.parameters),
        )


@dataclass(frozen=True)
class Begun:
    """A step under way. Its input was hashed before the work began, as the work may change it."""

    run: Run
    spec: StepSpec
    key: str
    input: Content | None = field(repr=False)
    number: int = 0
    calls: list[Mapping[str, object]] = field(default_factory=list, repr=False)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this the step that the enclosed code is the work of."""
        token = _STEP.set(self)
        try:
            yield
        finally:
            _STEP.reset(token)

    def note(self, call: Mapping[str, object]) -> None:
        """Add what is known of a call within: parameters of a model, under "model" its name."""
        self.calls.append(call)

    def finish(self, output: object) -> None:
        """Write the step, now that its output is known."""
        if self.input is None:
            return
        with self.run.guarded(self.key):
            self.run.write(self._noted().entry(self.key, self.input, output))

    def _noted(self) -> StepSpec:
        """Return the spec with the calls noted in it; the model that the pipeline named stays."""
        if not self.calls:
            return self.spec
        models = [str(call["model"]) for call in self.calls if call.get("model")]
        return replace(
            self.spec,
            model=self.spec.model or next(iter(models), ""),
            parameters={**self.spec.parameters, "calls": self.calls},
        )

    def abandon(self) -> None:
        """Write nothing, for the work failed; tried again, it is the same step."""
        if self.number:
            self.run.numbering.give_back(self.spec.action, self.number)
