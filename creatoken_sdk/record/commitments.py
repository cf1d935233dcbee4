"""Salted commitments to the fields of a JSON document, one by one.

A short prompt can be guessed from its plain hash, so each field has a salt of its own:

    salt       = HMAC-SHA-256(recordKey, path)
    commitment = sha256(DOMAIN || uint32(length of path) || path || salt || sha256(value))

`DOMAIN` is the 32 bytes of keccak256("creatoken.record.v1"), the length is big-endian, `path` is
UTF-8 and `value` the RFC 8785 bytes. Only `path` varies in length, so no two fields share a
preimage. A field is a scalar or an empty list or object. Its path is `/key` for each object and
`[index]` for each list on the way, e.g. `/steps[0]/signature`; in keys, `~`, `/` and `[` are
written `~0`, `~1` and `~2`, so no two places share a path.

One field more stands at the path `SHAPE`, which is empty: the list of all other paths, in order
of code points. It is never erased, so nobody can hide that a field is there, or invent one.

The record tree is the standard tree over leaves `keccak256(keccak256(commitment))`, which is the
leaf of one bytes32. It is filled up to a power of two, by HMAC-SHA-256(recordKey, "padding/<n>"),
so that the number of fields does not leak; no path starts with "p", so no padding is a salt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import canonical, merkle
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.merkle import MerkleTree

__all__ = [
    "DOMAIN",
    "SHAPE",
    "Disclosure",
    "Field",
    "commit",
    "map_fields",
    "new_key",
    "padding",
    "record_leaf",
    "record_tree",
    "salt",
]

DOMAIN = keccak256(b"creatoken.record.v1")
SHAPE = ""
KEY_BYTES = 32


def new_key() -> bytes:
    """Return a fresh record key.

    Warning: one key per document. Never derive it from a signature or from the content; whoever
    holds it can test guesses against every field, and destroying it is what erases.
    """
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class Field:
    """One field that somebody can still open; its value and salt stay out of logs."""

    path: str
    value: Json = field(repr=False)
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a salt of another length: it could shift bytes between salt and path."""
        if len(self.salt) != 32:
            raise RecordError(f"a salt is 32 bytes, got {len(self.salt)}; copy it in full")

    @property
    def commitment(self) -> bytes:
        """The 32 bytes that stand for the field and reveal nothing about it."""
        return commit(self.path, self.salt, hashlib.sha256(canonical.dumps(self.value)).digest())


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened field and the proof that it is under a record root."""

    field: Field
    proof: tuple[bytes, ...]

    def verify(self, record_root: bytes) -> bool:
        """Return whether the record committed to exactly this value at exactly this path.

        Warning: a dishonest author can commit to two values at one path and open either. Only
        the document with its key, issued again to the same root, rules that out.
        """
        return merkle.verify_proof(record_root, self.leaf, self.proof)

    @property
    def leaf(self) -> bytes:
        """The leaf that the proof leads from."""
        return record_leaf(self.field.commitment)


def commit(path: str, salt: bytes, value_hash: bytes) -> bytes:
    """Return the commitment to a field of which only the hash of the value is at hand."""
    place = path.encode("utf-8")
    size = len(place).to_bytes(4, "big")
    return hashlib.sha256(DOMAIN + size + place + salt + value_hash).digest()


def record_leaf(commitment: bytes) -> bytes:
    """Return the leaf of a commitment in the record tree."""
    return keccak256(keccak256(commitment))


def record_tree(commitments: Iterable[bytes]) -> MerkleTree:
    """Return the record tree over the commitments of all fields and the padding."""
    return MerkleTree(record_leaf(commitment) for commitment in commitments)


def salt(key: bytes, path: str) -> bytes:
    """Return the salt of the field at `path`."""
    return _hmac(key, path)


def padding(key: bytes, field_count: int) -> tuple[bytes, ...]:
    """Return the commitments that fill a tree of `field_count` fields, the shape among them."""
    width = 1 << (field_count - 1).bit_length()
    return tuple(_hmac(key, f"padding/{index}") for index in range(field_count, width))


def map_fields(value: Json, change: Callable[[str, Json], Json], path: str = "") -> Json:
    """Return a copy of a JSON value with each field replaced by `change(path, field)`."""
    if isinstance(value, dict) and value:
        return {
            key: map_fields(item, change, f"{path}/{_escape(key)}") for key, item in value.items()
        }
    if isinstance(value, (list, tuple)) and value:
        return [map_fields(item, change, f"{path}[{i}]") for i, item in enumerate(value)]
    return change(path, value)


def _escape(key: str) -> str:
    return key if key.isalnum() else key.replace("~", "~0").replace("/", "~1").replace("[", "~2")


def _hmac(key: bytes, text: str) -> bytes:
    if len(key) != KEY_BYTES:
        raise RecordError(f"a record key is {KEY_BYTES} bytes, got {len(key)}; use new_key")
    return hmac.digest(key, text.encode("utf-8"), "sha256")
