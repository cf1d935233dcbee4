"""The chain of steps of a run, in the store: each signed, each naming the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from creatoken_sdk.chain.signers import refuse_dev_key
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record import (
    ZERO_HASH,
    Certificate,
    Domain,
    SignedStep,
    Step,
    name_hash,
    new_key,
    sign,
)
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.commitments import Field
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import from_json, to_json
from creatoken_sdk.studio.actors import Actor
from creatoken_sdk.studio.errors import UnsignedError
from creatoken_sdk.studio.store import Database, Store
from creatoken_sdk.studio.values import Content

__all__ = ["AUTHORISE", "Entry", "Journal", "Written"]

AUTHORISE = "authorise"
"""Action of step 0, by which a director lets a run begin."""

_MAX_SHARES = 2**40 - 1
"""Most shares of a work. Source: ContributionToken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did. `key` names the step within its run, so that a repeat is recognised.

    `shares` are what the actor earns, once, however often the step is repeated.
    """

    actor: Actor
    action: str
    key: str
    source_type: int
    input: Content = field(repr=False)
    output: Content = field(repr=False)
    shares: int = 0
    model: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A step in the store; `signature` is None until its actor signs."""

    step: Step
    signature: bytes | None
    attempt: int


class Journal:
    """Steps of one run. Threads and processes may append at once; they take turns."""

    def __init__(
        self, store: Store, domain: Domain, run_id: str, work_id: int, clock: Callable[[], int]
    ) -> None:
        """Continue a run of the store; `clock` returns UTC seconds."""
        self._store = store
        self._domain = domain
        self.run_id = run_id
        self._work_id = work_id
        self._clock = clock
        self._turn = Lock()
        self._earned = 0
        self._counted = 0

    def append(self, entry: Entry, *, durable: bool = True) -> Written:
        """Write the entry as the next step, signed if its actor can; return what is stored.

        The same key with the same input and output is the same step: nothing is added. With
        another input or output it is a further attempt, which earns nothing.
        """
        with self._turn, self._store.transaction(durable=durable) as db:
            if db.FOR_UPDATE:  # other recorders of this run wait for their turn here
                db.rows(f"SELECT id FROM runs WHERE id = ? {db.FOR_UPDATE}", (self.run_id,))
            earlier = self._attempts(db, entry.key)
            for written, document in earlier:
                if document["inputHash"] == entry.input["sha256"] and (
                    document["outputHash"] == entry.output["sha256"]
                ):
                    return written
            return self._insert(db, entry, len(earlier) + 1)

    def signed_steps(self) -> list[SignedStep]:
        """Return all steps; UnsignedError if one awaits its actor's signature."""
        rows = self._store.rows(
            "SELECT step, signature, attempt FROM steps WHERE run_id = ? ORDER BY position",
            (self.run_id,),
        )
        signed = []
        for row in rows:
            written = _written(*row)
            if written.signature is None:
                raise UnsignedError(
                    f"step {written.step.index} awaits the signature of {written.step.actor}; "
                    "have it sign (studio.sign), then run again: what is recorded stays"
                )
            signed.append(SignedStep(written.step, written.signature))
        return signed

    def _attempts(self, db: Database, key: str) -> list[tuple[Written, dict[str, Json]]]:
        found = db.rows(
            "SELECT step, signature, attempt, document FROM steps"
            " WHERE run_id = ? AND key = ? ORDER BY attempt",
            (self.run_id, key),
        )
        return [
            (_written(step, signature, attempt), json.loads(document)["record"])
            for step, signature, attempt, document in found
        ]

    def _insert(self, db: Database, entry: Entry, attempt: int) -> Written:
        last = db.rows(
            "SELECT position, struct_hash FROM steps WHERE run_id = ?"
            " ORDER BY position DESC LIMIT 1",
            (self.run_id,),
        )
        index, previous = (last[0][0] + 1, _bytes(last[0][1])) if last else (0, ZERO_HASH)
        shares = entry.shares if attempt == 1 else 0
        self._require_room(db, shares)
        key = new_key()
        document = Certificate.issue(_document(entry, attempt), key)
        step = Step(
            work_id=self._work_id,
            index=index,
            previous=previous,
            actor=entry.actor.address,
            actor_kind=entry.actor.kind,
            source_type=entry.source_type,
            action=name_hash(entry.action),
            input=_commitment(document, "/inputHash"),
            output=_commitment(document, "/outputHash"),
            detail=document.root,
            shares=shares,
            at=self._clock(),
        )
        signer = entry.actor.signer
        signature = None if signer is None else _sign(self._domain, step, signer)
        self._store_step(db, entry, attempt, step, signature, document, key)
        return Written(step, signature, attempt)

    def _require_room(self, db: Database, shares: int) -> None:
        """Refuse more shares than a token can hold: the whole run could never be settled then."""
        [(new, steps)] = db.rows(
            "SELECT COALESCE(sum(shares), 0), COALESCE(max(position) + 1, ?) FROM steps"
            " WHERE run_id = ? AND position >= ?",
            (self._counted, self.run_id, self._counted),
        )
        self._earned, self._counted = self._earned + int(new), int(steps)
        earned = self._earned + shares
        if earned > _MAX_SHARES:
            raise EncodingError(
                f"the steps of a run would earn {earned} shares, a work has at most {_MAX_SHARES}; "
                "give fewer for each step, for only their ratio counts"
            )

    def _store_step(
        self,
        db: Database,
        entry: Entry,
        attempt: int,
        step: Step,
        signature: bytes | None,
        document: Certificate,
        key: bytes,
    ) -> None:
        struct_hash = to_json(step.struct_hash())
        db.execute(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.run_id,
                step.index,
                entry.key,
                attempt,
                struct_hash,
                step.actor,
                step.shares,
                json.dumps(step.to_json()),
                None if signature is None else to_json(signature),
                json.dumps(document.to_json()),
            ),
        )
        db.execute("INSERT INTO record_keys VALUES (?, ?)", (struct_hash, to_json(key)))


def _sign(domain: Domain, step: Step, signer: Signer) -> bytes:
    refuse_dev_key(signer.address, domain.chain_id)
    return sign(domain, step, signer)


def _document(entry: Entry, attempt: int) -> dict[str, Json]:
    return {
        "schema": "creatoken.step",
        "v": 1,
        "action": entry.action,
        "actor": entry.actor.name,
        "attempt": attempt,
        "inputHash": entry.input["sha256"],
        "outputHash": entry.output["sha256"],
        "input": {key: value for key, value in entry.input.items() if key != "sha256"},
        "output": {key: value for key, value in entry.output.items() if key != "sha256"},
        "model": entry.model,
        "parameters": dict(entry.parameters),
    }


def _commitment(document: Certificate, path: str) -> bytes:
    """A field's commitment, the same as in the document: one proof opens both."""
    return Field(path, document.record[path[1:]], document.salts[path]).commitment


def _written(step: str, signature: str | None, attempt: int) -> Written:
    signed = None if signature is None else from_json("bytes", signature)
    return Written(Step.from_json(json.loads(step)), signed, attempt)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
