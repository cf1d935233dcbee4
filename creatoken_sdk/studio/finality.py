"""How sure a block has to be before what is in it counts."""

from __future__ import annotations

from typing import Literal

from creatoken_sdk.chain.rpc import Rpc

__all__ = ["Finality", "final_height"]

Finality = Literal["latest", "safe", "final"] | int
"""The head, the chain's own safe or finalized block, or so many blocks below the head."""

_TAGS = {"safe": "safe", "final": "finalized"}


def final_height(rpc: Rpc, finality: Finality) -> int:
    """Return the highest block that is this sure; -1 while there is none."""
    if isinstance(finality, str) and finality in _TAGS:
        block = rpc.request("eth_getBlockByNumber", _TAGS[finality], False)
        return int(block["number"], 16) if block else -1
    depth = finality if isinstance(finality, int) else 0
    return rpc.integer("eth_blockNumber") - depth
