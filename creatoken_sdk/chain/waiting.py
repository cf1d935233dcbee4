"""Waiting for a receipt that can be believed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creatoken_sdk.chain.errors import (
    ReceiptTimeoutError,
    RpcError,
    TransactionReplacedError,
)
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.reverts import OutOfGasRevertError, UnknownRevertError, revert_error
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.errors import ChainError, RevertError

if TYPE_CHECKING:
    from creatoken_sdk.chain.signers import SignedTransaction

__all__ = ["look", "reason", "wait"]

_FIRST_PAUSE_SECONDS = 0.01
_LAST_PAUSE_SECONDS = 1.0
_LOOKS = 3
_SAME = {"hash": "blockHash", "number": "blockNumber"}


def wait(rpc: Rpc, transaction: SignedTransaction | str, timeout: float) -> Receipt:
    """Return the receipt once the transaction is mined; a failed transaction raises its reason.

    A receipt counts only if it is for this transaction and its block, fetched by hash, lists it.
    Endpoints that fail meanwhile are asked again until `timeout` seconds have passed.
    """
    signed = None if isinstance(transaction, str) else transaction
    tx_hash = transaction if isinstance(transaction, str) else transaction.tx_hash
    rival = None if signed is None else _Rival(signed)
    deadline, pause, trouble = time.monotonic() + timeout, _FIRST_PAUSE_SECONDS, ""
    while True:
        try:
            found = look(rpc, tx_hash)
            if found is None and rival is not None and pause == _LAST_PAUSE_SECONDS:
                rival.look(rpc)
        except TransactionReplacedError:
            raise
        except ChainError as error:
            found, trouble = None, f" ({error})"
        if found is not None:
            return _settled(rpc, *found)
        if time.monotonic() >= deadline:
            raise ReceiptTimeoutError(
                f"not mined within {timeout:g} s{trouble}; it still may be: wait again",
                tx_hash,
                signed,
            )
        time.sleep(pause)
        pause = min(pause * 1.5, _LAST_PAUSE_SECONDS)


def look(rpc: Rpc, tx_hash: str) -> tuple[Mapping[str, Any], Receipt] | None:
    """Return JSON-RPC's receipt, believed as `wait` does, and what it says; None without one.

    The transaction may have failed: see `status`.
    """
    answer = rpc.request("eth_getTransactionReceipt", tx_hash)
    if not isinstance(answer, Mapping) or answer.get("transactionHash") != tx_hash:
        return None
    block = rpc.request("eth_getBlockByHash", answer.get("blockHash"), False)
    if not isinstance(block, Mapping) or answer.get("status") not in ("0x0", "0x1"):
        return None
    same = all(block.get(ours) == answer.get(theirs) for ours, theirs in _SAME.items())
    if not same or tx_hash not in block.get("transactions", ()):
        return None
    try:
        return answer, Receipt.of(answer, block)
    except (LookupError, TypeError, ValueError):
        return None


@dataclass
class _Rival:
    """Signs that another transaction took the nonce. One look proves nothing: nodes lag."""

    signed: SignedTransaction
    looks: int = 0
    since: int = 0

    def look(self, rpc: Rpc) -> None:
        """Raise TransactionReplacedError once a block has passed and still there is no receipt."""
        signed = self.signed
        if rpc.integer("eth_getTransactionCount", signed.sender, "latest") <= signed.nonce:
            self.looks = 0
            return
        height = rpc.integer("eth_blockNumber")
        self.since = self.since if self.looks else height
        self.looks += 1
        passed = self.looks > _LOOKS and height > self.since
        if passed and look(rpc, signed.tx_hash) is None:
            raise TransactionReplacedError(
                f"another transaction of {signed.sender} took nonce {signed.nonce} from "
                f"{signed.tx_hash}; see if it did the same, then build and send the call again",
                signed,
            )


def _settled(rpc: Rpc, answer: Mapping[str, Any], receipt: Receipt) -> Receipt:
    if answer["status"] == "0x1":
        return receipt
    try:
        error = reason(rpc, answer)
    except (ChainError, KeyError):  # that it failed is certain, why is not
        error = UnknownRevertError(b"")
    error.tx_hash = receipt.tx_hash
    raise error


def reason(rpc: Rpc, answer: Mapping[str, Any]) -> RevertError:
    """Return why a transaction with this JSON-RPC receipt failed."""
    sent = rpc.mapping("eth_getTransactionByHash", answer["transactionHash"])
    if answer["gasUsed"] == sent["gas"]:
        return OutOfGasRevertError()
    request = {key: sent[key] for key in ("from", "to", "value", "gas")} | {"data": sent["input"]}
    mined = int(answer["blockNumber"], 16)
    # What came earlier in the same block shows only in the second.
    for height in (mined - 1, mined):
        try:
            rpc.request("eth_call", request, hex(height))
        except RpcError as error:
            if error.data:
                return revert_error(error.data)
    return UnknownRevertError(b"")
