"""What performance tells, as a document with a hash, and the way back into the next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from creatoken_sdk.record.canonical import Json, document_hash
from creatoken_sdk.record.structs import to_json

__all__ = ["Finding", "feedback"]


@dataclass(frozen=True)
class Finding:
    """A statement; `document` holds all of it, with its sample size."""

    document: Mapping[str, Json]

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document's canonical JSON."""
        return document_hash(dict(self.document))


def feedback(brief: Json, **findings: Finding) -> dict[str, Json]:
    """Return a brief that says what it learned from, for `studio.run(brief=...)`.

    What the director then signs at step 0 commits to each document and its hash: the latter opens
    at `/input/json/feedback/<name>/hash`.
    """
    told = {name: {**one.document, "hash": to_json(one.hash)} for name, one in findings.items()}
    return {"brief": brief, "feedback": told}
