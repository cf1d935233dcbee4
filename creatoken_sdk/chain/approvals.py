"""Approvals: what directors sign, and relaying it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.signers import refuse_dev_key
from creatoken_sdk.record.ids import approval_leaf
from creatoken_sdk.record.merkle import MerkleTree
from creatoken_sdk.record.signatures import Signer, sign
from creatoken_sdk.record.steps import ZERO_HASH
from creatoken_sdk.record.typed_data import Approval, BulkApproval, Domain

if TYPE_CHECKING:
    from creatoken_sdk.chain.assets import AssetInput

__all__ = ["Approvals", "Signature"]

_DAYS_30 = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class Signature:
    """A director's signature over one approval, or over many of which this is one.

    `count` is 0 and `proof` empty for a single approval.
    """

    director: str
    deadline: int
    count: int
    proof: tuple[bytes, ...]
    signature: bytes


class Approvals(Noun):
    """The approval half of `AssetRegistry`."""

    CONTRACT = "AssetRegistry"

    @property
    def domain(self) -> Domain:
        """Where approvals and registrations count."""
        return Domain(chain_id=self._client.chain_id, verifying_contract=self.address)

    @verb
    def approve(
        self,
        asset: AssetInput,
        stage: int,
        signatures: Sequence[Signature],
        *,
        note_hash: bytes = ZERO_HASH,
        gate_proofs: Sequence[bytes] = (),
    ) -> Call[Receipt]:
        """Relay directors' signatures, in any order here; one proof per gate. Anyone."""
        ascending = in_order(signatures)
        return self._call("approve", asset, stage, note_hash, ascending, gate_proofs)

    @verb
    def reject(self, asset_id: int, stage: int, reason_hash: bytes = ZERO_HASH) -> Call[Receipt]:
        """Turn an asset down, on the record. DIRECTOR."""
        return self._call("reject", asset_id, stage, reason_hash)

    @verb
    def revoke_signatures(self) -> Call[Receipt]:
        """Void everything the sender signed that nobody relayed yet, in all projects."""
        return self._call("revokeSignatures")

    def sign(
        self,
        director: Signer,
        asset_id: int,
        stage: int,
        *,
        note_hash: bytes = ZERO_HASH,
        deadline: int | None = None,
    ) -> Signature:
        """Sign an approval at the director's present epoch; it counts for 30 days by default."""
        refuse_dev_key(director.address, self._client.chain_id)
        message = Approval(
            asset_id=asset_id,
            stage=stage,
            note_hash=note_hash,
            director=director.address,
            epoch=self.epoch_of(director),
            deadline=deadline or self._client.now() + _DAYS_30,
        )
        signature = sign(self.domain, message, director)
        return Signature(director.address, message.deadline, 0, (), signature)

    def sign_many(
        self,
        director: Signer,
        asset_ids: Sequence[int],
        stage: int,
        *,
        note_hash: bytes = ZERO_HASH,
        deadline: int | None = None,
    ) -> dict[int, Signature]:
        """Sign any number of assets at one stage once, and return what to relay for each."""
        refuse_dev_key(director.address, self._client.chain_id)
        leaves = {asset_id: approval_leaf(asset_id, stage, note_hash) for asset_id in asset_ids}
        tree = MerkleTree(leaves.values())
        message = BulkApproval(
            root=tree.root,
            count=len(tree),
            director=director.address,
            epoch=self.epoch_of(director),
            deadline=deadline or self._client.now() + _DAYS_30,
        )
        signature = sign(self.domain, message, director)
        return {
            asset_id: Signature(
                director.address, message.deadline, len(tree), tree.proof(leaf), signature
            )
            for asset_id, leaf in leaves.items()
        }

    def epoch_of(self, director: object) -> int:
        """Return the epoch that the director's signatures must carry now."""
        return self._read(int, "epochOf", director)

    def is_approved(self, asset_id: int, stage: int) -> bool:
        """Return whether an asset has a stage; says nothing about withdrawal."""
        return self._read(bool, "isApproved", asset_id, stage)


def in_order(signatures: Sequence[Signature]) -> list[Signature]:
    """Return signatures as the contracts take them: strictly ascending by director."""
    return sorted(signatures, key=lambda one: one.director.lower())
