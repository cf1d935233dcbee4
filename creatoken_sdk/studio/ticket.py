"""An approval that is asked for: what to sign, and whether it came."""

from __future__ import annotations

from dataclasses import dataclass

from creatoken_sdk.chain.approvals import Signature
from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record.signatures import Signer

__all__ = ["Ticket", "stage_of"]

_STAGES = {"concept": 0, "draft": 1, "final": 7}


def stage_of(stage: int | str) -> int:
    """Return the number of a stage, 0 to 7; RecordError if there is none of that name."""
    number = _STAGES.get(stage, -1) if isinstance(stage, str) else stage
    if not 0 <= number <= 7:
        raise RecordError(f"{stage!r} is no stage; use 0 to 7, or one of {', '.join(_STAGES)}")
    return number


@dataclass(frozen=True)
class Ticket:
    """The asset and the stage that a director is asked to approve."""

    client: Creatoken
    asset: AssetInput
    stage: int

    @property
    def is_approved(self) -> bool:
        """Whether the chain has the approval."""
        return self.client.approvals.is_approved(self.client.assets.id_of(self.asset), self.stage)

    def sign(self, director: Signer) -> Signature:
        """Return the director's signature, good for 30 days."""
        asset_id = self.client.assets.id_of(self.asset)
        return self.client.approvals.sign(director, asset_id, self.stage)

    def approve(self, *signatures: Signature, gate_proofs: tuple[bytes, ...] = ()) -> Receipt:
        """Relay the signatures. Anyone; the asset must be registered, so flush first."""
        return self.client.approvals.approve(
            self.asset, self.stage, signatures, gate_proofs=gate_proofs
        )
