"""What can go wrong between the SDK and a chain, apart from a contract's refusal.

ChainError
├── AnvilError                  the local development chain did not start, or refused
├── UnreachableError            nobody answered
├── RateLimitedError            the endpoint wants fewer requests
├── BadResponseError            the answer is no valid answer
├── RpcError                    the node refused a request
├── WrongChainError             another chain than expected
├── NotDeployedError            no contract at its address
├── CodeMismatchError           another contract at its address
├── NoSignerError               a transaction needs a signer
├── DevKeyError                 a publicly known key on a public chain
├── InsufficientFundsError      the sender cannot pay
├── GasTooLowError              the transaction needs more gas than it has or a block holds
├── NonceError                  the sender's transaction number was taken
├── FeeTooLowError              the node wants a higher fee
├── TransactionReplacedError    another transaction took this one's place for good
└── UnsettledError              a signed transaction whose fate is not known
    ├── TransactionUnknownError     perhaps it never reached the chain
    └── ReceiptTimeoutError         it was accepted but is not mined yet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from creatoken_sdk.errors import ChainError

if TYPE_CHECKING:
    from creatoken_sdk.chain.signers import SignedTransaction

__all__ = [
    "BadResponseError",
    "CodeMismatchError",
    "DevKeyError",
    "FeeTooLowError",
    "GasTooLowError",
    "InsufficientFundsError",
    "NoSignerError",
    "NonceError",
    "NotDeployedError",
    "RateLimitedError",
    "ReceiptTimeoutError",
    "RpcError",
    "TransactionReplacedError",
    "TransactionUnknownError",
    "UnreachableError",
    "UnsettledError",
    "WrongChainError",
]


class UnreachableError(ChainError):
    """Nobody answered; check the address, the network and whether the node runs."""


class RateLimitedError(ChainError):
    """The endpoint wants fewer requests; wait, or use an endpoint with a higher limit."""


class BadResponseError(ChainError):
    """The answer is no valid answer; use another endpoint."""


class RpcError(ChainError):
    """The node refused a request; `code` is JSON-RPC's, `data` the revert data if there is any.

    `doubtful` says that an earlier attempt at the same request got no answer and may have arrived.
    """

    doubtful: bool = False

    def __init__(self, message: str, *, code: int = 0, data: bytes = b"") -> None:
        """Keep the node's code and data beside its message."""
        super().__init__(message)
        self.code = code
        self.data = data


class WrongChainError(ChainError):
    """The endpoint serves another chain than expected."""


class NotDeployedError(ChainError):
    """There is no contract at its address."""


class CodeMismatchError(ChainError):
    """There is another contract at the address than this SDK was made for."""


class NoSignerError(ChainError):
    """A transaction needs a signer; connect with `signer=` or use `with_signer`."""


class DevKeyError(ChainError):
    """The key is printed in every development chain's manual; on this chain anyone can empty it."""


class InsufficientFundsError(ChainError):
    """The sender's balance does not cover value and fee."""


class GasTooLowError(ChainError):
    """The transaction needs more gas than it has, or than a block holds."""


class NonceError(ChainError):
    """The sender's next transaction number was taken by another of its transactions."""


class FeeTooLowError(ChainError):
    """The node wants a higher fee than it asked for a moment ago; send again."""


class TransactionReplacedError(ChainError):
    """Another transaction of the sender took the same number; this one can never be mined.

    `transaction` is this one, with its hash and nonce.
    """

    def __init__(self, message: str, transaction: SignedTransaction) -> None:
        """Keep the signed bytes with their hash and nonce."""
        super().__init__(message, transaction)
        self.transaction = transaction

    def __str__(self) -> str:
        """Return the message, without the signed bytes."""
        return str(self.args[0])


class UnsettledError(ChainError):
    """A transaction whose fate is not known. Never sign it anew: that could pay twice.

    `wait(error.tx_hash)` asks again; `broadcast(error.transaction)` sends the same signed bytes
    again, which is harmless. `transaction` is None if only the hash was known.
    """

    def __init__(
        self, message: str, tx_hash: str, transaction: SignedTransaction | None = None
    ) -> None:
        """Keep the hash, and the signed bytes with their nonce."""
        super().__init__(message, tx_hash, transaction)
        self.tx_hash = tx_hash
        self.transaction = transaction

    def __str__(self) -> str:
        """Return the message and the hash, without the signed bytes."""
        return f"{self.args[0]} [transaction {self.tx_hash}]"


class TransactionUnknownError(UnsettledError):
    """Broadcasting failed half-way: perhaps the transaction never reached the chain."""


class ReceiptTimeoutError(UnsettledError):
    """The transaction was accepted but not mined in the time given."""
