"""What people signed, read from the transactions that brought it to the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_utils.address import to_checksum_address

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import decode_call
from creatoken_sdk.chain.projects import ZERO_ADDRESS
from creatoken_sdk.errors import SigningError
from creatoken_sdk.record import (
    Approval,
    BulkApproval,
    Domain,
    Message,
    Registration,
    approval_leaf,
    keccak256,
    parents_hash,
)
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.signers import Signers

__all__ = ["Anchored", "Carried", "climb"]


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where an asset is anchored: by whom, under which root, and the proof of its leaf."""

    anchorer: str
    root: bytes
    proof: tuple[bytes, ...]


@dataclass
class Carried:
    """The signatures for one asset; `wallets` are the contract wallets among the signers."""

    client: Creatoken
    asset: Mapping[str, Any]
    anchor: Anchored | None
    wallets: set[str] = field(default_factory=set)

    def signatures(self, tx_hash: str) -> Iterator[dict[str, Any]]:
        """Return the signatures in a transaction, if it was sent to the registry itself."""
        sent = self.client.wallet.rpc.mapping("eth_getTransactionByHash", tx_hash)
        if to_checksum_address(sent["to"] or ZERO_ADDRESS) != self.client.assets.address:
            return
        function, told = decode_call("AssetRegistry", bytes.fromhex(sent["input"][2:]))
        if function == "registerAnchored" and self.anchor is None:
            self.anchor = Anchored(told["anchorer"], told["root"], told["proof"])
        if function in ("registerFor", "registerAnchored") and told["signature"]:
            yield self._registration(told)
        elif function == "approve" and "signatures" in told:
            for one in told["signatures"]:
                yield self._approval(told["stage"], told["noteHash"], one)

    def note_wallet(self, domain: Domain, message: Message, signature: bytes, who: str) -> None:
        """Remember the account if it signed by code, not by a key."""
        if not _is_signed(Signers(None), domain, message, signature, who) and (
            self.client.wallet.rpc.data("eth_getCode", who, "latest")
        ):
            self.wallets.add(who)

    def _registration(self, told: Mapping[str, Any]) -> dict[str, Any]:
        asset = self.asset
        message = Registration(
            asset_id=int(asset["id"], 16),
            to=told["to"],
            work_id=int(asset["workId"]),
            manifest_hash=bytes.fromhex(asset["manifestHash"][2:]),
            parents_hash=parents_hash([int(parent, 16) for parent in asset["parents"]]),
            deadline=told["deadline"],
        )
        self.note_wallet(self.client.approvals.domain, message, told["signature"], asset["creator"])
        return _written(message, told["signature"])

    def _approval(self, stage: int, note_hash: bytes, one: Mapping[str, Any]) -> dict[str, Any]:
        """Find the epoch, which no transaction says: the director's present one or an earlier."""
        director, signature = one["director"], one["signature"]
        domain, signers = self.client.approvals.domain, Signers(self.client)
        for epoch in range(self.client.approvals.epoch_of(director), -1, -1):
            message = self._message(stage, note_hash, one, epoch)
            if _is_signed(signers, domain, message, signature, director):
                break
        self.note_wallet(domain, message, signature, director)
        proof = [to_json(sibling) for sibling in one["proof"]]
        about = {"stage": str(stage), "noteHash": to_json(note_hash), "proof": proof}
        return _written(message, signature) | about

    def _message(
        self, stage: int, note_hash: bytes, one: Mapping[str, Any], epoch: int
    ) -> Approval | BulkApproval:
        asset_id, director, deadline = int(self.asset["id"], 16), one["director"], one["deadline"]
        if not one["count"]:
            return Approval(
                asset_id=asset_id,
                stage=stage,
                note_hash=note_hash,
                director=director,
                epoch=epoch,
                deadline=deadline,
            )
        root = climb(approval_leaf(asset_id, stage, note_hash), one["proof"])
        return BulkApproval(
            root=root, count=one["count"], director=director, epoch=epoch, deadline=deadline
        )


def climb(leaf: bytes, proof: tuple[bytes, ...]) -> bytes:
    """Return the root that a proof leads to."""
    for sibling in proof:
        leaf = keccak256(min(leaf, sibling) + max(leaf, sibling))
    return leaf


def _is_signed(
    signers: Signers, domain: Domain, message: Message, signature: bytes, who: str
) -> bool:
    try:
        return signers.signed(domain, message, signature, who)
    except SigningError:
        return False


def _written(message: Message, signature: bytes) -> dict[str, Any]:
    kind = type(message).__name__
    return {"type": kind, "message": message.to_json(), "signature": to_json(signature)}
