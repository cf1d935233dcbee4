"""The Merkle tree of OpenZeppelin's StandardMerkleTree, node for node.

A leaf is `keccak256(bytes.concat(keccak256(abi.encode(...))))`; a node is keccak256 of its two
children in ascending order; the leaves are sorted. MerkleProof.sol verifies these proofs, and
`StandardMerkleTree.load` of @openzeppelin/merkle-tree reads what `dump` returns.
One difference: a leaf that occurs twice is refused, because a count over it would lie.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.structs import encode, to_json

__all__ = ["MerkleTree", "leaf_hash", "verify_proof"]


def leaf_hash(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Return the leaf of values of static Solidity types: the double hash of their `abi.encode`."""
    return keccak256(keccak256(encode(types, values)))


def verify_proof(root: bytes, leaf: bytes, proof: Iterable[bytes]) -> bool:
    """Return whether `proof` leads from `leaf` (a leaf hash) to `root`."""
    node = leaf
    for sibling in proof:
        if len(sibling) != 32:
            return False
        node = keccak256(node + sibling if node < sibling else sibling + node)
    return len(leaf) == 32 and node == root


class MerkleTree:
    """A tree over leaf hashes; a million leaves take about 260 MB."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Sort the leaf hashes and hash upwards; there must be one or more, all different."""
        self._leaves = sorted(leaves)
        if not self._leaves:
            raise RecordError("a tree needs one leaf or more; anchor it once there is something")
        if any(len(leaf) != 32 for leaf in self._leaves):
            raise RecordError("a leaf is not 32 bytes long; make leaves with leaf_hash")
        if any(map(bytes.__eq__, self._leaves, self._leaves[1:])):
            raise RecordError("a leaf occurs twice; remove it or add an index to its values")
        self._nodes = _hash_upwards(self._leaves)

    def __len__(self) -> int:
        """Return the number of leaves."""
        return len(self._leaves)

    @property
    def leaves(self) -> Sequence[bytes]:
        """The leaf hashes in ascending order; from these alone the tree can be made again."""
        return self._leaves

    @property
    def root(self) -> bytes:
        """The 32 bytes that commit to every leaf."""
        return self._nodes[0]

    def proof(self, leaf: bytes) -> tuple[bytes, ...]:
        """Return the siblings from `leaf` (a leaf hash) up to the root."""
        index = self._index(leaf)
        siblings = []
        while index > 0:
            siblings.append(self._nodes[index + 1 if index % 2 else index - 1])
            index = (index - 1) // 2
        return tuple(siblings)

    def dump(self, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
        """Return the tree in format "standard-v1"; `rows` are the leaves' values in any order."""
        values = [
            {"value": [to_json(v) for v in row], "treeIndex": self._index(leaf_hash(types, row))}
            for row in rows
        ]
        nodes = ["0x" + node.hex() for node in self._nodes]
        return {
            "format": "standard-v1",
            "leafEncoding": list(types),
            "tree": nodes,
            "values": values,
        }

    def _index(self, leaf: bytes) -> int:
        place = bisect_left(self._leaves, leaf)
        if self._leaves[place : place + 1] != [leaf]:
            raise RecordError("the leaf is not in this tree; check its values against the anchor")
        return len(self._nodes) - 1 - place


def _hash_upwards(leaves: list[bytes]) -> list[bytes]:
    # A heap: children of i at 2i+1 and 2i+2, leaves at the end in descending order.
    nodes = [b""] * (len(leaves) - 1) + leaves[::-1]
    for index in range(len(leaves) - 2, -1, -1):
        left, right = nodes[2 * index + 1], nodes[2 * index + 2]
        nodes[index] = keccak256(left + right if left < right else right + left)
    return nodes
