"""Who signs transactions, and what comes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from creatoken_sdk.chain.errors import DevKeyError, NoSignerError
from creatoken_sdk.errors import SigningError

__all__ = ["SignedTransaction", "TransactionSigner", "refuse_dev_key", "sign_with", "take_account"]

# Accounts 0 to 19 of "test test test test test test test test test test test junk".
_DEV_ACCOUNTS = frozenset(
    (
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
        "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
        "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
        "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
        "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955",
        "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
        "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
        "0xBcd4042DE499D14e55001CcbB24a551F3b954096",
        "0x71bE63f3384f5fb98995898A86B02Fb2426c5788",
        "0xFABB0ac9d68B0B445fB7357272Ff202C5651694a",
        "0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec",
        "0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097",
        "0xcd3B766CCDd6AE721141F452C550Ca635964ce71",
        "0x2546BcD3c84621e976D8185a91A922aE77ECEc30",
        "0xbDA5747bFD65F08deb54cb465eB87D40e51B197E",
        "0xdD2FD4581271e230360230F9337D5c0430Bf44C0",
        "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199",
    )
)
_DEV_CHAINS = (31337, 1337)


class TransactionSigner(Protocol):
    """An eth-account account, or a few lines around a key service or a browser wallet."""

    @property
    def address(self) -> str:
        """The checksummed address that pays for the transactions."""

    def sign_transaction(self, transaction_dict: Any, /) -> Any:
        """Return the raw signed bytes, or an object that has them as `raw_transaction`.

        The dict holds chainId, nonce, gas, to, data, value and the fee fields, as numbers.
        """


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction that can be broadcast any number of times and is mined at most once."""

    tx_hash: str
    nonce: int
    sender: str
    raw: bytes = field(repr=False)
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was signed: chainId, nonce, gas, to, value, data and the fee fields."""


def refuse_dev_key(address: str, chain_id: int) -> None:
    """Raise DevKeyError if the key is public and the chain may be, too."""
    if address in _DEV_ACCOUNTS and chain_id not in _DEV_CHAINS:
        raise DevKeyError(
            f"the key of {address} is printed in every development chain's manual, and chain "
            f"{chain_id} is no development chain (31337, 1337); use a key of your own"
        )


def sign_with(signer: TransactionSigner, transaction: dict[str, Any]) -> SignedTransaction:
    """Return the signed transaction; SigningError if another account than the signer's signed."""
    answer = signer.sign_transaction(transaction)
    raw = bytes(getattr(answer, "raw_transaction", answer))
    sender = Account.recover_transaction(raw)
    if sender != signer.address:
        raise SigningError(f"the signer of {signer.address} signed as {sender}; check its key")
    tx_hash = "0x" + keccak(raw).hex()
    return SignedTransaction(tx_hash, transaction["nonce"], sender, raw, dict(transaction))


def take_account(variable: str, who: str, why: str) -> LocalAccount:
    """Return the account of the private key in an environment variable, which is then unset.

    So nothing that this process starts inherits the key. NoSignerError, which says whose key is
    needed and why, if there is none.
    """
    try:
        account: LocalAccount = Account.from_key(os.environ.pop(variable))
    except KeyError:
        raise NoSignerError(f"put the {who}'s private key into {variable}; {why}") from None
    except ValueError:
        raise NoSignerError(
            f"{variable} holds no private key; it is 0x and 64 hex digits"
        ) from None
    return account
