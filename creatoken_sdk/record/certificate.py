"""The birth certificate of an asset: its record, what opens each field, and what was erased.

Whoever keeps a record needs the document and its key. A certificate is the form to hand out: it
holds a salt for each field that may be seen, and only the commitment of each that may not. Which
fields there are is committed to as well: see `SHAPE`.
Erasing a field for good = keep a certificate without it, destroy the key and every other copy.
The other fields still verify, because their salts do not depend on the key any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from creatoken_sdk.errors import ErasedError, RecordError
from creatoken_sdk.record import canonical, commitments
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.commitments import SHAPE, Disclosure, Field, map_fields
from creatoken_sdk.record.ids import parents_hash
from creatoken_sdk.record.merkle import MerkleTree
from creatoken_sdk.record.steps import SignedStep, oversight, steps_tree
from creatoken_sdk.record.structs import from_json, to_json
from creatoken_sdk.record.typed_data import Domain

__all__ = ["ERASED", "VERIFIED", "Certificate", "asset_document"]

ERASED = "erased"
VERIFIED = "verified"

_SCHEMA = {"schema": "creatoken.certificate", "v": 1}


def asset_document(
    domain: Domain,
    steps: Sequence[SignedStep],
    parents: Sequence[int] = (),
    details: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """Return the record of an asset made by `steps`, which are checked by `verify_chain` first.

    `domain` is the steps' domain, `parents` are asset ids, `details` whatever else should be kept
    (model, parameters, media type). The oversight level is derived from the steps. Opening
    "/parentsHash" shows that a list of parents is whole, without opening anything else.
    """
    plain = [signed.step for signed in steps]
    return {
        "schema": "creatoken.asset",
        "v": 1,
        "domain": domain.to_json() | {"chainId": str(domain.chain_id)},
        "steps": [signed.to_json() for signed in steps],
        "stepsRoot": to_json(steps_tree(plain).root),
        "oversight": oversight(plain).value,
        "parents": [str(parent) for parent in parents],
        "parentsHash": to_json(parents_hash(parents)),
        "details": dict(details or {}),
    }


@dataclass(frozen=True)
class Certificate:
    """A record with the salts of its visible fields and the commitments of its erased ones.

    `salts` opens the list of all paths too, at `SHAPE`; the list itself follows from the record.
    """

    record: dict[str, Json] = field(repr=False)
    salts: Mapping[str, bytes] = field(repr=False)
    erased: Mapping[str, bytes]
    padding: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def issue(cls, document: dict[str, Json], key: bytes) -> Certificate:
        """Return the certificate of a document (with `schema` and `v`) that shows every field."""
        canonical.require_document(document)
        canonical.check(document, "/record", 1)  # it is read back one level down
        values: dict[str, Json] = {}
        copy = map_fields(document, values.setdefault)
        salts = {path: commitments.salt(key, path) for path in (SHAPE, *values)}
        return cls(copy, salts, {}, commitments.padding(key, len(salts)))

    @property
    def root(self) -> bytes:
        """The record root: 32 bytes that go into the asset id, the same after any erasure."""
        return self._tree.root

    def verify(self, record_root: bytes) -> dict[str, str]:
        """Return VERIFIED or ERASED for each path; RecordError unless all is under the root.

        These are all the paths of the record, whatever was erased: none left out, none invented.
        """
        if self.root != record_root:
            raise RecordError("the certificate is not of this record root; get the original again")
        states = {path: ERASED if path in self.erased else VERIFIED for path in self._commitments}
        del states[SHAPE]
        return states

    def disclose(self, path: str) -> Disclosure:
        """Return one field with its proof; everything else stays hidden.

        The field at `SHAPE` shows which paths there are, and so which are not.
        """
        opened = self._field(path)
        return Disclosure(opened, self._tree.proof(commitments.record_leaf(opened.commitment)))

    def erase(self, *prefixes: str) -> Certificate:
        """Return the certificate without the values and salts of the fields at or below a path."""
        gone = {path for prefix in prefixes for path in self._below(prefix)}
        erased = {path: self._commitments[path] for path in self._commitments if path in gone}
        return Certificate(
            map_fields(self.record, lambda path, value: ERASED if path in gone else value),
            {path: salt for path, salt in self.salts.items() if path not in gone},
            {**self.erased, **erased},
            self.padding,
        )

    def to_json(self) -> dict[str, Json]:
        """Return the certificate as a JSON document."""
        return _SCHEMA | {
            "recordRoot": to_json(self.root),
            "record": self.record,
            "salts": {path: to_json(salt) for path, salt in self.salts.items()},
            "erased": {path: to_json(commitment) for path, commitment in self.erased.items()},
            "padding": [to_json(commitment) for commitment in self.padding],
        }

    @classmethod
    def from_json(cls, document: Json) -> Certificate:
        """Return the certificate that `to_json` wrote; RecordError if it does not add up."""
        data = canonical.dumps(document)
        try:
            certificate = cls(
                document["record"],
                {path: from_json("bytes32", text) for path, text in document["salts"].items()},
                {path: from_json("bytes32", text) for path, text in document["erased"].items()},
                tuple(from_json("bytes32", text) for text in document["padding"]),
            )
            written = certificate.to_json()
        except (AttributeError, KeyError, TypeError):
            raise RecordError("this is no certificate; pass what to_json wrote") from None
        if canonical.dumps(written) != data:
            raise RecordError("the certificate was altered; get the original again")
        return certificate

    def _field(self, path: str) -> Field:
        if path in self.erased:
            raise ErasedError(f"{path!r} is erased in this certificate; ask who keeps the record")
        if path not in self._values:
            raise RecordError(f"the record has no field {path!r}; use a path of Certificate.salts")
        return Field(path, self._values[path], self.salts[path])

    def _below(self, prefix: str) -> list[str]:
        inside = (prefix + "/", prefix + "[")
        paths = [path for path in self._values if path == prefix or path.startswith(inside)]
        if not paths:
            raise RecordError(f"the record has nothing at {prefix!r}; use a path of its fields")
        if "/schema" in paths or "/v" in paths:
            raise RecordError("schema and v say how to read the record; erase other fields")
        return paths

    @cached_property
    def _values(self) -> dict[str, Json]:
        values: dict[str, Json] = {}
        map_fields(self.record, values.setdefault)
        return values | {SHAPE: sorted(values)}

    @cached_property
    def _commitments(self) -> dict[str, bytes]:
        exact = self.salts.keys() ^ self.erased.keys() == self._values.keys()
        if not exact or SHAPE in self.erased:
            raise RecordError("a field has no salt, or one without a field; get the original again")
        if any(self._values[path] != ERASED for path in self.erased):
            raise RecordError("an erased field shows a value; get the original again")
        opened = {path: Field(path, self._values[path], salt) for path, salt in self.salts.items()}
        return {
            path: opened[path].commitment if path in opened else self.erased[path]
            for path in self._values
        }

    @cached_property
    def _tree(self) -> MerkleTree:
        return commitments.record_tree([*self._commitments.values(), *self.padding])
