"""What a studio's store holds of steps, in the order of their chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from creatoken_sdk.record import SignedStep, Step, verify_chain
from creatoken_sdk.record.structs import from_json
from creatoken_sdk.studio.studio import Studio


@dataclass(frozen=True)
class Kept:
    """A stored step; `record` is its private document."""

    id: str
    key: str
    attempt: int
    step: Step
    signature: bytes | None
    record: dict[str, Any]

    @property
    def given(self) -> Any:
        """The arguments, or whatever else went in."""
        return self.record["input"].get("json", self.record["input"].get("text"))

    @property
    def made(self) -> Any:
        """What came out."""
        return self.record["output"].get("json", self.record["output"].get("text"))


def kept(studio: Studio) -> list[Kept]:
    """Return the steps after step 0; all of them are one unbroken chain, signed where they are."""
    rows = studio.store.rows(
        "SELECT struct_hash, key, attempt, step, signature, document FROM steps ORDER BY position"
    )
    steps = [_kept(*row) for row in rows]
    signed = [SignedStep(one.step, one.signature) for one in steps if one.signature]
    if len(signed) == len(steps):
        verify_chain(studio.chain.works.domain, signed)
    previous = bytes(32)
    for index, one in enumerate(steps):
        assert (one.step.index, one.step.previous) == (index, previous)
        previous = one.step.struct_hash()
        assert one.id == "0x" + previous.hex()
    assert [one.key for one in steps[:1]] == ["authorise"]
    return steps[1:]


def keys(studio: Studio) -> list[tuple[str, int, int]]:
    """Return key, attempt and shares of each step after step 0."""
    return [(one.key, one.attempt, one.step.shares) for one in kept(studio)]


def _kept(id: str, key: str, attempt: int, step: str, signature: str | None, document: str) -> Kept:
    return Kept(
        id,
        key,
        attempt,
        Step.from_json(json.loads(step)),
        None if signature is None else from_json("bytes", signature),
        json.loads(document)["record"],
    )
