"""Assets that become final, through the SDK."""

from __future__ import annotations

from collections.abc import Sequence

from creatoken_sdk import AssetInput, Creatoken, Work
from creatoken_sdk.record import name_hash
from creatoken_sdk.record.signatures import Signer

FINAL = 7


def asset_of(ct: Creatoken, work: Work, name: str) -> AssetInput:
    """Return an asset of the sender in a work; the name stands for its content."""
    return AssetInput(
        creator=ct.address,
        content_hash=name_hash(f"{work.id} {name}"),
        record_root=name_hash("record"),
        work_id=work.id,
    )


def approve(
    ct: Creatoken,
    director: Signer,
    asset: AssetInput,
    *,
    stage: int = FINAL,
    proofs: Sequence[bytes] = (),
) -> int:
    """Have a director sign an asset, relay it with the gates' proofs, and return its id."""
    asset_id = ct.assets.id_of(asset)
    signature = ct.approvals.sign(director, asset_id, stage)
    ct.approvals.approve(asset, stage, [signature], gate_proofs=proofs)
    return asset_id
