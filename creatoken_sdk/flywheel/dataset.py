"""Rows under one root: each a salted commitment, which can be opened on its own.

The leaf of a row is that of a record's field: its path is the row's own hash and how many rows
like it come before, its value the canonical row. One leaf more, at `DOCUMENT`, is the document of
the whole: how many rows, the hash of all, the hash of the file. `rowsHash` is SHA-256 over the
sorted row hashes, one after the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.errors import ErasedError
from creatoken_sdk.flywheel.rows import canonical_row, row_hash
from creatoken_sdk.record import Disclosure, Field, MerkleTree, new_key
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.commitments import commit, record_leaf, salt
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.jobs import Effect, Jobs
from creatoken_sdk.studio.settlement import keep_tree, kept_tree

if TYPE_CHECKING:
    from creatoken_sdk.studio.store import Database
    from creatoken_sdk.studio.studio import Studio

__all__ = ["DOCUMENT", "Dataset", "rows_hash"]

DOCUMENT = "/document"
"""Path of the document of the whole; no row's path, as those are hex."""


def rows_hash(hashes: Sequence[bytes]) -> str:
    """Return what is the same for the same rows in any order, format or engine, as 0x hex."""
    return "0x" + hashlib.sha256(b"".join(sorted(hashes))).hexdigest()


@dataclass(frozen=True)
class Dataset:
    """Rows that are anchored, or will be by the next `studio.flush`, in the name of `anchorer`."""

    studio: Studio = field(repr=False)
    anchorer: str
    root: bytes
    document: Mapping[str, Json]

    @classmethod
    def queue(
        cls, studio: Studio, about: Mapping[str, Json], hashes: Sequence[bytes], topic_name: str
    ) -> Dataset:
        """Commit to rows, by their sorted hashes, and queue their root; what is queued stays."""
        document = {**about, "v": 1, "rows": len(hashes), "rowsHash": rows_hash(hashes)}
        key = new_key()
        tree = MerkleTree(_leaves(document, hashes, key))
        with studio.store.transaction() as db:
            db.take_turn("dataset")
            for known in cls.all(studio, db):
                if known.document == document:
                    return known
            made = cls(studio, studio.chain.address, tree.root, document)
            keep_tree(db, tree)
            db.execute("INSERT INTO record_keys VALUES (?, ?)", (made._id, to_json(key)))
            made._queue(db, topic(topic_name), len(tree))
        return made

    @classmethod
    def all(cls, studio: Studio, db: Database | None = None) -> list[Dataset]:
        """Return the datasets of the studio's account on its chain, the oldest first."""
        found = (db or studio.store).rows(
            "SELECT account, subject FROM jobs WHERE kind = 'anchor' AND chain_id = ?"
            " AND account = ? AND subject LIKE ? ORDER BY position",
            (studio.chain.chain_id, studio.chain.address, '%"rowsHash"%'),
        )
        told = [(account, json.loads(subject)) for account, subject in found]
        return [cls(studio, who, bytes.fromhex(it["root"][2:]), it["dataset"]) for who, it in told]

    @property
    def anchored_at(self) -> int:
        """When the root was anchored, in UTC seconds of the chain; 0 if it is not yet."""
        return self.studio.chain.anchors.anchored_at(self.anchorer, self.root)

    @cached_property
    def tree(self) -> MerkleTree:
        """The tree of all leaves."""
        with self.studio.store.transaction() as db:
            return kept_tree(db, self._id)

    def prove(self, row: Mapping[str, object]) -> Disclosure:
        """Open one row, given by column; RecordError if the dataset does not hold it.

        `proof.verify(root)` checks it offline; `proof.leaf` is what `ct.anchors.verify` takes.
        """
        known = canonical_row(row)
        return self._open(f"/{row_hash(known, 1).hex()}[0]", known)

    def prove_document(self) -> Disclosure:
        """Open the document of the whole."""
        return self._open(DOCUMENT, self.document)

    def erase(self) -> None:
        """Destroy the key: nobody can open a row again, nor test a guess against the root.

        Warning: the table itself, and proofs handed out, are yours to erase.
        """
        with self.studio.store.transaction() as db:
            db.execute("DELETE FROM record_keys WHERE id = ?", (self._id,))
        self.studio.store.purge()

    @property
    def _id(self) -> str:
        return str(to_json(self.root))

    def _open(self, path: str, value: Json) -> Disclosure:
        found = self.studio.store.rows("SELECT key FROM record_keys WHERE id = ?", (self._id,))
        if not found:
            raise ErasedError("the key of this dataset was destroyed; no row of it can be opened")
        opened = Field(path, value, salt(bytes.fromhex(found[0][0][2:]), path))
        return Disclosure(opened, self.tree.proof(record_leaf(opened.commitment)))

    def _queue(self, db: Database, topic_hash: bytes, count: int) -> None:
        chain = self.studio.chain
        call = chain.anchors.anchor.call(self.root, topic=topic_hash, count=count)
        asked = encode_call("Anchors", "anchoredAt", (self.anchorer, self.root))
        jobs = Jobs(self.studio.store, chain.chain_id, self.anchorer)
        subject = {"dataset": self.document, "root": self._id}
        jobs.add(db, "anchor", call, Effect(call.to, asked), subject)


def _leaves(document: Mapping[str, Json], hashes: Sequence[bytes], key: bytes) -> Iterator[bytes]:
    yield record_leaf(Field(DOCUMENT, document, salt(key, DOCUMENT)).commitment)
    for digest, same in groupby(hashes):
        for number, _ in enumerate(same):
            path = f"/{digest.hex()}[{number}]"
            yield record_leaf(commit(path, salt(key, path), digest))
