"""The way back: what was found out goes into the brief that the next run is authorised by."""

from __future__ import annotations

from typing import Protocol

from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.structs import to_json

__all__ = ["Finding", "feedback"]


class Finding(Protocol):
    """A statement as a document, such as a `Report`."""

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document."""

    def to_json(self) -> dict[str, Json]:
        """Return the document, which holds all of the statement."""


def feedback(brief: Json, **findings: Finding) -> dict[str, Json]:
    """Return a brief that says what it learned from, for `studio.run(brief=...)`.

    What the director then signs at step 0 commits to each document and its hash: the latter opens
    at `/input/json/feedback/<name>/hash`.
    """
    told = {name: {**one.to_json(), "hash": to_json(one.hash)} for name, one in findings.items()}
    return {"brief": brief, "feedback": told}
