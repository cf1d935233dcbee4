"""Signing and checking EIP-712 messages by exactly the rule that the contracts apply.

A signature is 65 bytes r, s, v with v 27 or 28 and s in the lower half of the curve order.
eth-account also accepts high s and v 0 or 1; taking those here would let the SDK say yes where
the chain says no. Contract wallets (EIP-1271) can only be asked on chain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from coincurve import PrivateKey
from eth_account import Account
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.address import to_checksum_address

from creatoken_sdk.errors import SigningError
from creatoken_sdk.record.structs import encode
from creatoken_sdk.record.typed_data import Domain, Message

__all__ = ["Signer", "recover", "sign", "verify"]

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Signer(Protocol):
    """What signs a hash: an eth-account account, or a few lines around a key service or wallet."""

    @property
    def address(self) -> str:
        """The checksummed address that signatures recover to, or of the contract wallet."""

    def unsafe_sign_hash(self, message_hash: Any) -> Any:
        """Return an object whose `signature` is the 65 bytes (wallets: any) over the hash."""


def verify(domain: Domain, message: Message, signature: bytes, signer: str) -> bool:
    """Return whether `signer` (checksummed) signed, and the message names no other account."""
    account = encode(("address",), (signer,))[12:]
    if message.signer not in (None, signer):
        return False
    try:
        return _recover(message.digest(domain), signature) == account
    except SigningError:
        return False


def sign(
    domain: Domain,
    message: Message,
    signer: Signer,
    verify: Callable[[Domain, Message, bytes, str], bool] = verify,
) -> bytes:
    """Return the signature of `signer`; SigningError if the message names another account.

    Signers that are contract wallets need a `verify` that asks the chain, as in `verify_chain`.
    """
    if message.signer not in (None, signer.address):
        raise SigningError(
            f"{type(message).__name__} names {message.signer} as signer, not {signer.address}; "
            "sign with that account or name this one in the message"
        )
    digest = message.digest(domain)
    if local := _local_key(signer):
        raw = local.sign_recoverable(digest, hasher=None)
        return raw[:64] + bytes([27 + raw[64]])
    signature = bytes(signer.unsafe_sign_hash(digest).signature)
    if not verify(domain, message, signature, signer.address):
        raise SigningError(f"the signer answered with no signature by {signer.address}; check it")
    return signature


def recover(digest: bytes, signature: bytes) -> str:
    """Return the checksummed address that signed; SigningError says what is malformed."""
    return to_checksum_address(_recover(digest, signature))


def _recover(digest: bytes, signature: bytes) -> bytes:
    if len(signature) != 65:
        raise SigningError(f"a signature is 65 bytes, got {len(signature)}; send r, s and v")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    v = signature[64]
    if v not in (27, 28):
        raise SigningError(f"v is 27 or 28, got {v}; ask the wallet for the 65-byte form")
    if not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        raise SigningError("r or s is out of range (s must be the low form); sign again")
    try:
        key = Signature(vrs=(v - 27, r, s)).recover_public_key_from_msg_hash(digest)
    except BadSignature:
        raise SigningError("no account signs like this; sign again") from None
    return key.to_canonical_address()


def _local_key(signer: Signer) -> PrivateKey | None:
    # eth-account derives the public key again, twice, at each signature: keeping it is 3x faster.
    secret = getattr(signer, "key", None)
    if not isinstance(secret, bytes) or len(secret) != 32:
        return None
    key, address = _key_and_address(secret)
    return key if address == signer.address else None


@lru_cache(maxsize=64)
def _key_and_address(secret: bytes) -> tuple[PrivateKey, str]:
    return PrivateKey(secret), Account.from_key(secret).address
