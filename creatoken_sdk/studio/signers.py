"""Who signed: a key, or a contract wallet, which only a node can ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eth_abi.abi import encode

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.errors import RevertError, SigningError
from creatoken_sdk.record import Domain, Message, verify

__all__ = ["Signers"]

_MAGIC = bytes.fromhex("1626ba7e")
"""Selector and answer of `isValidSignature(bytes32,bytes)`. Source: EIP-1271."""


@dataclass(frozen=True)
class Signers:
    """Checks signatures; without a client not those of the `wallets`, which are contracts."""

    client: Creatoken | None
    wallets: Collection[str] = ()

    def signed(self, domain: Domain, message: Message, signature: bytes, who: str) -> bool:
        """Return whether the account signed; False if only a node can tell.

        SigningError if it did not sign.
        """
        if self.accepts(domain, message, signature, who):
            return True
        if self.client is None and who in self.wallets:
            return False
        named = type(message).__name__
        raise SigningError(f"a {named} is not signed by {who}; get the original again")

    def accepts(self, domain: Domain, message: Message, signature: bytes, who: str) -> bool:
        """Return whether the account's key signed or, asked by the client, its code says so."""
        if verify(domain, message, signature, who):
            return True
        if self.client is None or message.signer not in (None, who):
            return False
        return _accepts(self.client, who, message.digest(domain), signature)


def _accepts(client: Creatoken, wallet: str, digest: bytes, signature: bytes) -> bool:
    data = _MAGIC + encode(["bytes32", "bytes"], [digest, signature])
    try:
        return client.wallet.read(wallet, data) == _MAGIC.ljust(32, b"\0")
    except RevertError:
        return False
