"""The chain of steps of a work: who did what, signed, each naming the step before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from creatoken_sdk.errors import RecordError, SigningError
from creatoken_sdk.record import signatures
from creatoken_sdk.record.ids import name_hash
from creatoken_sdk.record.merkle import MerkleTree, leaf_hash
from creatoken_sdk.record.structs import from_json, to_json
from creatoken_sdk.record.typed_data import Domain, Step

__all__ = [
    "REVIEW",
    "STEP_LEAF",
    "ZERO_HASH",
    "ActorKind",
    "Oversight",
    "SignedStep",
    "oversight",
    "step_leaf",
    "steps_tree",
    "verify_chain",
]

STEP_LEAF = ("bytes32",)
ZERO_HASH = bytes(32)
REVIEW = name_hash("review")


class ActorKind(IntEnum):
    """Who acted: a person, a model acting for one, or a program without a model."""

    HUMAN = 1
    AGENT = 2
    TOOL = 3


class Oversight(str, Enum):
    """How far people steered the result, in C2PA's `humanOversightLevel` words."""

    FULLY_AUTONOMOUS = "fully_autonomous"
    PROMPT_GUIDED = "prompt_guided"
    HUMAN_VALIDATED = "human_validated"


@dataclass(frozen=True, slots=True)
class SignedStep:
    """A step and its actor's signature over it: 65 bytes, or what a contract wallet takes."""

    step: Step
    signature: bytes

    def to_json(self) -> dict[str, Any]:
        """Return the step's fields and the signature as 0x hex."""
        return {"message": self.step.to_json(), "signature": to_json(self.signature)}

    @classmethod
    def from_json(cls, document: Any) -> SignedStep:
        """Return the step that `to_json` wrote; the signature is not checked here."""
        if not isinstance(document, dict) or set(document) != {"message", "signature"}:
            raise RecordError("a signed step has exactly the keys message and signature")
        signature = from_json("bytes", document["signature"])
        return cls(Step.from_json(document["message"]), signature)


def step_leaf(step: Step) -> bytes:
    """Return the double hash of the step's struct hash: its leaf under a steps root."""
    return leaf_hash(STEP_LEAF, (step.struct_hash(),))


def steps_tree(steps: Sequence[Step]) -> MerkleTree:
    """Return the tree whose root a work records as its steps root."""
    return MerkleTree(step_leaf(step) for step in steps)


def verify_chain(
    domain: Domain,
    steps: Sequence[SignedStep],
    verify: Callable[[Domain, Step, bytes, str], bool] = signatures.verify,
) -> None:
    """Check that the steps are one unbroken, signed chain of one work, from step 0 on.

    Raise RecordError at a gap and SigningError at a signature. Actors that are contract wallets
    need a `verify` that asks the chain; the default knows keys only.
    """
    previous, work_id = ZERO_HASH, steps[0].step.work_id if steps else 0
    for index, signed in enumerate(steps):
        step = signed.step
        if (step.index, step.previous, step.work_id) != (index, previous, work_id):
            raise RecordError(f"step {index} does not follow the one before; restore what is lost")
        if step.actor_kind not in list(ActorKind):
            raise RecordError(f"step {index} has actor kind {step.actor_kind}; use an ActorKind")
        if not verify(domain, step, signed.signature, step.actor):
            raise SigningError(f"step {index} is not signed by {step.actor}; have it sign again")
        previous = step.struct_hash()


def oversight(steps: Sequence[Step]) -> Oversight:
    """Return the level that the steps prove; it is never taken on anybody's word.

    Human-validated: the last step is a person's review. Prompt-guided: a person took any step.
    """
    people = [step for step in steps if step.actor_kind == ActorKind.HUMAN]
    if people and people[-1] is steps[-1] and people[-1].action == REVIEW:
        return Oversight.HUMAN_VALIDATED
    return Oversight.PROMPT_GUIDED if people else Oversight.FULLY_AUTONOMOUS
