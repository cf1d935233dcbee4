"""How sure a block has to be before what is in it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from creatoken_sdk.chain.errors import BadResponseError, RpcError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["Finality", "Head", "final_height"]

Finality = Literal["latest", "safe", "final"] | int
"""The head, the chain's own safe or finalized block, or so many blocks below the head."""

_TAGS = {"safe": "safe", "final": "finalized"}
_NAMES = ("latest", *_TAGS)


@dataclass(frozen=True)
class Head:
    """A chain at one moment, and how many transactions of an account it holds.

    `height` is the highest block that is as sure as asked, -1 while there is none; `nonce` counts
    the mined transactions of the account, `final_nonce` those up to `height`. A witness has to be
    as far.
    """

    rpc: Rpc
    height: int
    nonce: int
    final_nonce: int
    _hashes: dict[int, object] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, nodes: Witnessed, account: str, finality: Finality) -> Head:
        """Ask the endpoint, and the witness if there is one."""

        def count(rpc: Rpc, block: str) -> int:
            return rpc.integer("eth_getTransactionCount", account, block)

        height = nodes.least(lambda rpc: final_height(rpc, finality))
        nonce = count(nodes.rpc, "latest")
        final_nonce = 0 if height < 0 else nodes.least(lambda rpc: count(rpc, hex(height)))
        return cls(nodes.rpc, height, nonce, final_nonce)

    def has(self, number: int, block_hash: str) -> bool:
        """Return whether the block is part of the chain."""
        if number not in self._hashes:
            block = self.rpc.request("eth_getBlockByNumber", hex(number), False)
            self._hashes[number] = block.get("hash") if isinstance(block, Mapping) else None
        return self._hashes[number] == block_hash


def final_height(rpc: Rpc, finality: Finality) -> int:
    """Return the highest block that is this sure; -1 while there is none."""
    if finality not in _NAMES and not (isinstance(finality, int) and finality >= 0):
        raise RecordError(
            f"{finality!r} is no finality; use latest, safe, final, or a number of blocks"
        )
    if isinstance(finality, int):
        return max(rpc.integer("eth_blockNumber") - finality, -1)
    if finality == "latest":
        return rpc.integer("eth_blockNumber")
    try:
        block = rpc.request("eth_getBlockByNumber", _TAGS[finality], False)
    except RpcError:  # how some nodes say that there is none yet
        return -1
    try:
        return -1 if block is None else int(block["number"], 16)
    except (KeyError, TypeError, ValueError):
        raise BadResponseError(
            f"{rpc.endpoint} gave a block without number; use another endpoint"
        ) from None
