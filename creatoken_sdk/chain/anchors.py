"""Merkle roots with a time."""

from __future__ import annotations

from collections.abc import Sequence

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.record.ids import name_hash

__all__ = ["Anchors", "topic"]


def topic(name: str) -> bytes:
    """Return the topic `keccak256("creatoken.<name>")`; in use: inputs, steps, assets, metrics."""
    return name_hash(f"creatoken.{name}")


class Anchors(Noun):
    """`Anchors`: any number of leaves becomes one root in one storage slot."""

    CONTRACT = "Anchors"

    @verb
    def anchor(self, root: bytes, *, topic: bytes, count: int, uri: str = "") -> Call[Receipt]:
        """Anchor the root of `count` leaves in the sender's name; the first time stands."""
        return self._call("anchor", topic, root, count, uri)

    def anchored_at(self, anchorer: str, root: bytes) -> int:
        """Return when the account anchored the root, in UTC seconds; 0 if never."""
        return self._read(int, "anchoredAt", anchorer, root)

    def verify(self, anchorer: str, root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
        """Return whether the account anchored the root and `proof` leads from the leaf to it."""
        return self._read(bool, "verify", anchorer, root, leaf, proof)
