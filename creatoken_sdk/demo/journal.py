"""The journal of a work: what somebody does becomes a step, signed, with a private document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from creatoken_sdk.demo.cast import Person
from creatoken_sdk.demo.evidence import Evidence
from creatoken_sdk.record import (
    ZERO_HASH,
    Certificate,
    Domain,
    MerkleTree,
    SignedStep,
    SourceType,
    Step,
    content_hash,
    name_hash,
    new_key,
    sign,
    steps_tree,
)

__all__ = ["Entry", "Journal"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One step, who took it, and what stays private: its document and the key to it."""

    actor: Person
    action: str
    signed: SignedStep
    document: Certificate
    key: bytes


class Journal:
    """The chain of steps of one work."""

    def __init__(self, domain: Domain, work_id: int, clock: Callable[[], int]) -> None:
        """Start a journal; `domain` is that of `Works`, `clock` returns UTC seconds."""
        self._domain = domain
        self._work_id = work_id
        self._clock = clock
        self.entries: list[Entry] = []

    @property
    def steps(self) -> tuple[SignedStep, ...]:
        """The signed steps so far."""
        return tuple(entry.signed for entry in self.entries)

    @property
    def tree(self) -> MerkleTree:
        """The tree over all steps so far, whose root the work records."""
        return steps_tree([signed.step for signed in self.steps])

    @property
    def shares(self) -> dict[str, int]:
        """What each account earned."""
        earned: Counter[str] = Counter()
        for signed in self.steps:
            earned[signed.step.actor] += signed.step.shares
        return {account: shares for account, shares in earned.items() if shares}

    def write(self, actor: Person, evidence: Evidence, source: SourceType, *, shares: int) -> Entry:
        """Have the actor sign what it did as the next step.

        The step holds hashes only. Prompt, model and parameters go into a document whose salted
        root the step commits to; whoever has the key can open it, field by field.
        """
        key = new_key()
        document = Certificate.issue(_document(evidence), key)
        step = Step(
            work_id=self._work_id,
            index=len(self.entries),
            previous=self.entries[-1].signed.step.struct_hash() if self.entries else ZERO_HASH,
            actor=actor.address,
            actor_kind=actor.kind,
            source_type=source,
            action=name_hash(evidence.action),
            input=content_hash(evidence.input),
            output=content_hash(evidence.output),
            detail=document.root,
            shares=shares,
            at=self._clock(),
        )
        signed = SignedStep(step, sign(self._domain, step, actor.account))
        self.entries.append(Entry(actor, evidence.action, signed, document, key))
        return self.entries[-1]


def _document(evidence: Evidence) -> dict[str, object]:
    return {
        "schema": "creatoken.step",
        "v": 1,
        "action": evidence.action,
        "model": evidence.model,
        "parameters": dict(evidence.parameters),
        "prompt": evidence.input.decode() if _is_text(evidence.input) else "",
    }


def _is_text(data: bytes) -> bool:
    return not data.startswith(b"\x89PNG")
