"""Steps that are recorded and await the signature of their actor."""

from __future__ import annotations

import json

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.signers import refuse_dev_key
from creatoken_sdk.record import Domain, Step, sign
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.signers import Signers
from creatoken_sdk.studio.store import Store

__all__ = ["sign_steps", "unsigned_steps"]


def unsigned_steps(store: Store) -> dict[str, int]:
    """Return how many steps await the signature of which account."""
    rows = store.rows(
        "SELECT actor, count(*) FROM steps WHERE signature IS NULL GROUP BY actor ORDER BY actor"
    )
    return dict(rows)


def sign_steps(store: Store, client: Creatoken, signer: Signer) -> int:
    """Sign every step that awaits the signature of this account; return how many.

    Each signature is kept at once. The client asks contract wallets of its own chain.
    """
    refuse_dev_key(signer.address, client.chain_id)
    rows = store.rows(
        "SELECT runs.chain_id, works, run_id, position, step FROM steps"
        " JOIN runs ON runs.id = run_id WHERE signature IS NULL AND actor = ?",
        (signer.address,),
    )
    for chain_id, works, run_id, position, step in rows:
        domain = Domain(chain_id=chain_id, verifying_contract=works)
        asked = Signers(client if chain_id == client.chain_id else None)
        signature = sign(domain, Step.from_json(json.loads(step)), signer, asked.accepts)
        with store.transaction() as db:
            db.execute(
                "UPDATE steps SET signature = ? WHERE run_id = ? AND position = ?",
                (to_json(signature), run_id, position),
            )
    return len(rows)
