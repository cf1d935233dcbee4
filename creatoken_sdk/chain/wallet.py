"""From a call to a receipt: price, simulate, sign, broadcast, wait. No hash is ever lost."""

from __future__ import annotations

import re
from collections import defaultdict
from threading import Lock
from typing import Any

from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.errors import (
    FeeTooLowError,
    GasTooLowError,
    InsufficientFundsError,
    NonceError,
    NoSignerError,
    RpcError,
    TransactionUnknownError,
    WrongChainError,
)
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.reverts import revert_error
from creatoken_sdk.chain.rpc import Block, Rpc
from creatoken_sdk.chain.signers import (
    SignedTransaction,
    TransactionSigner,
    refuse_dev_key,
    sign_with,
)
from creatoken_sdk.chain.waiting import wait
from creatoken_sdk.errors import ChainError

__all__ = ["Wallet"]

_LOCKS: defaultdict[tuple[int, str], Lock] = defaultdict(Lock)
_DOUBTFUL: set[str] = set()  # transactions of which a broadcast got no answer
_GAS_MARGIN_PERCENT = 125
_TRANSACTION_GAS = 2**24  # most that chains with EIP-7825 take
# Nodes agree on no error codes for these, only on words.
_REFUSALS: dict[str, type[ChainError]] = {
    "nonce too low": NonceError,
    "nonce is too low": NonceError,
    "underpriced": FeeTooLowError,
    "base fee": FeeTooLowError,
    "insufficient funds": InsufficientFundsError,
    "gas too low": GasTooLowError,
    "gas limit": GasTooLowError,
}
_REPEATED = re.compile(r"\b(?:already known|already imported|known transaction|already in)\b", re.I)


class Wallet:
    """A signer on one chain; without a signer it can read and wait."""

    def __init__(
        self,
        rpc: Rpc,
        chain_id: int,
        signer: TransactionSigner | None = None,
        *,
        timeout_seconds: float = 120,
    ) -> None:
        """Refuse publicly known keys on public chains; `timeout_seconds` limits each `wait`."""
        if signer is not None:
            refuse_dev_key(signer.address, chain_id)
        self.rpc = rpc
        self.chain_id = chain_id
        self.signer = signer
        self.timeout_seconds = timeout_seconds

    def with_signer(self, signer: TransactionSigner) -> Wallet:
        """Return a wallet of another signer over the same connection."""
        return Wallet(self.rpc, self.chain_id, signer, timeout_seconds=self.timeout_seconds)

    @property
    def address(self) -> str:
        """The signer's address; NoSignerError without one."""
        return self._signer().address

    def send(self, call: Call[Any]) -> Receipt:
        """Simulate, sign, broadcast and wait; a refusal raises before anything is spent."""
        with _LOCKS[self.chain_id, self.address]:
            transaction = self.sign(call)
            self.broadcast(transaction)
        return self.wait(transaction)

    def wait(self, transaction: SignedTransaction | str) -> Receipt:
        """Return the receipt once the transaction is mined; a failed one raises its reason."""
        return wait(self.rpc, transaction, self.timeout_seconds)

    def read(self, to: str, data: bytes, value: int = 0) -> bytes:
        """Return what a call returns at the latest block, changing nothing."""
        request = {"to": to, "data": "0x" + data.hex(), "value": hex(value)}
        if self.signer is not None:
            request["from"] = self.signer.address
        try:
            return self.rpc.data("eth_call", request, "latest")
        except RpcError as error:
            raise _as_revert(error) from None

    def sign(self, call: Call[Any], *, nonce: int | None = None) -> SignedTransaction:
        """Return the signed transaction; a call that would be refused raises its reason instead."""
        signer = self._signer()
        self.require_chain()
        block = self.rpc.latest_block()
        fees = self._fees(block)
        balance = self.rpc.integer("eth_getBalance", signer.address, "latest")
        self._require_funds(call, balance, call.value)
        gas = self._gas(call, block.gas_limit)
        price = fees.get("maxFeePerGas", fees.get("gasPrice", 0))
        self._require_funds(call, balance, call.value + gas * price)
        if nonce is None:
            nonce = self.rpc.integer("eth_getTransactionCount", signer.address, "pending")
        transaction = {"chainId": self.chain_id, "nonce": nonce, "gas": gas, **fees}
        return sign_with(
            signer, transaction | {"to": call.to, "value": call.value, "data": call.data}
        )

    def bump(self, transaction: SignedTransaction) -> SignedTransaction:
        """Return the same transaction with higher fees, to take the place of one that is stuck.

        Every fee field rises by an eighth or to today's price, whichever is more: nodes refuse a
        replacement that raises one of them by less than a tenth.
        """
        self.require_chain()
        old = dict(transaction.fields)
        today = self._fees(self.rpc.latest_block())
        fees = {
            name: max(-(-old[name] * 9 // 8), today.get(name, 0))
            for name in ("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas")
            if name in old
        }
        return sign_with(self._signer(), old | fees)

    def broadcast(self, transaction: SignedTransaction) -> None:
        """Send the signed bytes; sending them again is harmless and no error.

        A refusal proves nothing once an attempt at the same bytes got no answer: "nonce too low"
        may be their own doing. It is a TransactionUnknownError then.
        """
        try:
            self.rpc.request("eth_sendRawTransaction", "0x" + transaction.raw.hex())
        except RpcError as error:
            if self._repeated(error, transaction):
                return
            if error.doubtful or transaction.tx_hash in _DOUBTFUL:
                raise _unknown(transaction, error) from None
            raise _as_refusal(error) from None
        except ChainError as error:
            raise _unknown(transaction, error) from None

    def require_chain(self) -> None:
        """Raise WrongChainError if the endpoint serves another chain by now."""
        actual = self.rpc.integer("eth_chainId")
        if actual != self.chain_id:
            raise WrongChainError(
                f"{self.rpc.endpoint} now serves chain {actual}, not {self.chain_id}; "
                "nothing was signed: check the endpoint and connect again"
            )

    def _repeated(self, error: RpcError, transaction: SignedTransaction) -> bool:
        if _REPEATED.search(str(error)):
            return True
        try:
            known = self.rpc.request("eth_getTransactionByHash", transaction.tx_hash)
        except ChainError as trouble:
            raise _unknown(transaction, trouble) from None
        return known is not None

    def _signer(self) -> TransactionSigner:
        if self.signer is None:
            raise NoSignerError("nobody signs here; connect with signer= or use with_signer()")
        return self.signer

    def _fees(self, block: Block) -> dict[str, int]:
        price = self.rpc.integer("eth_gasPrice")
        if block.base_fee is None or price == 0:
            return {"gasPrice": price}
        tip = max(price - block.base_fee, 0)
        return {"maxFeePerGas": 2 * block.base_fee + tip, "maxPriorityFeePerGas": tip}

    def _require_funds(self, call: Call[Any], balance: int, needed: int) -> None:
        if balance < needed:
            raise InsufficientFundsError(
                f"{call.name} can cost {needed} base units and {self.address} has {balance}; "
                f"send {needed - balance} more there on chain {self.chain_id}"
            )

    def _gas(self, call: Call[Any], limit: int) -> int:
        request = {"from": self.address, "to": call.to, "value": hex(call.value)}
        request["data"] = "0x" + call.data.hex()
        try:
            estimate = self.rpc.integer("eth_estimateGas", request)
        except RpcError as error:
            if not error.data:
                self.read(call.to, call.data, call.value)  # other nodes give the reason only here
            raise _as_revert(error) from None
        if estimate > limit:
            raise GasTooLowError(
                f"{call.name} needs {estimate} gas and a block of chain {self.chain_id} holds "
                f"{limit}; wait until blocks grow, or do less at once"
            )
        gas = estimate * _GAS_MARGIN_PERCENT // 100
        return min(gas, limit, max(estimate, _TRANSACTION_GAS))


def _as_revert(error: RpcError) -> Exception:
    if error.data or error.code == 3 or "revert" in str(error).lower():
        return revert_error(error.data)
    return error


def _as_refusal(error: RpcError) -> ChainError:
    for words, kind in _REFUSALS.items():
        if words in str(error).lower():
            return kind(f"{error}; nothing was mined, so build and send the call again")
    return error


def _unknown(transaction: SignedTransaction, error: ChainError) -> TransactionUnknownError:
    _DOUBTFUL.add(transaction.tx_hash)
    message = f"{error}; nobody knows whether it arrived: broadcast the same bytes again, then wait"
    return TransactionUnknownError(message, transaction.tx_hash, transaction)
