"""A picture that can be registered: its bytes, what the chain will hold of it, and its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creatoken_sdk import AssetInput, Creatoken, SourceType
from creatoken_sdk.demo.cast import Person
from creatoken_sdk.demo.designer import Banner
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.record import (
    Certificate,
    MerkleTree,
    SignedStep,
    asset_document,
    asset_leaf,
    content_hash,
    new_key,
)

__all__ = ["PROMPT", "Piece", "register"]

PROMPT = "/details/prompt"
"""Where a record holds what the agents were told."""

_DEADLINE_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Piece:
    """One version of a picture. `certificate` shows every field; `key` can issue it again."""

    name: str
    creator: Person
    content: bytes
    asset: AssetInput
    id: int
    certificate: Certificate
    key: bytes

    @classmethod
    def make(
        cls,
        ct: Creatoken,
        name: str,
        creator: Person,
        banner: Banner,
        steps: Sequence[SignedStep],
        source: SourceType,
        *,
        parents: Sequence[int] = (),
        prompt: str = "",
    ) -> Piece:
        """Record how the banner came to be. Nothing is sent, and yet the id is known."""
        key = new_key()
        details = {
            "headline": banner.copy.headline,
            "height": banner.height,
            "mediaType": "image/png",
            "prompt": prompt,
            "scene": banner.scene,
            "width": banner.width,
        }
        record = asset_document(ct.works.domain, steps, parents, details)
        certificate = Certificate.issue(record, key)
        asset = AssetInput(
            creator=creator.address,
            content_hash=content_hash(banner.png),
            record_root=certificate.root,
            work_id=steps[0].step.work_id,
            source_type=source,
            parents=tuple(parents),
        )
        return cls(name, creator, banner.png, asset, ct.assets.id_of(asset), certificate, key)

    @property
    def leaf(self) -> bytes:
        """The leaf that anchors the picture before it is registered."""
        asset = self.asset
        values = (asset.creator, asset.content_hash, asset.record_root, asset.manifest_hash)
        return asset_leaf(*values)


def register(stage: Stage, piece: Piece, anchored: MerkleTree | None = None) -> None:
    """Register a piece that its creator signs for; from an anchored tree it keeps that time."""
    ct, asset = stage.client(stage.cast.pipeline), piece.asset
    owner, deadline = stage.cast.studio.address, ct.now() + _DEADLINE_SECONDS
    signature = ct.assets.sign(piece.creator.account, asset, owner, deadline)
    if anchored is None:
        ct.assets.register_for(asset, owner, deadline, signature)
    else:
        ct.assets.register_anchored(
            asset,
            owner,
            anchorer=ct.address,
            root=anchored.root,
            proof=anchored.proof(piece.leaf),
            deadline=deadline,
            signature=signature,
        )
