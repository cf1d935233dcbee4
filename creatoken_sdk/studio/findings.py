"""What a verification says: three answers, each with its reasons, and never one yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from creatoken_sdk.errors import ChainError, CreatokenError, RecordError
from creatoken_sdk.terminal import printable

__all__ = ["MALFORMED", "Finding", "Findings", "Report", "State", "Verdict", "require"]


MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a document of another form raises; it is a stranger's, so anything may be in it."""


class State(str, Enum):
    """How a check went; unknown: nothing speaks against it, but something is missing."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and, in plain words, why it went as it did."""

    check: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer. It fails if a check fails, and is unknown if one is unknown or there is none."""

    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The answer in a word."""
        states = [one.state for one in self.findings]
        if State.FAILS in states:
            return State.FAILS
        return State.UNKNOWN if State.UNKNOWN in states or not states else State.HOLDS

    def __getitem__(self, check: str) -> Finding:
        """Return the finding of a check."""
        return next(one for one in self.findings if one.check == check)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What the answer rests on: the findings that decided it."""
        return tuple(f"{f.check}: {f.reason}" for f in self.findings if f.state is self.state)


@dataclass(frozen=True, slots=True)
class Report:
    """Integrity: is it what was signed? Trust: who signed? Chain: what do the contracts hold?"""

    integrity: Verdict
    trust: Verdict
    chain: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON: each answer's state and findings."""
        return {
            name: {
                "state": verdict.state.value,
                "findings": [[f.check, f.state.value, f.reason] for f in verdict.findings],
            }
            for name, verdict in self._answers()
        }

    def __str__(self) -> str:
        """Return the report as text, one line for each check; what steers a terminal is escaped."""
        lines = []
        for name, verdict in self._answers():
            lines.append(f"{name.upper()}: {verdict.state.value}")
            lines += [f"  {f.state.value:8}{f.check}: {f.reason}" for f in verdict.findings]
        return "\n".join(map(printable, lines))

    def _answers(self) -> Sequence[tuple[str, Verdict]]:
        return [("integrity", self.integrity), ("trust", self.trust), ("chain", self.chain)]


@dataclass(slots=True)
class Findings:
    """Findings on one answer, as they come in."""

    found: list[Finding] = field(default_factory=list)

    def check(self, name: str, test: Callable[[], tuple[State, str]]) -> None:
        """Note how a test went: if it raises, it fails, or is unknown if a node did not answer."""
        try:
            state, reason = test()
        except ChainError as error:
            state, reason = State.UNKNOWN, str(error)
        except CreatokenError as error:
            state, reason = State.FAILS, str(error)
        except MALFORMED as error:
            state, reason = State.FAILS, f"it is malformed ({type(error).__name__})"
        self.found.append(Finding(name, state, reason))

    def verdict(self) -> Verdict:
        """Return the answer."""
        return Verdict(tuple(self.found))


def require(condition: object, reason: str) -> None:
    """Raise RecordError with the reason unless the condition holds."""
    if not condition:
        raise RecordError(reason)
