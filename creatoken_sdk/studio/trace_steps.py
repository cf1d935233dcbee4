"""Steps as a store remembers them, with the contents that each took and gave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from creatoken_sdk.record import REVIEW, ActorKind, Step, canonical
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.structs import from_json
from creatoken_sdk.studio.journal import AUTHORISE
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.values import content_of

__all__ = ["MIN_TEXT", "PastStep", "Piece", "Side", "steps_of"]

MIN_TEXT = 20
"""Characters below which a text says too little to be measured or recognised again."""

_REFERENCE = {"sha256", "bytes", "file"}
_HASH = re.compile("0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, a file, or something cited within a content.

    `id` is its SHA-256 as 0x hex, `size` is in bytes; what is cited has neither text nor size.
    """

    id: str
    text: str | None = field(default=None, repr=False)
    file: str = ""
    size: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is bytes or a file, of which the store has only the hash."""
        return self.text is None and self.size > 0


@dataclass(frozen=True, slots=True)
class Side:
    """What a step took or gave: `ids` of the whole and of its parts; nothing if it is erased."""

    erased: bool
    ids: frozenset[str]
    pieces: tuple[Piece, ...]
    value: Json = field(repr=False)

    @classmethod
    def of(cls, document: Json, name: str) -> Side:
        """Return the "input" or "output" of a step's document, a certificate as JSON."""
        whole, below = (f"/{name}", f"/{name}Hash"), (f"/{name}/", f"/{name}[")
        if any(path in whole or path.startswith(below) for path in document["erased"]):
            return cls(True, frozenset(), (), None)
        held, digest = document["record"][name], document["record"][f"{name}Hash"]
        parts = list(_parts(held["json"])) if "json" in held else [_whole(digest, held)]
        pieces = tuple(piece for _, piece in parts if piece is not None)
        value = held.get("json", held.get("text"))
        return cls(False, frozenset(one for one, _ in parts if one), pieces, value)


@dataclass(frozen=True)
class PastStep:
    """A step of a run; `id` is its struct hash, `key` names it within the run."""

    id: str
    run: str
    run_id: str
    key: str
    attempt: int
    step: Step
    signature: bytes | None
    document: Json = field(repr=False)

    @property
    def name(self) -> str:
        """What people call it: the run, the key, and the attempt if it is not the first."""
        again = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"{self.run}: {self.key}{again}"

    @property
    def action(self) -> str:
        """What was done; "erased" if that is erased."""
        return str(self.document["record"]["action"])

    @property
    def actor(self) -> str:
        """Who did it, as `kind:label`; "erased" if that is erased."""
        return str(self.document["record"]["actor"])

    @property
    def kind(self) -> ActorKind:
        """Whether a person, an agent or a tool says to have done it."""
        return ActorKind(self.step.actor_kind)

    @property
    def is_gate(self) -> bool:
        """Whether it is a check's finding, see `Run.gate`."""
        return self.action.startswith("gate:")

    @property
    def named(self) -> frozenset[str]:
        """Hashes that stand in the texts that it took, as citations do."""
        return frozenset(h for p in self.took.pieces if p.text for h in _HASH.findall(p.text))

    @property
    def makes(self) -> bool:
        """Whether what it gave is content, rather than authorisation, finding or verdict."""
        judged = self.step.action == REVIEW or self.action == AUTHORISE
        return not (self.is_gate or judged)

    @cached_property
    def took(self) -> Side:
        """Its input."""
        return Side.of(self.document, "input")

    @cached_property
    def gave(self) -> Side:
        """Its output."""
        return Side.of(self.document, "output")


def steps_of(store: Store, run_id: str) -> list[PastStep]:
    """Return all steps of a run, in their order."""
    rows = store.rows(
        "SELECT struct_hash, runs.name, run_id, key, attempt, step, signature, document FROM steps"
        " JOIN runs ON runs.id = run_id WHERE run_id = ? ORDER BY position",
        (run_id,),
    )
    return [_step(*row) for row in rows]


def _step(*row: Any) -> PastStep:
    *names, step, signature, document = row
    id, run, run_id, key, attempt = names
    return PastStep(
        id,
        run,
        run_id,
        key,
        attempt,
        Step.from_json(json.loads(step)),
        None if signature is None else from_json("bytes65", signature),
        json.loads(document),
    )


def _whole(digest: str, held: dict[str, Any]) -> tuple[str, Piece | None]:
    text = held.get("text")
    if text is not None and len(text) < MIN_TEXT:
        return "", None
    return digest, Piece(digest, text, held.get("file", ""), held.get("bytes", 0))


def _parts(value: Json) -> Iterator[tuple[str, Piece | None]]:
    """Ids of a JSON value and of all within it that say enough, and the pieces among them."""
    if isinstance(value, str):
        if _HASH.fullmatch(value):
            yield value, Piece(value)
        elif not value.isascii() or any(map(str.isspace, value)):  # no name of a machine's
            yield _whole(content_of(value)["sha256"], {"text": value})
    elif isinstance(value, dict) and "sha256" in value and set(value) <= _REFERENCE:
        yield _whole(value["sha256"], value)
    elif isinstance(value, (dict, list)):
        data = canonical.dumps(value)
        if len(data) >= MIN_TEXT:
            yield content_of(value)["sha256"], None
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)
