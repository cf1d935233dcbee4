"""Proof that a block holds an event: the path of its receipt in the trie of the block's receipts.

The header names the root of that trie, and the block's hash is that of the header. So whoever
trusts the hash needs nobody else. Source: yellow paper, sections 4.3 and D; EIP-2718.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rlp  # type: ignore[import-untyped]
from trie import HexaryTrie  # type: ignore[import-untyped]

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import BadResponseError, RpcError
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import keccak256
from creatoken_sdk.record.structs import from_json, to_json
from creatoken_sdk.studio.findings import require

__all__ = ["Inclusions", "check_included"]

_NO_HEADER = "the node's answer does not add up to the hash of the block"
_OTHER_RECEIPTS = "the node's receipts are not those that the block names"


@dataclass
class Inclusions:
    """Proofs from one node; the tries of its blocks are kept, as events often share a block."""

    client: Creatoken
    _tries: dict[str, HexaryTrie] = field(default_factory=dict)

    def prove(self, log: Mapping[str, Any], header: str) -> dict[str, Any]:
        """Return the proof of a log: the receipt's index and the nodes from the root down.

        RecordError says why there is none: the chain may hash its blocks in another way.
        """
        require(header, _NO_HEADER)
        trie = self._trie(log["blockHash"])
        require(trie.root_hash == _receipts_root(bytes.fromhex(header[2:])), _OTHER_RECEIPTS)
        sent = self.client.wallet.rpc.mapping("eth_getTransactionReceipt", log["transactionHash"])
        index = int(sent["transactionIndex"], 16)
        nodes = [to_json(rlp.encode(node)) for node in trie.get_proof(rlp.encode(index))]
        proof = {"index": str(index), "nodes": nodes}
        check_included(proof, bytes.fromhex(header[2:]), log)
        return proof

    def _trie(self, block_hash: str) -> HexaryTrie:
        if block_hash not in self._tries:
            trie = self._tries[block_hash] = HexaryTrie({}, prune=True)
            for receipt in _receipts(self.client, block_hash):
                trie[rlp.encode(int(receipt["transactionIndex"], 16))] = _encoded(receipt)
        return self._tries[block_hash]


def check_included(proof: Mapping[str, Any], header: bytes, log: Mapping[str, Any]) -> None:
    """Raise RecordError unless the proof leads from the header to a receipt with the log."""
    key = rlp.encode(from_json("uint256", proof["index"]))
    try:
        nodes = [from_json("bytes", node) for node in proof["nodes"]]
        trie = HexaryTrie({keccak256(node): node for node in nodes}, _receipts_root(header))
        require([rlp.encode(node) for node in trie.get_proof(key)] == nodes, "others are there")
        receipt = trie[key]
        logs = rlp.decode(receipt if receipt[0] >= 0xC0 else receipt[1:])[3]
    except Exception:  # what a stranger's nodes make of a trie is not told by its package
        raise RecordError("the proof does not lead to a receipt of the block") from None
    address, *topics = (bytes.fromhex(one[2:]) for one in (log["address"], *log["topics"]))
    told = [address, topics, bytes.fromhex(log["data"][2:])]
    require(told in logs, "the transaction did not log this")


def _receipts_root(header: bytes) -> bytes:
    return bytes(rlp.decode(header)[5])


def _receipts(client: Creatoken, block_hash: str) -> list[Any]:
    rpc = client.wallet.rpc
    try:
        return rpc.rows("eth_getBlockReceipts", block_hash)
    except (RpcError, BadResponseError):  # a node without this method
        block = rpc.mapping("eth_getBlockByHash", block_hash, False)
        return [rpc.mapping("eth_getTransactionReceipt", one) for one in block["transactions"]]


def _encoded(receipt: Mapping[str, Any]) -> bytes:
    """Return a receipt as the trie holds it."""
    kind = int(receipt.get("type", "0x0"), 16)
    outcome = receipt.get("root")
    logs = [
        [_bytes(log["address"]), [_bytes(one) for one in log["topics"]], _bytes(log["data"])]
        for log in receipt["logs"]
    ]
    fields = [
        _bytes(outcome) if outcome else int(receipt["status"], 16),
        int(receipt["cumulativeGasUsed"], 16),
        _bytes(receipt["logsBloom"]),
        logs,
    ]
    return (bytes([kind]) if kind else b"") + bytes(rlp.encode(fields))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
